import { spawn, type ChildProcess } from "node:child_process";
import { createPrivateKey, createSign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ready {
  readonly today: string;
  readonly now: string;
  readonly quickbooks: Record<
    "realm_id" | "client_id" | "client_secret" | "refresh_token" | "base_url" | "token_url",
    string
  >;
  readonly google_sheets: Record<
    "spreadsheet_id" | "service_account_file" | "base_url" | "drive_base_url" | "token_url",
    string
  >;
  readonly directories: readonly {
    readonly name: string;
    readonly start_urls: readonly string[];
    readonly allow_hosts: readonly string[];
  }[];
  readonly social: {
    readonly access_token: string;
    readonly user_id: string;
    readonly base_url: string;
    readonly usernames: readonly string[];
  };
  readonly campaigns: Record<"api_key" | "base_url", string>;
  readonly control_url: string;
}

export interface Company {
  readonly child: ChildProcess;
  readonly ready: Ready;
  readonly dir: string;
  readonly drop: string;
  stop(): Promise<number | null>;
}

const folders: string[] = [];

/** A new temporary folder, gone after {@link cleanUp}. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "c360-sample-"));
  folders.push(folder);
  return folder;
}

/** Removes the temporary folders. */
export function cleanUp(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** Starts the sample company as its users do: as a child process that prints one line. */
export async function startCompany(args: readonly string[], home = tempFolder()): Promise<Company> {
  const [dir, drop] = [join(home, "dir"), join(home, "work", "drop")];
  const line = ["--import", "tsx", "examples/sample-company/server.ts", "--dir", dir, "--drop", drop, ...args];
  const child = spawn(process.execPath, line, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const ready = await new Promise<Ready>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (part: Buffer) => {
      text += part.toString("utf8");
      if (text.includes("\n")) resolve(JSON.parse(text) as Ready);
    });
    child.once("exit", (code) => reject(new Error(`sample company ended with ${code}`)));
  });
  return {
    child,
    ready,
    dir,
    drop,
    stop: () => {
      child.stdin?.end();
      return ended;
    },
  };
}

/** A JSON answer with its status; the tests look into vendors' bodies freely. */
export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** Fetches; an answer that is no JSON has an empty body. */
export async function get(url: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Got> {
  const answer = await fetch(url, { ...init, headers });
  const text = await answer.text();
  const isJson = text.startsWith("{");
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : {}) as Got["body"],
  };
}

/** Trades a refresh token for an access token. */
export async function refresh(ready: Ready, token: string): Promise<Got> {
  const { client_id: id, client_secret: secret, token_url: url } = ready.quickbooks;
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const body = new URLSearchParams({ grant_type: "refresh_token", refresh_token: token }).toString();
  return get(url, { authorization, "content-type": "application/x-www-form-urlencoded" }, { method: "POST", body });
}

/** Asks the books, waiting as throttle answers say. */
export function asker(ready: Ready, access: string): (path: string) => Promise<Got> {
  return async (path) => {
    for (;;) {
      const got = await get(`${ready.quickbooks.base_url}/v3/company/${ready.quickbooks.realm_id}/${path}`, {
        authorization: `Bearer ${access}`,
      });
      if (got.status !== 429) return got;
      await new Promise((resolve) => setTimeout(resolve, Number(got.headers.get("retry-after")) * 1000));
    }
  };
}

/** Access token of the service account. */
export async function sheetsToken(ready: Ready): Promise<string> {
  const account = JSON.parse(readFileSync(ready.google_sheets.service_account_file, "utf8")) as Record<string, string>;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = 1_780_000_000;
  const scope = "https://www.googleapis.com/auth/spreadsheets.readonly";
  const claims = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: account["client_email"], scope, aud: account["token_uri"], iat, exp: iat + 3600 })}`;
  const signature = createSign("RSA-SHA256")
    .update(claims)
    .sign(createPrivateKey(account["private_key"] ?? ""), "base64url");
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: `${claims}.${signature}`,
  });
  const got = await get(ready.google_sheets.token_url, {}, { method: "POST", body });
  return String(got.body["access_token"]);
}
