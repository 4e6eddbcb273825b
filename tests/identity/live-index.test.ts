import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { evaluatePartition, explainCluster, explainRecords, linkRecords, LiveIndex } from "#identity";
import type { LinkageSettings, LinkRecord, LinkResult } from "#identity";
import { DUCKDB, weightSql } from "../../identity/sql-dialect.ts";
import { compileScorers } from "../../identity/weigh.ts";
import { comparePair, pairOutcome, weighPair } from "../../identity/weights.ts";
import { openDuckdb } from "./support/duckdb.ts";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const town = smallTown(80);
let batch: LinkResult;
let settings: LinkageSettings;

beforeAll(async () => {
  batch = await linkRecords({ records: town.records, constraints: [], pack: jamaica, seed: 1 });
  settings = batch.settings;
});

const partition = (): Map<string, string> => new Map(batch.clusters.map((row) => [row.key, row.clusterAnchor]));

function shuffled(seed: number): LinkRecord[] {
  const random = seededRandom(seed);
  return town.records
    .map((record) => ({ record, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

describe("one record at a time", () => {
  it("starts from what a batch run gives", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    expect(index.clusters()).toEqual(partition());
  });

  it("agrees with the batch in any order of arrival, and exactly once it has settled", async () => {
    for (const seed of [1, 2, 3]) {
      const index = await LiveIndex.create({ settings, records: [] });
      for (const record of shuffled(seed)) index.resolve(record);
      expect(evaluatePartition(index.clusters(), partition()).bcubed.f1).toBeGreaterThanOrEqual(0.998);
      await index.settle();
      expect(index.clusters()).toEqual(partition());
    }
  });

  it("forgets a deleted record, and a changed one's former self, as if it had never been there", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    const stranger = recordOf("sheet", "stranger", { name: "Devon Wedderburn", phones: ["876-999-1234"] });
    const [first, second] = town.records;
    if (first === undefined || second === undefined) throw new Error("the town is empty");
    index.resolve({ ...stranger, phones: first.phones, emails: first.emails });
    index.resolve(stranger);
    index.remove(stranger.key);
    for (const record of [first, second]) {
      index.remove(record.key);
      expect(index.clusterOf(record.key)).toEqual([]);
      index.resolve(record);
    }
    expect(index.clusters()).toEqual(partition());
  });

  it("says where a record belongs, what it was held against, and who moved", async () => {
    const [first] = town.records;
    if (first === undefined) throw new Error("the town is empty");
    const index = await LiveIndex.create({ settings, records: town.records.filter((one) => one !== first) });
    const found = index.resolve(first);
    const mates = [...partition()].filter(([, anchor]) => anchor === partition().get(first.key)).map(([key]) => key);
    expect([...found.members].sort()).toEqual(mates.sort());
    expect(found.matches[0]?.weight).toBe(index.compared(first.key, found.matches[0]?.key ?? ""));
    expect(found.moved).toEqual(mates.filter((key) => key !== first.key));
  });

  it("obeys a steward's word", async () => {
    const [a, b] = [town.records[0]?.key ?? "", town.records.at(-1)?.key ?? ""];
    const constraints = [{ left: a, right: b, same: true }];
    const index = await LiveIndex.create({ settings, records: town.records, constraints });
    expect(index.clusterOf(a)).toContain(b);
    index.resolve(town.records[0] as LinkRecord);
    expect(index.clusterOf(a)).toContain(b);
  });
});

describe("one definition, evaluated twice", () => {
  let engine: Awaited<ReturnType<typeof openDuckdb>>;
  beforeAll(async () => {
    engine = await openDuckdb();
  });
  afterAll(() => engine.close());

  it("gives 100,000 random pairs the same weight in SQL and in this process", async () => {
    const random = seededRandom(11);
    const scorer = compileScorers(settings).person;
    const index = await LiveIndex.create({ settings, records: town.records });
    const prepared = town.records.flatMap(({ key }) => index.find(key)?.prepared ?? []);
    const outcome = pairOutcome(scorer);
    const expected: number[] = [];
    const rows: number[][] = [];
    for (let n = 0; n < 100_000; n += 1) {
      const a = prepared[Math.floor(random() * prepared.length)];
      // Half of the pairs are near each other in the list, so that true pairs occur.
      const near =
        random() < 0.5 ? prepared.indexOf(a as never) + Math.floor(random() * 3) : random() * prepared.length;
      const b = prepared[Math.floor(near) % prepared.length];
      if (a === undefined || b === undefined) continue;
      comparePair(scorer, a, b, outcome, false);
      expected.push(weighPair(scorer, outcome).weight);
      rows.push([expected.length - 1, ...outcome.levels, ...outcome.chance]);
    }
    const names = ["n", ...scorer.names.map((_name, at) => `l${at}`), ...scorer.names.map((_name, at) => `c${at}`)];
    const shape = Object.fromEntries(names.map((name) => [name, name.startsWith("c") ? "double" : "int"] as const));
    await engine.load("pairs", shape, rows);
    const found = await engine.columns(
      `select n, ${weightSql(DUCKDB, settings.models.person)} as w from pairs order by n`,
    );
    const weights = found["w"] as Float64Array;
    expect(weights).toHaveLength(expected.length);
    let worst = 0;
    for (const [at, weight] of expected.entries()) worst = Math.max(worst, Math.abs(weight - (weights[at] ?? 0)));
    expect(worst).toBeLessThan(1e-9);
  });
});

describe("explanations", () => {
  it("gives terms that add up to the weight that the index uses", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    for (const pair of batch.pairs.slice(0, 200)) {
      const found = explainRecords(index, settings, pair.right, pair.left);
      const sum = found.pair.evidence.reduce((total, term) => total + term.weight, 0);
      expect(Math.abs(sum - found.pair.weight)).toBeLessThan(1e-9);
      expect(found.pair.weight).toBeCloseTo(index.compared(pair.left, pair.right) ?? Number.NaN, 9);
    }
  });

  it("tells for two records that were never compared what they missed and what would join them", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    const [first] = town.records;
    const left = first?.key ?? "";
    // Of another source: two records of one that holds everybody once would take more than two changes.
    const right =
      town.records.find(({ key, source }) => source !== first?.source && index.compared(left, key) === null)?.key ?? "";
    const found = explainRecords(index, settings, left, right);
    expect(found.compared).toBe(false);
    expect(found.together).toBe(false);
    expect(found.missedLeft.length).toBeGreaterThan(0);
    expect(found.change?.weight).toBeGreaterThan(found.needed);
    expect(found.verdict).toContain(found.change?.fields.join(" and ") ?? "?");
    expect(() => explainRecords(index, settings, left, "nobody")).toThrow(RangeError);
  });

  it("tells the order of merges, the weakest link and what a removal would do", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    const sizes = new Map<string, number>();
    for (const anchor of partition().values()) sizes.set(anchor, (sizes.get(anchor) ?? 0) + 1);
    const anchor = [...sizes].find(([, size]) => size === 3)?.[0] ?? "";
    const found = explainCluster(index, settings, anchor);
    expect(found.clusterId).toBe(anchor);
    expect(found.merges).toHaveLength(2);
    expect(found.weakest?.average).toBe(Math.min(...found.merges.map(({ average }) => average)));
    expect(found.removals).toHaveLength(3);
    for (const { record, groups } of found.removals)
      expect(groups.flat().sort()).toEqual(found.members.filter((key) => key !== record).sort());
  });
});
