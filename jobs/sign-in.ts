import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext, OAuthGrant } from "#core";
import { createHttp } from "#connectors";

/** How long a person may take in the browser. */
const PATIENCE_MS = 10 * 60_000;
const PATH = "/callback";
const tokenAnswer = z.looseObject({ access_token: z.string().min(1), refresh_token: z.string().min(1) });

/** Who asks: the application as the vendor knows it. */
export interface SignInApp {
  /** Source type and title, for errors. */
  readonly source: string;
  readonly vendor: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Port of the loopback address that is registered with the vendor; 0 for any. */
  readonly port: number;
}

/** What a sign-in gives. The refresh token is a secret. */
export interface SignedIn {
  readonly refreshToken: string;
  /** The account that was chosen, where the vendor names it. */
  readonly account: string | null;
}

/**
 * Lets a person sign in: `tell` is given the address to open, the answer comes to a server on loopback (RFC 8252), and the
 * code is exchanged with PKCE. Throws VENDOR_AUTH when it is refused, forged or not answered, and PORT_IN_USE.
 */
export async function signIn(
  grant: OAuthGrant,
  app: SignInApp,
  context: ConnectorContext,
  tell: (address: string, redirect: string) => void,
): Promise<SignedIn> {
  const state = randomBytes(24).toString("base64url");
  const verifier = randomBytes(48).toString("base64url");
  const door = await openDoor(app, context, state);
  try {
    const address = new URL(grant.authorizeUrl);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const parameters = {
      client_id: app.clientId,
      response_type: "code",
      scope: grant.scope,
      redirect_uri: door.redirect,
      state,
      code_challenge: challenge,
      code_challenge_method: "S256",
      ...grant.parameters,
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    tell(address.href, door.redirect);
    const answer = await door.answer;
    const refreshToken = await exchange(grant, app, context, {
      grant_type: "authorization_code",
      code: answer.get("code") ?? "",
      redirect_uri: door.redirect,
      code_verifier: verifier,
    });
    return { refreshToken, account: grant.account === undefined ? null : answer.get(grant.account.parameter) };
  } finally {
    await door.close();
  }
}

interface Door {
  readonly redirect: string;
  /** The parameters of the vendor's answer. */
  readonly answer: Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** A server on loopback that takes one answer with our state, and no other. */
async function openDoor(app: SignInApp, context: ConnectorContext, state: string): Promise<Door> {
  let settle: { resolve(found: URLSearchParams): void; reject(error: Error): void } | null = null;
  const answer = new Promise<URLSearchParams>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Whoever closes the door early has another error to tell.
  answer.catch(() => undefined);
  const server = createServer((asked, reply) => {
    const url = new URL(asked.url ?? "/", "http://127.0.0.1");
    const ours = url.pathname === PATH && isSame(url.searchParams.get("state") ?? "", state);
    const code = url.searchParams.get("code") ?? "";
    const said = url.searchParams.get("error");
    reply.writeHead(ours && code !== "" ? 200 : 400, { "content-type": "text/plain; charset=utf-8" });
    reply.end(ours && code !== "" ? "Connected. You can close this page.\n" : "This is not the answer to a sign-in.\n");
    if (!ours) return;
    if (code === "")
      settle?.reject(refused(app, said === null ? "no code came back" : `the person or vendor said ${said}`));
    else settle?.resolve(url.searchParams);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", () => reject(new C360Error("PORT_IN_USE", { port: app.port, setting: "`--port`" })));
    server.listen(app.port, "127.0.0.1", resolve);
  });
  const waiting = new AbortController();
  context.clock.sleep(PATIENCE_MS, waiting.signal).then(
    () => settle?.reject(refused(app, "nobody signed in within ten minutes")),
    () => undefined,
  );
  return {
    redirect: `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`,
    answer,
    close: () =>
      new Promise((resolve) => {
        waiting.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function exchange(
  grant: OAuthGrant,
  app: SignInApp,
  context: ConnectorContext,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const { host } = new URL(grant.tokenUrl);
  const http = createHttp(context, {
    vendor: app.vendor,
    source: app.source,
    hosts: [host],
    pace: () => ({ key: host, pace: { perMinute: 60, burst: 5 } }),
  });
  for (const secret of [app.clientSecret, form["code"] ?? "", form["code_verifier"] ?? ""]) http.redactor.add(secret);
  const basic = `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString("base64")}`;
  const own = grant.clientAuth === "body" ? { client_id: app.clientId, client_secret: app.clientSecret } : {};
  try {
    const response = await http.request({
      url: grant.tokenUrl,
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json",
        ...(grant.clientAuth === "basic" ? { authorization: basic } : {}),
      },
      body: new URLSearchParams({ ...form, ...own }).toString(),
      accept: [400, 401],
    });
    const body = parsed(response.body.toString("utf8"));
    const found = tokenAnswer.safeParse(body);
    if (response.status < 300 && found.success) return found.data.refresh_token;
    const error = (body as { error?: unknown } | null)?.error;
    throw refused(app, typeof error === "string" ? error : "the answer holds no refresh token");
  } finally {
    await http.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function refused(app: SignInApp, reason: string): C360Error {
  return new C360Error("VENDOR_AUTH", { vendor: app.vendor, source: app.source, reason });
}
