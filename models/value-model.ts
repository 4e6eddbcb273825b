import { chanceAlive, chanceOfPurchase, drawCount, drawCounts, expectedCount, fitCounts } from "./count-model.ts";
import { expectedSpend, fitGammaGamma } from "./gamma-gamma.ts";
import { gammaDeviate } from "./random.ts";
import { logit } from "./special.ts";
import type { Random } from "#core";
import type { CountKind, CountModel } from "./count-model.ts";
import type { SpendModel } from "./gamma-gamma.ts";
import type { HistorySummary } from "./purchases.ts";
import type { ZilnRows } from "./ziln.ts";

/** Which purchases tell of amounts: all of them, those after the first (as the literature has it), or none: each counts 1. */
export type Amounts = "all" | "repeat" | "none";

/** A model of counts and a model of amounts, which together speak of value. */
export interface ValueModel {
  readonly counts: CountModel;
  readonly spend: SpendModel | null;
  readonly amounts: Amounts;
}

/** How a value model is to be fitted. */
export interface ValueModelOptions {
  readonly amounts: Amounts;
  readonly guarded: boolean;
  /** Days of a period, for bg-bb. */
  readonly periodDays: number;
}

/** Fits both parts on summaries. */
export function fitValueModel(
  kind: CountKind,
  summaries: readonly HistorySummary[],
  options: ValueModelOptions,
): ValueModel {
  const { amounts } = options;
  const counts = fitCounts(kind, summaries, options);
  return { counts, amounts, spend: amounts === "none" ? null : fitSpend(summaries, amounts) };
}

/** Fits the amounts alone. */
export function fitSpend(summaries: readonly HistorySummary[], amounts: Amounts): SpendModel {
  return fitGammaGamma(summaries.map((summary) => known(summary, amounts)));
}

/** Expected amount of one purchase. */
export function amountOf({ spend, amounts }: ValueModel, summary: HistorySummary): number {
  return spend === null ? 1 : expectedSpend(spend, known(summary, amounts));
}

/** Expected spend within a horizon by the model. */
export function modelValue(model: ValueModel, summary: HistorySummary, horizonDays: number): number {
  return expectedCount(model.counts, summary, horizonDays) * amountOf(model, summary);
}

/** Expected spend by the plain rule: the daily rate of the last year goes on. */
export function ruleValue(summary: HistorySummary, horizonDays: number): number {
  return (summary.recentSpend / summary.recentDays) * horizonDays;
}

/** Days of a month, the step of discounting: a year has twelve. */
const MONTH_DAYS = 365 / 12;

/** What discounting leaves of purchases within the horizon, 0 to 1: each is paid at the end of its month, at a monthly rate. */
export function discountedShare(counts: CountModel, summary: HistorySummary, days: number, rate: number): number {
  if (!(rate > 0)) return 1;
  let [before, worth] = [0, 0];
  // Equal months that fill the horizon: 365 days and 360 days are both twelve.
  const months = Math.max(1, Math.round(days / MONTH_DAYS));
  for (let month = 1; month <= months; month += 1) {
    const bought = expectedCount(counts, summary, (days * month) / months);
    worth += (bought - before) / (1 + rate) ** (months === 1 ? days / MONTH_DAYS : month);
    before = bought;
  }
  return before > 0 ? worth / before : 1;
}

/** Simulated futures of each customer. */
const FUTURES = 160;

/** Draws the 10% and 90% points of customers' spend within a horizon over simulated futures. */
export function valueSimulator(
  model: ValueModel,
  horizonDays: number,
  seed: number,
): (random: Random, summary: HistorySummary) => { readonly low: number; readonly high: number } {
  const draws = drawCounts(model.counts, seed);
  return (random, summary) => {
    const values = new Float64Array(FUTURES);
    const alive = draws.map((counts) => chanceAlive(counts, summary));
    for (let i = 0; i < FUTURES; i += 1) {
      const k = i % draws.length;
      if (random() >= alive[k]!) continue;
      const count = drawCount(random, draws[k]!, summary, horizonDays);
      if (count > 0) values[i] = model.spend === null ? count : drawSpend(random, model, summary, count);
    }
    values.sort();
    return { low: values[Math.floor(0.1 * FUTURES)]!, high: values[Math.ceil(0.9 * FUTURES) - 1]! };
  };
}

function drawSpend(random: Random, { spend, amounts }: ValueModel, summary: HistorySummary, count: number): number {
  const { p, q, v } = spend!;
  const { purchases, mean } = known(summary, amounts);
  const n = mean > 0 ? purchases : 0;
  const scale = gammaDeviate(random, p * n + q, v + n * mean);
  return gammaDeviate(random, p * count, scale);
}

function known(summary: HistorySummary, amounts: Amounts): { purchases: number; mean: number; weight: number } {
  const weight = summary.weight ?? 1;
  return amounts === "repeat"
    ? { purchases: summary.frequency, mean: summary.repeatMean, weight }
    : { purchases: summary.purchaseDays, mean: summary.mean, weight };
}

const WIDTH = 8;

/** What the network learns from: the model's own expectation as its start, and the shape of the history beside it. */
export function zilnRows(model: ValueModel, summaries: readonly HistorySummary[], horizonDays: number): ZilnRows {
  const count = summaries.length;
  const rows = {
    count,
    width: WIDTH,
    features: new Float64Array(count * WIDTH),
    chance: new Float64Array(count),
    size: new Float64Array(count),
  };
  for (const [i, summary] of summaries.entries()) {
    const chance = Math.min(0.999, Math.max(1e-4, chanceOfPurchase(model.counts, summary, horizonDays)));
    const value = Math.max(1e-9, modelValue(model, summary, horizonDays));
    rows.chance[i] = logit(chance);
    rows.size[i] = Math.log(value / chance);
    const since = summary.age - summary.recency;
    const gap = summary.frequency > 0 ? summary.recency / summary.frequency : summary.age;
    const rate = ruleValue(summary, horizonDays);
    const features = [
      Math.log1p(summary.frequency),
      Math.log1p(summary.age),
      Math.log1p(since),
      Math.log((since + 1) / (gap + 1)),
      Math.log(summary.mean + 1e-9 + 0.01 * summary.lastAmount),
      summary.mean > 0 ? Math.log((summary.lastAmount + 0.05 * summary.mean) / summary.mean) : 0,
      Math.log((rate + 0.05 * value) / value),
      logit(chance),
    ];
    for (const [j, feature] of features.entries())
      rows.features[i * WIDTH + j] = Number.isFinite(feature) ? feature : 0;
  }
  return rows;
}
