import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { driftBaseline, driftedShare, measureDrift } from "../../models/drift.ts";
import { measureGates, whyNotPromoted } from "../../models/promotion.ts";
import { chooseVersion } from "../../models/registry.ts";
import { openBackend, openTraining, serialiseModel, tableFromRows } from "#models";
import type { FeatureRow, TabularModel } from "#models";

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
    expect(whyNotPromoted(gates, better, false)).toBeNull();
    const worse = { rows, labels, challenger: flat, champion: truth };
    expect(whyNotPromoted(measureGates(worse, [], 7), worse, true)).toMatch(/not better/);
  });

  it("between equals only the simpler one takes the other's place", () => {
    const random = seededRandom(3);
    const equal = truth.map((p) => Math.min(0.95, Math.max(0.01, p + 0.01 * (random() - 0.5))));
    const held = { rows, labels, challenger: equal, champion: truth };
    const gates = measureGates(held, [], 7);
    expect(whyNotPromoted(gates, held, false)).toMatch(/not better/);
    expect(whyNotPromoted(gates, held, true)).toBeNull();
  });

  it("notices probabilities that do not hold, for all and for a group", () => {
    const held = { rows, labels, challenger: truth, champion: null };
    expect(measureGates(held, ["region"], 7)).toMatchObject({ calibrated: true, biased_groups: [] });
    expect(measureGates({ ...held, challenger: truth.map((p) => p / 2) }, [], 7).calibrated).toBe(false);
    const unfair = truth.map((p, i) => (i % 2 === 0 ? p : p / 2));
    expect(measureGates({ ...held, challenger: unfair }, ["region"], 7).biased_groups).toEqual(["region=south"]);
  });
});

describe("a challenger that is better on the whole", () => {
  const { rows, labels, truth } = outcomes(4000, 2);
  const flat = truth.map(() => truth.reduce((sum, p) => sum + p, 0) / truth.length);

  it("is kept out where its probabilities do not hold", () => {
    const held = { rows, labels, challenger: truth.map((p) => p * 0.7), champion: flat.map((p) => p * 0.3) };
    const gates = measureGates(held, [], 7);
    expect(gates.gain?.low).toBeGreaterThan(0);
    expect(whyNotPromoted(gates, held, false)).toMatch(/do not hold/);
  });

  it("is kept out where it wrongs a group that the champion treats right", () => {
    const unfair = truth.map((p, i) => (i % 2 === 0 ? p * 1.27 : p * 0.73));
    const held = { rows, labels, challenger: unfair, champion: flat };
    const gates = measureGates(held, ["region"], 7);
    expect(gates).toMatchObject({ calibrated: true, newly_biased: ["region=north", "region=south"] });
    expect(whyNotPromoted(gates, held, false)).toMatch(/wrongs region=north, region=south/);
    const alike = measureGates({ ...held, champion: unfair }, ["region"], 7);
    expect(alike).toMatchObject({ biased_groups: ["region=north", "region=south"], newly_biased: [] });
  });

  it("is kept out where the data have moved away from what both were tried on", () => {
    const held = { rows, labels, challenger: truth, champion: flat, driftedShare: 0.6 };
    expect(whyNotPromoted(measureGates(held, [], 7), held, false)).toMatch(/moved too far/);
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
    expect(driftedShare(moved)).toBeCloseTo(1 / 3);
    const usual = measureDrift(driftBaseline(past[2]!, features), table(2000, 6, 90), past);
    expect(usual.find(({ feature }) => feature === "spend")?.usual).toBeGreaterThan(0.25);
  });

  it("sees a share that is missing now, and a level that is new", () => {
    const now = table(2000, 8, 0).map((row, i) => ({ ...row, spend: i % 2 === 0 ? null : row["spend"], type: "club" }));
    const found = measureDrift(driftBaseline(table(2000, 1, 0), features), now as FeatureRow[], []);
    expect(found.filter(({ drifted }) => drifted).map(({ feature }) => feature)).toEqual(["spend", "type"]);
  });
});

describe("the version that ships", () => {
  /** Buyers whose chance rises with how lately they bought. */
  const table = (count: number, seed: number): FeatureRow[] => {
    const random = seededRandom(seed);
    return Array.from({ length: count }, (_unused, i) => {
      const recency = Math.floor(300 * random());
      const bought = random() < 1 / (1 + Math.exp(recency / 40 - 2)) ? 1 : 0;
      return { customer_id: `C${String(i)}`, recency_days: recency, purchases_365: 1 + (i % 4), bought };
    });
  };
  const train = async (rows: readonly FeatureRow[]) => {
    const session = openTraining(await openBackend(), tableFromRows(rows, Object.keys(rows[0]!)), {
      target: "bought",
      group: "customer_id",
      seed: 1,
      kinds: ["rule", "logistic"],
      rule: { recency: "recency_days", frequency: "purchases_365" },
    });
    if (session.status !== "trained") throw new Error(session.reason);
    return session;
  };
  const options = { groups: [], seed: 1, driftedShare: 0 };
  const recordOf = (model: TabularModel, pinned = false) => ({
    model: "lead" as const,
    version: `lead-${model.version}`,
    kind: model.name,
    artefact: serialiseModel(model),
    pinned,
  });

  it("is the first one, then the same recipe on newer data, then the same version where nothing changed", async () => {
    const [older, newer] = [table(900, 1), table(1200, 2)];
    const first = chooseVersion(await train(older), older, { ...options, champion: null });
    expect(first).toMatchObject({ decision: "first", challenger: null });
    const champion = recordOf(first.champion);
    const second = chooseVersion(await train(newer), newer, { ...options, champion });
    expect(second).toMatchObject({ decision: "refreshed", challenger: null });
    expect(second.champion.version).not.toBe(first.champion.version);
    const again = chooseVersion(await train(older), older, { ...options, champion });
    expect(again).toMatchObject({ decision: "kept", reason: "nothing that it learns from has changed" });
    expect(again.champion.version).toBe(first.champion.version);
  });

  it("stays what a person went back to, with tonight's fit watched beside it", async () => {
    const [older, newer] = [table(900, 1), table(1200, 2)];
    const before = chooseVersion(await train(older), older, { ...options, champion: null }).champion;
    const choice = chooseVersion(await train(newer), newer, { ...options, champion: recordOf(before, true) });
    expect(choice.decision).toBe("kept");
    expect(choice.champion.version).toBe(before.version);
    expect(choice.challenger?.version).not.toBe(before.version);
  });

  it("gives way to another kind only where that is better for certain and the data have not moved", async () => {
    const rows = table(1500, 3);
    const session = await train(rows);
    const rule = session.candidates.find(({ kind }) => kind === "rule");
    const best = session.ship(["logistic"]).model;
    if (rule === undefined) throw new Error("no rule");
    // The recipe of the champion is the one that the session ships least willingly.
    const shipped = session.ship().model.name;
    const other = shipped === best.name ? session.shipOne(rule).model : best;
    const moved = chooseVersion(session, rows, { ...options, champion: recordOf(other), driftedShare: 0.7 });
    expect(moved).toMatchObject({ decision: "kept" });
    expect(moved.reason).toContain("moved too far");
    expect(moved.champion.name).toBe(other.name);
    expect(moved.challenger?.name).toBe(shipped);
  });

  it("is tonight's where the champion's file can be read no more", async () => {
    const rows = table(900, 1);
    const { champion } = chooseVersion(await train(rows), rows, { ...options, champion: null });
    const broken = { ...recordOf(champion), artefact: new TextEncoder().encode("{}") };
    expect(chooseVersion(await train(rows), rows, { ...options, champion: broken })).toMatchObject({
      decision: "first",
    });
  });
});
