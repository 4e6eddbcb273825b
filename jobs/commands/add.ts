import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { C360Error, toC360Error } from "#core";
import type { SourceConfig } from "#core";
import type { CommandInput } from "../command.ts";
import { recordSource } from "../config-file.ts";
import { describeMapping, tableMappings } from "../mappings.ts";
import { askSecret } from "../prompt.ts";
import { liveRedactor } from "../redaction.ts";
import { signIn } from "../sign-in.ts";
import { connectorContext, openSource, requireConnector, secretName } from "../sources.ts";
import type { Source } from "../sources.ts";
import { openWorkspace, readConfig } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

/** `c360 add`: connects a source and shows what it is, to be sure that it is the right one. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const [name = "", target] = input.args;
  const connector = requireConnector(name);
  return connector.name === "excel"
    ? addFile(workspace, input, target)
    : addVendor(workspace, input, connector.name, target);
}

/** A file is copied into the drop folder, the one place that is read: its successor may be put there later under any name. */
async function addFile(workspace: Workspace, input: CommandInput, target: string | undefined): Promise<number> {
  if (target === undefined) throw new C360Error("USAGE", { problem: "Name the file to add.", command: "add" });
  const file = resolve(target);
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) throw new C360Error("FILE_MISSING", { file });
  const account = input.options["name"];
  const folder = typeof account === "string" ? join(workspace.paths.drop, safeName(account)) : workspace.paths.drop;
  const copy = join(folder, basename(file));
  if (input.options["dryRun"] === true) {
    workspace.out.line(`Would copy ${file} to ${copy}`);
    workspace.out.result({ source: "drop", file, copy, dry_run: true });
    return 0;
  }
  if (copy !== file) await copyInto(file, folder, copy);
  const name = await dropSource(workspace);
  const described = await describeFile(await reopened(workspace), name, copy);
  const { out } = workspace;
  out.line(`Copied ${file} to ${copy}`);
  for (const line of described.lines) out.line(`  ${line}`);
  if (!described.readable) {
    out.line("Put a whole file in its place; until then each run says that it cannot be read.");
    out.result({ source: name, file, copy, tables: described.tables, readable: false });
    return 1;
  }
  out.line("Put next month's file beside it under any name: it will be known by its columns.");
  out.line(`What the columns mean is in ${workspace.paths.config}, for correction. Next: c360 nightly`);
  out.result({ source: name, file, copy, tables: described.tables });
  return 0;
}

async function copyInto(file: string, folder: string, copy: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, `.${basename(copy)}.${process.pid}.tmp`);
    await copyFile(file, temporary);
    await rename(temporary, copy);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "EBUSY" || code === "EACCES")
      throw new C360Error("FILE_LOCKED", { file, reason: code }, { cause: error });
    throw toC360Error(error, folder);
  }
}

/** The source that reads the drop folder; `init` makes it, and it is made again where it was taken out. */
async function dropSource(workspace: Workspace): Promise<string> {
  const found = Object.entries(workspace.config.sources).find(([, source]) => source.connector === "excel");
  if (found !== undefined) return found[0];
  await recordSource(workspace.paths.config, "drop", { connector: "excel", settings: { paths: ["drop"] } });
  return "drop";
}

async function reopened(workspace: Workspace): Promise<Workspace> {
  return { ...workspace, config: await readConfig(workspace.paths.config) };
}

/** Guesses what the tables of the drop folder mean, writes that into c360.yaml, and says it for the tables of one file. */
async function describeFile(
  workspace: Workspace,
  name: string,
  copy: string,
): Promise<{ readonly lines: readonly string[]; readonly tables: readonly unknown[]; readonly readable: boolean }> {
  const source = configured(workspace, name);
  const lines: string[] = [];
  const tables: unknown[] = [];
  const problems: string[] = [];
  await withSessions(workspace, source, async (session) => {
    const streams = await session.discover();
    for (const stream of streams) {
      if (stream.title === basename(copy) && stream.unreadable !== undefined) problems.push(stream.unreadable);
    }
    const { guessed } = await tableMappings(workspace, source, streams);
    for (const guess of guessed) {
      lines.push(describeMapping(guess));
      tables.push({ stream: guess.stream, title: guess.title, ...guess.mapping });
    }
  });
  if (lines.length === 0 && problems.length === 0) lines.push(`${basename(copy)}: its columns are known already`);
  return { lines: [...lines, ...problems], tables, readable: problems.length === 0 };
}

async function addVendor(
  workspace: Workspace,
  input: CommandInput,
  connector: string,
  target: string | undefined,
): Promise<number> {
  const name = typeof input.options["name"] === "string" ? safeName(input.options["name"]) : connector;
  const { house, settings } = settingsFrom(input, targetSetting(connector, target));
  const config: SourceConfig = { connector, enabled: true, ...house, settings };
  const source: Source = { name, config, connector: requireConnector(connector) };
  if (input.options["dryRun"] === true) {
    workspace.out.line(`Would add the source ${name} (${source.connector.title}) to ${workspace.paths.config}`);
    workspace.out.result({ source: name, connector, dry_run: true });
    return 0;
  }
  await collectSecrets(workspace, source, settings, numberOption(input, "port"));
  const account = await checkedAccount(workspace, source);
  await recordSource(workspace.paths.config, name, { connector, ...house, settings });
  workspace.out.line(`Connected ${name}: ${account.name}`);
  for (const [what, value] of Object.entries(account.detected)) workspace.out.line(`  ${what}: ${value}`);
  workspace.out.line("Next: c360 plan shows what would be read; c360 nightly reads it.");
  workspace.out.result({ source: name, connector, account_name: account.name, detected: account.detected });
  return 0;
}

/** Secrets go into the store: given ones, then those that a person types in or gets by signing in. */
async function collectSecrets(
  workspace: Workspace,
  source: Source,
  settings: Record<string, unknown>,
  port: number,
): Promise<void> {
  const { connector, name } = source;
  const keep = (setting: string, value: string): Promise<void> => {
    liveRedactor.add(value);
    delete settings[setting];
    return workspace.secrets.set(secretName(name, setting), value);
  };
  const grant = connector.oauth?.(settings) ?? null;
  const secret = typeof settings["client_secret"] === "string" ? settings["client_secret"] : null;
  for (const setting of connector.secretSettings) {
    const given = settings[setting];
    if (typeof given === "string") await keep(setting, given);
    else if (grant === null || setting === "client_secret") {
      const typed = await askSecret(`${connector.title}: ${setting}`);
      if (typed !== null) await keep(setting, typed);
    }
  }
  if (grant === null) return;
  const clientSecret = secret ?? (await workspace.secrets.get(secretName(name, "client_secret"))) ?? "";
  const context = connectorContext(workspace, source, {
    signal: new AbortController().signal,
    known: () => Promise.resolve([]),
  });
  const clientId = String(settings["client_id"]);
  const app = { source: name, vendor: connector.title, clientId, clientSecret, port };
  const signedIn = await signIn(grant, app, context, (address, redirect) => {
    // To standard error, where it is seen also when the answer is for a program.
    process.stderr.write(`Open this address in a browser and let Customer 360 in:\n\n${address}\n\n`);
    process.stderr.write(`(The vendor must know the redirect address ${redirect})\n`);
  });
  if (grant.account !== undefined && signedIn.account !== null) {
    takeAccount(settings, grant.account.setting, signedIn.account);
  }
  await keep("refresh_token", signedIn.refreshToken);
}

/** The account that was chosen in the browser must be the one that was asked for. */
function takeAccount(settings: Record<string, unknown>, setting: string, account: string): void {
  const asked = settings[setting];
  if (typeof asked === "string" && asked !== account) {
    const problem = `You signed in to ${account}, but ${setting} is ${asked}.`;
    throw new C360Error("USAGE", { problem, command: "add" });
  }
  settings[setting] = account;
}

async function checkedAccount(
  workspace: Workspace,
  source: Source,
): Promise<{ readonly name: string; readonly detected: Readonly<Record<string, string>> }> {
  let found = { name: "", detected: {} as Readonly<Record<string, string>> };
  await withSessions(workspace, source, async (session) => {
    const answer = await session.check();
    if (answer.status === "failed") {
      throw new C360Error("VENDOR_REQUEST", {
        vendor: source.connector.title,
        reason: `${answer.message} ${answer.hint}`,
      });
    }
    found = { name: answer.accountName, detected: answer.detected };
  });
  return found;
}

async function withSessions(
  workspace: Workspace,
  source: Source,
  work: (session: Awaited<ReturnType<typeof openSource>>[number]) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const sessions = await openSource(workspace, source, { signal: stop.signal, known: () => Promise.resolve([]) });
  try {
    for (const session of sessions) await work(session);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

function configured(workspace: Workspace, name: string): Source {
  const config = workspace.config.sources[name];
  if (config === undefined) throw new C360Error("SOURCE_UNKNOWN", { name });
  return { name, config, connector: requireConnector(config.connector) };
}

/** Settings by `--set`, and what the house keeps about a source beside them. */
function settingsFrom(
  input: CommandInput,
  target: Record<string, unknown>,
): { readonly house: Partial<SourceConfig>; readonly settings: Record<string, unknown> } {
  const settings: Record<string, unknown> = {};
  const given = input.options["set"];
  for (const pair of Array.isArray(given) ? (given as readonly string[]) : []) {
    const at = pair.indexOf("=");
    if (at < 1) throw new C360Error("USAGE", { problem: "--set takes key=value.", command: "add" });
    const value = pair.slice(at + 1);
    settings[pair.slice(0, at)] = value.includes(",") && !value.includes("://") ? value.split(",") : value;
  }
  const { allow_private_hosts: hosts, host_delay_ms: delay, ...own } = settings;
  return {
    house: {
      ...(hosts === undefined ? {} : { allow_private_hosts: (Array.isArray(hosts) ? hosts : [hosts]).map(String) }),
      ...(delay === undefined ? {} : { host_delay_ms: Number(delay) }),
    },
    settings: { ...own, ...target },
  };
}

function numberOption(input: CommandInput, name: string): number {
  const value = Number(input.options[name] ?? 0);
  if (Number.isInteger(value) && value >= 0 && value < 65_536) return value;
  throw new C360Error("USAGE", { problem: `--${name} takes a port number.`, command: "add" });
}

/** What the target stands for: the one setting that people have at hand. */
function targetSetting(connector: string, target: string | undefined): Record<string, unknown> {
  if (target === undefined) return {};
  switch (connector) {
    case "google-sheets":
      return { spreadsheet_id: /\/d\/([^/]+)/.exec(target)?.[1] ?? target };
    case "quickbooks":
      return { realm_id: target };
    case "directory":
      return siteSettings(target);
    case "social":
      return { usernames: target.split(",") };
    default:
      return {};
  }
}

/** A site by its address; people leave `https://` out. */
function siteSettings(target: string): Record<string, unknown> {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? target : `https://${target}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || !/[.:]/.test(url.host)) {
    throw new C360Error("USAGE", { problem: `${target} is no web address.`, command: "add" });
  }
  return { start_urls: [address], allow_hosts: [url.host] };
}

function safeName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (safe === "") throw new C360Error("USAGE", { problem: "--name needs letters or digits.", command: "add" });
  return safe;
}
