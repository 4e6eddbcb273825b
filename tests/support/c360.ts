import { spawn } from "node:child_process";
import { join } from "node:path";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");

/** What a command answered. */
export interface Answer {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as JSON; throws with the error output when it is none. */
  json<T = Record<string, unknown>>(): T;
}

/** Runs `c360` as its users do: a process of its own. */
export async function c360(
  words: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Answer> {
  const child = spawn(process.execPath, [C360, ...words], {
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => {
      resolve({
        status,
        signal,
        stdout,
        stderr,
        json: <T>() => {
          const last = stdout.trim().split("\n").at(-1) ?? "";
          try {
            return JSON.parse(last) as T;
          } catch (error) {
            throw new Error(
              `no JSON from c360 ${words.join(" ")} (exit ${status}): ${last.slice(0, 300)} ${stderr.slice(-2000)}`,
              {
                cause: error,
              },
            );
          }
        },
      });
    });
  });
}

export { withFolder as withWorkspace } from "../../scripts/bench/process.ts";

/** What `c360 demo --json` and `c360 nightly --json` answer, as far as tests look at it. */
export interface RunAnswer {
  readonly run_id: string;
  readonly outcome: string;
  readonly content_hash: string;
  readonly rows_changed: number;
  readonly nothing_changed: boolean;
  readonly records: number;
  readonly customers: number;
  readonly questions: number;
  readonly data_as_of: string;
  readonly sources: readonly {
    readonly source: string;
    readonly stream: string;
    readonly outcome: string;
    readonly read: number;
    readonly loaded: number;
    readonly unchanged: number;
    readonly quarantined: number;
    readonly filtered: number;
  }[];
  readonly leads: readonly { readonly rank: number; readonly customer: string; readonly band: string }[];
  readonly files: { readonly xlsx: string; readonly csv: string; readonly report: string; readonly snapshot: string };
  readonly alerts: readonly { readonly code: string }[];
}
