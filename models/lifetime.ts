import { contentHash } from "#core";
import { chanceAlive, countKind, expectedCount } from "./count-model.ts";
import { applyDeciles } from "./decile-factors.ts";
import { backTest, blend, halfway } from "./lifetime-backtest.ts";
import { streamOf } from "./lifetime-coverage.ts";
import { summarise } from "./purchases.ts";
import { amountOf, discountedShare, fitValueModel, ruleValue, valueSimulator, zilnRows } from "./value-model.ts";
import { predictZiln } from "./ziln.ts";
import type { BackTest } from "./lifetime-backtest.ts";
import type { HistorySummary, PurchaseHistory } from "./purchases.ts";
import type { RepeatKind } from "./repeat-model.ts";
import type { ValueModel } from "./value-model.ts";

/** What a customer is expected to spend. */
export interface ValuePrediction {
  readonly customerId: string;
  /** Expected net spend within the horizon, home currency. */
  readonly value: number;
  /** 10% and 90% points of the spend. */
  readonly low: number;
  readonly high: number;
  readonly probabilityAlive: number;
  /** Purchases within the horizon if still a customer. */
  readonly purchasesIfAlive: number;
  /** Expected amount of one purchase. */
  readonly spend: number;
  /** What chance x purchases x amount is multiplied with; value is that product and `recent`. */
  readonly factor: number;
  /** Part of the value that comes from recent spending alone. */
  readonly recent: number;
}

/** Values of all customers, or the reason why there are none. */
export type LifetimeResult =
  | {
      readonly status: "scored";
      /** "bg-nbd and gamma-gamma" (or another count model), "mean of ... and past spend rate", or "rule: past spend rate". */
      readonly kind: string;
      readonly version: string;
      readonly predictions: readonly ValuePrediction[];
      readonly dataHash: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly metrics: Readonly<Record<string, number>>;
    }
  | { readonly status: "not scored"; readonly reason: string };

/** Settings of {@link scoreLifetime}; days are counted from 1970-01-01. */
export interface LifetimeOptions {
  readonly asOf: number;
  readonly horizonDays: number;
  readonly seed: number;
}

/** Count models that are tried, simplest first. */
export const COUNT_KINDS: readonly RepeatKind[] = ["bg-nbd", "mbg-cnbd-k", "pareto-nbd"];

const FEWEST_CUSTOMERS = 100;
const FEWEST_REPEATERS = 30;
const FEWEST_DAYS = 180;
const FITTING = { amounts: "all", guarded: true, periodDays: 365 } as const;

/**
 * Scores the spend of every customer with a purchase. Models and plain rule (past spend rate) are fitted as of an earlier
 * day and tried on what came after; the rule ships where it is not beaten, and totals are set right by what the
 * back-test missed.
 */
export function scoreLifetime(histories: readonly PurchaseHistory[], options: LifetimeOptions): LifetimeResult {
  const ordered = [...histories].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  const summaries = ordered.map((history) => summarise(history, options.asOf)).filter((summary) => summary !== null);
  const reason = tooThin(summaries);
  if (reason !== null) return { status: "not scored", reason };
  const test = backTest(ordered, summaries, { ...options, ...FITTING, kinds: COUNT_KINDS });
  const model = fitValueModel(test.kind, summaries, FITTING);
  const dataHash = contentHash(summaries);
  const kind = shippedKind(test.ships, model);
  const identity = { kind, dataHash, seed: options.seed, horizon: options.horizonDays };
  return {
    status: "scored",
    kind,
    version: `${kind.replace(/[^a-z]+/g, "-")}-${contentHash(identity).slice(0, 12)}`,
    predictions: predictValues(summaries, model, { ...options, discount: 0, test }),
    dataHash,
    parameters: parametersOf(model, test),
    metrics: test.metrics,
  };
}

/** How values are predicted: with what a back-test chose, or by the model alone. */
export interface PredictOptions {
  readonly horizonDays: number;
  readonly seed: number;
  /** Monthly rate, 0.01 for one in a hundred. */
  readonly discount: number;
  readonly test: BackTest | null;
}

/** Values of customers in their order. */
export function predictValues(
  summaries: readonly HistorySummary[],
  model: ValueModel,
  options: PredictOptions,
): ValuePrediction[] {
  const { test, horizonDays, seed } = options;
  const ships = test?.ships ?? "model";
  const parts = summaries.map((summary) => {
    const alive = chanceAlive(model.counts, summary);
    const expected = expectedCount(model.counts, summary, horizonDays);
    const purchases = alive > 1e-12 ? expected / alive : 0;
    return { alive, purchases, amount: amountOf(model, summary) };
  });
  const plain = Float64Array.from(parts, ({ alive, purchases, amount }) => alive * purchases * amount);
  const byRule = Float64Array.from(summaries, (summary) => ruleValue(summary, horizonDays) * (test?.ruleFactor ?? 1));
  const raw = combined(summaries, model, plain, byRule, options);
  const values = test === null || test.deciles === null ? raw : applyDeciles(test.deciles, raw);
  const simulate = valueSimulator(model, horizonDays, seed);
  const share = ruleScale(raw, byRule);
  return summaries.map((summary, i) => {
    const { customerId } = summary;
    const { alive, purchases, amount } = parts[i]!;
    const worth = discountedShare(model.counts, summary, horizonDays, options.discount);
    const value = values[i]! * worth;
    if (test !== null && ships === "rule") {
      const { mean } = summary;
      const plainRule = ruleValue(summary, horizonDays);
      const told = { probabilityAlive: 1, purchasesIfAlive: mean > 0 ? plainRule / mean : 0, spend: mean, recent: 0 };
      const factor = mean > 0 ? test.ruleFactor * worth : 0;
      return { customerId, value, ...test.ruleInterval(value), ...told, factor };
    }
    const half = ships === "mean" || ships === "ziln-mean";
    const recent = half ? recentPart(byRule[i]! * share, raw[i]!) * value : 0;
    const ends = simulate(streamOf(customerId, seed), summary);
    const scale = plain[i]! > 0 ? value / plain[i]! : 0;
    const interval = {
      low: Math.min(ends.low * scale * (test?.lowStretch ?? 1), value),
      high: Math.max(ends.high * scale * (test?.highStretch ?? 1), value),
    };
    const told = { probabilityAlive: alive, purchasesIfAlive: purchases, spend: amount };
    return {
      customerId,
      value,
      ...interval,
      ...told,
      factor: plain[i]! > 0 ? (value - recent) / plain[i]! : 0,
      recent,
    };
  });
}

/** What the rule is multiplied with inside a mean of which it makes half. */
function ruleScale(raw: Float64Array, byRule: Float64Array): number {
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const own = total(byRule);
  return own > 0 ? total(raw) / own : 0;
}

/** Share of a mean that comes from the rule, 0 to 1. */
function recentPart(rule: number, mean: number): number {
  return mean > 0 ? Math.min(1, rule / 2 / mean) : 0;
}

function combined(
  summaries: readonly HistorySummary[],
  model: ValueModel,
  plain: Float64Array,
  byRule: Float64Array,
  { test, horizonDays }: PredictOptions,
): Float64Array {
  if (test === null) return plain;
  if (test.ships === "rule") return byRule;
  const scaled = plain.map((value) => value * test.modelFactor);
  if (test.network === null) return test.ships === "model" ? scaled : halfway(scaled, byRule);
  const { network } = test;
  const laws = predictZiln(network.model, zilnRows(model, summaries, horizonDays));
  const corrected = Float64Array.from(laws, ({ mean }) => mean * network.factor);
  return test.ships === "ziln" ? corrected : halfway(blend(corrected, scaled), byRule);
}

function parametersOf({ counts, spend }: ValueModel, test: BackTest): Record<string, unknown> {
  return {
    ...countParameters(counts),
    log_likelihood: counts.model.logLikelihood,
    standard_errors: counts.model.standardErrors,
    p: spend?.p,
    q: spend?.q,
    v: spend?.v,
    guards: [...counts.model.guards, ...(spend?.guards ?? [])],
    ships: test.ships,
    model_factor: test.modelFactor,
    rule_factor: test.ruleFactor,
    decile_factors: test.deciles,
    back_test_days: test.days,
  };
}

function countParameters(counts: ValueModel["counts"]): Record<string, unknown> {
  if (counts.family === "giving") {
    const { alpha, beta, gamma, delta } = counts.model;
    return { alpha, beta, gamma, delta };
  }
  const { r, alpha, a, b, k } = counts.model;
  return { r, alpha, a, b, ...(k > 1 ? { k } : {}) };
}

/** The published name of what made the values. */
export function shippedKind(ships: BackTest["ships"], { counts }: ValueModel): string {
  if (ships === "rule") return "rule: past spend rate";
  const model = ships.startsWith("ziln") ? `network over ${countKind(counts)}` : countKind(counts);
  return ships === "model" || ships === "ziln"
    ? `${model} and gamma-gamma`
    : `mean of ${model} with gamma-gamma and past spend rate`;
}

function tooThin(summaries: readonly HistorySummary[]): string | null {
  const repeaters = summaries.filter(({ frequency }) => frequency > 0).length;
  const span = summaries.reduce((top, { age }) => Math.max(top, age), 0);
  if (summaries.length < FEWEST_CUSTOMERS) {
    return `only ${String(summaries.length)} customers with a purchase; at least ${String(FEWEST_CUSTOMERS)} are needed`;
  }
  if (repeaters < FEWEST_REPEATERS) {
    return `only ${String(repeaters)} customers bought more than once; at least ${String(FEWEST_REPEATERS)} are needed`;
  }
  if (span < FEWEST_DAYS) {
    return `only ${String(span)} days of purchases; at least ${String(FEWEST_DAYS)} are needed`;
  }
  return null;
}
