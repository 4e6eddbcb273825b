import { minimise } from "./minimise.ts";
import { addProducts, addSums, featureStrip, pairStrip } from "./strips.ts";
import type { RawColumn } from "./columns.ts";
import type { Encoder } from "./encode.ts";
import type { PairTerm } from "./pair-sides.ts";
import type { Strip } from "./strips.ts";

/** Gain of a step, in units of log-loss, below which a fit has settled: far below what any comparison can tell. */
const SETTLED = 1e-6;

/** Rows of a linear model, encoded without their zeros; the means of the columns are taken off. */
export interface LinearDesign {
  readonly rows: number;
  readonly width: number;
  readonly strips: readonly Strip[];
  readonly means: Float64Array;
}

/** Weights of a fitted model on the columns of its design. */
export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}

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
  const main = { rows: rows.length, width: encoder.offsets.at(-1)!, strips, means: Float64Array.from(encoder.means) };
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
  return { rows: main.rows, width, strips: [...main.strips, ...pairs.map((p) => pairStrip(p, columns, rows))], means };
}

/** Logits of a design's rows. */
export function logitsOf({ rows, strips, means }: LinearDesign, { weights, intercept }: LinearFit): Float64Array {
  let start = intercept;
  for (let j = 0; j < means.length; j += 1) start -= means[j]! * weights[j]!;
  const out = new Float64Array(rows).fill(start);
  for (const strip of strips) addProducts(strip, weights, out);
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
  const scales = scalesOf(design, (hits / Math.max(1, rows)) * (1 - hits / Math.max(1, rows)), ridge);
  const point = new Float64Array(width + 1);
  point[width] = start?.intercept ?? Math.log((hits + 0.5) / (rows - hits + 0.5));
  for (let j = 0; j < width; j += 1) point[j] = (start?.weights[j] ?? 0) / scales[j]!;
  const fitOf = (theta: Float64Array): LinearFit => ({
    weights: Float64Array.from(scales, (scale, j) => theta[j]! * scale),
    intercept: theta[width]!,
  });
  const found = minimise(
    (theta) => {
      const fit = fitOf(theta);
      const { value, gradient } = evaluate(design, labels, ridge, fit);
      for (let j = 0; j < width; j += 1) gradient[j] = gradient[j]! * scales[j]!;
      return { value, gradient };
    },
    point,
    { gradientTolerance: 2e-5, valueTolerance: SETTLED, maxEvaluations: 120 },
  );
  return fitOf(found.point);
}

/** Units in which all weights bend the loss about alike: far fewer steps are needed. */
function scalesOf({ rows, width, means, strips }: LinearDesign, curvature: number, ridge: number): Float64Array {
  const spreads = new Float64Array(width);
  // Entries lie between 0 and 1, where the mean square is at most the mean.
  for (let j = 0; j < width; j += 1) spreads[j] = means[j]! * (1 - means[j]!);
  for (const strip of strips) {
    if (strip.kind !== "curve") continue;
    let sum = 0;
    for (const value of strip.line) sum += value * value;
    spreads[strip.offset] = sum / Math.max(1, rows) - means[strip.offset]! ** 2;
  }
  return spreads.map((spread) => 1 / Math.sqrt(Math.max(0, spread) * curvature + ridge + 1e-9));
}

function evaluate(
  design: LinearDesign,
  labels: Float64Array,
  ridge: number,
  fit: LinearFit,
): { value: number; gradient: Float64Array } {
  const { rows, width, strips, means } = design;
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
  for (const strip of strips) addSums(strip, residuals, gradient);
  let penalty = 0;
  for (let j = 0; j < width; j += 1) {
    const weight = fit.weights[j]!;
    gradient[j] = gradient[j]! - total * means[j]! + ridge * weight;
    penalty += weight * weight;
  }
  gradient[width] = total;
  return { value: loss * share + 0.5 * ridge * penalty, gradient };
}
