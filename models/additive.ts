import { everyRow } from "./columns.ts";
import { encode, fitEncoder } from "./encode.ts";
import { fitLinear } from "./linear.ts";
import { logLoss } from "./metrics.ts";
import { findPairs, linearDesign } from "./pairs.ts";
import { sigmoid } from "./special.ts";
import type { Candidate, TrainingData } from "./training-types.ts";
import type { Encoder } from "./encode.ts";
import type { LinearFit } from "./linear.ts";
import type { PairTerm } from "./pairs.ts";
import type { Backend } from "./runtime.ts";

/** Straight lines and levels under a ridge that the rows held out choose. */
export function trainLogistic(backend: Backend, data: TrainingData): Candidate {
  const every = everyRow(data.labels.length);
  const encoder = fitEncoder(data.columns, every, { pieces: 0 });
  const design = encode(encoder, data.columns, every);
  const precisions = [1, 8, 64, 256];
  const folds = Array.from({ length: data.foldCount }, (_unused, fold) => fold);
  const tasks = precisions.flatMap((precision) => folds.map((without) => ({ without, precision })));
  const fits = fitLinear(backend, design, data.labels, data.folds, tasks);
  const choices = precisions.map((precision, p) => {
    const outOfFold = Float64Array.from(data.folds, (fold, i) => fits[p * data.foldCount + fold]!.logits[i]!);
    return { p, precision, outOfFold, loss: logLoss(data.labels, outOfFold.map(sigmoid)) };
  });
  const best = choices.reduce((a, b) => (b.loss < a.loss ? b : a));
  // The mean of the folds' solutions is next to the one for all rows.
  const start = meanPoint(fits.slice(best.p * data.foldCount, (best.p + 1) * data.foldCount));
  const task = { without: -1, precision: best.precision };
  const [last] = fitLinear(backend, design, data.labels, data.folds, [task], [start]);
  return candidate("logistic", best, encoder, [], last!, { precision: best.precision, columns: design.width });
}

const PRECISIONS = [4, 16, 64, 256];
const PIECES = 8;
const MOST_PAIRS = 6;

interface FoldFit {
  readonly fold: number;
  readonly encoder: Encoder;
  readonly fits: readonly LinearFit[];
}

/**
 * Piecewise-linear shapes for numbers and levels for categories, each with a weight of its own, and products of the
 * pairs that explain most of the rest where the rows held out confirm them. Encoding and pairs are found anew for each
 * fold, since both look at outcomes.
 */
export function trainAdditive(backend: Backend, data: TrainingData): Candidate {
  const folds = Array.from({ length: data.foldCount }, (_unused, fold) => fold);
  const byFold = folds.map((fold) => fitShapes(backend, data, fold, PRECISIONS));
  const choices = PRECISIONS.map((precision, p) => {
    const outOfFold = Float64Array.from(data.folds, (fold, i) => byFold[fold]!.fits[p]!.logits[i]!);
    return { p, precision, outOfFold, loss: logLoss(data.labels, outOfFold.map(sigmoid)) };
  });
  const best = choices.reduce((a, b) => (b.loss < a.loss ? b : a));
  const paired = byFold.map((shape) => fitPairs(backend, data, shape, best.p));
  const outOfFold = Float64Array.from(data.folds, (fold, i) => paired[fold]!.fit.logits[i]!);
  const loss = logLoss(data.labels, outOfFold.map(sigmoid));
  const whole = fitShapes(backend, data, -1, [best.precision]);
  const settings = { precision: best.precision, pieces: PIECES, columns: whole.encoder.offsets.at(-1)! };
  // Pairs make a model harder to tell: they must bring something.
  if (loss > best.loss - 0.0003) return candidate("additive", best, whole.encoder, [], whole.fits[0]!, settings);
  const { pairs, fit } = fitPairs(backend, data, whole, 0, best.precision);
  return candidate("additive", { outOfFold, loss }, whole.encoder, pairs, fit, { ...settings, pairs: pairs.length });
}

function fitShapes(backend: Backend, data: TrainingData, fold: number, precisions: readonly number[]): FoldFit {
  const every = everyRow(data.labels.length);
  const train = fold < 0 ? every : every.filter((i) => data.folds[i] !== fold);
  const encoder = fitEncoder(data.columns, train, { pieces: PIECES, labels: data.labels });
  const design = encode(encoder, data.columns, every);
  const tasks = precisions.map((precision) => ({ without: fold, precision }));
  return { fold, encoder, fits: fitLinear(backend, design, data.labels, data.folds, tasks) };
}

function fitPairs(
  backend: Backend,
  data: TrainingData,
  { fold, encoder, fits }: FoldFit,
  p: number,
  precision = PRECISIONS[p]!,
): { pairs: PairTerm[]; fit: LinearFit } {
  const every = everyRow(data.labels.length);
  const train = fold < 0 ? every : every.filter((i) => data.folds[i] !== fold);
  const base = fits[p]!;
  const pairs = findPairs(data.columns, train, data.labels, base.logits, MOST_PAIRS, encoder.offsets.at(-1)!);
  if (pairs.length === 0) return { pairs, fit: base };
  const design = linearDesign({ encoder, pairs }, data.columns, every);
  const start = new Float64Array(design.width + 1);
  start.set(base.weights);
  start[design.width] = base.intercept;
  const task = { without: fold, precision };
  return { pairs, fit: fitLinear(backend, design, data.labels, data.folds, [task], [start])[0]! };
}

function candidate(
  kind: "logistic" | "additive",
  { outOfFold, loss }: { readonly outOfFold: Float64Array; readonly loss: number },
  encoder: Encoder,
  pairs: readonly PairTerm[],
  fit: LinearFit,
  settings: Readonly<Record<string, number>>,
): Candidate {
  const weights = Float32Array.from(fit.weights);
  return {
    kind,
    name: kind,
    outOfFold,
    logLoss: loss,
    parts: [{ kind: "linear", weight: 1, encoder, pairs, weights, intercept: fit.intercept }],
    settings,
  };
}

function meanPoint(fits: readonly LinearFit[]): Float64Array {
  const width = fits[0]!.weights.length;
  const point = new Float64Array(width + 1);
  for (const { weights, intercept } of fits) {
    for (let j = 0; j < width; j += 1) point[j] = point[j]! + weights[j]! / fits.length;
    point[width] = point[width]! + intercept / fits.length;
  }
  return point;
}
