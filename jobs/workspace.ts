import { mkdir, readdir, readFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import {
  C360Error,
  countryPackSchema,
  createLogger,
  environmentSchema,
  systemClock,
  toC360Error,
  workspaceConfigSchema,
} from "#core";
import type { Clock, CountryPack, Environment, Logger, SecretStore, WorkspaceConfig } from "#core";
import type { CommandInput } from "./command.ts";
import { openLogFile } from "./log-file.ts";
import { createOutput } from "./output.ts";
import type { Output } from "./output.ts";
import { PACKAGE_DIR } from "./package.ts";
import { liveRedactor } from "./redaction.ts";
import { createSecretStore } from "./secret-store.ts";

const PACKS_DIR = join(PACKAGE_DIR, "packs");

/** Places inside a workspace. */
export interface WorkspacePaths {
  readonly dir: string;
  readonly config: string;
  /** Lock, secrets, where the server lives: nothing that a person edits. */
  readonly state: string;
  readonly data: string;
  readonly drop: string;
  readonly out: string;
  readonly warehouse: string;
  readonly logs: string;
}

/** An opened workspace: configuration, country pack, secrets, logger, output. */
export interface Workspace {
  readonly paths: WorkspacePaths;
  readonly config: WorkspaceConfig;
  readonly env: Environment;
  readonly pack: CountryPack;
  readonly homeCurrency: string;
  readonly timeZone: string;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly out: Output;
}

/** The folder that a command works in: flag over environment over the current folder. */
export function workspaceDir(input: CommandInput, fallback = "."): string {
  const flag = input.options["workspace"];
  return resolve(typeof flag === "string" ? flag : (process.env["C360_WORKSPACE"] ?? fallback));
}

/** Where things lie in a workspace. */
export function workspacePaths(dir: string): WorkspacePaths {
  return {
    dir,
    config: join(dir, "c360.yaml"),
    state: join(dir, ".c360"),
    data: join(dir, "data"),
    drop: join(dir, "drop"),
    out: join(dir, "out"),
    warehouse: join(dir, "warehouse"),
    logs: join(dir, "logs"),
  };
}

/** Output of a command from its flags. */
export function commandOutput(input: CommandInput, clock: Clock = systemClock): Output {
  return createOutput({ json: input.options["json"] === true, clock, env: process.env });
}

/** Opens the workspace that a command names. Throws CONFIG_MISSING or CONFIG_INVALID. */
export async function openWorkspace(input: CommandInput, fallback = "."): Promise<Workspace> {
  const clock = systemClock;
  const paths = workspacePaths(workspaceDir(input, fallback));
  if (!existsSync(paths.config)) throw new C360Error("CONFIG_MISSING", { dir: paths.dir });
  const env = readEnvironment();
  const config = await readConfig(paths.config);
  const pack = await loadCountryPack(config.country);
  await mkdir(paths.state, { recursive: true }).catch((error: unknown) => {
    throw toC360Error(error, paths.state);
  });
  const level = logLevel(input, env);
  return {
    paths,
    config,
    env,
    pack,
    homeCurrency: config.home_currency ?? pack.currency,
    timeZone: config.schedule.time_zone ?? pack.timeZone,
    secrets: createSecretStore({ dir: paths.state, env, clock }),
    clock,
    log: createLogger({ level, redactor: liveRedactor, stream: openLogFile(paths.logs) }),
    out: commandOutput(input, clock),
  };
}

/** Reads and validates c360.yaml; every problem is named at once. */
export async function readConfig(file: string): Promise<WorkspaceConfig> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw toC360Error(error, file);
  });
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    const problem = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "not YAML";
    throw new C360Error("CONFIG_INVALID", { file, problems: problem }, { cause: error });
  }
  const result = workspaceConfigSchema.safeParse(value);
  if (!result.success) throw new C360Error("CONFIG_INVALID", { file, problems: describeProblems(result.error) });
  return result.data;
}

/** One line for each problem: where and what, never the value. */
export function describeProblems(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.map(String).join(".") || "(top)"}: ${issue.message}`).join("; ");
}

/** Codes of the countries that have a pack, in order. */
export async function packedCountries(): Promise<readonly string[]> {
  const found = await readdir(PACKS_DIR, { withFileTypes: true });
  return found.flatMap((entry) => (entry.isDirectory() ? [entry.name.toUpperCase()] : [])).sort();
}

/** The code that --country names. Throws USAGE for a country without a pack, as an error of the command named. */
export async function namedCountry(given: string, command: string): Promise<string> {
  const [country, there] = [given.toUpperCase(), await packedCountries()];
  if (there.includes(country)) return country;
  const problem = `There is no country pack ${country}; --country takes ${there.join(", ")}.`;
  throw new C360Error("USAGE", { problem, command });
}

/** Reads a country pack from `packs/`. Throws CONFIG_INVALID naming the packs that exist. */
export async function loadCountryPack(country: string): Promise<CountryPack> {
  const file = join(PACKS_DIR, country.toLowerCase(), "pack.json");
  if (!existsSync(file)) {
    throw new C360Error("CONFIG_INVALID", {
      file: "c360.yaml",
      problems: `country: there is no country pack ${country} (there are ${(await packedCountries()).join(", ")})`,
    });
  }
  return countryPackSchema.parse(JSON.parse(await readFile(file, "utf8")));
}

/** The environment variables that the product reads, validated. */
export function readEnvironment(): Environment {
  const result = environmentSchema.safeParse(process.env);
  if (result.success) return result.data;
  throw new C360Error("CONFIG_INVALID", { file: "the environment", problems: describeProblems(result.error) });
}

function logLevel(input: CommandInput, env: Environment): "debug" | "info" | "warn" | "error" | "silent" {
  const levels = ["debug", "info", "warn", "error", "silent"] as const;
  const flag = input.options["logLevel"];
  return levels.find((level) => level === flag) ?? env.C360_LOG_LEVEL ?? "info";
}
