import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "#core";
import { evaluatePartition, explainRecords, linkRecords, LiveIndex } from "#identity";
import type { LinkConstraint, LinkOptions, LinkRecord, LinkResult } from "#identity";
import { readRecordFiles } from "../../jobs/linkage/read-records.ts";
import { readTableFile } from "../../jobs/table-files.ts";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { IDENTITY_SETS, setFile } from "./identity-sets.ts";

interface Loaded {
  readonly records: readonly LinkRecord[];
  readonly options: Omit<LinkOptions, "records" | "constraints">;
  readonly truth: ReadonlyMap<string, string>;
}

async function load(folder: string, dir: string): Promise<Loaded | null> {
  const set = IDENTITY_SETS.find((one) => one.folder === folder);
  const [records, truth] = [setFile(folder, "records.csv"), setFile(folder, "truth.csv")];
  if (set === undefined || records === null || truth === null) return null;
  await writeFile(join(dir, "live.yaml"), set.map);
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

/** A steward who knows everything answers all questions, most worth first, until none is left. */
export async function* benchSteward(dir: string): AsyncGenerator<Figure> {
  const set = await load("smb_mixed", dir);
  if (set === null) return;
  const f1 = (result: LinkResult): number => evaluatePartition(partitionOf(result), set.truth).pairwise.f1;
  const run = (constraints: readonly LinkConstraint[]): Promise<LinkResult> =>
    linkRecords({ ...set.options, records: set.records, constraints });
  const answersTo = (result: LinkResult): LinkConstraint[] =>
    result.questions.map(({ left, right }) => ({ left, right, same: set.truth.get(left) === set.truth.get(right) }));
  const first = await run([]);
  const start = f1(first);
  const given = answersTo(first);
  const all = [...given];
  let result = await run(all);
  for (let round = 0; round < 8 && result.questions.length > 0; round += 1) {
    const more = answersTo(result);
    all.push(...more);
    result = await run(all);
  }
  const end = f1(result);
  const fifth = f1(await run(given.slice(0, Math.ceil(all.length / 5))));
  const hundred = f1(await run(given.slice(0, 100)));
  const round = (value: number): number => Math.round(value * 10_000) / 10_000;
  yield { what: "smb_mixed: F1 without answers", value: round(start) };
  yield { what: "smb_mixed: F1 after 100 answers", value: round(hundred) };
  yield { what: "smb_mixed: answers until none is asked", value: all.length };
  yield { what: "smb_mixed: questions left", value: result.questions.length };
  yield { what: "smb_mixed: F1 with all answers", value: round(end), bar: ">= 0.95", met: end >= 0.95 };
  const share = end === start ? 1 : (fifth - start) / (end - start);
  yield { what: "smb_mixed: gain of the first 20% of answers", value: round(share), bar: ">= 0.6", met: share >= 0.6 };
}

/** One record at a time: agreement with the batch, time for each record, time for a "why not". */
export async function* benchLive(dir: string): AsyncGenerator<Figure> {
  const small = await load("smb_mixed", dir);
  if (small !== null) yield* agreement(small);
  const large = await load("scale_100k", dir);
  if (large !== null) yield* latency(large);
}

function shuffled(records: readonly LinkRecord[], seed: number): LinkRecord[] {
  const random = seededRandom(seed);
  return records
    .map((record) => ({ record, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

async function* agreement(set: Loaded): AsyncGenerator<Figure> {
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
    what: "smb_mixed: 20 random orders against batch, least B-cubed",
    value: least,
    bar: ">= 0.998",
    met: least >= 0.998,
  };
  yield { what: "smb_mixed: equal after settling", value: settled, bar: "true", met: settled };
}

async function* latency(set: Loaded): AsyncGenerator<Figure> {
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
  yield atMost("one record at 100k: p50", quantile(times, 0.5), "ms", 10);
  yield atMost("one record at 100k: p99", quantile(times, 0.99), "ms", 40);
  yield { what: "records resolved a second at 100k", value: Math.round(rate), bar: ">= 400", met: rate >= 400 };
  const keys = fresh.map(({ key }) => key);
  const explained = keys.slice(1, 301).map((key, at) => {
    const started = performance.now();
    explainRecords(index, batch.settings, key, keys[at] ?? "");
    return performance.now() - started;
  });
  yield atMost("why not at 100k: p95", quantile(explained, 0.95), "ms", 50);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}
