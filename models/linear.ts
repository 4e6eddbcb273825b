import { unitsOf } from "./linear-units.ts";
import { minimise } from "./minimise.ts";
import { addGroup, addGroupSums, groupedStrips } from "./strip-groups.ts";
import { addProducts, addSums, featureStrip, pairStrip } from "./strips.ts";
import type { RawColumn } from "./columns.ts";
import type { Encoder } from "./encode.ts";
import type { PairTerm } from "./pair-sides.ts";
import type { LinearDesign, LinearFit } from "./linear-types.ts";

/** Gain of a step, in units of log-loss, below which a fit has settled: far below what any comparison can tell. */
const SETTLED = 4e-6;

/** Encodes rows for a linear model: features, then products of pairs. */
export function linearDesign(
  { encoder, pairs }: { readonly encoder: Encoder; readonly pairs: readonly PairTerm[] },
  columns: readonly RawColumn[],
  rows: Int32Array,
): LinearDesign {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const strips = encoder.features.map((feature, f) =>
    featureStrip(feature, encoder.offsets[f]!, byName.get(feature.name), rows),
  );
  const means = Float64Array.from(encoder.means);
  const passes = groupedStrips(strips, rows.length);
  const main = { rows: rows.length, width: encoder.offsets.at(-1)!, strips, passes, means };
  return withPairs(main, pairs, columns, rows);
}

/** A design with the products of pairs behind its columns. */
export function withPairs(
  main: LinearDesign,
  pairs: readonly PairTerm[],
  columns: readonly RawColumn[],
  rows: Int32Array,
): LinearDesign {
  if (pairs.length === 0) return main;
  const width = main.width + pairs.reduce((sum, pair) => sum + pair.width, 0);
  const means = new Float64Array(width);
  means.set(main.means);
  for (const pair of pairs) means.set(pair.means, pair.offset);
  const more = pairs.map((pair) => pairStrip(pair, columns, rows));
  return { rows: main.rows, width, strips: [...main.strips, ...more], passes: [...main.passes, ...more], means };
}

/** Logits of a design's rows. */
export function logitsOf({ rows, passes, means }: LinearDesign, { weights, intercept }: LinearFit): Float64Array {
  let start = intercept;
  for (let j = 0; j < means.length; j += 1) start -= means[j]! * weights[j]!;
  const out = new Float64Array(rows).fill(start);
  for (const strip of passes) {
    if (strip.kind === "group") addGroup(strip, weights, out);
    else addProducts(strip, weights, out);
  }
  return out;
}

/**
 * Fits a penalised logistic regression. `precision` is that of the normal prior of each weight. The problem is convex and
 * solved in 64-bit numbers, so that nothing hangs on a random start or on a backend.
 */
export function fitLinear(
  design: LinearDesign,
  labels: Float64Array,
  precision: number,
  start: LinearFit | null = null,
): LinearFit {
  const { rows, width } = design;
  const hits = labels.reduce((sum, y) => sum + y, 0);
  const ridge = precision / Math.max(1, rows);
  const from = start ?? { weights: new Float64Array(0), intercept: Math.log((hits + 0.5) / (rows - hits + 0.5)) };
  const weights = new Float64Array(width);
  weights.set(from.weights);
  const first = { weights, intercept: from.intercept };
  const units = unitsOf(design, curvatureOf(design, first), ridge);
  const found = minimise(
    (theta) => {
      const step = evaluate(design, labels, ridge, units.fit(theta));
      units.turn(step.gradient);
      return step;
    },
    units.point(first),
    { gradientTolerance: 2e-5, valueTolerance: SETTLED, maxEvaluations: 120 },
  );
  return units.fit(found.point);
}

/** How strongly the loss bends at a fit: the mean of p(1 - p). */
function curvatureOf(design: LinearDesign, fit: LinearFit): number {
  const logits = logitsOf(design, fit);
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) {
    const e = Math.exp(-Math.abs(logits[i]!));
    sum += e / (1 + e) ** 2;
  }
  return sum / Math.max(1, logits.length);
}

function evaluate(
  design: LinearDesign,
  labels: Float64Array,
  ridge: number,
  fit: LinearFit,
): { value: number; gradient: Float64Array } {
  const { rows, width, passes, means } = design;
  const share = 1 / Math.max(1, rows);
  const residuals = logitsOf(design, fit);
  let loss = 0;
  let total = 0;
  for (let i = 0; i < rows; i += 1) {
    const z = residuals[i]!;
    const e = Math.exp(-Math.abs(z));
    loss += (z > 0 ? z : 0) + Math.log1p(e) - labels[i]! * z;
    const residual = ((z >= 0 ? 1 : e) / (1 + e) - labels[i]!) * share;
    residuals[i] = residual;
    total += residual;
  }
  const gradient = new Float64Array(width + 1);
  for (const strip of passes) {
    if (strip.kind === "group") addGroupSums(strip, residuals, gradient);
    else addSums(strip, residuals, gradient);
  }
  let penalty = 0;
  for (let j = 0; j < width; j += 1) {
    const weight = fit.weights[j]!;
    gradient[j] = gradient[j]! - total * means[j]! + ridge * weight;
    penalty += weight * weight;
  }
  gradient[width] = total;
  return { value: loss * share + 0.5 * ridge * penalty, gradient };
}
