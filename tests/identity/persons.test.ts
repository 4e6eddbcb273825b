import { describe, expect, it } from "vitest";
import { explainPair, linkRecords } from "#identity";
import type { LinkRecord, LinkRelation, LinkResult } from "#identity";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const town = smallTown(60);
const link = (records: readonly LinkRecord[]): Promise<LinkResult> =>
  linkRecords({ records: [...town.records, ...records], constraints: [], pack: jamaica, seed: 1 });
const together = (result: LinkResult, a: LinkRecord, b: LinkRecord): boolean => {
  const anchors = new Map(result.clusters.map((row) => [row.key, row.clusterAnchor]));
  return anchors.get(a.key) === anchors.get(b.key);
};
const between = (result: LinkResult, a: LinkRecord, b: LinkRecord): LinkRelation[] =>
  result.relations.filter(({ left, right }) => [left, right].includes(a.key) && [left, right].includes(b.key));

const home = { street: "12 Hope Road", locality: "Kingston" };
const away = { street: "8 Union Street", locality: "Montego Bay" };

describe("persons of one name", () => {
  it("are one who moved where telephone and e-mail are still the same", async () => {
    const before = recordOf("a", "m1", {
      name: "Natalie Grantham",
      emails: ["natg@gmail.com"],
      phones: ["876-555-0701"],
      ...home,
    });
    const after = recordOf("b", "m2", {
      name: "Natalie Grantham",
      emails: ["natg@gmail.com"],
      phones: ["876-555-0701"],
      ...away,
    });
    expect(together(await link([before, after]), before, after)).toBe(true);
  });

  it("are two where telephone, e-mail and street are all known and all differ, in one town too", async () => {
    const one = recordOf("a", "n1", {
      name: "Devon Willoughby",
      emails: ["dw77@gmail.com"],
      phones: ["876-555-0601"],
      ...home,
    });
    const other = recordOf("b", "n2", {
      name: "Devon Willoughby",
      emails: ["willoughbyd@yahoo.com"],
      phones: ["876-777-1234"],
      street: "40 Molynes Road",
      locality: "Kingston",
    });
    expect(together(await link([one, other]), one, other)).toBe(false);
  });

  it("count another town once, whether the street is known or not", async () => {
    const { settings } = await link([]);
    const at = (id: string, place: { street?: string; locality: string }): LinkRecord =>
      recordOf(id, id, { name: "Devon Willoughby", ...place });
    const weight = (a: LinkRecord, b: LinkRecord): number => explainPair(a, b, settings).weight;
    const moved = explainPair(at("a", home), at("b", away), settings);
    expect(moved.evidence.map(({ field }) => field)).not.toContain("place");
    const here = { street: "40 Molynes Road", locality: home.locality };
    expect(weight(at("a", home), at("b", here))).toBeGreaterThan(moved.weight);
  });

  it("are not brought nearer by mailboxes that are each called after their owner", async () => {
    const { settings } = await link([]);
    const mail = (id: string, email: string): LinkRecord =>
      recordOf(id, id, { name: "Riley Kaufman", emails: [email] });
    const bits = (a: string, b: string): number =>
      explainPair(mail("a", a), mail("b", b), settings).evidence.find(({ field }) => field === "email")?.weight ?? 0;
    expect(bits("riley.kaufman@gmail.com", "rileykaufman@gmail.com")).toBeLessThan(0);
    expect(bits("rileykaufman@gmail.com", "rileykaufmann@gmail.com")).toBeGreaterThan(0);
  });
});

describe("relations of a person", () => {
  const firm = recordOf("directory", "f", {
    name: "Campbell Hardware Ltd",
    orgName: "Campbell Hardware Ltd",
    givenName: "Errol",
    familyName: "Campbell",
  });

  it("tell the owner by the contact that the firm names, not his son of the same name", async () => {
    const father = recordOf("a", "p1", {
      name: "Errol Campbell",
      emails: ["ec61@gmail.com"],
      phones: ["876-555-0101"],
    });
    const son = recordOf("a", "p2", {
      name: "Errol Campbell Jr",
      emails: ["ej88@yahoo.com"],
      phones: ["876-555-0177"],
    });
    const result = await link([firm, father, son]);
    expect(between(result, father, firm).map(({ relation }) => relation)).toEqual(["owner_firm"]);
    expect(between(result, son, firm)).toEqual([]);
  });

  it("tell nothing of somebody who bears the family name and an initial of the contact only", async () => {
    const cousin = recordOf("a", "p3", { name: "Edward Campbell", phones: ["876-555-0333"] });
    expect(between(await link([firm, cousin]), cousin, firm)).toEqual([]);
  });

  it("make no family of two who share nothing but a name", async () => {
    const one = recordOf("a", "h1", { name: "Oscar Featherstone", locality: "Kingston" });
    const other = recordOf("b", "h2", { name: "Marcia Featherstone", locality: "Kingston" });
    expect(between(await link([one, other]), one, other)).toEqual([]);
  });
});

describe("unattended merges", () => {
  it("never join two of one name at one door whose dates of birth differ", async () => {
    const born = (id: string, birthDate: string): LinkRecord =>
      recordOf(id, id, { name: "Errol Featherstone", birthDate, phones: ["876-555-0101"], ...home });
    const [father, son] = [born("u1", "1961-04-02"), born("u2", "1988-01-20")];
    const { clusters } = await link([father, son]);
    const auto = new Map(clusters.map((row) => [row.key, row.autoAnchor]));
    expect(auto.get(father.key)).not.toBe(auto.get(son.key));
  });
});
