import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { C360Error } from "#core";
import { PACKAGE_DIR } from "./package.ts";

const address = z.record(z.string(), z.unknown());
const readySchema = z.object({
  ready: z.literal(true),
  name: z.string(),
  today: z.string(),
  quickbooks: address,
  google_sheets: address,
  directories: z.array(z.looseObject({ name: z.string() })),
  social: address,
  campaigns: address,
  rates_file: z.string().nullable(),
  control_url: z.string(),
});

/** What the sample company's vendors say of themselves once they listen. */
export type SampleVendors = z.infer<typeof readySchema>;

/** The sample company at work: a process of its own, so that the product can see it only over HTTP and files. */
export interface SampleCompany {
  readonly vendors: SampleVendors;
  /** Lets the next day happen; gives the new date. */
  advance(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the sample company's vendor servers on loopback. They end with this process, however it ends. */
export async function startSampleCompany(options: {
  readonly dir: string;
  readonly drop: string;
  readonly seed: number;
  readonly scale: number;
  readonly day?: number;
}): Promise<SampleCompany> {
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  const program = new URL("../examples/sample-company/server.ts", import.meta.url);
  const child = spawn(
    process.execPath,
    [
      // What `scripts/build.mjs` built needs no loader.
      ...(program.pathname.endsWith(".js") ? [] : ["--import", import.meta.resolve("tsx")]),
      fileURLToPath(program),
      "--dir",
      options.dir,
      "--drop",
      options.drop,
      "--seed",
      String(options.seed),
      "--scale",
      String(options.scale),
      "--day",
      String(options.day ?? 0),
    ],
    { stdio: ["pipe", "pipe", "pipe"], cwd: PACKAGE_DIR },
  );
  const vendors = await firstLine(child);
  return {
    vendors,
    advance: async () => {
      const answer = await fetch(new URL("/advance", vendors.control_url), { method: "POST" });
      if (!answer.ok) throw new C360Error("INTERNAL", { reason: `the sample company answered ${answer.status}` });
      return z.object({ today: z.string() }).parse(await answer.json()).today;
    },
    stop: () => stopChild(child),
  };
}

/** Sources of c360.yaml for the sample company, and the secrets that belong into the secret store. */
export function sampleSources(vendors: SampleVendors): {
  readonly sources: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
} {
  const sources: Record<string, unknown> = {};
  const secrets: Record<string, Record<string, string>> = {};
  const add = (
    name: string,
    connector: string,
    settings: Record<string, unknown>,
    secret: readonly string[],
    scraped = false,
  ): void => {
    const kept = Object.fromEntries(Object.entries(settings).filter(([key]) => !secret.includes(key)));
    secrets[name] = Object.fromEntries(
      secret.flatMap((key) => (typeof settings[key] === "string" ? [[key, settings[key]]] : [])),
    );
    sources[name] = {
      connector,
      settings: kept,
      allow_private_hosts: privateHosts(settings),
      ...(scraped ? { host_delay_ms: 1000 } : {}),
    };
  };
  add("quickbooks", "quickbooks", vendors.quickbooks, ["client_secret", "refresh_token"]);
  add("contacts", "google-sheets", vendors.google_sheets, ["access_token"]);
  // A port may differ from start to start; the site's name does not.
  for (const { name, ...settings } of vendors.directories) {
    add(name, "directory", { account: name, ...settings }, [], true);
  }
  add("instagram", "social", vendors.social, ["access_token"]);
  add("mailings", "campaigns", vendors.campaigns, ["api_key"]);
  return { sources, secrets };
}

/** `host:port` of every loopback address in some settings. */
function privateHosts(settings: Record<string, unknown>): readonly string[] {
  const found = JSON.stringify(settings).matchAll(/127\.0\.0\.1:\d+/g);
  return [...new Set([...found].map((match) => match[0]))].sort();
}

async function firstLine(child: ChildProcess): Promise<SampleVendors> {
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null)
    throw new C360Error("INTERNAL", { reason: "the sample company has no output" });
  let complaint = "";
  stderr.on("data", (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2000);
  });
  const lines = createInterface({ input: stdout });
  return new Promise((resolve, reject) => {
    lines.once("line", (line) => {
      try {
        resolve(readySchema.parse(JSON.parse(line)));
      } catch (error) {
        reject(
          new C360Error(
            "INTERNAL",
            { reason: "the sample company's first line is not what it should be" },
            { cause: error },
          ),
        );
      }
    });
    child.once("exit", (code) => {
      reject(
        new C360Error("INTERNAL", {
          reason: `the sample company ended with ${code ?? "a signal"}: ${complaint.trim()}`,
        }),
      );
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
