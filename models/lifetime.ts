import { contentHash, partitionFor, seededRandom } from "#core";
import { backTest } from "./lifetime-backtest.ts";
import { expectedIfAlive, probabilityAlive } from "./bg-nbd.ts";
import { expectedSpend } from "./gamma-gamma.ts";
import { drawModels, simulateValues } from "./lifetime-interval.ts";
import { summarise } from "./purchases.ts";
import { fitValueModel, ruleValue } from "./value-model.ts";
import type { BackTest } from "./lifetime-backtest.ts";
import type { HistorySummary, PurchaseHistory } from "./purchases.ts";
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
      /** "bg-nbd and gamma-gamma" (or nbd), "mean of ... and past spend rate", or "rule: past spend rate". */
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

const FEWEST_CUSTOMERS = 100;
const FEWEST_REPEATERS = 30;
const FEWEST_DAYS = 180;

/**
 * Scores the spend of every customer with a purchase. Model and plain rule (past spend rate) are fitted as of an earlier
 * day and tried on what came after; the rule ships where it is not beaten, and totals are set right by what the
 * back-test missed.
 */
export function scoreLifetime(histories: readonly PurchaseHistory[], options: LifetimeOptions): LifetimeResult {
  const ordered = [...histories].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  const summaries = ordered.map((history) => summarise(history, options.asOf)).filter((summary) => summary !== null);
  const reason = tooThin(summaries);
  if (reason !== null) return { status: "not scored", reason };
  const test = backTest(ordered, summaries, options);
  const model = fitValueModel(summaries);
  const dataHash = contentHash(summaries);
  const kind = kindOf(test.ships, model);
  const identity = { kind, dataHash, seed: options.seed, horizon: options.horizonDays };
  return {
    status: "scored",
    kind,
    version: `${kind.replace(/[^a-z]+/g, "-")}-${contentHash(identity).slice(0, 12)}`,
    predictions: predict(summaries, model, test, options),
    dataHash,
    parameters: parametersOf(model, test),
    metrics: test.metrics,
  };
}

function predict(
  summaries: readonly HistorySummary[],
  model: ValueModel,
  test: BackTest,
  options: LifetimeOptions,
): ValuePrediction[] {
  const draws = drawModels(model.repeat, options.seed);
  const { horizonDays } = options;
  return summaries.map((summary) => {
    const byRule = ruleValue(summary, horizonDays) * test.ruleFactor;
    const { customerId, mean: spend, purchaseDays } = summary;
    if (test.ships === "rule") {
      const purchasesIfAlive = spend > 0 ? byRule / test.ruleFactor / spend : 0;
      const parts = { purchasesIfAlive, probabilityAlive: 1, spend, factor: test.ruleFactor, recent: 0 };
      return { customerId, value: byRule, ...test.ruleInterval(byRule), ...parts };
    }
    const alive = probabilityAlive(model.repeat, summary);
    const purchases = expectedIfAlive(model.repeat, summary, horizonDays);
    const amount = expectedSpend(model.spend, { purchases: purchaseDays, mean: spend });
    const plain = alive * purchases * amount;
    const factor = test.ships === "mean" ? test.modelFactor / 2 : test.modelFactor;
    const recent = test.ships === "mean" ? byRule / 2 : 0;
    const value = plain * factor + recent;
    // One stream of random numbers for each customer, so that nobody's interval hangs on who else is there.
    const random = seededRandom((partitionFor(customerId, 2 ** 32) ^ options.seed) >>> 0);
    const { low, high } = simulateValues(random, draws, model.spend, summary, horizonDays);
    const scale = plain > 0 ? value / plain : test.modelFactor;
    const interval = {
      low: Math.min(low * scale * test.lowStretch, value),
      high: Math.max(high * scale * test.highStretch, value),
    };
    const parts = { probabilityAlive: alive, purchasesIfAlive: purchases, spend: amount, factor, recent };
    return { customerId, value, ...interval, ...parts };
  });
}

function parametersOf({ repeat, spend }: ValueModel, test: BackTest): Record<string, unknown> {
  return {
    r: repeat.r,
    alpha: repeat.alpha,
    a: repeat.a,
    b: repeat.b,
    log_likelihood: repeat.logLikelihood,
    standard_errors: repeat.standardErrors,
    p: spend.p,
    q: spend.q,
    v: spend.v,
    guards: [...repeat.guards, ...spend.guards],
    ships: test.ships,
    model_factor: test.modelFactor,
    rule_factor: test.ruleFactor,
    back_test_days: test.days,
  };
}

function kindOf(ships: BackTest["ships"], { repeat }: ValueModel): string {
  if (ships === "rule") return "rule: past spend rate";
  return ships === "model"
    ? `${repeat.kind} and gamma-gamma`
    : `mean of ${repeat.kind} with gamma-gamma and past spend rate`;
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
