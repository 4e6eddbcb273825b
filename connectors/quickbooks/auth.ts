import { createHash } from "node:crypto";
import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import type { HttpClient } from "../http.ts";
import { parseJson } from "../json.ts";
import type { QuickBooksSettings } from "./settings.ts";

/** Access tokens live an hour; one that ends sooner than this is not used any more. */
const MARGIN_MS = 5 * 60_000;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive(),
});

/** Hands out access tokens; refreshes them under a lease, so that two processes never rotate one token twice. */
export interface Auth {
  /** A token that holds for at least five minutes. `rejected` names one that the vendor just refused. */
  token(rejected?: string): Promise<string>;
}

/** Auth of one company. Tokens are kept in the secret store and seeded from the settings the first time. */
export function createAuth(settings: QuickBooksSettings, context: ConnectorContext, http: HttpClient): Auth {
  const prefix = `quickbooks/${settings.realm_id}`;
  for (const secret of [settings.client_secret, settings.refresh_token]) {
    http.redactor.add(secret);
  }
  http.redactor.add(Buffer.from(`${settings.client_id}:${settings.client_secret}`).toString("base64"));
  let current: Access | null = null;
  const usable = (access: Access | null, rejected?: string): access is Access =>
    access !== null && access.token !== rejected && access.until - MARGIN_MS > context.clock.now();
  return {
    token: async (rejected) => {
      if (usable(current, rejected)) return current.token;
      current = await context.secrets.withLease(prefix, async () => {
        // Somebody else may have refreshed while we waited for the lease.
        const stored = parseAccess(await context.secrets.get(`${prefix}/access_token`), settings);
        if (usable(stored, rejected)) return stored;
        return refresh(settings, context, http, prefix);
      });
      http.redactor.add(current.token);
      return current.token;
    },
  };
}

interface Access {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** An access token belongs to the application and company it was made for: other settings must not use it. */
function bond(settings: QuickBooksSettings): string {
  return createHash("sha256").update(`${settings.client_id} ${settings.token_url}`).digest("hex").slice(0, 12);
}

function parseAccess(text: string | null, settings: QuickBooksSettings): Access | null {
  const [until, made, token] = (text ?? "").split(" ");
  return token === undefined || made !== bond(settings) ? null : { token, until: Number(until) };
}

async function refresh(
  settings: QuickBooksSettings,
  context: ConnectorContext,
  http: HttpClient,
  prefix: string,
): Promise<Access> {
  const name = `${prefix}/refresh_token`;
  const stored = await context.secrets.get(name);
  // A token typed in after the stored one died (the user connected again) is worth one try.
  const candidates = [...new Set([stored ?? settings.refresh_token, settings.refresh_token])];
  for (const candidate of candidates) {
    http.redactor.add(candidate);
    const answer = await ask(settings, http, candidate);
    if (answer === null) continue;
    // The old value dies soon: the new one is safe before it is used.
    await context.secrets.set(name, answer.refresh_token ?? candidate);
    http.redactor.add(answer.refresh_token ?? candidate);
    http.redactor.add(answer.access_token);
    const until = context.clock.now() + answer.expires_in * 1000;
    await context.secrets.set(`${prefix}/access_token`, `${until} ${bond(settings)} ${answer.access_token}`);
    return { token: answer.access_token, until };
  }
  throw new C360Error("VENDOR_AUTH", {
    vendor: "QuickBooks",
    source: "quickbooks",
    reason: "the refresh token is no longer valid (invalid_grant)",
  });
}

/** One refresh; null when the vendor says that the token is dead. */
async function ask(
  settings: QuickBooksSettings,
  http: HttpClient,
  refreshToken: string,
): Promise<z.infer<typeof tokenAnswer> | null> {
  const basic = Buffer.from(`${settings.client_id}:${settings.client_secret}`).toString("base64");
  const response = await http.request({
    url: settings.token_url,
    method: "POST",
    headers: {
      authorization: `Basic ${basic}`,
      accept: "application/json",
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }).toString(),
    accept: [400, 401],
  });
  const body = bodyOf(response.body);
  if (response.status >= 400) {
    const error = (body as { error?: unknown } | null)?.error;
    if (error === "invalid_grant") return null;
    const reason = typeof error === "string" ? error : `status ${response.status}`;
    throw new C360Error("VENDOR_AUTH", { vendor: "QuickBooks", source: "quickbooks", reason });
  }
  const parsed = tokenAnswer.safeParse(body);
  if (!parsed.success) {
    throw new C360Error("VENDOR_SCHEMA", { vendor: "QuickBooks", reason: "the token answer holds no token" });
  }
  return parsed.data;
}

function bodyOf(body: Buffer): unknown {
  try {
    return parseJson(body.toString("utf8"));
  } catch {
    return null;
  }
}
