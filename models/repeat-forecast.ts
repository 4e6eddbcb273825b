import { paretoLogOddsGone } from "./pareto-nbd.ts";
import { hypergeometric, integrateUnit, lgamma } from "./special.ts";
import type { PurchaseSummary, RepeatModel } from "./repeat-model.ts";

/** Probability that the customer still buys at the end of the observation. */
export function probabilityAlive(model: RepeatModel, { frequency: x, recency, age }: PurchaseSummary): number {
  const { kind, k, r, alpha, a, b } = model;
  if (a === null || b === null) return 1;
  if (kind === "pareto-nbd") {
    return 1 / (1 + Math.exp(paretoLogOddsGone({ r, alpha, s: a, beta: b }, x, recency, age)));
  }
  if (kind === "bg-nbd") {
    if (x === 0) return 1;
    const odds = Math.log(a / (b + x - 1)) + (r + x) * Math.log((alpha + age) / (alpha + recency));
    return 1 / (1 + Math.exp(odds));
  }
  const shape = r + k * x;
  const stages = stageWeights(model, x, recency, age);
  const stays = Math.log(stages.reduce((sum, weight) => sum + weight, 0));
  return 1 / (1 + Math.exp(Math.log(a / (b + x)) + shape * Math.log((alpha + age) / (alpha + recency)) - stays));
}

/** Purchases to be expected within `horizon` after the end of the observation. */
export function expectedPurchases(model: RepeatModel, summary: PurchaseSummary, horizon: number): number {
  return probabilityAlive(model, summary) * expectedIfAlive(model, summary, horizon);
}

/** The same, for a customer known to be still buying. */
export function expectedIfAlive(model: RepeatModel, summary: PurchaseSummary, horizon: number): number {
  if (!(horizon > 0)) return 0;
  const { frequency: x, age } = summary;
  const { kind, k, r, alpha, a, b } = model;
  if (a === null || b === null) return ((r + x) / (alpha + age)) * horizon;
  if (kind === "pareto-nbd") return ((r + x) / (alpha + age)) * paretoTime(a, b + age, horizon);
  if (kind === "bg-nbd") return beforeDropout(r + x, alpha + age, a, b + x, horizon);
  return k === 1 ? beforeDropout(r + x, alpha + age, a, b + x + 1, horizon) : regularPurchases(model, summary, horizon);
}

/** Probability of at least one purchase within the horizon. */
export function probabilityOfPurchase(model: RepeatModel, summary: PurchaseSummary, horizon: number): number {
  const { frequency: x, recency, age } = summary;
  const { kind, k, r, alpha, a, b } = model;
  const alive = probabilityAlive(model, summary);
  const late = alpha + age;
  if (kind === "pareto-nbd" && a !== null && b !== null) {
    // Gone before the first purchase: one integral over the time of leaving.
    const none = (r + x) * Math.log(late);
    const stays = Math.exp(none - (r + x) * Math.log(late + horizon) + a * Math.log((b + age) / (b + age + horizon)));
    const leaves = integrateUnit((u) => {
      const y = u * horizon;
      return (
        horizon *
        Math.exp(
          none - (r + x) * Math.log(late + y) + Math.log(a) + a * Math.log(b + age) - (a + 1) * Math.log(b + age + y),
        )
      );
    });
    return alive * Math.min(1, Math.max(0, 1 - stays - leaves));
  }
  if (k === 1) return alive * -Math.expm1(-(r + x) * Math.log1p(horizon / late));
  const weights = stageWeights(model, x, recency, age);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let bought = 0;
  for (const [j, weight] of weights.entries()) {
    bought += (weight / total) * tailOfNegativeBinomial(r + k * x + j, horizon / (late + horizon), k - j);
  }
  return alive * bought;
}

/** Mean time before leaving within the horizon, rate of leaving gamma(s) with the given rate. */
function paretoTime(s: number, rate: number, horizon: number): number {
  const growth = Math.log1p(horizon / rate);
  // (1 - exp(-(s - 1) growth)) / (s - 1) is smooth through s = 1.
  const exponent = (s - 1) * growth;
  return rate * (Math.abs(exponent) < 1e-12 ? growth : (-Math.expm1(-exponent) / exponent) * growth);
}

/** Purchases before dropout: rate gamma(shape, late), probability of dropout after each Beta(a, b). */
function beforeDropout(shape: number, late: number, a: number, b: number, horizon: number): number {
  if (Math.abs(a - 1) < 1e-4) {
    // The closed form is 0 / 0 at a = 1: the mean of both sides is exact to the square of the distance.
    return (beforeDropout(shape, late, 1 - 2e-4, b, horizon) + beforeDropout(shape, late, 1 + 2e-4, b, horizon)) / 2;
  }
  const z = horizon / (late + horizon);
  // Euler's form keeps the parameters small where x is large; the published form overflows there.
  const series = hypergeometric(a + b - 1 - shape, a - 1, a + b - 1, z);
  if (series.trusted) {
    const value = ((a + b - 1) / (a - 1)) * (1 - (1 - z) ** (a - 1) * series.value);
    if (Number.isFinite(value) && value >= 0) return value;
  }
  const beta = lgamma(a) + lgamma(b) - lgamma(a + b);
  return integrateUnit((p, rest) => {
    const bought = -Math.expm1(-shape * Math.log1p((p * horizon) / late));
    return (bought / p) * Math.exp((a - 1) * Math.log(p) + (b - 1) * Math.log(rest) - beta);
  });
}

/** How likely each stage of the running interval is, up to one factor; the first is 1. */
function stageWeights({ k, r, alpha }: RepeatModel, x: number, recency: number, age: number): number[] {
  const weights = [1];
  const passed = Math.max(0, age - recency) / (alpha + age);
  for (let j = 1; j < k; j += 1) weights.push(weights[j - 1]! * ((r + k * x + j - 1) / j) * passed);
  return weights;
}

/** Stage of the running interval of a customer who still buys, drawn with a uniform number. */
export function drawStage(model: RepeatModel, summary: PurchaseSummary, uniform: number): number {
  if (model.k === 1) return 0;
  const weights = stageWeights(model, summary.frequency, summary.recency, summary.age);
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [j, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return j;
  }
  return weights.length - 1;
}

/**
 * Purchases of a regular buyer who still buys: over the stages that the running interval may be in, the n-th purchase
 * happens when nk stages pass in time and the customer did not drop out at the n - 1 before it.
 */
function regularPurchases(
  model: RepeatModel,
  { frequency: x, recency, age }: PurchaseSummary,
  horizon: number,
): number {
  const { k, r, alpha } = model;
  const [a, b] = [model.a ?? 1, (model.b ?? 1) + x + 1];
  const weights = stageWeights(model, x, recency, age);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const z = horizon / (alpha + age + horizon);
  let expected = 0;
  for (const [j, weight] of weights.entries()) {
    const shape = r + k * x + j;
    let probability = Math.exp(shape * Math.log1p(-z));
    if (probability < 1e-290) return approximateRegular(model, { frequency: x, recency, age }, horizon);
    let below = 0;
    let stays = 1;
    let sum = 0;
    for (let n = 1, stage = 0; n < 20_000; n += 1) {
      for (; stage < n * k - j; stage += 1) {
        below += probability;
        probability *= ((shape + stage) / (stage + 1)) * z;
      }
      const reached = stays * Math.max(0, 1 - below);
      sum += reached;
      stays *= (b + n - 1) / (a + b + n - 1);
      if (reached < 1e-13 && stage > (shape * z) / (1 - z)) break;
    }
    expected += (weight / total) * sum;
  }
  return expected;
}

/** For so many stages that single probabilities vanish: whole intervals instead of stages, half an interval begun. */
function approximateRegular(model: RepeatModel, summary: PurchaseSummary, horizon: number): number {
  const { k, r, alpha } = model;
  const { frequency: x, age } = summary;
  return beforeDropout(r / k + x, (alpha + age) / k / 1, model.a ?? 1, (model.b ?? 1) + x + 1, horizon / k);
}

/** Probability of at least n successes of a negative binomial law. */
function tailOfNegativeBinomial(shape: number, z: number, n: number): number {
  let probability = Math.exp(shape * Math.log1p(-z));
  let below = 0;
  for (let stage = 0; stage < n; stage += 1) {
    below += probability;
    probability *= ((shape + stage) / (stage + 1)) * z;
  }
  return Math.max(0, 1 - below);
}
