import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { evaluatePartition, linkRecords, LiveIndex } from "#identity";
import type { LinkageSettings, LinkConstraint, LinkOptions, LinkRecord } from "#identity";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const town = smallTown(24);
const once = ["quickbooks"];
/** Settings without and with a source that holds everybody once, whose records are then rivals for each other. */
const settings = {} as { open: LinkageSettings; clean: LinkageSettings };

beforeAll(async () => {
  const fitted = await linkRecords({ records: town.records, constraints: [], pack: jamaica, seed: 1 });
  settings.open = fitted.settings;
  const { frequencies, calibration } = fitted.settings;
  const best = { scale: 0.7, shift: 1 };
  settings.clean = {
    ...fitted.settings,
    frequencies: {
      records: frequencies?.records ?? 0,
      sources: 3,
      tables: { ...frequencies?.tables, source: { quickbooks: 24 } },
    },
    calibration: { ...calibration, person: { scale: 0.8, shift: 0.5, best } },
  };
});

interface World {
  readonly settings: LinkageSettings;
  readonly constraints?: readonly LinkConstraint[];
  readonly oneRecordPerEntity?: NonNullable<LinkOptions["oneRecordPerEntity"]>;
}

async function batchOf(records: readonly LinkRecord[], world: World): Promise<Map<string, string>> {
  const { clusters } = await linkRecords({ constraints: [], ...world, records: [...records], seed: 1 });
  return new Map(clusters.map((row) => [row.key, row.clusterAnchor]));
}

function sorted(partition: ReadonlyMap<string, string>): [string, string][] {
  return [...partition].sort(([a], [b]) => (a < b ? -1 : 1));
}

const place = fc.nat({ max: town.records.length - 1 });
/** A record comes, goes, or says what another one says. */
const step = fc.record({ act: fc.constantFrom("put", "put", "put", "remove", "change"), at: place, other: place });
const word = fc.record({ left: place, right: place, same: fc.boolean() });

function changed(at: number, other: number): LinkRecord | undefined {
  const [one, two] = [town.records[at], town.records[other]];
  return one === undefined || two === undefined
    ? undefined
    : { ...one, phones: two.phones, emails: two.emails, familyName: two.familyName };
}

async function walk(
  world: World,
  steps: readonly { readonly act: string; readonly at: number; readonly other: number }[],
): Promise<void> {
  const living = new Map(town.records.slice(0, 20).map((record) => [record.key, record]));
  const index = await LiveIndex.create({ ...world, records: [...living.values()] });
  for (const { act, at, other } of steps) {
    const record = act === "change" ? changed(at, other) : town.records[at];
    if (record === undefined) continue;
    if (act === "remove") {
      index.remove(record.key);
      living.delete(record.key);
    } else {
      index.resolve(record);
      living.set(record.key, record);
    }
  }
  expect([...index.clusters().keys()].sort()).toEqual([...living.keys()].sort());
  await index.settle();
  expect(sorted(index.clusters())).toEqual(sorted(await batchOf([...living.values()], world)));
}

describe("an index that has settled is equal to a batch over the same records", () => {
  const check = (worldOf: (words: readonly LinkConstraint[]) => World): Promise<void> =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 24 }),
        fc.array(word, { maxLength: 4 }),
        (steps, words) => {
          const keyed = words.map(({ left, right, same }) => ({
            left: town.records[left]?.key ?? "",
            right: town.records[right]?.key ?? "",
            same,
          }));
          return walk(worldOf(keyed), steps);
        },
      ),
      { numRuns: 12, seed: 5 },
    );

  it("whatever came, changed and went", () => check(() => ({ settings: settings.open })));

  it("with answers of a steward, also such as contradict each other", () =>
    check((constraints) => ({ settings: settings.open, constraints })));

  it("with a source that holds everybody once", () =>
    check((constraints) => ({ settings: settings.clean, constraints, oneRecordPerEntity: once })));
});

describe("before it settles", () => {
  it("agrees with the batch where the records of a source are rivals, in any order of arrival", async () => {
    const world = { settings: settings.clean, oneRecordPerEntity: once };
    const wanted = await batchOf(town.records, world);
    for (const seed of [1, 2, 3]) {
      const random = seededRandom(seed);
      const order = town.records.map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at);
      const index = await LiveIndex.create({ ...world, records: [] });
      for (const { record } of order) index.resolve(record);
      expect(evaluatePartition(index.clusters(), wanted).bcubed.f1).toBeGreaterThanOrEqual(0.998);
    }
  });

  it("shares a pair's worth among rivals, and gives it back when a rival goes", async () => {
    const one = recordOf("excel", "one", { name: "Marcia Brown", phones: ["876-555-0101"] });
    const own = recordOf("quickbooks", "own", { name: "Marcia Brown", phones: ["876-555-0101"] });
    const rival = recordOf("quickbooks", "rival", { name: "Marcia Brown", phones: ["876-555-0101"] });
    const index = await LiveIndex.create({ settings: settings.clean, records: [one, own], oneRecordPerEntity: once });
    const alone = index.compared(one.key, own.key)?.bits ?? 0;
    index.resolve(rival);
    const shared = index.compared(one.key, own.key)?.bits ?? 0;
    expect(shared).toBeLessThan(alone);
    expect(index.compared(one.key, own.key)?.probability).toBeLessThanOrEqual(0.5);
    expect(index.rivalOf(one.key, own.key)).toBe(rival.key);
    index.remove(rival.key);
    expect(index.compared(one.key, own.key)?.bits).toBe(alone);
    expect(index.rivalOf(one.key, own.key)).toBeNull();
  });

  it("learns the other name of a firm from two records that come one after the other", async () => {
    const firm = (id: string, name: string): LinkRecord =>
      recordOf("sheet", id, {
        name,
        emails: [`info@bluemahoe.com`, `${id}@bluemahoe.com`],
        phones: ["876-555-0199"],
      });
    const [legal, door] = [firm("a", "Blue Mahoe Holdings Ltd"), firm("b", "Sunset Grill")];
    const known = recordOf("excel", "c", { name: "Sunset Grill" });
    const index = await LiveIndex.create({ settings: settings.open, records: [known] });
    index.resolve(legal);
    expect(index.find(legal.key)?.prepared.firms).toHaveLength(1);
    index.resolve(door);
    for (const { key } of [legal, door, known]) expect(index.find(key)?.prepared.firms).toHaveLength(2);
    await index.settle();
    for (const { key } of [legal, door, known]) expect(index.find(key)?.prepared.firms).toHaveLength(2);
  });

  it("reads a job's name only while its parent is not there", async () => {
    const parent = recordOf("quickbooks", "p", { name: "Omar Lindo" });
    const job: LinkRecord = {
      ...recordOf("quickbooks", "j", { name: "Keisha Reid" }),
      isJob: true,
      parentKey: parent.key,
    };
    const index = await LiveIndex.create({ settings: settings.open, records: [job] });
    const nameOf = (): string => index.find(job.key)?.prepared.family ?? "";
    const before = nameOf();
    expect(before).not.toBe("");
    index.resolve(parent);
    expect(nameOf()).toBe("");
    expect(index.clusterOf(job.key)).toContain(parent.key);
    index.remove(parent.key);
    expect(nameOf()).toBe(before);
    expect(index.clusterOf(job.key)).toEqual([job.key]);
  });
});
