import { createSign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import type { HttpClient } from "../http.ts";
import { parseJson } from "../json.ts";
import { SCOPES } from "./settings.ts";
import type { GoogleSheetsSettings } from "./settings.ts";

const keyFile = z.looseObject({
  client_email: z.string().min(3),
  private_key: z.string().includes("PRIVATE KEY"),
  private_key_id: z.string().optional(),
});
const tokenAnswer = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive().default(3600) });

/** Hands out access tokens. */
export interface Auth {
  /** `rejected` names a token that was just refused. Throws VENDOR_AUTH when no other one can be had. */
  token(rejected?: string): Promise<string>;
  /** Address with which the sheet has to be shared; null with a user's own token. */
  email(): Promise<string | null>;
}

/** Auth of one spreadsheet's reader. */
export function createAuth(settings: GoogleSheetsSettings, context: ConnectorContext, http: HttpClient): Auth {
  const given = settings.access_token;
  if (settings.refresh_token !== undefined) return userAuth(settings, settings.refresh_token, context, http);
  if (given !== undefined) {
    http.redactor.add(given);
    return {
      token: (rejected) =>
        rejected === undefined ? Promise.resolve(given) : Promise.reject(refused("the access token has ended")),
      email: () => Promise.resolve(null),
    };
  }
  const path = resolve(context.baseDir, settings.service_account_file ?? "");
  let current: { readonly token: string; readonly until: number } | null = null;
  return {
    token: async (rejected) => {
      if (current !== null && current.token !== rejected && current.until - 60_000 > context.clock.now())
        return current.token;
      const key = await readKey(path, http);
      const answer = await exchange(assertion(key, settings.token_url, context.clock.now()), settings, http);
      http.redactor.add(answer.access_token);
      current = { token: answer.access_token, until: context.clock.now() + answer.expires_in * 1000 };
      return current.token;
    },
    email: async () => (await readKey(path, http)).client_email,
  };
}

/** A user's own sign-in. Google seldom rotates the refresh token; where it does, the new one is kept before it is used. */
function userAuth(settings: GoogleSheetsSettings, seed: string, context: ConnectorContext, http: HttpClient): Auth {
  const name = `google-sheets/${settings.client_id ?? ""}/${settings.spreadsheet_id}`;
  for (const secret of [seed, settings.client_secret ?? "", settings.access_token ?? ""]) http.redactor.add(secret);
  let current: { readonly token: string; readonly until: number } | null =
    settings.access_token === undefined
      ? null
      : { token: settings.access_token, until: context.clock.now() + 30 * 60_000 };
  return {
    token: async (rejected) => {
      if (current !== null && current.token !== rejected && current.until - 60_000 > context.clock.now())
        return current.token;
      current = await context.secrets.withLease(name, async () => {
        const stored = (await context.secrets.get(`${name}/refresh_token`)) ?? seed;
        http.redactor.add(stored);
        const answer = await askToken(settings, http, {
          grant_type: "refresh_token",
          refresh_token: stored,
          client_id: settings.client_id ?? "",
          ...(settings.client_secret === undefined ? {} : { client_secret: settings.client_secret }),
        });
        const { refresh_token: next } = answer;
        if (typeof next === "string" && next !== "" && next !== stored) {
          http.redactor.add(next);
          await context.secrets.set(`${name}/refresh_token`, next);
        }
        return { token: answer.access_token, until: context.clock.now() + answer.expires_in * 1000 };
      });
      http.redactor.add(current.token);
      return current.token;
    },
    email: () => Promise.resolve(null),
  };
}

async function readKey(path: string, http: HttpClient): Promise<z.infer<typeof keyFile>> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new C360Error("FILE_MISSING", { file: basename(path) });
  });
  const parsed = keyFile.safeParse(parseOrNull(text));
  if (!parsed.success) throw refused(`${basename(path)} is no service account key`);
  http.redactor.add(parsed.data.private_key);
  return parsed.data;
}

function parseOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** A signed statement of who asks for what, valid for an hour (RFC 7523). */
function assertion(key: z.infer<typeof keyFile>, audience: string, now: number): string {
  const issued = Math.floor(now / 1000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const head = encode({
    alg: "RS256",
    typ: "JWT",
    ...(key.private_key_id === undefined ? {} : { kid: key.private_key_id }),
  });
  const claims = encode({ iss: key.client_email, scope: SCOPES, aud: audience, iat: issued, exp: issued + 3600 });
  try {
    const signature = createSign("RSA-SHA256").update(`${head}.${claims}`).sign(key.private_key, "base64url");
    return `${head}.${claims}.${signature}`;
  } catch {
    throw refused("the private key of the service account cannot be used");
  }
}

function exchange(jwt: string, settings: GoogleSheetsSettings, http: HttpClient): Promise<z.infer<typeof tokenAnswer>> {
  http.redactor.add(jwt);
  return askToken(settings, http, { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: jwt });
}

async function askToken(
  settings: GoogleSheetsSettings,
  http: HttpClient,
  form: Readonly<Record<string, string>>,
): Promise<z.infer<typeof tokenAnswer>> {
  const response = await http.request({
    url: settings.token_url,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
    accept: [400, 401],
  });
  const body = parseOrNull(response.body.toString("utf8"));
  const parsed = tokenAnswer.safeParse(body);
  if (response.status < 400 && parsed.success) return parsed.data;
  const error = (body as { error?: unknown } | null)?.error;
  throw refused(typeof error === "string" ? error : `status ${response.status}`);
}

function refused(reason: string): C360Error {
  return new C360Error("VENDOR_AUTH", { vendor: "Google Sheets", source: "google-sheets", reason });
}
