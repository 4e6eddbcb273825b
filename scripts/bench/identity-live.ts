import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "#core";
import { evaluatePartition, explainRecords, linkRecords, LiveIndex } from "#identity";
import type { LinkConstraint, LinkOptions, LinkRecord, LinkResult, PartitionQuality } from "#identity";
import { readRecordFiles } from "../../jobs/linkage/read-records.ts";
import { readTableFile } from "../../jobs/table-files.ts";
import { calibrationError } from "./calibration.ts";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { writePeople } from "./identity-people.ts";
import { IDENTITY_SETS, PEOPLE_MAP, setFile } from "./identity-sets.ts";

interface Loaded {
  readonly records: readonly LinkRecord[];
  readonly options: Omit<LinkOptions, "records" | "constraints">;
  readonly truth: ReadonlyMap<string, string>;
}

async function load(folder: string, dir: string): Promise<Loaded | null> {
  const set = IDENTITY_SETS.find((one) => one.folder === folder);
  const [records, truth] = [setFile(folder, "records.csv"), setFile(folder, "truth.csv")];
  return set === undefined || records === null || truth === null
    ? null
    : loadFiles({ records, truth, map: set.map, dir });
}

async function loadFiles(files: { records: string; truth: string; map: string; dir: string }): Promise<Loaded> {
  const { records, truth, map, dir } = files;
  await writeFile(join(dir, "live.yaml"), map);
  const read = await readRecordFiles({ files: [records], fields: join(dir, "live.yaml"), command: "link" });
  const table = await readTableFile(truth, { text: true });
  const cell = (name: string, row: number): string => String(table.columns[table.names.indexOf(name)]?.[row] ?? "");
  const once = read.map.one_record_per_entity;
  return {
    records: read.records,
    options: {
      pack: read.pack,
      seed: 1,
      ...(once === undefined || once === false ? {} : { oneRecordPerEntity: once }),
    },
    truth: new Map(Array.from({ length: table.rows }, (_row, at) => [cell("record_id", at), cell("cluster_id", at)])),
  };
}

const partitionOf = (result: LinkResult): Map<string, string> =>
  new Map(result.clusters.map((row) => [row.key, row.clusterAnchor]));

/** Sets on which answers are tried; most questions for each hundred records where there is a bar; largest calibration error. */
const STEWARD_SETS: readonly (readonly [folder: string, questions: number | null, error: number])[] = [
  ["febrl3", 0, 0.02],
  ["fodors_zagat", 1.5, 0.03],
  ["fake_1000", 12, 0.02],
  ["senzing_truthset", null, 0.03],
  ["smb_mixed", 12, 0.03],
  ["org_names_agency", null, 0.03],
];
const FEW_ANSWERS = [20, 50, 100, 200];
/** Answers after which probabilities must be true. */
const CALIBRATED = 100;
/** Probability from which a pair is perhaps a link. */
const POSSIBLE = 0.2;

/** A steward who knows everything answers all questions, most worth first, until none is left. */
export async function* benchSteward(dir: string): AsyncGenerator<Figure> {
  for (const [folder, bar, error] of STEWARD_SETS) {
    const set = await load(folder, dir);
    if (set !== null) yield* benchAnswers(folder, { bar, error }, set);
  }
}

/** Compared pairs as they are stated and as they are; those that answers settled are among them. */
function* statedPairs(
  { candidates }: LinkResult,
  truth: ReadonlyMap<string, string>,
  least: number,
): Generator<{ readonly probability: number; readonly isSame: boolean }> {
  const { keys, left, right, bits, kind } = candidates;
  for (const [row, at] of left.entries()) {
    const probability = (kind[row] ?? -1) < 0 ? 0 : 1 / (1 + 2 ** -(bits[row] ?? 0));
    const isSame = truth.get(keys[at] ?? "") === truth.get(keys[right[row] ?? 0] ?? "");
    if (probability >= least) yield { probability, isSame };
  }
}

function* calibrationFigures(
  what: string,
  result: LinkResult,
  { truth, error }: { readonly truth: ReadonlyMap<string, string>; readonly error: number },
): Generator<Figure> {
  yield atMost(what, calibrationError(statedPairs(result, truth, 0)), "", error);
  const perhaps = calibrationError(statedPairs(result, truth, POSSIBLE));
  yield { what: `${what}, pairs of ${POSSIBLE} and more`, value: short(perhaps) };
}

async function* benchAnswers(
  folder: string,
  { bar, error }: { readonly bar: number | null; readonly error: number },
  set: Loaded,
): AsyncGenerator<Figure> {
  const quality = (result: LinkResult): PartitionQuality => evaluatePartition(partitionOf(result), set.truth);
  const f1 = (result: LinkResult): number => quality(result).pairwise.f1;
  const run = (constraints: readonly LinkConstraint[]): Promise<LinkResult> =>
    linkRecords({ ...set.options, records: [...set.records], constraints });
  const answersTo = (result: LinkResult): LinkConstraint[] =>
    result.questions.map(({ left, right }) => ({ left, right, same: set.truth.get(left) === set.truth.get(right) }));
  const what = (text: string): string => `${folder}: ${text}`;
  const first = await run([]);
  const start = f1(first);
  const given = answersTo(first);
  yield { what: what("F1 without answers"), value: short(start) };
  const asked = (100 * given.length) / set.records.length;
  yield bar === null
    ? { what: what("questions per 100 records"), value: short(asked) }
    : atMost(what("questions per 100 records"), asked, "", bar);
  let least = start;
  for (const count of FEW_ANSWERS.filter((n) => n < given.length)) {
    const after = f1(await run(given.slice(0, count)));
    least = Math.min(least, after);
    yield { what: what(`F1 after ${count} answers`), value: short(after) };
  }
  yield {
    what: what("never worse with a few answers"),
    value: least >= start - 0.002,
    bar: "true",
    met: least >= start - 0.002,
  };
  const count = Math.min(CALIBRATED, given.length);
  yield* calibrationFigures(what(`calibration error after ${count} answers`), await run(given.slice(0, count)), {
    truth: set.truth,
    error,
  });
  const all = [...given];
  let result = await run(all);
  const once = quality(result);
  yield atMost(what("true pairs dropped once the questions are answered"), 1 - once.pairwise.recall, "share", 0.02);
  const fifth = f1(await run(given.slice(0, Math.ceil(given.length / 5))));
  const share = once.pairwise.f1 === start ? 1 : (fifth - start) / (once.pairwise.f1 - start);
  yield { what: what("gain of the first 20% of the questions"), value: short(share), bar: ">= 0.6", met: share >= 0.6 };
  for (let round = 0; round < 8 && result.questions.length > 0; round += 1) {
    all.push(...answersTo(result));
    result = await run(all);
  }
  const end = f1(result);
  yield { what: what("answers until none is asked"), value: all.length };
  yield folder === "smb_mixed"
    ? { what: what("F1 with all answers"), value: short(end), bar: ">= 0.95", met: end >= 0.95 }
    : { what: what("F1 with all answers"), value: short(end) };
}

const short = (value: number): number => Math.round(value * 10_000) / 10_000;

/** Sets on which single records must agree with the batch: with and without sources that hold everybody once. */
const AGREEMENT_SETS: readonly string[] = [
  "fodors_zagat",
  "senzing_truthset",
  "fake_1000",
  "org_names_agency",
  "febrl3",
  "smb_mixed",
];

/** One record at a time: agreement with the batch, time for each record, time for a "why not". */
export async function* benchLive(dir: string): AsyncGenerator<Figure> {
  for (const folder of AGREEMENT_SETS) {
    const set = await load(folder, dir);
    if (set !== null) yield* agreement(folder, set);
  }
  const large = await load("scale_100k", dir);
  if (large !== null) yield* latency(large, "100k", { p50: 10, p99: 40 });
}

/** One record at a time beside 1.1 million made ones. */
export async function* benchLiveMillion(dir: string): AsyncGenerator<Figure> {
  const [records, truth] = [join(dir, "million.csv"), join(dir, "million-truth.csv")];
  await writePeople({ records, truth }, 1_100_000, 1);
  const set = await loadFiles({ records, truth, map: PEOPLE_MAP, dir });
  yield* latency(set, "1.1 M", { p50: 20, p99: 80 });
}

function shuffled(records: readonly LinkRecord[], seed: number): LinkRecord[] {
  const random = seededRandom(seed);
  return records
    .map((record) => ({ record, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

async function* agreement(folder: string, set: Loaded): AsyncGenerator<Figure> {
  const { oneRecordPerEntity } = set.options;
  const batch = await linkRecords({ ...set.options, records: set.records, constraints: [] });
  const wanted = partitionOf(batch);
  let [least, settled] = [1, true];
  for (let seed = 1; seed <= 20; seed += 1) {
    const index = await LiveIndex.create({
      settings: batch.settings,
      records: [],
      ...(oneRecordPerEntity === undefined ? {} : { oneRecordPerEntity }),
    });
    for (const record of shuffled(set.records, seed)) index.resolve(record);
    least = Math.min(least, evaluatePartition(index.clusters(), wanted).bcubed.f1);
    await index.settle();
    const found = index.clusters();
    settled &&= [...wanted].every(([key, anchor]) => found.get(key) === anchor);
  }
  yield {
    what: `${folder}: 20 random orders against batch, least B-cubed`,
    value: least,
    bar: ">= 0.998",
    met: least >= 0.998,
  };
  yield { what: `${folder}: equal after settling`, value: settled, bar: "true", met: settled };
}

async function* latency(
  set: Loaded,
  size: string,
  bars: { readonly p50: number; readonly p99: number },
): AsyncGenerator<Figure> {
  const batch = await linkRecords({ ...set.options, records: set.records, constraints: [] });
  const [fresh, old] = [shuffled(set.records, 5).slice(0, 2000), shuffled(set.records, 5).slice(2000)];
  const index = await LiveIndex.create({ settings: batch.settings, records: old });
  const times = fresh.map((record) => {
    const started = performance.now();
    index.resolve(record);
    return performance.now() - started;
  });
  const total = times.reduce((sum, one) => sum + one, 0);
  const rate = (1000 * times.length) / total;
  yield atMost(`one record at ${size}: p50`, quantile(times, 0.5), "ms", bars.p50);
  yield atMost(`one record at ${size}: p99`, quantile(times, 0.99), "ms", bars.p99);
  yield { what: `records resolved a second at ${size}`, value: Math.round(rate), bar: ">= 400", met: rate >= 400 };
  const keys = fresh.map(({ key }) => key);
  const explained = keys.slice(1, 301).map((key, at) => {
    const started = performance.now();
    explainRecords(index, batch.settings, key, keys[at] ?? "");
    return performance.now() - started;
  });
  yield atMost(`why not at ${size}: p95`, quantile(explained, 0.95), "ms", 50);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}
