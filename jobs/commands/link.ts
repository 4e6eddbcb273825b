import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { setFlagsFromString } from "node:v8";
import { C360Error, systemClock } from "#core";
import { linkRecords, parseSettings, serialiseSettings } from "#identity";
import type { LinkageSettings, LinkOptions, LinkResult } from "#identity";
import type { CommandInput } from "../command.ts";
import { fieldMapText, readRecordFiles } from "../linkage/read-records.ts";
import type { RecordFiles } from "../linkage/read-records.ts";
import {
  readAnswers,
  writeCandidates,
  writeClusters,
  writePairs,
  writeQuestions,
  writeRelations,
  writeText,
} from "../linkage/outputs.ts";
import type { Answers } from "../linkage/outputs.ts";
import { snakeKeys } from "../linkage/snake-keys.ts";
import { ThreadTeam } from "../linkage/thread-team.ts";
import { readNamedText, requireFolderOf } from "../named-files.ts";
import type { Output } from "../output.ts";
import { commandOutput } from "../workspace.ts";

const text = (input: CommandInput, name: string): string | undefined => {
  const value = input.options[name];
  return typeof value === "string" ? value : undefined;
};

/**
 * How much code the compiler may copy into one function. Linking is short work by many functions: with the usual 920 a
 * quarter of all processor time goes into compiling, once in every thread.
 */
const LESS_INLINING = "--max-inlined-bytecode-size-cumulative=300";

/** `c360 link`: who is who in files, without a workspace. Abstaining is no failure. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const started = systemClock.now();
  const target = text(input, "out");
  if (target === undefined) throw usage("Say where the clusters go: --out clusters.csv.");
  for (const name of OUTPUTS) await requireFolderOf(text(input, name) ?? target);
  const options = await readOptions(input);
  setFlagsFromString(LESS_INLINING);
  out.step("Read");
  const team = await openTeam(input.args, options.threads ?? 1);
  try {
    return await linkFiles(input, { out, started, target, options, team });
  } finally {
    await team?.close();
  }
}

/** Files that are written: their folders must be there before an hour of work, not after it. */
const OUTPUTS = ["out", "pairs", "candidates", "questions", "relations", "settingsOut", "fieldsOut", "report"] as const;

/** Smaller files are linked sooner than another thread has started. */
const LEAST_BYTES = 2_000_000;

async function openTeam(files: readonly string[], threads: number): Promise<ThreadTeam | undefined> {
  if (threads < 2) return undefined;
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0) < LEAST_BYTES ? undefined : new ThreadTeam(threads);
}

interface LinkRun {
  readonly out: Output;
  readonly started: number;
  readonly target: string;
  readonly options: RunOptions;
  readonly team: ThreadTeam | undefined;
}

async function linkFiles(input: CommandInput, run: LinkRun): Promise<number> {
  const { out, started, target, options, team } = run;
  const [fields, country] = [text(input, "fields"), text(input, "country")];
  const read = await readRecordFiles({
    files: input.args,
    command: "link",
    ...(team === undefined ? {} : { team }),
    ...(options.settings === undefined ? {} : { lexicon: options.settings.lexicon }),
    ...(fields === undefined ? {} : { fields }),
    ...(country === undefined ? {} : { country }),
  });
  out.done(`${read.records.length.toLocaleString("en")} records`);
  await tellMap(out, read, text(input, "fieldsOut"));
  const order = read.records.map(({ key }) => key);
  const answersFile = text(input, "answers");
  const answers = answersFile === undefined ? NO_ANSWERS : await readAnswers(answersFile, new Set(order));
  if (answers.unknown > 0)
    out.line(
      `  ${basename(answersFile ?? "")}: ${answers.unknown} answers are about records that are not in the list; they are left out`,
    );
  const readSeconds = (systemClock.now() - started) / 1000;
  const result = await linkAll(run, read, answers);
  await writeOutputs(input, target, result, order);
  const report = {
    files: input.args.map((file) => basename(file)),
    ...(snakeKeys(result.report) as object),
    seconds: { read: readSeconds, ...result.report.seconds, total: (systemClock.now() - started) / 1000 },
    cpu_seconds: Math.round(process.resourceUsage().userCPUTime / 10_000) / 100,
    peak_memory_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    questions: result.questions.length,
    relations: result.relations.length,
    answers: { used: answers.constraints.length, unknown_records: answers.unknown },
    field_map: read.map,
    field_map_guessed: read.guessed,
    country: read.pack.country,
    notices: read.notices,
    seed: options.seed,
  };
  const reportFile = text(input, "report");
  if (reportFile !== undefined) await writeText(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  tellResult(out, result, target);
  out.result(report);
  return 0;
}

const NO_ANSWERS: Answers = { constraints: [], unknown: 0 };

type RunOptions = Pick<LinkOptions, "precision" | "seed" | "threads" | "settings">;

async function readOptions(input: CommandInput): Promise<RunOptions> {
  const settings = await readSettings(text(input, "settings"));
  return {
    precision: readPrecision(text(input, "precision")),
    seed: readWhole(text(input, "seed"), "--seed", 1),
    threads: readWhole(text(input, "threads"), "--threads", 2),
    ...(settings === undefined ? {} : { settings }),
  };
}

async function linkAll({ out, options, team }: LinkRun, read: RecordFiles, answers: Answers): Promise<LinkResult> {
  const { one_record_per_entity: once } = read.map;
  out.step("Link");
  const isShared = read.prepared.length > 0;
  // A list too long to be held twice is linked here alone.
  if (!isShared) await team?.close();
  const helper = isShared ? team?.helper(read.prepared) : undefined;
  const result = await linkRecords(
    {
      ...options,
      records: read.records,
      consume: true,
      constraints: answers.constraints,
      pack: read.pack,
      ...(once === undefined || once === false ? {} : { oneRecordPerEntity: once }),
      now: () => systemClock.now(),
      onProgress: (phase, done, total) => out.progress(done, total, phase),
    },
    { prepared: read.prepared, ...(helper === undefined ? {} : { helper }) },
  );
  out.done(`${result.report.clusters.toLocaleString("en")} clusters`);
  return result;
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "link" });
}

function readPrecision(given: string | undefined): number {
  const value = given === undefined ? 0.995 : Number(given);
  if (Number.isFinite(value) && value >= 0.5 && value < 1) return value;
  throw usage(`--precision ${given ?? ""} is no share from 0.5 to below 1.`);
}

function readWhole(given: string | undefined, flag: string, other: number): number {
  const value = given === undefined ? other : Number(given);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return value;
  throw usage(`${flag} ${given ?? ""} is no whole number.`);
}

async function readSettings(file: string | undefined): Promise<LinkageSettings | undefined> {
  if (file === undefined) return undefined;
  return parseSettings(await readNamedText(file), { file: basename(file), command: "link" });
}

async function tellMap(out: Output, read: RecordFiles, target: string | undefined): Promise<void> {
  for (const notice of read.notices) out.line(`  ${notice}`);
  if (read.guessed) {
    out.line("No field map was given; this was guessed (--fields-out writes it, --fields takes it back mended):");
    for (const line of fieldMapText(read.map).trimEnd().split("\n")) out.line(`  ${line}`);
  }
  if (Object.keys(read.map.fields).length === 0)
    out.line("  No column was recognised, so every record stays alone: name the columns in a map (--fields MAP.yaml).");
  if (target !== undefined) await writeText(target, fieldMapText(read.map));
}

async function writeOutputs(
  input: CommandInput,
  target: string,
  result: LinkResult,
  order: readonly string[],
): Promise<void> {
  await writeClusters(target, result, order);
  const [pairs, candidates] = [text(input, "pairs"), text(input, "candidates")];
  const [questions, relations] = [text(input, "questions"), text(input, "relations")];
  const settings = text(input, "settingsOut");
  if (pairs !== undefined) await writePairs(pairs, result);
  if (candidates !== undefined) await writeCandidates(candidates, result);
  if (questions !== undefined) await writeQuestions(questions, result);
  if (relations !== undefined) await writeRelations(relations, result);
  if (settings !== undefined) await writeText(settings, serialiseSettings(result.settings));
}

function tellResult(out: Output, result: LinkResult, target: string): void {
  const { report } = result;
  const count = (n: number): string => n.toLocaleString("en");
  out.line(`${count(report.rows)} records are ${count(report.clusters)} customers → ${target}`);
  out.line(
    `  ${count(report.autoClusters)} clusters when only what is sure at precision ${report.precision} is merged; ${count(result.questions.length)} questions; ${count(result.relations.length)} relations`,
  );
  for (const { kind, reason } of report.abstentions) out.line(`  ${kind}: nothing is merged unattended. ${reason}`);
  if (report.contradictions.length > 0)
    out.line(`  ${count(report.contradictions.length)} answers contradict others and were left out`);
}
