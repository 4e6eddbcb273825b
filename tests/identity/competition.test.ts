import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { linkRecords, parseSettings, serialiseSettings } from "#identity";
import type { LinkRecord, LinkResult } from "#identity";
import { evaluate } from "./support/evaluate.ts";
import { jamaica, recordOf } from "./support/people.ts";

const WORDS =
  "amber basin cedar delta ember fjord gable harbour indigo jasper kestrel lagoon maple north orchard pebble quartz raven sable tundra umber velvet willow yarrow zephyr anchor bramble copper dapple echo falcon glacier heron island juniper kelp lantern meadow nectar opal".split(
    " ",
  );

/** A register that holds every firm once, and a list of some of them that leaves out one word of each name. */
function registers(): { records: LinkRecord[]; truth: Map<string, string> } {
  const random = seededRandom(5);
  const pick = (): string => WORDS[Math.floor(random() * WORDS.length)] ?? "";
  const names = new Set<string>();
  while (names.size < 400) {
    const words = new Set([pick(), pick(), pick(), pick()]);
    if (words.size === 4) names.add([...words].join(" "));
  }
  const records: LinkRecord[] = [];
  const truth = new Map<string, string>();
  for (const [n, name] of [...names].entries()) {
    const both = [recordOf("register", String(n), { orgName: name })];
    const short = name.split(" ").filter((_word, at) => at !== n % 4);
    if (n % 2 === 0) both.push(recordOf("list", String(n), { orgName: short.join(" ") }));
    for (const one of both) {
      records.push({ ...one, entityType: "organisation", entityTypeProbability: 0.98 });
      truth.set(one.key, String(n));
    }
  }
  return { records, truth };
}

const link = (records: readonly LinkRecord[], more: object = {}): Promise<LinkResult> =>
  linkRecords({ records, constraints: [], pack: jamaica, seed: 1, oneRecordPerEntity: ["register"], ...more });

describe("records of a source that holds everybody once", async () => {
  const { records, truth } = registers();
  const result = await link(records);
  const anchors = new Map(result.clusters.map(({ key, clusterAnchor }) => [key, clusterAnchor]));

  it("are told apart by who is the best partner, though all names are alike", () => {
    const { precision, recall } = evaluate(anchors, truth);
    expect(precision).toBeGreaterThan(0.9);
    expect(recall).toBeGreaterThan(0.8);
  });

  it("are rivals: no record is likely to be two of them", () => {
    const sums = new Map<string, number>();
    const { keys, left, right, bits } = result.candidates;
    for (let row = 0; row < left.length; row += 1) {
      const [a, b] = [keys[left[row] ?? 0] ?? "", keys[right[row] ?? 0] ?? ""];
      const seeker = [a, b].find((key) => key.includes("list"));
      if (seeker === undefined || (a.includes("list") && b.includes("list"))) continue;
      sums.set(seeker, (sums.get(seeker) ?? 0) + 1 / (1 + 2 ** -(bits[row] ?? 0)));
    }
    expect(sums.size).toBeGreaterThan(100);
    expect(Math.max(...sums.values())).toBeLessThanOrEqual(1 + 1e-6);
  });

  it("give the same from settings that went through a file", async () => {
    expect(result.settings.calibration.organisation.best).toBeDefined();
    const settings = parseSettings(serialiseSettings(result.settings));
    const again = await link(records, { settings });
    expect(again.clusters.map(({ clusterAnchor }) => clusterAnchor)).toEqual(
      result.clusters.map(({ clusterAnchor }) => clusterAnchor),
    );
  });
});
