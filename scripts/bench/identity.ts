import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readTableFile, writeTableFile } from "../../jobs/table-files.ts";
import type { TableCell, TableFile } from "../../jobs/table-files.ts";
import { atLeast, atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { benchLive, benchLiveMillion, benchSteward } from "./identity-live.ts";
import { calibrationError } from "./calibration.ts";
import { benchRelations } from "./identity-relations.ts";
import { benchMillion, benchScale, benchShared } from "./identity-scale.ts";
import { IDENTITY_SETS, NOISE_BARS, setFile, TRAP_BARS } from "./identity-sets.ts";
import type { IdentitySet } from "./identity-sets.ts";
import { answer, measure } from "./process.ts";
import type { Measured } from "./process.ts";

const PARTS = ["sets", "names", "order", "scale", "shared", "million", "steward", "live", "live-million"] as const;

/** Parts that take many minutes: measured only where they are named. */
const LONG: readonly string[] = ["million", "live-million"];

/**
 * Linkage on the labelled sets, through the commands themselves. Words choose parts (sets, names, order, scale, shared,
 * million, steward, live, live-million) or sets by name; without words everything is measured save the two with a million
 * records. `live-million` holds all of them in this process: give it NODE_OPTIONS=--max-old-space-size=8192.
 */
export async function* benchIdentity(words: readonly string[]): AsyncGenerator<Figure> {
  const wants = (part: (typeof PARTS)[number]): boolean =>
    words.includes(part) || (words.length === 0 && !LONG.includes(part));
  const named = IDENTITY_SETS.filter(({ folder, name }) => words.includes(folder) || words.includes(name));
  const dir = await mkdtemp(join(tmpdir(), "c360-identity-"));
  try {
    for (const set of wants("sets") ? IDENTITY_SETS : named) yield* benchSet(set, dir);
    if (wants("names")) yield* benchNames(dir);
    if (wants("order")) yield* benchOrder(dir);
    if (wants("scale")) yield* benchScale(dir);
    if (wants("shared")) yield* benchShared(dir);
    if (wants("million")) yield* benchMillion(dir);
    if (wants("steward")) yield* benchSteward(dir);
    if (wants("live")) yield* benchLive(dir);
    if (wants("live-million")) yield* benchLiveMillion(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

interface Scores {
  readonly pairwise: { readonly precision: number; readonly recall: number; readonly f1: number };
  readonly bcubed: { readonly f1: number };
  readonly exact: { readonly f1: number };
  readonly found_pairs: number;
  readonly false_pairs: number;
  readonly traps?: readonly { readonly trap: string; readonly rate: number; readonly pairs: number }[];
  readonly noise?: readonly { readonly noise: string; readonly recall: number; readonly pairs: number }[];
}

async function link(set: IdentitySet, records: string, dir: string, ...more: string[]): Promise<Measured> {
  await writeFile(join(dir, "map.yaml"), set.map);
  const out = ["--out", join(dir, "clusters.csv"), "--report", join(dir, "report.json")];
  const run = await measure(["link", records, "--fields", join(dir, "map.yaml"), ...out, "--json", ...more]);
  if (run.status !== 0) throw new Error(`${set.name}: exit ${String(run.status)}: ${run.stderr.slice(-500)}`);
  return run;
}

async function judge(dir: string, ...words: string[]): Promise<Scores> {
  return answer(await measure(["evaluate", join(dir, "clusters.csv"), "--json", ...words])) as unknown as Scores;
}

async function* benchSet(set: IdentitySet, dir: string): AsyncGenerator<Figure> {
  const [records, truth] = [setFile(set.folder, "records.csv"), setFile(set.folder, "truth.csv")];
  if (records === null || truth === null) {
    yield { what: set.name, value: "missing: ../shared/data/identity is not there" };
    return;
  }
  const files = ["pairs", "candidates", "questions", "relations"].flatMap((name) => [
    `--${name}`,
    join(dir, `${name}.csv`),
  ]);
  const run = await link(set, records, dir, ...files);
  const report = JSON.parse(await readFile(join(dir, "report.json"), "utf8")) as {
    readonly rows: number;
    readonly candidates: number;
    readonly questions: number;
    readonly seconds: Readonly<Record<string, number>>;
  };
  const detail = setFile(set.folder, "truth_detail.csv");
  const scores = await judge(dir, "--truth", truth, ...(detail === null ? [] : ["--detail", detail]));
  const auto = await judge(dir, "--truth", truth, "--column", "auto_cluster_id");
  const at = (what: string): string => `${set.name}: ${what}`;
  yield set.f1 === undefined
    ? { what: at("F1"), value: round(scores.pairwise.f1) }
    : atLeast(at("F1"), scores.pairwise.f1, set.f1);
  yield { what: at("precision"), value: round(scores.pairwise.precision) };
  yield { what: at("recall"), value: round(scores.pairwise.recall) };
  yield set.bcubed === undefined
    ? { what: at("B-cubed F1"), value: round(scores.bcubed.f1) }
    : atLeast(at("B-cubed F1"), scores.bcubed.f1, set.bcubed);
  yield { what: at("exact clusters F1"), value: round(scores.exact.f1) };
  yield { what: at("pairs merged unattended"), value: auto.found_pairs };
  const allowed = 0.005 * auto.found_pairs + 1;
  yield {
    ...atMost(at("false ones among them"), auto.false_pairs, "pairs", allowed),
    bar: `<= ${allowed.toFixed(1)} where 200 are merged`,
  };
  const per100 = (100 * report.questions) / report.rows;
  yield set.questions === undefined
    ? { what: at("questions per 100 records"), value: round(per100) }
    : atMost(at("questions per 100 records"), per100, "", set.questions);
  yield* timing(set, run, report.seconds["total"] ?? run.seconds);
  yield* candidateFigures(set, dir, truth, report);
  const error = await calibrationOfPairs(dir, truth);
  yield set.calibration === undefined
    ? { what: at("calibration error"), value: round(error) }
    : atMost(at("calibration error"), error, "", set.calibration);
  if (set.folder === "smb_mixed" && detail !== null)
    yield* benchRelations(set.name, join(dir, "relations.csv"), detail);
  for (const { trap, rate, pairs } of set.folder === "smb_mixed" ? (scores.traps ?? []) : []) {
    const bar = TRAP_BARS[trap];
    if (bar !== undefined) yield { ...atMost(at(`trap ${trap}, ${pairs} pairs`), rate, "merged", bar) };
  }
  for (const { noise, recall, pairs } of set.folder === "smb_mixed" ? (scores.noise ?? []) : []) {
    const bar = NOISE_BARS[noise];
    if (bar !== undefined) yield atLeast(at(`recall with ${noise}, ${pairs} pairs`), recall, bar);
  }
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

function* timing(set: IdentitySet, run: Measured, seconds: number): Generator<Figure> {
  const what = (name: string): string => `${set.name}: ${name}`;
  yield { what: what("seconds with the start of the program"), value: round(run.seconds), unit: "s" };
  yield set.seconds === undefined
    ? { what: what("seconds after start"), value: round(seconds), unit: "s" }
    : atMost(what("seconds after start"), seconds, "s", set.seconds);
  yield set.megabytes === undefined
    ? { what: what("peak memory"), value: Math.round(run.peakMb), unit: "MB" }
    : atMost(what("peak memory"), run.peakMb, "MB", set.megabytes);
}

function textColumn(table: TableFile, name: string): readonly string[] {
  return (table.columns[table.names.indexOf(name)] ?? []).map((cell: TableCell) => String(cell ?? ""));
}

async function readTruth(path: string): Promise<Map<string, string>> {
  const table = await readTableFile(path, { text: true });
  const [records, clusters] = [textColumn(table, "record_id"), textColumn(table, "cluster_id")];
  return new Map(records.map((record, at) => [record, clusters[at] ?? ""]));
}

async function* candidateFigures(
  set: IdentitySet,
  dir: string,
  truth: string,
  report: { readonly rows: number; readonly candidates: number },
): AsyncGenerator<Figure> {
  const entities = await readTruth(truth);
  const table = await readTableFile(join(dir, "candidates.csv"), { text: true });
  const [left, right] = [textColumn(table, "left_id"), textColumn(table, "right_id")];
  const hit = left.filter((id, at) => entities.get(id) === entities.get(right[at] ?? "")).length;
  const sizes = new Map<string, number>();
  for (const entity of entities.values()) sizes.set(entity, (sizes.get(entity) ?? 0) + 1);
  const all = [...sizes.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const recall = all === 0 ? 1 : hit / all;
  yield set.megabytes === undefined
    ? { what: `${set.name}: candidate recall`, value: round(recall) }
    : atLeast(`${set.name}: candidate recall`, recall, 0.93);
  yield atMost(`${set.name}: candidates per record`, report.candidates / report.rows, "", 12);
}

async function calibrationOfPairs(dir: string, truth: string): Promise<number> {
  const entities = await readTruth(truth);
  const table = await readTableFile(join(dir, "pairs.csv"), { text: true });
  const [left, right] = [textColumn(table, "left_id"), textColumn(table, "right_id")];
  return calibrationError(
    textColumn(table, "match_probability").map((text, at) => ({
      probability: Number(text),
      isSame: entities.get(left[at] ?? "") === entities.get(right[at] ?? ""),
    })),
  );
}

async function* benchNames(dir: string): AsyncGenerator<Figure> {
  const file = setFile("name_pairs", "pairs.csv");
  if (file === null) {
    yield { what: "name pairs", value: "missing: ../shared/data/identity is not there" };
    return;
  }
  const table = await readTableFile(file, { text: true });
  const [one, two, kind] = ["name1", "name2", "schema"].map((name) => textColumn(table, name));
  const rows = (one ?? []).map((name, at) => [
    name,
    two?.[at] ?? "",
    kind?.[at] === "Person" ? "person" : "organisation",
  ]);
  await writeTableFile(join(dir, "names.csv"), ["left", "right", "kind"], rows);
  const run = await measure(["names", "compare", join(dir, "names.csv"), "--out", join(dir, "compared.csv"), "--json"]);
  if (run.status !== 0) throw new Error(run.stderr.slice(-500));
  const found = await readTableFile(join(dir, "compared.csv"), { text: true });
  const [same, tier, match, quality] = [
    textColumn(found, "same"),
    textColumn(found, "tier"),
    textColumn(table, "is_match"),
    textColumn(table, "quality"),
  ];
  const wrong = same.map((value, at) => value !== match[at]);
  const hits = same.filter((value, at) => value === "true" && match[at] === "true").length;
  yield atLeast("name pairs: F1", (2 * hits) / (2 * hits + wrong.filter(Boolean).length), 0.87);
  yield atMost(
    "name pairs: errors where the label is STRONG",
    wrong.filter((is, at) => is && quality[at] === "STRONG").length,
    "",
    0,
  );
  yield atMost(
    "name pairs: errors where we say STRONG",
    wrong.filter((is, at) => is && tier[at] === "STRONG").length,
    "",
    0,
  );
}

/** The same clusters for three shuffles of the rows, and for one thread and two. */
async function* benchOrder(dir: string): AsyncGenerator<Figure> {
  for (const set of IDENTITY_SETS.filter(({ folder }) => folder === "smb_mixed" || folder === "fake_1000")) {
    const records = setFile(set.folder, "records.csv");
    if (records === null) continue;
    const table = await readTableFile(records, { text: true });
    const rows = Array.from({ length: table.rows }, (_row, at) => table.columns.map((column) => column[at] ?? null));
    const id = table.names.indexOf("record_id");
    await link(set, records, dir, "--threads", "1");
    const first = (await readFile(join(dir, "clusters.csv"), "utf8")).split("\n").sort().join("\n");
    for (const seed of [1, 2, 3]) {
      const place = (row: readonly TableCell[]): number => hash(`${seed} ${String(row[id])}`);
      await writeTableFile(
        join(dir, "shuffled.csv"),
        table.names,
        [...rows].sort((a, b) => place(a) - place(b)),
      );
      await link(set, join(dir, "shuffled.csv"), dir, "--threads", "2");
      const other = (await readFile(join(dir, "clusters.csv"), "utf8")).split("\n").sort().join("\n");
      yield {
        what: `${set.name}: identical clusters, shuffle ${seed}, two threads`,
        value: other === first,
        bar: "true",
        met: other === first,
      };
    }
  }
}

function hash(text: string): number {
  let value = 2166136261;
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 16777619);
  return value >>> 0;
}
