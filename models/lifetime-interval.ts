import { seededRandom } from "#core";
import { probabilityAlive } from "./bg-nbd.ts";
import { betaDeviate, gammaDeviate, normal } from "./random.ts";
import { cholesky } from "./special.ts";
import type { Random } from "#core";
import type { RepeatModel } from "./bg-nbd.ts";
import type { SpendModel } from "./gamma-gamma.ts";
import type { HistorySummary } from "./purchases.ts";

const DRAWS = 20;
const FUTURES = 160;

/** Models as they could be as well, drawn from the uncertainty of the fitted one; the fitted one alone where that is unknown. */
export function drawModels(model: RepeatModel, seed: number): readonly RepeatModel[] {
  const root = model.covariance === null ? null : cholesky(model.covariance);
  if (root === null) return [model];
  const random = seededRandom(seed);
  const natural = [model.r, model.alpha, model.a ?? 1, model.b ?? 1].slice(0, root.length);
  return Array.from({ length: DRAWS }, () => {
    const z = natural.map(() => normal(random));
    const drawn = natural.map((value, i) => {
      const shift = root[i]!.reduce((sum, weight, k) => sum + weight * (z[k] ?? 0), 0);
      // A parameter that the data hardly know must not run off in a draw either.
      return value * Math.exp(Math.min(2, Math.max(-2, shift)));
    });
    const [r, alpha, a, b] = drawn;
    return {
      ...model,
      r: r!,
      alpha: alpha!,
      a: model.a === null ? null : (a ?? null),
      b: model.b === null ? null : (b ?? null),
    };
  });
}

/** 10% and 90% points of a customer's spend within the horizon over simulated futures. */
export function simulateValues(
  random: Random,
  draws: readonly RepeatModel[],
  spend: SpendModel,
  summary: HistorySummary,
  horizon: number,
): { readonly low: number; readonly high: number } {
  const values = new Float64Array(FUTURES);
  const alive = draws.map((model) => probabilityAlive(model, summary));
  for (let i = 0; i < FUTURES; i += 1) {
    const k = i % draws.length;
    if (random() >= alive[k]!) continue;
    const count = simulateCount(random, draws[k]!, summary, horizon);
    if (count > 0) values[i] = simulateSpend(random, spend, summary, count);
  }
  values.sort();
  return { low: values[Math.floor(0.1 * FUTURES)]!, high: values[Math.ceil(0.9 * FUTURES) - 1]! };
}

function simulateCount(
  random: Random,
  model: RepeatModel,
  { frequency, age }: HistorySummary,
  horizon: number,
): number {
  const rate = gammaDeviate(random, model.r + frequency, model.alpha + age);
  const leaves = model.a === null || model.b === null ? 0 : betaDeviate(random, model.a, model.b + frequency);
  let count = 0;
  for (let time = waiting(random, rate); time < horizon && count < 5000; time += waiting(random, rate)) {
    count += 1;
    if (random() < leaves) break;
  }
  return count;
}

function waiting(random: Random, rate: number): number {
  return -Math.log(1 - random()) / rate;
}

function simulateSpend(
  random: Random,
  { p, q, v }: SpendModel,
  { purchaseDays, mean }: HistorySummary,
  count: number,
): number {
  const scale = gammaDeviate(random, p * purchaseDays + q, v + purchaseDays * mean);
  return gammaDeviate(random, p * count, scale);
}
