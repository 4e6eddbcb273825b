import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { buildLinkRecords, guessFieldMap, linkRecords } from "#identity";
import type { LinkRecord, LinkResult } from "#identity";
import { cleanSources } from "../../identity/clean-sources.ts";
import { prepareAll } from "../../identity/link.ts";
import { defaultSettings } from "../../identity/settings.ts";
import { evaluate } from "./support/evaluate.ts";
import { jamaica, recordOf } from "./support/people.ts";

const WORDS =
  "amber basin cedar delta ember fjord gable harbour indigo jasper kestrel lagoon maple north orchard pebble quartz raven sable tundra umber velvet willow yarrow zephyr".split(
    " ",
  );
const TRADES = ["agency", "board", "bureau", "commission", "council", "department", "institute", "ministry"];

/** Two lists of authorities: one clean, one with shortened names; pairs of each clean list look alike by chance. */
function authorities(): { records: LinkRecord[]; truth: Map<string, string> } {
  const random = seededRandom(11);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const records: LinkRecord[] = [];
  const truth = new Map<string, string>();
  const names = new Set<string>();
  while (names.size < 600) names.add(`${pick(WORDS)} ${pick(WORDS)} ${pick(WORDS)} ${pick(TRADES)}`);
  for (const [n, name] of [...names].entries()) {
    const left = recordOf("register", String(n), { orgName: name });
    records.push(left);
    truth.set(left.key, String(n));
    if (n % 3 !== 0) continue;
    const parts = name.split(" ");
    const short = n % 6 === 0 ? parts.slice(0, 3).join(" ") : name;
    const right = recordOf("press", String(n), { orgName: short });
    records.push(right);
    truth.set(right.key, String(n));
  }
  return {
    records: records.map((one) => ({ ...one, entityType: "organisation", entityTypeProbability: 0.98 })),
    truth,
  };
}

const link = (records: readonly LinkRecord[]): Promise<LinkResult> =>
  linkRecords({ records, constraints: [], pack: jamaica, seed: 1 });

describe("sources that hold everybody once", () => {
  const { records, truth } = authorities();
  const settings = defaultSettings(jamaica);
  const prepared = prepareAll(records, new Map(records.map(({ key }, at) => [key, at])), settings);

  it("are known by the repeats that they lack", () => {
    expect(Object.keys(cleanSources(prepared))).toContain("register");
    const doubled = prepared.flatMap((one) => (one.source === "register" ? [one, one] : [one]));
    expect(Object.keys(cleanSources(doubled))).not.toContain("register");
  });

  it("say nothing where there is one source only", () => {
    expect(cleanSources(prepared.map((one) => ({ ...one, source: "one" })))).toEqual({});
  });

  it("tell which names are alike by chance, so that lists of names alone are linked", async () => {
    const { clusters } = await link(records);
    const anchors = new Map(clusters.map(({ key, clusterAnchor }) => [key, clusterAnchor]));
    const quality = evaluate(anchors, truth);
    // Every other name of the press is cut short; the whole ones must all be found, though their words are common.
    expect(quality.recall).toBeGreaterThan(0.5);
    expect(quality.precision).toBeGreaterThan(0.85);
  });
});

describe("a list that says what it holds", () => {
  const sample = (columns: readonly string[], rows: readonly (readonly string[])[]): ReturnType<typeof guessFieldMap> =>
    guessFieldMap({ title: "list", columns, sample: rows, pack: jamaica });

  it("is read as works where a column stands in it that only works have", () => {
    const { map } = sample(
      ["id", "title", "authors", "venue", "year"],
      [
        ["1", "Adaptive query processing", "A. Halevy, Z. Ives", "VLDB", "1999"],
        ["2", "Mining sequential patterns", "R. Agrawal", "ICDE", "1995"],
      ],
    );
    expect(map.fields).toEqual({ title: "title", authors: "name_list", venue: "category", year: "date" });
  });

  it("is read as goods where nothing reaches a customer and there is a price", () => {
    const { map } = sample(
      ["id", "name", "description", "manufacturer", "price"],
      [
        ["1", "Turntable PSLX350H", "belt drive", "Sony", "149.00"],
        ["2", "Over-the-range microwave", "stainless steel", "Bosch", "349.00"],
      ],
    );
    expect(map.fields).toMatchObject({ name: "title", manufacturer: "org_name", price: "amount" });
  });

  it("stays a list of customers where they can be reached, whatever they pay", () => {
    const { map } = sample(
      ["id", "name", "phone", "price"],
      [
        ["1", "Errol Brown", "876-555-0101", "10"],
        ["2", "Marcia Grant", "876-555-0102", "12"],
      ],
    );
    expect(map.fields["name"]).not.toBe("title");
    expect(map.fields["phone"]).toBe("phone");
  });

  it("does not take whence a number is for the number", () => {
    const { map } = sample(
      ["id", "first_name", "last_name", "passport_number", "passport_country"],
      [
        ["1", "Errol", "Brown", "A1234567", "JM"],
        ["2", "Marcia", "Grant", "B7654321", "US"],
      ],
    );
    expect(map.fields["passport_number"]).toBe("person_id");
    expect(map.fields["passport_country"]).toBeUndefined();
  });

  it("speaks for names that show nothing of their own", () => {
    const firms = Array.from({ length: 30 }, (_one, n) => `${WORDS[n % WORDS.length] ?? ""} Trading Company Limited`);
    const names = [...firms, "Velda Morro", "Arcadi Lumen"];
    const table = { source: "list", names: ["name"], columns: [names], rows: names.length };
    const ids = names.map((_one, n) => String(n));
    const records = buildLinkRecords([table], { map: { fields: { name: "any_name" } }, pack: jamaica, ids });
    expect(records.slice(-2).map(({ entityType }) => entityType)).toEqual(["organisation", "organisation"]);
    const mixed = buildLinkRecords([table], {
      map: { fields: { name: "any_name", birth: "birth_date" } },
      pack: jamaica,
      ids,
    });
    expect(mixed.at(-1)?.entityType).not.toBe("organisation");
  });
});
