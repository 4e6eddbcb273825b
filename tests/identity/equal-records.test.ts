import { describe, expect, it } from "vitest";
import { linkRecords } from "#identity";
import type { LinkOptions, LinkRecord, LinkResult } from "#identity";
import { jamaica, recordOf, smallTown } from "./support/people.ts";

const town = smallTown(60);
const link = (records: readonly LinkRecord[], more: Partial<LinkOptions> = {}): Promise<LinkResult> =>
  linkRecords({ records: [...town.records, ...records], constraints: [], pack: jamaica, seed: 1, ...more });

const SIZE = 60;
const many = (fields: Parameters<typeof recordOf>[2]): LinkRecord[] =>
  Array.from({ length: SIZE }, (_one, at) => recordOf("sheet", String(100 + at), fields));

const anchorsOf = (result: LinkResult, source: string): Set<string> =>
  new Set(result.clusters.filter(({ key }) => key.startsWith(`${source}:`)).map(({ clusterAnchor }) => clusterAnchor));

const WHOLE = { name: "Marva Duhaney", emails: ["marva.duhaney@example.com"], phones: ["876-955-0199"] };
const [first = "", other = ""] = [many(WHOLE)[0]?.key, many(WHOLE)[31]?.key];

describe("records that say exactly the same", () => {
  it("are one customer, however many they are, and draw in one that differs a little", async () => {
    const result = await link([...many(WHOLE), recordOf("till", "1", { ...WHOLE, name: "M. Duhaney" })]);
    expect(anchorsOf(result, "sheet")).toEqual(new Set([first]));
    expect(anchorsOf(result, "till")).toEqual(new Set([first]));
  });

  it("stay apart where what they say is too little", async () => {
    const result = await link(many({ name: "Marva" }));
    expect(anchorsOf(result, "sheet").size).toBe(SIZE);
  });

  it("obey a steward and a source that holds everybody once", async () => {
    const said = await link(many(WHOLE), { constraints: [{ left: first, right: other, same: false }] });
    const anchors = new Map(said.clusters.map(({ key, clusterAnchor }) => [key, clusterAnchor]));
    expect(anchors.get(other)).not.toBe(anchors.get(first));
    const once = await link(many(WHOLE), { oneRecordPerEntity: ["sheet"] });
    expect(anchorsOf(once, "sheet").size).toBe(SIZE);
  });
});
