import { rowLoss } from "./metrics.ts";
import { minimise } from "./minimise.ts";
import { logit, sigmoid, softplus } from "./special.ts";

/** A layer of its own between a model's logit and the probability that people see. */
export type Calibration =
  | { readonly kind: "platt"; readonly slope: number; readonly offset: number }
  | { readonly kind: "isotonic"; readonly from: readonly number[]; readonly to: readonly number[] };

/** Fewer labelled rows than this do not carry an isotonic curve. */
const ISOTONIC_ROWS = 1000;

/** Gain of log-likelihood on rows held out from which on two numbers are worth fitting. */
const WORTH = 1;

/** The layer that changes nothing. */
const AS_IT_IS: Calibration = { kind: "platt", slope: 1, offset: 0 };

/**
 * Fits the layer on logits that the model gave for rows it was not trained on: nothing where the logits are right as
 * they are, two numbers (Platt) where these do better on rows held out again, and, above 1,000 rows, a rising curve where
 * it beats them by more than its standard error. Each step that is not needed costs ranks or adds noise.
 */
export function fitCalibration(logits: Float64Array, labels: Float64Array, folds: Int32Array): Calibration {
  const gains = { platt: new Float64Array(logits.length), isotonic: new Float64Array(logits.length) };
  const curved = logits.length > ISOTONIC_ROWS;
  for (const fold of new Set(folds)) {
    const rest = pick(logits, labels, folds, (f) => f !== fold);
    const first = fitPlatt(rest.logits, rest.labels);
    const second = curved ? fitIsotonic(rest.logits, rest.labels) : first;
    for (let i = 0; i < logits.length; i += 1) {
      if (folds[i] !== fold) continue;
      const [y, z] = [labels[i]!, logits[i]!];
      const straight = rowLoss(y, calibrated(first, z));
      gains.platt[i] = rowLoss(y, calibrated(AS_IT_IS, z)) - straight;
      gains.isotonic[i] = straight - rowLoss(y, calibrated(second, z));
    }
  }
  const curve = totalOf(gains.isotonic);
  if (curved && curve.total > curve.error) return fitIsotonic(logits, labels);
  return totalOf(gains.platt).total > WORTH ? fitPlatt(logits, labels) : AS_IT_IS;
}

function totalOf(gains: Float64Array): { readonly total: number; readonly error: number } {
  const total = gains.reduce((sum, gain) => sum + gain, 0);
  const mean = total / Math.max(1, gains.length);
  return { total, error: Math.sqrt(gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)) };
}

/** The probability for a logit. */
export function calibrated(calibration: Calibration, value: number): number {
  return sigmoid(calibratedLogit(calibration, value));
}

/** The calibrated logit for a logit. */
export function calibratedLogit(calibration: Calibration, value: number): number {
  if (calibration.kind === "platt") return calibration.slope * value + calibration.offset;
  const { from, to } = calibration;
  const last = from.length - 1;
  if (value <= from[0]!) return to[0]! + (value - from[0]!);
  if (value >= from[last]!) return to[last]! + (value - from[last]!);
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle]! <= value) low = middle;
    else high = middle;
  }
  const share = (value - from[low]!) / (from[high]! - from[low]!);
  return to[low]! + share * (to[high]! - to[low]!);
}

/** Slope and offset by maximum likelihood, drawn weakly towards leaving the logit as it is. */
export function fitPlatt(logits: Float64Array, labels: Float64Array): Calibration {
  const n = Math.max(1, logits.length);
  const found = minimise(
    (theta) => {
      const [slope, offset] = [theta[0]!, theta[1]!];
      let value = (slope - 1) ** 2 / n + offset ** 2 / (10 * n);
      const gradient = Float64Array.of((2 * (slope - 1)) / n, offset / (5 * n));
      for (let i = 0; i < logits.length; i += 1) {
        const z = slope * logits[i]! + offset;
        value += (softplus(z) - labels[i]! * z) / n;
        const residual = (sigmoid(z) - labels[i]!) / n;
        gradient[0] = gradient[0]! + residual * logits[i]!;
        gradient[1] = gradient[1]! + residual;
      }
      return { value, gradient };
    },
    Float64Array.of(1, 0),
  );
  // A model whose logits point the wrong way is not turned around: it says nothing.
  return { kind: "platt", slope: Math.max(0, found.point[0]!), offset: found.point[1]! };
}

/** A rising curve through pooled neighbours, straight between the middles of the pools so that ranks are kept. */
export function fitIsotonic(logits: Float64Array, labels: Float64Array): Calibration {
  const order = Int32Array.from(logits, (_unused, i) => i).sort((a, b) => logits[a]! - logits[b]! || a - b);
  const pools: { n: number; hits: number; sum: number }[] = [];
  const start = Math.max(20, Math.round(logits.length / 100));
  for (let at = 0; at < order.length; at += start) {
    const part = order.subarray(at, at + start);
    let pool = {
      n: part.length,
      hits: part.reduce((sum, i) => sum + labels[i]!, 0),
      sum: part.reduce((sum, i) => sum + logits[i]!, 0),
    };
    for (
      let before = pools.at(-1);
      before !== undefined && before.hits / before.n >= pool.hits / pool.n;
      before = pools.at(-1)
    ) {
      pool = { n: pool.n + before.n, hits: pool.hits + before.hits, sum: pool.sum + before.sum };
      pools.pop();
    }
    pools.push(pool);
  }
  const knots = pools.map((pool) => ({ from: pool.sum / pool.n, to: logit((pool.hits + 0.5) / (pool.n + 1)) }));
  const rising = knots.filter((knot, i) => i === 0 || (knot.from > knots[i - 1]!.from && knot.to >= knots[i - 1]!.to));
  return { kind: "isotonic", from: rising.map((knot) => knot.from), to: rising.map((knot) => knot.to) };
}

function pick(
  logits: Float64Array,
  labels: Float64Array,
  folds: Int32Array,
  wanted: (fold: number) => boolean,
): { logits: Float64Array; labels: Float64Array } {
  const keep = (_value: number, i: number): boolean => wanted(folds[i]!);
  return { logits: logits.filter(keep), labels: labels.filter(keep) };
}
