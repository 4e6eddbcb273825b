import { C360Error, sha256 } from "#core";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ConsoleOptions } from "./options.ts";
import { SESSION_MAX_MS, sameText } from "./sessions.ts";
import type { Session, SessionStore } from "./sessions.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The signed-in session; null on the few pages that need none. */
    stewardSession: Session | null;
  }
}

/** What may load: only our own two asset files, nothing inline, nothing from elsewhere, no framing. */
export const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
  },
} as const;

const PUBLIC = new Set(["/healthz", "/readyz", "/sign-in", "/assets/console.css", "/assets/console.js"]);

/** The cookie's name differs by workspace: two consoles on one machine share the host, and so the cookie jar. */
export function cookieName(options: Pick<ConsoleOptions, "workspaceName" | "secretDir">): string {
  return `c360_${sha256(`${options.workspaceName}\n${options.secretDir ?? ""}`).slice(0, 8)}`;
}

/** Hangs the guards before every route: host, origin, session, then the token of every POST. */
export function addGuards(app: FastifyInstance, sessions: SessionStore, cookie: string): void {
  app.decorateRequest("stewardSession", null);
  app.addHook("onRequest", async (request, reply) => {
    // Pages hold personal data; assets are small and local.
    void reply.header("cache-control", "no-store");
    requireOwnHost(request);
    if (request.method !== "GET") requireOwnOrigin(request);
    if (PUBLIC.has(pathOf(request))) return;
    request.stewardSession = sessions.find(request.cookies[cookie]);
    if (request.stewardSession === null) throw new C360Error("CONSOLE_SIGN_IN");
  });
  app.addHook("preValidation", async (request) => {
    if (request.method === "GET") return;
    const sent = request.headers["x-csrf-token"] ?? (request.body as { _csrf?: unknown } | null | undefined)?._csrf;
    const wanted = request.stewardSession?.csrf;
    if (wanted === undefined || typeof sent !== "string" || !sameText(sent, wanted)) {
      throw new C360Error("CONSOLE_REFUSED", { reason: "the form's token is missing or of another session." });
    }
  });
}

/** Signs a browser in: the cookie is not readable by scripts and never sent along from another site. */
export function setSessionCookie(reply: FastifyReply, cookie: string, secret: string): void {
  void reply.setCookie(cookie, secret, {
    httpOnly: true,
    sameSite: "strict",
    path: "/",
    maxAge: SESSION_MAX_MS / 1000,
  });
}

/** The session of a request behind the guards. Throws CONSOLE_SIGN_IN where there is none. */
export function sessionOf(request: FastifyRequest): Session {
  if (request.stewardSession === null) throw new C360Error("CONSOLE_SIGN_IN");
  return request.stewardSession;
}

/** The path without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split("?", 1)[0] ?? "/";
}

/**
 * A page of another site whose name was rebound to 127.0.0.1 still sends its own name as host. The port is free, so that
 * a forwarded port (`ssh -L`) works.
 */
function requireOwnHost(request: FastifyRequest): void {
  if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i.test(request.headers.host ?? "")) {
    throw new C360Error("CONSOLE_REFUSED", { reason: "it was sent to a host name that is not this machine." });
  }
}

function requireOwnOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  const site = request.headers["sec-fetch-site"];
  const foreign =
    (origin !== undefined && origin.toLowerCase() !== `http://${host ?? ""}`.toLowerCase()) ||
    (site !== undefined && site !== "same-origin" && site !== "none");
  if (foreign) throw new C360Error("CONSOLE_REFUSED", { reason: "it came from another site." });
}
