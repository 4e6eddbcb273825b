import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { evaluatePartition, explainCluster, explainRecords, linkRecords, LiveIndex } from "#identity";
import type { LinkageSettings, LinkRecord, LinkResult, PairKind } from "#identity";
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
    expect(found.matches[0]?.weight).toBe(index.compared(first.key, found.matches[0]?.key ?? "")?.weight);
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

  /** Weighs rows of levels and chances in SQL; gives the largest difference from the weights made in this process. */
  async function worstInSql(kind: PairKind, rows: readonly number[][], expected: readonly number[]): Promise<number> {
    const size = settings.models[kind].comparisons.length;
    const names = ["n", ...Array.from({ length: 2 * size }, (_one, at) => (at < size ? `l${at}` : `c${at - size}`))];
    const shape = Object.fromEntries(names.map((name) => [name, name.startsWith("c") ? "double" : "int"] as const));
    await engine.load(`pairs_${kind}`, shape, rows);
    const sql = `select n, ${weightSql(DUCKDB, settings.models[kind])} as w from pairs_${kind} order by n`;
    const weights = (await engine.columns(sql))["w"] as Float64Array;
    expect(weights).toHaveLength(expected.length);
    return expected.reduce((worst, weight, at) => Math.max(worst, Math.abs(weight - (weights[at] ?? Number.NaN))), 0);
  }

  it("gives 50,000 random pairs of records the same weight in SQL and in this process", async () => {
    const random = seededRandom(11);
    const scorer = compileScorers(settings).person;
    const index = await LiveIndex.create({ settings, records: town.records });
    const prepared = town.records.flatMap(({ key }) => index.find(key)?.prepared ?? []);
    const outcome = pairOutcome(scorer);
    const expected: number[] = [];
    const rows: number[][] = [];
    for (let n = 0; n < 50_000; n += 1) {
      const at = Math.floor(random() * prepared.length);
      // Half of the pairs are near each other in the list, so that true pairs occur.
      const near = random() < 0.5 ? at + Math.floor(random() * 3) : Math.floor(random() * prepared.length);
      const [a, b] = [prepared[at], prepared[near % prepared.length]];
      if (a === undefined || b === undefined) continue;
      comparePair(scorer, a, b, outcome, false);
      expected.push(weighPair(scorer, outcome).weight);
      rows.push([expected.length - 1, ...outcome.levels, ...outcome.chance]);
    }
    expect(await worstInSql("person", rows, expected)).toBeLessThan(1e-9);
  });

  it("does so for 60,000 more with every level of every comparison of persons, firms and things", async () => {
    const random = seededRandom(12);
    for (const kind of ["person", "organisation", "item"] as const) {
      const scorer = compileScorers(settings)[kind];
      const sizes = settings.models[kind].comparisons.map(({ levels }) => levels.length);
      const seen = new Set<string>();
      const expected: number[] = [];
      const rows = Array.from({ length: 20_000 }, (_one, n) => {
        const outcome = pairOutcome(scorer);
        for (const [at, size] of sizes.entries()) {
          const level = Math.floor(random() * (size + 1)) - 1;
          outcome.levels[at] = level;
          outcome.chance[at] = level < 0 ? 0 : Math.log2(1e-6 + random());
          seen.add(`${at} ${level}`);
        }
        expected.push(weighPair(scorer, outcome).weight);
        return [n, ...outcome.levels, ...outcome.chance];
      });
      expect(seen.size).toBe(sizes.reduce((sum, size) => sum + size + 1, 0));
      expect(await worstInSql(kind, rows, expected)).toBeLessThan(1e-9);
    }
  });
});

describe("explanations", () => {
  it("gives terms that add up to the weight that the index uses", async () => {
    const index = await LiveIndex.create({ settings, records: town.records });
    for (const pair of batch.pairs.slice(0, 200)) {
      const found = explainRecords(index, settings, pair.right, pair.left);
      const sum = found.pair.evidence.reduce((total, term) => total + term.weight, 0);
      expect(Math.abs(sum - found.pair.weight)).toBeLessThan(1e-9);
      expect(found.pair.weight).toBeCloseTo(index.compared(pair.left, pair.right)?.weight ?? Number.NaN, 9);
      expect(found.pair.probability).toBeCloseTo(pair.probability, 9);
      expect(found.pair.decision).toBe(pair.decision);
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
