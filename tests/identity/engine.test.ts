import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnalyticalEngine } from "#core";
import { linkRecords, parseSettings, serialiseSettings } from "#identity";
import type { LinkOptions, LinkRecord, LinkResult } from "#identity";
import { DUCKDB, weightSql } from "../../identity/sql-dialect.ts";
import { compileScorer, pairOutcome, weighPair } from "../../identity/weights.ts";
import { openDuckdb } from "./support/duckdb.ts";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

let engine: AnalyticalEngine;
beforeAll(async () => {
  engine = await openDuckdb();
});
afterAll(() => engine.close());

const town = smallTown(120);
const link = (records: readonly LinkRecord[], more: Partial<LinkOptions> = {}): Promise<LinkResult> =>
  linkRecords({ records, constraints: [], pack: jamaica, seed: 1, ...more });

describe("settings as a document", () => {
  it("read back as they were written, and give the same result", async () => {
    const first = await link(town.records);
    const text = serialiseSettings(first.settings);
    const read = parseSettings(text);
    expect(read).toEqual(first.settings);
    expect(serialiseSettings(read) === text).toBe(true);
    const second = await link(town.records, { settings: read });
    expect(second.clusters).toEqual(first.clusters);
  });

  it("are refused with the place that is wrong", async () => {
    const { settings } = await link(town.records.slice(0, 20));
    const text = serialiseSettings(settings).replace('"version":2', '"version":3');
    expect(() => parseSettings(text)).toThrow(/version/);
    expect(() => parseSettings("{")).toThrow(/not JSON/);
  });
});

describe("one definition, two engines", () => {
  it("finds the same candidates in SQL as in process", async () => {
    const here = await link(town.records);
    const there = await link(town.records, { engine });
    expect(there.candidates).toEqual(here.candidates);
    const unique = { oneRecordPerEntity: ["quickbooks"] };
    expect((await link(town.records, { ...unique, engine })).candidates).toEqual(
      (await link(town.records, unique)).candidates,
    );
  });

  it("gives the same weight in SQL as in process, for any outcome", async () => {
    const { settings } = await link(town.records);
    const scorer = compileScorer(settings, "person");
    const { comparisons } = settings.models.person;
    const row = fc.tuple(
      ...comparisons.map(({ levels }) =>
        fc.tuple(fc.integer({ min: -1, max: levels.length - 1 }), fc.double({ min: -20, max: -0.01, noNaN: true })),
      ),
    );
    const rows = fc.sample(row, { numRuns: 2000, seed: 7 });
    const columns = comparisons.flatMap((_one, at) => [`l${at}`, `c${at}`]);
    const shape = Object.fromEntries(columns.map((name) => [name, "double" as const]));
    await engine.load(
      "weight_test",
      { ...shape, n: "int" },
      rows.map((cells, n) => [...cells.flat(), n]),
    );
    const sql = `select ${weightSql(DUCKDB, settings.models.person)} as weight from weight_test order by n`;
    const found = (await engine.columns(sql))["weight"];
    const outcome = pairOutcome(scorer);
    for (const [n, cells] of rows.entries()) {
      cells.forEach(([level, chance], at) => {
        outcome.levels[at] = level;
        outcome.chance[at] = chance;
      });
      expect(Number(found?.[n])).toBeCloseTo(weighPair(scorer, outcome).weight, 8);
    }
  });
});

describe("what is merged unattended", () => {
  it("is part of the most probable partition's work and holds the asked precision", async () => {
    const { clusters, report } = await link(town.records);
    const merged = clusters.filter(({ key, autoAnchor }) => key !== autoAnchor);
    expect(merged.length).toBeGreaterThan(100);
    const wrong = merged.filter(({ key, autoAnchor }) => town.truth.get(key) !== town.truth.get(autoAnchor));
    expect(wrong).toEqual([]);
    expect(report.policies.find(({ kind }) => kind === "person")?.expectedPrecision?.value).toBeGreaterThan(0.995);
  });

  it("is nothing where the data cannot tell, and the report says so", async () => {
    const names = town.records.map(({ displayName }, n) => recordOf(`s${n % 2}`, String(n), { name: displayName }));
    const { clusters, report } = await link(names, { precision: 0.9999 });
    expect(clusters.filter(({ key, autoAnchor }) => key !== autoAnchor)).toEqual([]);
    expect(report.abstentions[0]?.reason).toContain("I cannot tell on these data");
  });

  it("grows or stays when less precision is asked for", async () => {
    const sizes: number[] = [];
    for (const precision of [0.9999, 0.995, 0.9])
      sizes.push((await link(town.records, { precision })).report.autoClusters);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  });
});

describe("declarations", () => {
  it("keep two records of a source that holds every customer once apart, whatever they share", async () => {
    const twice = ["a", "b"].map((id) =>
      recordOf("register", id, { name: "Ionie Facey-Bell", phones: ["876-926-5151"], emails: ["ionie@gmail.com"] }),
    );
    const anchors = async (more: Partial<LinkOptions>): Promise<number> => {
      const { clusters } = await link([...town.records, ...twice], more);
      const keys = new Set(twice.map(({ key }) => key));
      return new Set(clusters.filter(({ key }) => keys.has(key)).map(({ clusterAnchor }) => clusterAnchor)).size;
    };
    expect(await anchors({})).toBe(1);
    expect(await anchors({ oneRecordPerEntity: ["register"] })).toBe(2);
    expect(await anchors({ oneRecordPerEntity: true })).toBe(2);
  });
});

describe("questions", () => {
  it("are ranked by gain, name both groups and stay within what a steward can answer", async () => {
    const { questions } = await link(town.records);
    expect(questions.map(({ rank }) => rank)).toEqual(questions.map((_one, at) => at + 1));
    expect(questions.length).toBeLessThanOrEqual(Math.max(10, 0.12 * town.records.length));
    for (const { left, right, leftKeys, rightKeys, kind, probability, gain } of questions) {
      expect(leftKeys).toContain(left);
      expect(rightKeys).toContain(right);
      // Large groups are seldom one through and through: an answer is worth less than all pairs between them.
      const pairs = leftKeys.length * rightKeys.length;
      const most = pairs * (kind === "join" ? probability : 1 - probability);
      expect(gain).toBeLessThanOrEqual(most + 1e-6);
      if (pairs > 1) expect(gain).toBeLessThan(most);
    }
    const gains = questions.map(({ gain }) => gain);
    expect(gains).toEqual([...gains].sort((a, b) => b - a));
  });
});

describe("things that are neither persons nor firms", () => {
  it("link by title, and two model numbers are two models", async () => {
    const words = "amber cobalt walnut marble copper velvet ivory scarlet granite cedar".split(" ");
    const item = (source: string, id: string, title: string): LinkRecord => ({
      ...recordOf(source, id, {}),
      extra: [{ kind: "title", column: "title", value: title }],
    });
    const titleOf = (n: number): string =>
      `${words[n % 10] ?? ""} ${words[(n * 3 + 1) % 10] ?? ""} kettle kx${1000 + n * 7} ${words[Math.floor(n / 10)] ?? ""}`;
    const list = Array.from({ length: 100 }, (_one, n) => n);
    const { clusters } = await link([
      ...list.map((n) => item("a", `a${n}`, titleOf(n))),
      ...list.map((n) => item("b", `b${n}`, `${titleOf(n)} new`)),
    ]);
    const anchor = new Map(clusters.map(({ key, clusterAnchor }) => [key.split(":").at(-1), clusterAnchor]));
    const joined = list.filter((n) => anchor.get(`a${n}`) === anchor.get(`b${n}`));
    expect(joined.length).toBeGreaterThan(80);
    expect(new Set(list.map((n) => anchor.get(`a${n}`))).size).toBe(100);
  });
});
