import { readFile } from "node:fs/promises";
import cookiePlugin from "@fastify/cookie";
import formbody from "@fastify/formbody";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastify from "fastify";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { C360Error, toC360Error } from "#core";
import { createNotifier } from "./context.ts";
import type { ConsoleContext } from "./context.ts";
import { errorBody, statusOf, toConsoleError } from "./http-errors.ts";
import type { ConsoleOptions, RunningConsole, StartConsoleOptions } from "./options.ts";
import { errorPage } from "./pages/error-page.ts";
import { addApiRoutes } from "./routes/api.ts";
import { addCustomerRoutes } from "./routes/customers.ts";
import { addOperationRoutes } from "./routes/operations.ts";
import { addReviewRoutes } from "./routes/review.ts";
import { addSignInRoutes } from "./routes/sign-in.ts";
import { CONTENT_SECURITY_POLICY, addGuards, cookieName, pathOf } from "./security.ts";
import { createSessionStore } from "./sessions.ts";
import type { SessionStore } from "./sessions.ts";
import { createWords } from "./words.ts";

const LOOPBACK = "127.0.0.1";
/** A quick steward stays far below; a runaway script does not. */
const REQUESTS_PER_MINUTE = 3000;

/** A server that does not listen yet, for injected requests; `sessions` issues sign-in tokens. */
export interface BuiltServer {
  readonly app: FastifyInstance;
  readonly sessions: SessionStore;
  /** Resolves when `onDecision` has nothing left to do. */
  readonly settled: () => Promise<void>;
}

/** Builds the console's server with all its guards and routes. */
export async function buildServer(options: ConsoleOptions): Promise<BuiltServer> {
  const app = fastify({
    logger: false,
    // A link preview that asks with HEAD must not use up a one-time link.
    exposeHeadRoutes: false,
    bodyLimit: 64 * 1024,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 2000 },
  });
  const sessions = createSessionStore(options);
  const notifier = createNotifier(options);
  const cookie = cookieName(options);
  const context: ConsoleContext = {
    db: options.db,
    clock: options.clock,
    log: options.log,
    workspaceName: options.workspaceName,
    words: createWords(options),
    actor: { steward: options.steward ?? "steward", clock: options.clock },
    sessions,
    cookie,
    decided: () => notifier.decided(),
  };
  app.setErrorHandler((error, request, reply) => sendError(error, { request, reply, context }));
  app.setNotFoundHandler((request, reply) =>
    sendError(new C360Error("CONSOLE_NOT_FOUND", { subject: "page" }), { request, reply, context }),
  );
  await app.register(helmet, {
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
    // Loopback speaks plain HTTP: telling the browser to insist on HTTPS for 127.0.0.1 would break other programs.
    strictTransportSecurity: false,
    // "no-referrer" would make the browser send `Origin: null` with our own forms.
    referrerPolicy: { policy: "same-origin" },
    xFrameOptions: { action: "deny" },
  });
  await app.register(cookiePlugin);
  await app.register(formbody);
  await app.register(rateLimit, { max: REQUESTS_PER_MINUTE, timeWindow: "1 minute" });
  addGuards(app, sessions, cookie);
  await addAssets(app);
  addSignInRoutes(app, context);
  addReviewRoutes(app, context);
  addCustomerRoutes(app, context);
  addOperationRoutes(app, context);
  addApiRoutes(app, context);
  return { app, sessions, settled: () => notifier.settled() };
}

/**
 * Starts the console on 127.0.0.1 and gives a one-time sign-in link.
 * Throws PORT_IN_USE when another program holds the port.
 */
export async function startConsole(options: StartConsoleOptions): Promise<RunningConsole> {
  const { app, sessions, settled } = await buildServer(options);
  try {
    await app.listen({ host: LOOPBACK, port: options.port ?? 0 });
  } catch (error) {
    await app.close();
    throw toC360Error(error);
  }
  const address = app.server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const url = `http://${LOOPBACK}:${port}`;
  const newSignInUrl = (): string => `${url}/sign-in?token=${sessions.issueToken()}`;
  options.log.info({ port }, "console listens on loopback");
  return {
    url,
    port,
    signInUrl: newSignInUrl(),
    newSignInUrl,
    close: async () => {
      sessions.save();
      // Browsers keep connections open; waiting for them would hang the command's end.
      app.server.closeIdleConnections();
      await app.close();
      await settled();
    },
  };
}

async function addAssets(app: FastifyInstance): Promise<void> {
  const folder = new URL("./assets/", import.meta.url);
  const css = await readFile(new URL("console.css", folder), "utf8");
  const js = await readFile(new URL("console.js", folder), "utf8");
  app.get("/assets/console.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(css));
  app.get("/assets/console.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(js));
}

async function sendError(
  thrown: unknown,
  at: { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly context: ConsoleContext },
): Promise<FastifyReply> {
  const { request, reply, context } = at;
  const error = toConsoleError(thrown);
  const status = statusOf(error);
  // Never the query: it can hold a sign-in token or a person's name.
  if (status >= 500) {
    context.log.error({ code: error.code, route: request.routeOptions.url, reason: error.message }, "request failed");
  }
  void reply.code(status);
  const path = pathOf(request);
  if (path.startsWith("/api/") || path === "/healthz" || path === "/readyz") return reply.send(errorBody(error));
  const page = await errorPage({
    workspaceName: context.workspaceName,
    csrf: request.stewardSession?.csrf ?? null,
    error: errorBody(error).error,
    path: request.method === "GET" ? path : "/",
  });
  return reply.type("text/html; charset=utf-8").send(String(page));
}
