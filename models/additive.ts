import { everyRow } from "./columns.ts";
import { fitEncoder } from "./encode.ts";
import { fitLinear, linearDesign, logitsOf, withPairs } from "./linear.ts";
import { logLoss } from "./metrics.ts";
import { findPairs, pairSides } from "./pairs.ts";
import { sigmoid } from "./special.ts";
import type { Candidate, TrainingData } from "./training-types.ts";
import type { Encoder } from "./encode.ts";
import type { LinearDesign, LinearFit } from "./linear-types.ts";
import type { Gridded } from "./pairs.ts";
import type { PairTerm } from "./pair-sides.ts";

/** Straight lines and levels under a ridge that the rows held out choose. */
export function trainLogistic(data: TrainingData): Candidate {
  const every = everyRow(data.labels.length);
  const encoder = fitEncoder(data.columns, every, { pieces: 0, maxLevels: MOST_LEVELS });
  const best = choosePrecision(
    eachFold(data, () => encoder),
    data,
    [256, 64, 8, 1],
  );
  const whole = openFold(data, -1, encoder);
  // The mean of the folds' solutions is next to the one for all rows.
  const fit = fitLinear(whole.design, whole.labels, best.precision, meanFit(best.fits));
  return candidate("logistic", best, encoder, [], fit, { precision: best.precision, columns: whole.design.width });
}

/** From strong to weak: each fit starts where the one before ended, and it ends where weaker ones lose. */
const PRECISIONS = [256, 64, 16, 4];
const PIECES = 8;
/** Levels of a category: a weight under a ridge costs nothing where a level tells nothing. */
const MOST_LEVELS = 200;
const MOST_PAIRS = 6;

/** A fold's training rows, encoded, and the rows held out. */
interface Fold {
  readonly fold: number;
  readonly encoder: Encoder;
  readonly train: Int32Array;
  readonly held: Int32Array;
  readonly labels: Float64Array;
  readonly design: LinearDesign;
  readonly heldDesign: LinearDesign;
}

interface Choice {
  readonly precision: number;
  readonly fits: readonly LinearFit[];
  readonly outOfFold: Float64Array;
  readonly loss: number;
}

/**
 * Piecewise-linear shapes for numbers and levels for categories, each with a weight of its own, and products of the
 * pairs that explain most of the rest where the rows held out confirm them. Encoding and pairs are found anew for each
 * fold, since both look at outcomes.
 */
export function trainAdditive(data: TrainingData): Candidate {
  const { columns, labels } = data;
  const shapes = (train: Int32Array): Encoder =>
    fitEncoder(columns, train, { pieces: PIECES, labels, maxLevels: MOST_LEVELS });
  const folds = eachFold(data, shapes);
  const best = choosePrecision(folds, data, PRECISIONS);
  const sides = pairSides(columns);
  const paired = folds.map((fold, k) => fitPairs(data, sides, fold, best.fits[k]!, best.precision));
  const outOfFold = joined(data, folds, (fold, k) => {
    const { pairs, fit } = paired[k]!;
    return logitsOf(withPairs(fold.heldDesign, pairs, columns, fold.held), fit);
  });
  const loss = logLoss(labels, outOfFold.map(sigmoid));
  const encoder = shapes(everyRow(labels.length));
  const whole = openFold(data, -1, encoder);
  const main = fitLinear(whole.design, whole.labels, best.precision);
  const settings = { precision: best.precision, pieces: PIECES, columns: whole.design.width };
  // Pairs make a model harder to tell: they must bring something.
  if (loss > best.loss - 0.0003) return candidate("additive", best, encoder, [], main, settings);
  const { pairs, fit } = fitPairs(data, sides, whole, main, best.precision);
  return candidate("additive", { outOfFold, loss }, encoder, pairs, fit, { ...settings, pairs: pairs.length });
}

function eachFold(data: TrainingData, encoderOf: (train: Int32Array) => Encoder): Fold[] {
  const every = everyRow(data.labels.length);
  return Array.from({ length: data.foldCount }, (_unused, fold) =>
    openFold(data, fold, encoderOf(every.filter((i) => data.folds[i] !== fold))),
  );
}

/** Rows of a fold; -1 learns from all. */
function openFold({ columns, labels, folds }: TrainingData, fold: number, encoder: Encoder): Fold {
  const every = everyRow(labels.length);
  const train = every.filter((i) => folds[i] !== fold);
  const held = every.filter((i) => folds[i] === fold);
  const encoded = (rows: Int32Array): LinearDesign => linearDesign({ encoder, pairs: [] }, columns, rows);
  const own = Float64Array.from(train, (i) => labels[i]!);
  return { fold, encoder, train, held, labels: own, design: encoded(train), heldDesign: encoded(held) };
}

/** Tries precisions in their order until the rows held out say that it gets worse. */
function choosePrecision(folds: readonly Fold[], data: TrainingData, precisions: readonly number[]): Choice {
  let best: Choice | null = null;
  for (const precision of precisions) {
    const fits = folds.map(({ design, labels }, k) =>
      fitLinear(design, labels, precision, best === null ? null : best.fits[k]!),
    );
    const outOfFold = joined(data, folds, ({ heldDesign }, k) => logitsOf(heldDesign, fits[k]!));
    const loss = logLoss(data.labels, outOfFold.map(sigmoid));
    if (best !== null && loss >= best.loss) break;
    best = { precision, fits, outOfFold, loss };
  }
  return best!;
}

/** What each fold says of its rows held out, in the order of the rows. */
function joined(
  data: TrainingData,
  folds: readonly Fold[],
  say: (fold: Fold, k: number) => Float64Array,
): Float64Array {
  const out = new Float64Array(data.labels.length);
  for (const [k, fold] of folds.entries()) {
    const said = say(fold, k);
    for (const [at, i] of fold.held.entries()) out[i] = said[at]!;
  }
  return out;
}

function fitPairs(
  { columns }: TrainingData,
  sides: readonly Gridded[],
  { train, labels, design }: Fold,
  base: LinearFit,
  precision: number,
): { pairs: PairTerm[]; fit: LinearFit } {
  const pairs = findPairs(sides, columns, train, labels, logitsOf(design, base), {
    most: MOST_PAIRS,
    offset: design.width,
  });
  if (pairs.length === 0) return { pairs, fit: base };
  return { pairs, fit: fitLinear(withPairs(design, pairs, columns, train), labels, precision, base) };
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

function meanFit(fits: readonly LinearFit[]): LinearFit {
  const weights = new Float64Array(fits[0]!.weights.length);
  let intercept = 0;
  for (const fit of fits) {
    for (let j = 0; j < weights.length; j += 1) weights[j] = weights[j]! + fit.weights[j]! / fits.length;
    intercept += fit.intercept / fits.length;
  }
  return { weights, intercept };
}
