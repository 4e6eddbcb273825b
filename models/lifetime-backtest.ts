import { partitionFor } from "#core";
import { expectedCount, fitCounts } from "./count-model.ts";
import { applyDeciles, fitDeciles, steadied } from "./decile-factors.ts";
import { coverage, empiricalInterval } from "./lifetime-coverage.ts";
import { normalisedGini, pairedDifference } from "./metrics.ts";
import { spentBetween, summarise } from "./purchases.ts";
import { fitSpend, modelValue, ruleValue, zilnRows } from "./value-model.ts";
import { fitZiln, predictZiln } from "./ziln.ts";
import type { CountKind } from "./count-model.ts";
import type { DecileFactors } from "./decile-factors.ts";
import type { HistorySummary, PurchaseHistory } from "./purchases.ts";
import type { Amounts, ValueModel } from "./value-model.ts";
import type { ZilnModel } from "./ziln.ts";

/** What makes the values: the plain rule, a model, a network that corrects it, or the mean of either with the rule. */
export type Shipped = "rule" | "model" | "mean" | "ziln" | "ziln-mean";

/** How models and rule did on days that they had not seen. */
export interface BackTest {
  /** Days at the end that were held out. */
  readonly days: number;
  readonly ships: Shipped;
  /** The count model that did best. */
  readonly kind: CountKind;
  /** What totals are multiplied with: actual over predicted, within bounds. */
  readonly modelFactor: number;
  readonly ruleFactor: number;
  readonly countFactor: number;
  readonly network: { readonly model: ZilnModel; readonly factor: number } | null;
  /** Factors by tenth of the predictions; null where they did not help. */
  readonly deciles: DecileFactors | null;
  /** What simulated ends of intervals are multiplied with, so that a tenth of customers lies above and below. */
  readonly lowStretch: number;
  readonly highStretch: number;
  /** 80% interval around a value that the rule gives, from what customers with such a value really spent. */
  readonly ruleInterval: (value: number) => { readonly low: number; readonly high: number };
  readonly metrics: Readonly<Record<string, number>>;
}

/** Settings of {@link backTest}. */
export interface BackTestOptions {
  readonly asOf: number;
  readonly horizonDays: number;
  readonly seed: number;
  readonly kinds: readonly CountKind[];
  readonly amounts: Amounts;
  readonly periodDays: number;
  /** Ships this whatever is best. */
  readonly only?: "ziln";
}

/** Customers below which a comparison says nothing. */
const FEWEST = 50;
const FOLDS = 3;
/** Customers that the network learns from at most. */
const MOST_ROWS = 6000;

/**
 * Fits as of an earlier day and compares with what was spent since. The day is chosen so that what is held out is to
 * what is known as the horizon is to all: how far a model misses grows with how far it looks beyond its data.
 */
export function backTest(
  histories: readonly PurchaseHistory[],
  now: readonly HistorySummary[],
  options: BackTestOptions,
): BackTest {
  const tried = prepare(histories, now, options);
  const { summaries, actual, days } = tried;
  const contest = bestModel(tried, options);
  const { model, byModel, modelFactor } = contest;
  const byRule = Float64Array.from(summaries, (summary) => ruleValue(summary, days));
  const ruleFactor = totalFactor(actual, byRule, 5);
  const rule = byRule.map((value) => value * ruleFactor);
  const scaled = byModel.map((value) => value * modelFactor);
  const network = summaries.length >= 4 * FEWEST ? crossFitted(tried, model, scaled, options.seed) : null;
  // Counts with dropout and plain recent spending err in different ways: their mean ranks better than either.
  const values: Record<Shipped, Float64Array | null> = {
    rule,
    model: scaled,
    mean: halfway(scaled, rule),
    ziln: network?.predicted ?? null,
    "ziln-mean": network === null ? null : halfway(blend(network.predicted, scaled), rule),
  };
  const ships = options.only === "ziln" && network !== null ? "ziln" : choose(actual, values, summaries.length);
  const deciles = ships === "rule" ? null : usefulDeciles(actual, values[ships]!);
  const shipped = deciles === null ? values[ships]! : applyDeciles(deciles, values[ships]!);
  const inside = coverage({ model, summaries, actual, byModel, shipped }, days, options.seed);
  return {
    days,
    ships,
    kind: contest.kind,
    modelFactor: eased(modelFactor),
    ruleFactor,
    countFactor: contest.countFactor,
    network:
      network === null || !ships.startsWith("ziln")
        ? null
        : { model: network.model, factor: (network.factor * eased(modelFactor)) / modelFactor },
    deciles: deciles?.map(eased) ?? null,
    lowStretch: inside.lowStretch,
    highStretch: inside.highStretch,
    ruleInterval: empiricalInterval(actual, rule, options.horizonDays / days),
    metrics: {
      customers: summaries.length,
      back_test_days: days,
      ...contest.metrics,
      ...Object.fromEntries(
        Object.entries(values).flatMap(([name, predicted]) =>
          predicted === null ? [] : Object.entries(describe(name.replace("-", "_"), actual, predicted)),
        ),
      ),
      above_high_80: inside.above,
      below_low_80: inside.below,
    },
  };
}

interface Tried {
  readonly summaries: readonly HistorySummary[];
  readonly actual: Float64Array;
  readonly counts: Float64Array;
  readonly days: number;
}

function prepare(
  histories: readonly PurchaseHistory[],
  now: readonly HistorySummary[],
  { asOf, horizonDays, periodDays, amounts, kinds }: BackTestOptions,
): Tried {
  const span = now.reduce((top, { age }) => Math.max(top, age), 1);
  const alike = Math.round((span * horizonDays) / (span + horizonDays));
  const days = Math.max(1, Math.min(Math.ceil(horizonDays), Math.max(alike, Math.min(60, Math.floor(span / 3)))));
  const cut = asOf - days;
  const periods = kinds.includes("bg-bb") ? periodDays : undefined;
  const known = histories.flatMap((history) => {
    const summary = summarise(history, cut, periods);
    return summary === null ? [] : [{ summary, after: spentBetween(history, cut, asOf) }];
  });
  return {
    summaries: known.map(({ summary }) => summary),
    actual: Float64Array.from(known, ({ after }) => (amounts === "none" ? after.days : after.spend)),
    counts: Float64Array.from(known, ({ after }) => after.days),
    days,
  };
}

function bestModel(
  { summaries, actual, counts, days }: Tried,
  options: BackTestOptions,
): {
  kind: CountKind;
  model: ValueModel;
  byModel: Float64Array;
  modelFactor: number;
  countFactor: number;
  metrics: Record<string, number>;
} {
  const spend = options.amounts === "none" ? null : fitSpend(summaries, options.amounts);
  const metrics: Record<string, number> = {};
  const tries = options.kinds.map((kind) => {
    const fitted = fitCounts(kind, summaries, { guarded: true, periodDays: options.periodDays });
    const model: ValueModel = { counts: fitted, spend, amounts: options.amounts };
    const byModel = Float64Array.from(summaries, (summary) => modelValue(model, summary, days));
    const modelFactor = totalFactor(actual, byModel, 2);
    const loss = sum(
      deviances(
        actual,
        byModel.map((value) => value * modelFactor),
      ),
    );
    metrics[`${kind.replaceAll("-", "_")}_deviance`] = loss / Math.max(1, actual.length);
    return { kind, model, byModel, modelFactor, loss };
  });
  const best = tries.reduce((a, b) => (b.loss < a.loss ? b : a));
  const expected = Float64Array.from(summaries, (summary) => expectedCount(best.model.counts, summary, days));
  return { ...best, countFactor: eased(totalFactor(counts, expected, 2)), metrics };
}

/** Networks that each predict customers whom they did not learn from, and one that learnt from all. */
function crossFitted(
  { summaries, actual, days }: Tried,
  model: ValueModel,
  scaled: Float64Array,
  seed: number,
): { model: ZilnModel; predicted: Float64Array; factor: number } {
  const step = Math.max(1, Math.ceil(summaries.length / MOST_ROWS));
  const fold = summaries.map(({ customerId }) => partitionFor(customerId, FOLDS));
  const predicted = new Float64Array(summaries.length);
  const fitOn = (chosen: readonly number[]): ZilnModel => {
    const thin = chosen.filter((_i, at) => at % step === 0);
    const rows = zilnRows(
      model,
      thin.map((i) => summaries[i]!),
      days,
    );
    return fitZiln(
      rows,
      Float64Array.from(thin, (i) => actual[i]!),
      seed,
    );
  };
  const everybody = summaries.map((_summary, i) => i);
  for (let f = 0; f < FOLDS; f += 1) {
    const own = everybody.filter((i) => fold[i] === f);
    const network = fitOn(everybody.filter((i) => fold[i] !== f));
    const laws = predictZiln(
      network,
      zilnRows(
        model,
        own.map((i) => summaries[i]!),
        days,
      ),
    );
    for (const [at, i] of own.entries()) predicted[i] = laws[at]!.mean;
  }
  // The network says who spends more than the model thinks; the total is the model's.
  const factor = sum(predicted) > 0 ? sum(scaled) / sum(predicted) : 1;
  return { model: fitOn(everybody), predicted: predicted.map((value) => value * factor), factor };
}

/** The simplest that is not beaten by more than the noise of the comparison: rule, then model or mean, then network. */
function choose(actual: Float64Array, values: Record<Shipped, Float64Array | null>, customers: number): Shipped {
  if (customers < FEWEST) return "rule";
  const losses = (name: Shipped): Float64Array | null => {
    const predicted = values[name];
    return predicted === null ? null : deviances(actual, predicted);
  };
  const beats = (better: Float64Array, than: Float64Array): boolean => {
    const { mean, standardError } = pairedDifference(
      than,
      better,
      Int32Array.from(actual, (_unused, i) => i),
    );
    return mean > standardError;
  };
  const [rule, model, mean] = [losses("rule")!, losses("model")!, losses("mean")!];
  const plain: Shipped = sum(mean) <= sum(model) ? "mean" : "model";
  const plainLoss = plain === "mean" ? mean : model;
  const first: { name: Shipped; loss: Float64Array } = beats(plainLoss, rule)
    ? { name: plain, loss: plainLoss }
    : { name: "rule", loss: rule };
  // A network alone follows what one stretch of time looked like: beside the model and the rule it is steadier.
  const both = losses("ziln-mean");
  return both !== null && beats(both, first.loss) ? "ziln-mean" : first.name;
}

/** Factors by tenth, where those of one half of the customers help the other half. */
function usefulDeciles(actual: Float64Array, predicted: Float64Array): DecileFactors | null {
  const half = (odd: number): Int32Array =>
    Int32Array.from({ length: Math.floor((actual.length + 1 - odd) / 2) }, (_unused, i) => 2 * i + odd);
  const gains = new Float64Array(actual.length);
  for (const [learn, judge] of [
    [half(0), half(1)],
    [half(1), half(0)],
  ] as const) {
    const pick = (values: Float64Array, at: Int32Array): Float64Array => Float64Array.from(at, (i) => values[i]!);
    const factors = fitDeciles(pick(actual, learn), pick(predicted, learn));
    const [truth, said] = [pick(actual, judge), pick(predicted, judge)];
    const [before, after] = [deviances(truth, said), deviances(truth, applyDeciles(factors, said))];
    for (const [at, i] of judge.entries()) gains[i] = before[at]! - after[at]!;
  }
  const nothing = new Float64Array(gains.length);
  const each = Int32Array.from(gains, (_unused, i) => i);
  const { mean, standardError } = pairedDifference(gains, nothing, each);
  return mean > standardError ? fitDeciles(actual, predicted) : null;
}

/** Actual over predicted total, drawn towards 1 as far as it may be noise. */
function totalFactor(actual: Float64Array, predicted: Float64Array, bound: number): number {
  const [a, p] = [sum(actual), sum(predicted)];
  if (!(p > 0 && a > 0)) return 1;
  let squares = 0;
  for (let i = 0; i < actual.length; i += 1) squares += (actual[i]! - (predicted[i]! * a) / p) ** 2;
  return steadied(a / p, Math.sqrt(squares) / p, bound);
}

/** Tweedie deviance with power 1.5: right for sums that are often zero, and not ruled by the largest customer. */
function deviances(actual: Float64Array, predicted: Float64Array): Float64Array {
  const floor = Math.max(1e-9, (0.02 * sum(actual)) / Math.max(1, actual.length));
  return actual.map((y, i) => {
    const expected = Math.max(floor, predicted[i]!);
    return (4 * (Math.sqrt(Math.max(0, y)) - Math.sqrt(expected)) ** 2) / Math.sqrt(expected);
  });
}

function describe(name: string, actual: Float64Array, predicted: Float64Array): Record<string, number> {
  const total = sum(actual);
  return {
    [`${name}_gini`]: normalisedGini(actual, predicted),
    [`${name}_total_ratio`]: total > 0 ? sum(predicted) / total : 0,
    [`${name}_deviance`]: sum(deviances(actual, predicted)) / Math.max(1, actual.length),
  };
}

/**
 * Mean of a model's values and the rule's, the rule brought to the model's total first: it knows who spends more than
 * who, but how its total misses hangs on how long the customers have been known.
 */
export function halfway(values: Float64Array, rule: Float64Array): Float64Array {
  const [total, own] = [sum(values), sum(rule)];
  const scale = own > 0 ? total / own : 0;
  return scale === 0 ? values : values.map((value, i) => (value + rule[i]! * scale) / 2);
}

/** Mean of a network's and its model's values. */
export function blend(network: Float64Array, model: Float64Array): Float64Array {
  return network.map((value, i) => (value + model[i]!) / 2);
}

/**
 * Half of what a back-test missed, which is what is put right: each stretch of time has a mood of its own that does not
 * last.
 */
function eased(factor: number): number {
  return Math.sqrt(factor);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
