import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { readColumns } from "#models";
import { everyRow } from "../../models/columns.ts";
import { encode, fitEncoder } from "../../models/encode.ts";
import { fitLinear, linearDesign, logitsOf } from "../../models/linear.ts";
import { softplus } from "../../models/special.ts";
import type { LinearFit } from "../../models/linear-types.ts";
import type { Cell } from "#models";

const ROWS = 1500;
const PRECISION = 4;

/** Three small categories, one with gaps, that share one look-up, and two numbers that lean on each other. */
function cells(): Record<string, Cell[]> {
  const random = seededRandom(9);
  const pick = (levels: readonly Cell[]): Cell => levels[Math.floor(random() * levels.length)] ?? null;
  const columns: Record<string, Cell[]> = { plan: [], town: [], paid: [], spend: [], orders: [], y: [] };
  for (let i = 0; i < ROWS; i += 1) {
    const [plan, town, paid] = [pick(["a", "b"]), pick(["n", "s", "w"]), pick(["yes", "no", null])];
    const spend = random() < 0.1 ? null : random() ** 3;
    const orders = (spend ?? 0.2) + 0.1 * random();
    const z = (plan === "a" ? 1 : -0.5) + (town === "w" ? 0.8 : 0) + 3 * orders - 1.5;
    const row = { plan, town, paid, spend, orders, y: random() < 1 / (1 + Math.exp(-z)) ? 1 : 0 };
    for (const [name, value] of Object.entries(row)) columns[name]?.push(value);
  }
  return columns;
}

const columns = cells();
const labels = Float64Array.from(columns["y"] ?? [], Number);
const raw = readColumns(
  { rows: ROWS, columns },
  { plan: "category", town: "category", paid: "category", spend: "number", orders: "number" },
);
const encoder = fitEncoder(raw, everyRow(ROWS), { pieces: 6, labels });
const design = linearDesign({ encoder, pairs: [] }, raw, everyRow(ROWS));
const dense = encode(encoder, raw, everyRow(ROWS));

/** Penalised loss of weights, from encoded columns written out. */
function lossOf({ weights, intercept }: LinearFit): number {
  let loss = 0;
  for (let i = 0; i < ROWS; i += 1) {
    let z = intercept;
    for (let j = 0; j < dense.width; j += 1) z += (dense.values[i * dense.width + j] ?? NaN) * (weights[j] ?? NaN);
    loss += softplus(z) - (labels[i] ?? NaN) * z;
  }
  return (loss + 0.5 * PRECISION * weights.reduce((sum, weight) => sum + weight * weight, 0)) / ROWS;
}

describe("a penalised logistic fit by look-ups", () => {
  it("says of each row what its encoded columns times the weights say, with categories put together", () => {
    expect(design.passes.length).toBeLessThan(design.strips.length);
    const random = seededRandom(3);
    const weights = Float64Array.from({ length: dense.width }, () => random() - 0.5);
    const said = logitsOf(design, { weights, intercept: 0.5 });
    for (let i = 0; i < ROWS; i += 1) {
      let z = 0.5;
      for (let j = 0; j < dense.width; j += 1) z += (dense.values[i * dense.width + j] ?? NaN) * (weights[j] ?? NaN);
      expect(Math.abs((said[i] ?? NaN) - z)).toBeLessThan(1e-4);
    }
  });

  it("stands at the minimum: no weight moved either way does better, from whatever start", () => {
    const fit = fitLinear(design, labels, PRECISION);
    const best = lossOf(fit);
    for (let j = 0; j < dense.width; j += 1) {
      for (const step of [-0.2, 0.2]) {
        const weights = Float64Array.from(fit.weights);
        weights[j] = (weights[j] ?? NaN) + step;
        expect(lossOf({ weights, intercept: fit.intercept })).toBeGreaterThan(best - 1e-6);
      }
    }
    const far = { weights: new Float64Array(dense.width).fill(1), intercept: -3 };
    expect(lossOf(fitLinear(design, labels, PRECISION, far))).toBeCloseTo(best, 4);
  });
});
