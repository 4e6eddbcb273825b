import { describe, expect, it } from "vitest";
import { buildLinkRecords, linkRecords } from "#identity";
import { organisationTokens, parseName } from "../../identity/standardise/names.ts";
import { jamaica } from "./support/people.ts";

type Fields = Parameters<typeof buildLinkRecords>[1]["map"]["fields"];

/** Groups of row numbers (from 1) that linkage finds in a small list. */
async function groups(fields: Fields, rows: readonly (readonly string[])[]): Promise<string[]> {
  const names = Object.keys(fields);
  const ids = rows.map((_row, at) => String(at + 1));
  const columns = names.map((_name, at) => rows.map((row) => row[at] ?? ""));
  const records = buildLinkRecords([{ source: "list", names, columns, rows: rows.length }], {
    map: { fields },
    pack: jamaica,
    ids,
  });
  const { clusters } = await linkRecords({ records, constraints: [], pack: jamaica, seed: 1 });
  const found = new Map<string, string[]>();
  for (const { key, clusterAnchor } of clusters) found.set(clusterAnchor, [...(found.get(clusterAnchor) ?? []), key]);
  return [...found.values()]
    .filter(({ length }) => length > 1)
    .map((list) => list.sort((a, b) => Number(a) - Number(b)).join(" "))
    .sort();
}

describe("a list of a few rows", () => {
  it("has its obvious duplicates found and everybody else kept apart", async () => {
    const fields: Fields = { Name: "any_name", Phone: "phone", Email: "email", Address: "address" };
    const found = await groups(fields, [
      ["John Smith", "876-555-0101", "john.smith@gmail.com", "5 Palm Ave, Kingston 8"],
      ["Smith, John", "8765550101", "", "5 Palm Avenue, Kgn 8"],
      ["Mary Smith", "876-555-0101", "mary.smith@yahoo.com", "5 Palm Ave, Kingston 8"],
      ["Jon Smith", "", "john.smith@gmail.com", ""],
      ["Island Grill Ltd", "876-922-3344", "info@islandgrill.com", "Shop 3, Sovereign Centre, Kingston 6"],
      ["ISLAND GRILL LIMITED", "876 922 3344", "", "Sovereign Centre, Hope Road"],
      ["Island Grill (Portmore)", "876-998-1122", "", "Portmore Mall"],
      ["Peter Brown", "876-444-9988", "pbrown@hotmail.com", ""],
      ["P. Brown", "(876)444-9988", "", ""],
      ["Pauline Brown", "876-333-1111", "", ""],
      ["Walk-in Customer", "", "", ""],
      ["Cash", "", "", ""],
      ["Karen Williams", "876-211-0000", "", ""],
      ["Karen Williams", "876-899-5511", "", "Montego Bay"],
    ]);
    expect(found).toEqual(["1 2 4", "5 6", "8 9"]);
  });

  it("keeps apart two namesakes with nothing else in common, and a couple with one number", async () => {
    const fields: Fields = {
      First: "given_name",
      Last: "family_name",
      Email: "email",
      Phone: "phone",
      City: "locality",
    };
    const found = await groups(fields, [
      ["Kyle", "Reese", "kyle@resist.org", "876-555-0199", "Kingston"],
      ["Kyle", "Reese", "k.reese@gmail.com", "876-555-0199", "Kingston"],
      ["Miles", "Dyson", "miles@cyberdyne.com", "876-555-0111", "Mandeville"],
      ["Tarissa", "Dyson", "", "876-555-0111", "Mandeville"],
      ["M.", "Dyson", "miles@cyberdyne.com", "", "Mandeville"],
      ["James", "Lee", "jlee@a.com", "876-555-0001", "Negril"],
      ["James", "Lee", "james.lee@b.com", "876-913-4477", "Portmore"],
      ["Anthony", "Stark", "tony@stark.com", "", "Ocho Rios"],
      ["Tony", "Stark", "tony@stark.com", "", "Ocho Rios"],
    ]);
    expect(found).toEqual(["1 2", "3 5", "8 9"]);
  });

  it("knows a firm by the name that it trades under, wherever one record says so", async () => {
    const fields: Fields = { Company: "org_name", Phone: "phone" };
    const found = await groups(fields, [
      ["Brown Holdings Ltd t/a Quick Mart", "876-555-6666"],
      ["Quick Mart", "876-555-6666"],
      ["Brown Holdings Limited", "876-555-6666"],
      ["Quick Print", "876-777-1234"],
    ]);
    expect(found).toEqual(["1 2 3"]);
  });
});

describe("names of countries in a firm's name", () => {
  it("are one word, however the country is called", () => {
    const tokens = (text: string): string[] => organisationTokens(text, jamaica);
    expect(tokens("Ministry of Health (Burma)")).toEqual(tokens("Ministry of Health (Myanmar)"));
    expect(tokens("Danish Ministry of Taxation")).toEqual(["denmark", "ministry", "taxation"]);
    expect(tokens("Coast Guard (Republic of Korea)")).toEqual(tokens("Coast Guard South Korea"));
    expect(tokens("Bank of the People's Republic of China")).not.toEqual(tokens("Bank of the Republic of China"));
  });
});

describe("what is written around a person's name", () => {
  it("is no part of it", () => {
    const nameOf = (text: string): (string | null)[] => {
      const { given, family } = parseName(text, { pack: jamaica });
      return [given, family];
    };
    for (const text of ["c/o Jane Doe", "ATTN: Jane Doe", "Jane Doe - Accounts Dept", "Doe (Mrs) Jane", "Jane Doe 2"])
      expect(nameOf(text), text).toEqual(["Jane", "Doe"]);
    expect(nameOf("John Brown or Mary Brown")).toEqual(["John", "Brown"]);
    expect(nameOf("Estate of John Brown")).toEqual(["John", "Brown"]);
  });
});
