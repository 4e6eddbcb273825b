import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { driftBaseline, measureDrift } from "../../models/drift.ts";
import { mayReplace, measureGates } from "../../models/promotion.ts";
import type { FeatureRow } from "#models";

/** Outcomes with known probabilities. */
function outcomes(count: number, seed: number): { rows: FeatureRow[]; labels: Float64Array; truth: Float64Array } {
  const random = seededRandom(seed);
  const truth = Float64Array.from({ length: count }, () => 0.05 + 0.6 * random() ** 2);
  return {
    rows: Array.from({ length: count }, (_unused, i) => ({ region: i % 2 === 0 ? "north" : "south" })),
    labels: truth.map((p) => (random() < p ? 1 : 0)),
    truth,
  };
}

describe("promotion", () => {
  const { rows, labels, truth } = outcomes(3000, 1);
  const flat = truth.map(() => truth.reduce((sum, p) => sum + p, 0) / truth.length);

  it("lets a challenger through that is better for certain, and never one that is worse", () => {
    const better = { rows, labels, challenger: truth, champion: flat };
    const gates = measureGates(better, [], 7);
    expect(gates.gain?.low).toBeGreaterThan(0);
    expect(mayReplace(gates, better, false)).toBe(true);
    const worse = { rows, labels, challenger: flat, champion: truth };
    expect(mayReplace(measureGates(worse, [], 7), worse, true)).toBe(false);
  });

  it("between equals only the simpler one takes the other's place", () => {
    const random = seededRandom(3);
    const equal = truth.map((p) => Math.min(0.95, Math.max(0.01, p + 0.01 * (random() - 0.5))));
    const held = { rows, labels, challenger: equal, champion: truth };
    const gates = measureGates(held, [], 7);
    expect(mayReplace(gates, held, false)).toBe(false);
    expect(mayReplace(gates, held, true)).toBe(true);
  });

  it("notices probabilities that do not hold, for all and for a group", () => {
    const held = { rows, labels, challenger: truth, champion: null };
    expect(measureGates(held, ["region"], 7)).toMatchObject({ calibrated: true, biased_groups: [] });
    expect(measureGates({ ...held, challenger: truth.map((p) => p / 2) }, [], 7).calibrated).toBe(false);
    const unfair = truth.map((p, i) => (i % 2 === 0 ? p : p / 2));
    expect(measureGates({ ...held, challenger: unfair }, ["region"], 7).biased_groups).toEqual(["region=south"]);
  });
});

describe("drift", () => {
  const table = (count: number, seed: number, shift: number): FeatureRow[] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, () => ({
      spend: random() < 0.1 ? null : 100 * random() + shift,
      visits: Math.floor(4 * random()),
      type: random() < 0.7 ? "firm" : "person",
    }));
  };
  const features = ["spend", "visits", "type"];

  it("sees no drift where there is none, however many rows there are", () => {
    const baseline = driftBaseline(table(40_000, 1, 0), features);
    for (const row of measureDrift(baseline, table(40_000, 2, 0), [])) expect(row).toMatchObject({ drifted: false });
  });

  it("sees a feature that moved, and not one that always moves as much", () => {
    const past = [table(2000, 3, 0), table(2000, 4, 30), table(2000, 5, 60)];
    const moved = measureDrift(driftBaseline(past[0]!, features), table(2000, 6, 30), []);
    expect(moved.filter(({ drifted }) => drifted).map(({ feature }) => feature)).toEqual(["spend"]);
    const usual = measureDrift(driftBaseline(past[2]!, features), table(2000, 6, 90), past);
    expect(usual.find(({ feature }) => feature === "spend")?.usual).toBeGreaterThan(0.25);
  });

  it("sees a share that is missing now, and a level that is new", () => {
    const now = table(2000, 8, 0).map((row, i) => ({ ...row, spend: i % 2 === 0 ? null : row["spend"], type: "club" }));
    const found = measureDrift(driftBaseline(table(2000, 1, 0), features), now as FeatureRow[], []);
    expect(found.filter(({ drifted }) => drifted).map(({ feature }) => feature)).toEqual(["spend", "type"]);
  });
});
