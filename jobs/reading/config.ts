import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { parse } from "yaml";
import { C360Error, seededRandom, silentLogger, systemClock, toC360Error } from "#core";
import type { Connector, ConnectorContext, KnownStream } from "#core";
import type { CommandInput } from "../command.ts";
import { liveRedactor } from "../redaction.ts";
import { createSecretStore } from "../secret-store.ts";
import { describeProblems, readEnvironment, workspaceDir, workspacePaths } from "../workspace.ts";

/** Settings of a source that is read by hand, and what the house rules say about its hosts. */
export interface ReadConfig {
  readonly settings: unknown;
  readonly allowPrivateHosts: readonly string[];
  readonly hostDelayMs: number;
  /** Relative paths in the settings are relative to this folder. */
  readonly baseDir: string;
}

/** Members of a configuration that are no settings of the vendor. */
const HOUSE = ["allow_private_hosts", "host_delay_ms", "connector"] as const;
const DEFAULT_DELAY_MS = 5000;

/**
 * Reads a configuration in YAML or JSON: the settings at the top, or under the connector's name. Throws FILE_MISSING
 * and CONFIG_INVALID, naming every problem and no value.
 */
export async function readConfigFile(file: string, connector: Connector): Promise<ReadConfig> {
  const path = resolve(file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new C360Error("FILE_MISSING", { file });
    throw toC360Error(error, file);
  });
  let value: unknown;
  try {
    // Account numbers can be longer than a double holds.
    value = plainNumbers(parse(text, { intAsBigInt: true }) ?? {});
  } catch {
    throw new C360Error("CONFIG_INVALID", { file, problems: "it is neither YAML nor JSON" });
  }
  return toReadConfig(value, connector, { file, baseDir: dirname(path) });
}

/** Settings from a parsed value. Throws CONFIG_INVALID. */
export function toReadConfig(
  value: unknown,
  connector: Connector,
  about: { readonly file: string; readonly baseDir: string },
): ReadConfig {
  const outer = objectOf(value, about.file);
  const inner = outer[connector.name] ?? outer[connector.name.replaceAll("-", "_")];
  const nested = inner !== null && typeof inner === "object" && !Array.isArray(inner);
  const settings: Record<string, unknown> = { ...(nested ? (inner as Record<string, unknown>) : outer) };
  const house = { ...outer, ...settings };
  for (const name of HOUSE) delete settings[name];
  for (const secret of connector.secretSettings) {
    if (typeof settings[secret] === "string") liveRedactor.add(settings[secret]);
  }
  const parsed = connector.settings.safeParse(settings);
  if (!parsed.success) {
    throw new C360Error("CONFIG_INVALID", { file: about.file, problems: describeProblems(parsed.error) });
  }
  const hosts = house["allow_private_hosts"];
  const delay = house["host_delay_ms"];
  return {
    settings: parsed.data,
    allowPrivateHosts: Array.isArray(hosts) ? hosts.map(String) : typeof hosts === "string" ? [hosts] : [],
    hostDelayMs: typeof delay === "number" ? delay : DEFAULT_DELAY_MS,
    baseDir: about.baseDir,
  };
}

function objectOf(value: unknown, file: string): Record<string, unknown> {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new C360Error("CONFIG_INVALID", { file, problems: "(top): it has no settings" });
}

function plainNumbers(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainNumbers(inner)]));
}

/** Where tokens that rotate are kept: in the workspace, or under C360_HOME where there is none. */
export function secretsDir(input: CommandInput): string {
  const paths = workspacePaths(workspaceDir(input));
  if (existsSync(paths.config)) return paths.state;
  const home = process.env["C360_HOME"];
  return home === undefined || home === "" ? join(homedir(), ".c360") : resolve(home);
}

/** What a connector is lent when it is read by hand. */
export function readingContext(
  input: CommandInput,
  config: ReadConfig,
  rest: { readonly signal: AbortSignal; readonly known: readonly KnownStream[] },
): ConnectorContext {
  const clock = systemClock;
  return {
    clock,
    random: seededRandom(process.pid),
    log: silentLogger,
    secrets: createSecretStore({ dir: secretsDir(input), env: readEnvironment(), clock }),
    signal: rest.signal,
    limits: { hostDelayMs: config.hostDelayMs, timeoutMs: 60_000, maxBodyBytes: 50 * 1024 * 1024 },
    allowPrivateHosts: config.allowPrivateHosts,
    known: () => Promise.resolve(rest.known),
    baseDir: config.baseDir,
    hide: (secret) => liveRedactor.add(secret),
    userAgent: "Customer360/0.1 (c360 read)",
  };
}
