import { partitionFor, seededRandom } from "#core";
import { drawModels, simulateValues } from "./lifetime-interval.ts";
import { ascending, normalisedGini, pairedDifference } from "./metrics.ts";
import { spentBetween, summarise } from "./purchases.ts";
import { fitValueModel, modelValue, ruleValue } from "./value-model.ts";
import type { HistorySummary, PurchaseHistory } from "./purchases.ts";
import type { ValueModel } from "./value-model.ts";

/** How model and rule did on days that they had not seen. */
export interface BackTest {
  /** Days at the end that were held out. */
  readonly days: number;
  /** What ships: the plain rule unless it is beaten, else the model or the mean of both. */
  readonly ships: "rule" | "model" | "mean";
  /** What totals are multiplied with: actual over predicted, within bounds. */
  readonly modelFactor: number;
  readonly ruleFactor: number;
  /** 80% interval around a value that the rule gives, from what customers with such a value really spent. */
  readonly ruleInterval: (value: number) => { readonly low: number; readonly high: number };
  readonly metrics: Readonly<Record<string, number>>;
}

interface Options {
  readonly asOf: number;
  readonly horizonDays: number;
  readonly seed: number;
}

/** Fits as of an earlier day (at least 90 days back) and compares with what was spent since. */
export function backTest(
  histories: readonly PurchaseHistory[],
  now: readonly HistorySummary[],
  options: Options,
): BackTest {
  const span = now.reduce((top, { age }) => Math.max(top, age), 0);
  const days = Math.min(options.horizonDays, Math.max(90, Math.floor(span / 3)));
  const cut = options.asOf - days;
  const known = histories.flatMap((history) => {
    const summary = summarise(history, cut);
    return summary === null ? [] : [{ summary, actual: spentBetween(history, cut, options.asOf).spend }];
  });
  const summaries = known.map(({ summary }) => summary);
  const actual = Float64Array.from(known, (row) => row.actual);
  const model = fitValueModel(summaries);
  const byModel = Float64Array.from(summaries, (summary) => modelValue(model, summary, days));
  const byRule = Float64Array.from(summaries, (summary) => ruleValue(summary, days));
  const modelFactor = totalFactor(actual, byModel, 2);
  const ruleFactor = totalFactor(actual, byRule, 5);
  // Counts with dropout and plain recent spending err in different ways: their mean ranks better than either.
  const byMean = byModel.map((value, i) => (value * modelFactor + byRule[i]! * ruleFactor) / 2);
  const modelLoss = deviances(actual, byModel, modelFactor);
  const meanLoss = deviances(actual, byMean, 1);
  const ruleLoss = deviances(actual, byRule, ruleFactor);
  const better = sum(meanLoss) <= sum(modelLoss) ? "mean" : "model";
  const each = Int32Array.from(actual, (_unused, i) => i);
  const { mean, standardError } = pairedDifference(ruleLoss, better === "mean" ? meanLoss : modelLoss, each);
  const inside = coverage(model, summaries, actual, modelFactor, days, options.seed);
  return {
    days,
    // The rule ships unless the model beats it by more than the noise of the comparison.
    ships: known.length >= 50 && mean > standardError ? better : "rule",
    modelFactor,
    ruleFactor,
    ruleInterval: empiricalInterval(
      actual,
      byRule.map((value) => value * ruleFactor),
      options.horizonDays / days,
    ),
    metrics: {
      customers: known.length,
      back_test_days: days,
      ...describe("model", actual, byModel, modelLoss),
      ...describe("rule", actual, byRule, ruleLoss),
      ...describe("mean", actual, byMean, meanLoss),
      rule_worse_by: mean,
      rule_worse_by_se: standardError,
      above_high_80: inside.above,
      below_low_80: inside.below,
    },
  };
}

function totalFactor(actual: Float64Array, predicted: Float64Array, bound: number): number {
  const [a, p] = [sum(actual), sum(predicted)];
  return p > 0 && a > 0 ? Math.min(bound, Math.max(1 / bound, a / p)) : 1;
}

/** Tweedie deviance with power 1.5: right for sums that are often zero, and not ruled by the largest customer. */
function deviances(actual: Float64Array, predicted: Float64Array, factor: number): Float64Array {
  const floor = Math.max(1e-9, (0.02 * sum(actual)) / Math.max(1, actual.length));
  return actual.map((y, i) => {
    const expected = Math.max(floor, predicted[i]! * factor);
    return (4 * (Math.sqrt(Math.max(0, y)) - Math.sqrt(expected)) ** 2) / Math.sqrt(expected);
  });
}

function describe(
  name: string,
  actual: Float64Array,
  predicted: Float64Array,
  losses: Float64Array,
): Record<string, number> {
  const total = sum(actual);
  return {
    [`${name}_gini`]: normalisedGini(actual, predicted),
    [`${name}_total_ratio`]: total > 0 ? sum(predicted) / total : 0,
    [`${name}_deviance`]: sum(losses) / Math.max(1, losses.length),
  };
}

function coverage(
  model: ValueModel,
  summaries: readonly HistorySummary[],
  actual: Float64Array,
  factor: number,
  days: number,
  seed: number,
): { above: number; below: number } {
  const draws = drawModels(model.repeat, seed);
  // A sample of 1,000 customers tells the share to within one point.
  const step = Math.max(1, Math.floor(summaries.length / 1000));
  let [above, below, seen] = [0, 0, 0];
  for (let i = 0; i < summaries.length; i += step) {
    const summary = summaries[i]!;
    const random = seededRandom((partitionFor(summary.customerId, 2 ** 32) ^ seed) >>> 0);
    const { low, high } = simulateValues(random, draws, model.spend, summary, days);
    seen += 1;
    if (actual[i]! > high * factor) above += 1;
    if (actual[i]! < low * factor) below += 1;
  }
  return { above: above / Math.max(1, seen), below: below / Math.max(1, seen) };
}

const GROUPS = 10;

function empiricalInterval(
  actual: Float64Array,
  predicted: Float64Array,
  stretch: number,
): (value: number) => { low: number; high: number } {
  const order = ascending(predicted);
  const groups = Array.from({ length: GROUPS }, (_unused, g) => {
    const part = order.subarray(Math.round((g * order.length) / GROUPS), Math.round(((g + 1) * order.length) / GROUPS));
    const seen = Float64Array.from(part, (i) => actual[i]!).sort();
    const from = part.length === 0 ? 0 : predicted[part[0]!]!;
    const mean = part.reduce((total, i) => total + predicted[i]!, 0) / Math.max(1, part.length);
    const at = (share: number): number => seen[Math.min(seen.length - 1, Math.floor(share * seen.length))] ?? 0;
    return { from, mean, low: at(0.1), high: at(0.9) };
  });
  return (value) => {
    const group = groups.findLast(({ from }) => from <= value / stretch) ?? groups[0]!;
    if (group.mean < 1e-9) return { low: 0, high: Math.max(value, group.high * stretch) };
    const low = Math.min(value, (value * group.low) / group.mean);
    return { low, high: Math.max(value, (value * group.high) / group.mean) };
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
