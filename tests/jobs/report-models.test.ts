import { describe, expect, it } from "vitest";
import type { ModelWatch } from "#warehouse";
import { driftLines, modelRows, outcomeRows } from "../../jobs/outputs/report-models.ts";

const WATCH: ModelWatch = {
  models: [
    {
      model: "churn",
      kind: "additive",
      version: "churn-additive-1",
      data_as_of: "2026-06-30",
      challenger: "churn-logistic-2",
      decision: "kept",
      reason: "logistic is not promoted: it is not better for certain",
    },
    {
      model: "lifetime_value",
      kind: "bg-nbd and gamma-gamma",
      version: "value-1",
      data_as_of: "2026-06-30",
      challenger: null,
      decision: null,
      reason: null,
    },
  ],
  outcomes: [
    {
      score: "lead",
      data_as_of: "2026-03-01",
      band: "High",
      customers: 1234,
      expected: 0.31,
      observed: 0.52,
      holds: false,
    },
  ],
  drifted: [
    { model: "lead", feature: "(score)", effect: 0.4 },
    { model: "lead", feature: "spend_90", effect: 0.3 },
  ],
};

describe("how the scores hold", () => {
  it("is told in words: which version and why, whether the words of a band came true, and what moved", () => {
    expect(modelRows(WATCH)).toEqual([
      [
        "Likely to leave",
        "additive",
        "2026-06-30",
        "stays: logistic is not promoted: it is not better for certain",
        "churn-logistic-2 is watched beside it",
      ],
      ["Lifetime value", "bg-nbd and gamma-gamma", "2026-06-30", "fitted anew each night", ""],
    ]);
    expect(outcomeRows(WATCH)).toEqual([
      ["Likely to buy", "High", "2026-03-01", "1,234", "about 3 in 10", "about 5 in 10", "does not hold"],
    ]);
    expect(driftLines(WATCH)).toEqual([
      "Likely to buy: moved more than usual since it learnt: the score itself, spend 90.",
    ]);
  });

  it("says nothing where there is nothing to say", () => {
    const nothing: ModelWatch = { models: [], outcomes: [], drifted: [] };
    expect([modelRows(nothing), outcomeRows(nothing), driftLines(nothing)]).toEqual([[], [], []]);
  });
});
