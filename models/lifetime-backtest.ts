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
  /** What simulated ends of intervals are multiplied with, so that a tenth of customers lies above and below. */
  readonly lowStretch: number;
  readonly highStretch: number;
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
  const shipped = better === "mean" ? byMean : byModel.map((value) => value * modelFactor);
  const inside = coverage({ model, summaries, actual, byModel, shipped }, days, options.seed);
  return {
    days,
    // The rule ships unless the model beats it by more than the noise of the comparison.
    ships: known.length >= 50 && mean > standardError ? better : "rule",
    modelFactor,
    ruleFactor,
    lowStretch: inside.lowStretch,
    highStretch: inside.highStretch,
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

interface Tried {
  readonly model: ValueModel;
  readonly summaries: readonly HistorySummary[];
  readonly actual: Float64Array;
  readonly byModel: Float64Array;
  readonly shipped: Float64Array;
}

/** How often simulated intervals were left on either side, and how far their ends must be moved to mend it. */
function coverage({ model, summaries, actual, byModel, shipped }: Tried, days: number, seed: number): Coverage {
  const draws = drawModels(model.repeat, seed);
  // A sample of 1,000 customers tells the share to within one point.
  const step = Math.max(1, Math.floor(summaries.length / 1000));
  const overHigh: number[] = [];
  const overLow: number[] = [];
  for (let i = 0; i < summaries.length; i += step) {
    const summary = summaries[i]!;
    const random = seededRandom((partitionFor(summary.customerId, 2 ** 32) ^ seed) >>> 0);
    const ends = simulateValues(random, draws, model.spend, summary, days);
    const scale = byModel[i]! > 0 ? shipped[i]! / byModel[i]! : 1;
    const high = Math.max(ends.high * scale, shipped[i]!);
    const low = Math.min(ends.low * scale, shipped[i]!);
    overHigh.push(high > 0 ? actual[i]! / high : actual[i]! > 0 ? Infinity : 0);
    overLow.push(low > 0 ? actual[i]! / low : Infinity);
  }
  const at = (ratios: readonly number[], share: number): number =>
    [...ratios].sort((a, b) => a - b)[Math.min(ratios.length - 1, Math.floor(share * ratios.length))] ?? 1;
  return {
    above: overHigh.filter((ratio) => ratio > 1).length / Math.max(1, overHigh.length),
    below: overLow.filter((ratio) => ratio < 1).length / Math.max(1, overLow.length),
    highStretch: Math.min(2, Math.max(0.8, at(overHigh, 0.9))),
    lowStretch: Math.min(1, Math.max(0, at(overLow, 0.1))),
  };
}

interface Coverage {
  readonly above: number;
  readonly below: number;
  readonly highStretch: number;
  readonly lowStretch: number;
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
