import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import type { AnalyticalEngine } from "#core";
import { explainPair, linkRecords } from "#identity";
import type { LinkConstraint, LinkRecord, LinkResult } from "#identity";
import { openDuckdb } from "./support/duckdb.ts";
import { evaluate } from "./support/evaluate.ts";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

let engine: AnalyticalEngine;
beforeAll(async () => {
  engine = await openDuckdb();
});
afterAll(() => engine.close());

const link = (records: readonly LinkRecord[], constraints: readonly LinkConstraint[] = []): Promise<LinkResult> =>
  linkRecords({ records, constraints, engine, pack: jamaica, seed: 1 });
const partition = (result: LinkResult): Map<string, string> =>
  new Map(result.clusters.map((row) => [row.key, row.clusterAnchor]));
const together = (result: LinkResult, a: LinkRecord, b: LinkRecord): boolean =>
  partition(result).get(a.key) === partition(result).get(b.key);
const town = smallTown(160);

function shuffled<T>(list: readonly T[], seed: number): T[] {
  const random = seededRandom(seed);
  return list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

describe("linkage", () => {
  it("finds who is who among three sources that write names, numbers and addresses differently", async () => {
    const result = await link(town.records);
    const quality = evaluate(partition(result), town.truth);
    expect(quality.precision).toBeGreaterThan(0.99);
    expect(quality.recall).toBeGreaterThan(0.97);
  });

  it("gives the same result for shuffled input and any number of threads", async () => {
    const first = await link(town.records);
    const parallel = await openDuckdb(2);
    try {
      for (const seed of [1, 2]) {
        const other = await linkRecords({
          records: shuffled(town.records, seed),
          constraints: [],
          engine: parallel,
          pack: jamaica,
          seed: 1,
        });
        expect(other.clusters).toEqual(first.clusters);
        expect(other.pairs).toEqual(first.pairs);
        expect(other.questions).toEqual(first.questions);
        expect(other.settings).toEqual(first.settings);
      }
    } finally {
      await parallel.close();
    }
  });

  it("never joins a person and a firm, but tells that one owns the other", async () => {
    const owner = recordOf("quickbooks", "o", {
      name: "Devon Lindo",
      phones: ["876-926-7777"],
      emails: ["lindo@gmail.com"],
    });
    const firm = recordOf("directory", "f", {
      name: "Lindo's Hardware Ltd",
      phones: ["876-926-7777"],
      emails: ["lindo@gmail.com"],
      street: "5 Duke Street",
    });
    const result = await link([...town.records, owner, firm]);
    expect(together(result, owner, firm)).toBe(false);
    expect(result.relations).toContainEqual(
      expect.objectContaining({ left: owner.key, right: firm.key, relation: "owner_firm" }),
    );
  });

  it("keeps husband and wife apart and calls them a household", async () => {
    const shared = {
      familyName: "Wedderburn",
      phones: ["876-962-5511"],
      street: "12 Caledonia Road",
      locality: "Mandeville",
    };
    const he = recordOf("quickbooks", "he", { ...shared, givenName: "Errol", emails: ["errolw@gmail.com"] });
    const she = recordOf("excel", "she", { ...shared, givenName: "Paulette", emails: ["paulettew@yahoo.com"] });
    const result = await link([...town.records, he, she]);
    expect(together(result, he, she)).toBe(false);
    expect(result.relations).toContainEqual(
      expect.objectContaining({ relation: "household", evidence: expect.stringContaining("family name") as unknown }),
    );
  });

  it("keeps father and son apart when one is Sr and the other Jr", async () => {
    const shared = { phones: ["876-962-5522"], street: "14 Caledonia Road", locality: "Mandeville" };
    const father = recordOf("quickbooks", "sr", { ...shared, name: "Leroy Tulloch Sr" });
    const son = recordOf("excel", "jr", { ...shared, name: "Leroy Tulloch Jr" });
    expect(together(await link([...town.records, father, son]), father, son)).toBe(false);
  });

  it("leaves walk-in rows alone, however many there are and whatever they share", async () => {
    const cash = Array.from({ length: 50 }, (_one, n) =>
      recordOf("quickbooks", `c${n}`, { name: "Cash Customer", phones: ["876-926-0101"] }),
    );
    const result = await link([...town.records, ...cash]);
    const anchors = new Set(cash.map((record) => partition(result).get(record.key)));
    expect(anchors.size).toBe(50);
  });

  it("does not let a number that many firms share join them, nor make a cross product of it", async () => {
    const tenants = Array.from({ length: 120 }, (_one, n) =>
      recordOf("directory", `t${n}`, {
        orgName: `${["Coral", "Reef", "Palm", "Lignum", "Ackee", "Doctor", "Bird", "Mango"][n % 8] ?? ""}${n} Trading Ltd`,
        phones: ["876-926-0202"],
        street: "1 Knutsford Boulevard",
      }),
    );
    const before = await link(town.records);
    const result = await link([...town.records, ...tenants]);
    expect(result.report.candidates - before.report.candidates).toBeLessThan(120 * 40);
    const clusters = new Set(tenants.map((record) => partition(result).get(record.key)));
    expect(clusters.size).toBeGreaterThan(115);
    expect(result.report.genericValues).toContainEqual(
      expect.objectContaining({ field: "phone", value: "8769260202" }),
    );
  });

  it("puts a sub-customer with its parent", async () => {
    const parent = recordOf("quickbooks", "77", {
      name: "Quentin Gallimore",
      givenName: "Quentin",
      familyName: "Gallimore",
    });
    const job = recordOf("quickbooks", "78", { name: "Quentin Gallimore:Roof", parentId: "77", isJob: true });
    expect(together(await link([...town.records, parent, job]), parent, job)).toBe(true);
  });

  it("gives every record exactly one cluster, anchored at its smallest key", async () => {
    const result = await link(town.records);
    expect(result.clusters.map(({ key }) => key).sort()).toEqual(town.records.map(({ key }) => key).sort());
    for (const row of result.clusters) expect(row.clusterAnchor <= row.key).toBe(true);
  });

  it.each([[0], [1], [2]])("works on %i records", async (count) => {
    const result = await link(town.records.slice(0, count));
    expect(result.clusters).toHaveLength(count);
  });
});

describe("a steward's word", () => {
  it("binds: the same are joined, the different parted, also through third records", async () => {
    const keys = town.records.slice(0, 30).map(({ key }) => key);
    const answer = fc
      .record({ left: fc.constantFrom(...keys), right: fc.constantFrom(...keys), same: fc.boolean() })
      .filter(({ left, right }) => left !== right);
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { maxLength: 8 }), async (constraints) => {
        const result = await link(town.records.slice(0, 60), constraints);
        const anchor = partition(result);
        for (const { left, right, same } of constraints) {
          if (!same) expect(anchor.get(left)).not.toBe(anchor.get(right));
          else if (!result.report.contradictions.some((one) => one.left === left && one.right === right))
            expect(anchor.get(left)).toBe(anchor.get(right));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("is not asked again, and taking it back restores what was", async () => {
    const before = await link(town.records);
    const [a, b] = [town.records[0], town.records[1]];
    if (a === undefined || b === undefined) throw new Error("the town is empty");
    const parted = await link(town.records, [{ left: a.key, right: b.key, same: false }]);
    expect(together(before, a, b)).toBe(true);
    expect(together(parted, a, b)).toBe(false);
    expect(
      parted.questions.some((one) => [one.left, one.right].includes(a.key) && [one.left, one.right].includes(b.key)),
    ).toBe(false);
    expect((await link(town.records)).clusters).toEqual(before.clusters);
  });
});

describe("an explanation", () => {
  it("has terms that add up to the weight, the same from either side, and equal to the run's own", async () => {
    const result = await link(town.records);
    const byKey = new Map(town.records.map((record) => [record.key, record]));
    expect(result.pairs.length).toBeGreaterThan(100);
    for (const pair of result.pairs) {
      const [left, right] = [byKey.get(pair.left), byKey.get(pair.right)];
      if (left === undefined || right === undefined) throw new Error("a pair names an unknown record");
      const one = explainPair(left, right, result.settings);
      expect(one).toEqual(explainPair(right, left, result.settings));
      expect(one.weight).toBeCloseTo(pair.weight, 9);
      expect(one.evidence.reduce((sum, term) => sum + term.weight, 0)).toBeCloseTo(one.weight, 9);
    }
  });

  it("is symmetric for any two records, compared or not", async () => {
    const { settings } = await link(town.records);
    const any = fc.constantFrom(...town.records);
    fc.assert(
      fc.property(any, any, (left, right) => {
        const one = explainPair(left, right, settings);
        expect(one).toEqual(explainPair(right, left, settings));
        expect(one.probability).toBeGreaterThanOrEqual(0);
        expect(one.probability).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("weighs more agreement no less", async () => {
    const { settings } = await link(town.records);
    const base = { givenName: "Camille", familyName: "Facey" };
    const left = recordOf("excel", "1", { ...base, phones: ["876-777-1234"], emails: ["cf@firm.com.jm"] });
    const none = explainPair(left, recordOf("excel", "2", base), settings).weight;
    const phone = explainPair(left, recordOf("excel", "2", { ...base, phones: ["876-777-1234"] }), settings).weight;
    const both = explainPair(
      left,
      recordOf("excel", "2", { ...base, phones: ["876-777-1234"], emails: ["cf@firm.com.jm"] }),
      settings,
    ).weight;
    expect(phone).toBeGreaterThan(none);
    expect(both).toBeGreaterThan(phone);
  });

  it("is the same after the settings went through a file", async () => {
    const result = await link(town.records);
    const stored = JSON.parse(JSON.stringify(result.settings)) as typeof result.settings;
    const again = await linkRecords({ records: town.records, constraints: [], engine, settings: stored, seed: 9 });
    expect(again.clusters).toEqual(result.clusters);
    expect(again.settings).toEqual(result.settings);
  });
});
