import { describe, expect, it } from "vitest";
import { evaluatePartition, evaluateTraps } from "#identity";

const partition = (text: string): Map<string, string> =>
  new Map(text.split(" ").map((pair) => pair.split(":") as [string, string]));

describe("evaluation of clusters", () => {
  it("counts pairs, records and whole clusters", () => {
    const truth = partition("a:1 b:1 c:1 d:2 e:2 f:3");
    const found = partition("a:x b:x c:y d:y e:z f:w");
    const quality = evaluatePartition(found, truth);
    // Pairs found: ab, cd; true: ab ac bc de.
    expect(quality.pairwise.precision).toBeCloseTo(1 / 2);
    expect(quality.pairwise.recall).toBeCloseTo(1 / 4);
    expect(quality.bcubed.precision).toBeCloseTo((1 + 1 + 0.5 + 0.5 + 1 + 1) / 6);
    expect(quality.bcubed.recall).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 3 + 1 / 2 + 1 / 2 + 1) / 6);
    expect(quality).toMatchObject({ truePairs: 4, foundPairs: 2, falsePairs: 1, exact: { count: 1 } });
  });

  it("takes a record without a cluster as alone and leaves out one without a truth", () => {
    const quality = evaluatePartition(partition("a:x z:x"), partition("a:1 b:1"));
    expect(quality).toMatchObject({ missing: 1, extra: 1, truePairs: 1, foundPairs: 0 });
  });

  it("gives false merges by trap within a group and recall by noise", () => {
    const detail = (record: string, entity: string, traps: string[], group: string) => ({
      record,
      entity,
      traps,
      group,
    });
    const details = [
      detail("a", "1", ["twins"], "g"),
      detail("b", "2", ["twins"], "g"),
      detail("c", "2", ["typo"], ""),
      detail("d", "3", ["twins"], "h"),
    ];
    const { traps, noise } = evaluateTraps(partition("a:x b:x c:y d:x"), details);
    expect(traps).toEqual([{ trap: "twins", pairs: 1, merged: 1, rate: 1 }]);
    expect(noise).toEqual([
      { noise: "twins", pairs: 1, found: 0, recall: 0 },
      { noise: "typo", pairs: 1, found: 0, recall: 0 },
    ]);
  });
});
