import { describe, expect, it } from "vitest";
import { linkRecords } from "#identity";
import type { LinkRecord, LinkResult } from "#identity";
import { clusterRecords } from "../../identity/cluster.ts";
import { prepareAll } from "../../identity/link.ts";
import { clusterRules } from "../../identity/most-probable.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const settings = defaultSettings(jamaica);
const town = smallTown(60);
const link = (records: readonly LinkRecord[]): Promise<LinkResult> =>
  linkRecords({ records: [...town.records, ...records], constraints: [], pack: jamaica, seed: 1 });
const anchorsOf = ({ clusters }: LinkResult): Map<string, string> =>
  new Map(clusters.map(({ key, clusterAnchor }) => [key, clusterAnchor]));

const home = { street: "12 Hope Road", locality: "Kingston" };
const born = (id: string, birthDate: string | null): LinkRecord =>
  recordOf(id, id, { name: "Devon Willoughby", ...home, ...(birthDate === null ? {} : { birthDate }) });

describe("records of one name at one door", () => {
  it("bring no two dates of birth together, however many of them say nothing of it", () => {
    const births = ["1950-03-15", "1984-11-02", null, null, null, null];
    const records = births.map((birth, at) => born(`b${at}`, birth));
    const prepared = prepareAll(records, new Map(), settings);
    // The two say no by themselves; every other pair says yes.
    const pairs = prepared.flatMap((_one, left) => prepared.slice(left + 1).map((_other, at) => [left, left + 1 + at]));
    const scored = {
      left: Int32Array.from(pairs, ([left]) => left ?? 0),
      right: Int32Array.from(pairs, ([, right]) => right ?? 0),
      weight: Float64Array.from(pairs, ([left, right]) => (left === 0 && right === 1 ? -1 : 4)),
    };
    const rules = clusterRules(prepared, { must: [], cannot: [] }, new Int32Array(6));
    const { anchor } = clusterRecords(6, scored, rules, settings);
    expect(anchor[0]).not.toBe(anchor[1]);
    const { marks: _marks, ...blind } = rules;
    expect(new Set(clusterRecords(6, scored, blind, settings).anchor).size).toBe(1);
  });

  it("never bring father and son together by rows that do not say which of them is meant", async () => {
    const named = (id: string, name: string, phone: string): LinkRecord =>
      recordOf(id, id, { name, phones: [phone], ...home });
    const father = named("g1", "Devon Willoughby Sr", "876-555-0601");
    const son = named("g2", "Devon Willoughby Jr", "876-555-0601");
    const open = ["g3", "g4", "g5"].map((id) => named(id, "Devon Willoughby", "876-555-0601"));
    const anchors = anchorsOf(await link([father, son, ...open]));
    expect(anchors.get(father.key)).not.toBe(anchors.get(son.key));
  });

  it("stay one customer where all say the same", async () => {
    const rows = ["s1", "s2", "s3", "s4"].map((id) => born(id, "1950-03-15"));
    const anchors = anchorsOf(await link(rows));
    expect(new Set(rows.map(({ key }) => anchors.get(key))).size).toBe(1);
  });
});

describe("what groups say of their pairs", () => {
  const mailOf = (id: string, more: Partial<Parameters<typeof recordOf>[2]>): LinkRecord =>
    recordOf(id, id, { name: "Marcia Beckford-Lindo", ...more });

  it("makes no pair of one cluster less sure than the merge that joined it", async () => {
    const rows = [
      mailOf("p1", { phones: ["876-555-0701"], emails: ["mbl@gmail.com"], ...home }),
      mailOf("p2", { phones: ["876-555-0701"], ...home }),
      mailOf("p3", { emails: ["mbl@gmail.com"], street: "8 Union Street", locality: "Montego Bay" }),
    ];
    const result = await link(rows);
    const anchors = anchorsOf(result);
    expect(new Set(rows.map(({ key }) => anchors.get(key))).size).toBe(1);
    const keys = rows.map(({ key }) => key);
    const inside = result.pairs.filter(({ left, right }) => keys.includes(left) && keys.includes(right));
    expect(inside.length).toBeGreaterThan(1);
    for (const { probability } of inside) expect(probability).toBeGreaterThan(0.5);
  });

  it("keeps unattended merges within the most probable clusters", async () => {
    const { clusters } = await link([]);
    const clusterOf = new Map(clusters.map(({ key, clusterAnchor }) => [key, clusterAnchor]));
    expect(clusters.some(({ key, autoAnchor }) => key !== autoAnchor)).toBe(true);
    for (const { autoAnchor, clusterAnchor } of clusters) expect(clusterOf.get(autoAnchor)).toBe(clusterAnchor);
  });
});

describe("branches of a chain", () => {
  it("are related, though their own number makes the chain's name a common one", async () => {
    const towns = "Kingston|Mandeville|Montego Bay|May Pen|Ocho Rios|Negril|Linstead|Port Antonio".split("|");
    const branches = towns.flatMap((locality, n) =>
      ["quickbooks", "directory"].map((source) =>
        recordOf(source, `c${n}`, {
          name: "Lionfish Grill House Ltd",
          orgName: "Lionfish Grill House Ltd",
          phones: [`876-55${n}-07${n}1`],
          street: `${10 + n} ${["Duke", "Ward", "Hope", "Main", "Bay", "Hill", "Mill", "Port"][n] ?? ""} Street`,
          locality,
        }),
      ),
    );
    const nowhere = recordOf("excel", "nowhere", { name: "Lionfish Grill House", orgName: "Lionfish Grill House" });
    const result = await link([...branches, nowhere]);
    const anchors = anchorsOf(result);
    const groups = new Set(branches.map(({ key }) => anchors.get(key)));
    expect(groups.size).toBe(towns.length);
    const found = result.relations.filter(({ relation }) => relation === "branch_parent");
    for (const { probability } of found) expect(probability).toBeGreaterThan(0.98);
    // A row that tells no place and no number may be any of them, and is no branch of its own.
    expect(found.some(({ left, right }) => left === nowhere.key || right === nowhere.key)).toBe(false);
    expect(found.length).toBeGreaterThan(0.8 * ((towns.length * (towns.length - 1)) / 2));
  });
});
