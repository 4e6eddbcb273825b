import { seededRandom } from "#core";
import { minimise } from "./minimise.ts";
import { normal } from "./random.ts";
import { sigmoid, softplus } from "./special.ts";

/** Rows to learn from or to predict: features, and what a simpler model says. */
export interface ZilnRows {
  readonly count: number;
  readonly width: number;
  /** Row by row. */
  readonly features: Float64Array;
  /** Log-odds of any spend, by the simpler model. */
  readonly chance: Float64Array;
  /** Logarithm of the spend where there is any, by the simpler model. */
  readonly size: Float64Array;
}

/** Networks that correct a simpler model, one for each seed. */
export interface ZilnModel {
  readonly width: number;
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly members: readonly Float64Array[];
}

/** Law of one customer's spend: none with 1 - chance, else lognormal. */
export interface ZilnLaw {
  readonly chance: number;
  readonly mu: number;
  readonly sigma: number;
  readonly mean: number;
}

const HIDDEN = 12;
const MEMBERS = 2;
/** Rows' worth of evidence that holds a weight at nothing. */
const RIDGE = 8;
const LARGEST_SIGMA = 2.5;
/** How far the network may move the simpler model's log-odds and logarithm of spend. */
const REACH = 2;

/**
 * Fits a zero-inflated lognormal network (Wang, Liu and Miao 2019) to spend: one hidden layer whose three outputs are
 * added to the log-odds and the log-size of a simpler model, so that without evidence it says what that model says.
 */
export function fitZiln(rows: ZilnRows, spend: Float64Array, seed: number): ZilnModel {
  const { means, scales } = standards(rows);
  const x = standardised(rows, means, scales);
  const width = rows.width;
  const size = HIDDEN * (width + 1) + 3 * (HIDDEN + 1);
  const members = Array.from({ length: MEMBERS }, (_unused, m) => {
    const random = seededRandom((seed + 7919 * m) >>> 0);
    const start = new Float64Array(size);
    for (let i = 0; i < HIDDEN * (width + 1); i += 1) start[i] = normal(random) / Math.sqrt(width + 1);
    const found = minimise((theta) => lossAndSlope(theta, x, rows, spend), start, {
      maxEvaluations: 80,
      gradientTolerance: 1e-5,
      valueTolerance: 1e-6,
    });
    return found.point;
  });
  return { width, means, scales, members };
}

/** The law of each row's spend; members are averaged where their outputs are. */
export function predictZiln(model: ZilnModel, rows: ZilnRows): ZilnLaw[] {
  const x = standardised(rows, model.means, model.scales);
  const out = new Float64Array(3);
  return Array.from({ length: rows.count }, (_unused, i) => {
    out.fill(0);
    for (const member of model.members) forward(member, x, i, rows.width, out, null);
    const chance = sigmoid(rows.chance[i]! + reach(out[0]! / MEMBERS));
    const mu = rows.size[i]! + reach(out[1]! / MEMBERS);
    const sigma = spread(out[2]! / MEMBERS);
    return { chance, mu, sigma, mean: chance * Math.exp(mu + (sigma * sigma) / 2) };
  });
}

function lossAndSlope(
  theta: Float64Array,
  x: Float64Array,
  rows: ZilnRows,
  spend: Float64Array,
): { value: number; gradient: Float64Array } {
  const { count, width } = rows;
  const gradient = new Float64Array(theta.length);
  const out = new Float64Array(3);
  const hidden = new Float64Array(HIDDEN);
  const slopes = new Float64Array(3);
  let value = 0;
  for (let i = 0; i < count; i += 1) {
    out.fill(0);
    forward(theta, x, i, width, out, hidden);
    const z = rows.chance[i]! + reach(out[0]!);
    const y = spend[i]!;
    slopes.fill(0);
    value += softplus(z) - (y > 0 ? z : 0);
    slopes[0] = (sigmoid(z) - (y > 0 ? 1 : 0)) * reachSlope(out[0]!);
    if (y > 0) {
      const sigma = spread(out[2]!);
      const miss = (Math.log(y) - rows.size[i]! - reach(out[1]!)) / sigma;
      value += Math.log(sigma) + 0.5 * miss * miss;
      slopes[1] = (-miss / sigma) * reachSlope(out[1]!);
      slopes[2] = ((1 - miss * miss) / sigma) * (sigma >= LARGEST_SIGMA ? 0 : sigmoid(out[2]!));
    }
    backward(theta, x, i, width, hidden, slopes, gradient);
  }
  for (let j = 0; j < theta.length; j += 1) {
    value += 0.5 * RIDGE * theta[j]! * theta[j]!;
    gradient[j] = (gradient[j]! + RIDGE * theta[j]!) / count;
  }
  return { value: value / count, gradient };
}

function forward(
  theta: Float64Array,
  x: Float64Array,
  row: number,
  width: number,
  out: Float64Array,
  keep: Float64Array | null,
): void {
  const top = HIDDEN * (width + 1);
  for (let o = 0; o < 3; o += 1) out[o] = out[o]! + theta[top + o * (HIDDEN + 1) + HIDDEN]!;
  for (let h = 0; h < HIDDEN; h += 1) {
    const at = h * (width + 1);
    let sum = theta[at + width]!;
    for (let j = 0; j < width; j += 1) sum += theta[at + j]! * x[row * width + j]!;
    const unit = Math.tanh(sum);
    if (keep !== null) keep[h] = unit;
    for (let o = 0; o < 3; o += 1) out[o] = out[o]! + theta[top + o * (HIDDEN + 1) + h]! * unit;
  }
}

function backward(
  theta: Float64Array,
  x: Float64Array,
  row: number,
  width: number,
  hidden: Float64Array,
  slopes: Float64Array,
  gradient: Float64Array,
): void {
  const top = HIDDEN * (width + 1);
  for (let o = 0; o < 3; o += 1) {
    const at = top + o * (HIDDEN + 1);
    gradient[at + HIDDEN] = gradient[at + HIDDEN]! + slopes[o]!;
    for (let h = 0; h < HIDDEN; h += 1) gradient[at + h] = gradient[at + h]! + slopes[o]! * hidden[h]!;
  }
  for (let h = 0; h < HIDDEN; h += 1) {
    let slope = 0;
    for (let o = 0; o < 3; o += 1) slope += slopes[o]! * theta[top + o * (HIDDEN + 1) + h]!;
    slope *= 1 - hidden[h]! * hidden[h]!;
    const at = h * (width + 1);
    for (let j = 0; j < width; j += 1) gradient[at + j] = gradient[at + j]! + slope * x[row * width + j]!;
    gradient[at + width] = gradient[at + width]! + slope;
  }
}

function standards({ count, width, features }: ZilnRows): { means: Float64Array; scales: Float64Array } {
  const means = new Float64Array(width);
  const scales = new Float64Array(width);
  for (let j = 0; j < width; j += 1) {
    for (let i = 0; i < count; i += 1) means[j] = means[j]! + features[i * width + j]! / Math.max(1, count);
    for (let i = 0; i < count; i += 1)
      scales[j] = scales[j]! + (features[i * width + j]! - means[j]!) ** 2 / Math.max(1, count);
    scales[j] = Math.sqrt(scales[j]!);
  }
  return { means, scales };
}

/** Features without unit, kept within three deviations: what was never seen is taken for the farthest that was. */
function standardised({ count, width, features }: ZilnRows, means: Float64Array, scales: Float64Array): Float64Array {
  const x = new Float64Array(count * width);
  for (let i = 0; i < x.length; i += 1) {
    const j = i % width;
    x[i] = scales[j]! > 1e-9 ? Math.min(3, Math.max(-3, (features[i]! - means[j]!) / scales[j]!)) : 0;
  }
  return x;
}

function reach(value: number): number {
  return REACH * Math.tanh(value / REACH);
}

function reachSlope(value: number): number {
  return 1 - Math.tanh(value / REACH) ** 2;
}

/** About 0.75 where the network says nothing. */
function spread(value: number): number {
  return Math.min(LARGEST_SIGMA, 0.06 + softplus(value));
}
