import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { C360Error, toC360Error, workspaceConfigSchema } from "#core";
import type { WorkspacePaths } from "./workspace.ts";
import { loadCountryPack } from "./workspace.ts";

/** What a new workspace is told. */
export interface InitOptions {
  readonly name?: string;
  readonly country: string;
  readonly nonprofit: boolean;
  /** Sources to begin with, beside the drop folder. */
  readonly sources?: Readonly<Record<string, unknown>>;
  readonly ratesFile?: string;
}

/** Makes the folders, c360.yaml with comments, and its JSON Schema for editors. Throws when there is a c360.yaml already. */
export async function initWorkspace(paths: WorkspacePaths, options: InitOptions): Promise<void> {
  if (existsSync(paths.config)) {
    throw new C360Error("USAGE", { problem: `There is a workspace in ${paths.dir} already.`, command: "init" });
  }
  const pack = await loadCountryPack(options.country);
  const port = await freePort();
  try {
    for (const dir of [paths.dir, paths.state, paths.drop, paths.out]) await mkdir(dir, { recursive: true });
    await writeFile(join(paths.state, "c360.schema.json"), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    await writeFile(paths.config, configText(options, { currency: pack.currency, timeZone: pack.timeZone, port }), {
      flag: "wx",
    });
  } catch (error) {
    throw toC360Error(error, paths.dir);
  }
}

/** JSON Schema of c360.yaml, for editors. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(workspaceConfigSchema, { io: "input" });
}

function configText(options: InitOptions, facts: { currency: string; timeZone: string; port: number }): string {
  const sources = { drop: { connector: "excel", settings: { paths: ["drop"] } }, ...options.sources };
  return `# yaml-language-server: $schema=.c360/c360.schema.json
# Customer 360 workspace. Every key but "version" has a default; "c360 doctor" checks this file.
version: 1

# What the firm is called in reports.
name: ${JSON.stringify(options.name ?? "My company")}

# Country pack: place names, phones, legal forms. Its currency is ${facts.currency} unless home_currency says otherwise.
country: ${options.country.toUpperCase()}
# home_currency: ${facts.currency}

# Dated exchange rates for amounts in other currencies: CSV with the columns date,currency,rate
# (home currency for one unit). Amounts without a rate are kept, but left out of sums in ${facts.currency}.
${options.ratesFile === undefined ? "# rates_file: rates.csv" : `rates_file: ${JSON.stringify(options.ratesFile)}`}

# "shop" speaks of customers and sales, "nonprofit" of donors and gifts.
mode: ${options.nonprofit ? "nonprofit" : "shop"}

# Named to web sites that are read, so that their owners can reach you.
# user_agent_contact: "mailto:data@example.com"

# Port of the embedded Postgres on this machine. DATABASE_URL in the environment uses a server of your own instead.
database:
  port: ${facts.port}

# When "c360 schedule" runs the nightly.
schedule:
  at: "02:30"
  time_zone: ${facts.timeZone}

# A read that loses more than this share of a stream's records deletes nothing until you confirm it.
guards:
  max_drop: 0.3
  min_records: 10

# Where customer records come from. "c360 add" writes here; secrets are kept in an encrypted file, not here.
# Each file put into the drop folder is read every night; a sub-folder is an account of its own.
${stringify({ sources })}`;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
