import { expectedPurchases, fitRepeatModel } from "./bg-nbd.ts";
import { expectedSpend, fitGammaGamma } from "./gamma-gamma.ts";
import type { RepeatModel } from "./bg-nbd.ts";
import type { SpendModel } from "./gamma-gamma.ts";
import type { HistorySummary } from "./purchases.ts";

/** A model of counts and a model of amounts, which together speak of value. */
export interface ValueModel {
  readonly repeat: RepeatModel;
  readonly spend: SpendModel;
}

/** Fits both parts on summaries; spend on every purchase day, the first included. */
export function fitValueModel(summaries: readonly HistorySummary[]): ValueModel {
  return {
    repeat: fitRepeatModel(summaries),
    spend: fitGammaGamma(summaries.map(({ purchaseDays, mean }) => ({ purchases: purchaseDays, mean }))),
  };
}

/** Expected spend within a horizon by the model. */
export function modelValue({ repeat, spend }: ValueModel, summary: HistorySummary, horizonDays: number): number {
  const amount = expectedSpend(spend, { purchases: summary.purchaseDays, mean: summary.mean });
  return expectedPurchases(repeat, summary, horizonDays) * amount;
}

/** Expected spend by the plain rule: the daily rate of the last year goes on. */
export function ruleValue(summary: HistorySummary, horizonDays: number): number {
  return (summary.recentSpend / summary.recentDays) * horizonDays;
}
