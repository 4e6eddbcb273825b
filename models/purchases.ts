import type { GivingSummary } from "./bg-bb.ts";
import type { PurchaseSummary } from "./repeat-model.ts";

/** One customer's purchases and returns in the home currency; days are counted from 1970-01-01. */
export interface PurchaseHistory {
  readonly customerId: string;
  readonly purchases: readonly { readonly day: number; readonly amount: number }[];
  readonly returns: readonly { readonly day: number; readonly amount: number }[];
}

/** A customer's history up to a day, as repeat-buying models need it; times in days. */
export interface HistorySummary extends PurchaseSummary {
  readonly customerId: string;
  /** Days with a purchase. */
  readonly purchaseDays: number;
  /** Mean net amount of a purchase day. */
  readonly mean: number;
  /** Mean net amount of the purchase days after the first; 0 without one. */
  readonly repeatMean: number;
  readonly lastAmount: number;
  /** Net spend of the last 365 days, or of the whole age where that is shorter. */
  readonly recentSpend: number;
  readonly recentDays: number;
  /** The same history counted in whole periods, where the caller asked for them. */
  readonly giving?: GivingSummary;
}

/**
 * Sums up a history until a day (inclusive): purchases of one day are one, a return is taken off the latest purchase
 * before it and what is left of it off the one before, and a purchase that was returned whole never was. A purchase for
 * nothing counts as one. With `periodDays` the history is counted in periods since the first purchase too. Null without
 * a purchase.
 */
export function summarise(history: PurchaseHistory, until: number, periodDays?: number): HistorySummary | null {
  const days = netDays(history, until);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const total = days.reduce((sum, { amount }) => sum + amount, 0);
  const age = until - first.day;
  const recentDays = Math.min(365, Math.max(90, age + 1));
  let logGaps = 0;
  for (let i = 1; i < days.length; i += 1) logGaps += Math.log(days[i]!.day - days[i - 1]!.day);
  const base = {
    customerId: history.customerId,
    frequency: days.length - 1,
    recency: last.day - first.day,
    age,
    logGaps,
    purchaseDays: days.length,
    mean: total / days.length,
    repeatMean: days.length > 1 ? (total - first.amount) / (days.length - 1) : 0,
    lastAmount: last.amount,
    recentSpend: days.reduce((sum, { day, amount }) => sum + (day > until - recentDays ? amount : 0), 0),
    recentDays,
  };
  if (periodDays === undefined) return base;
  const periods = days.map(({ day }) => Math.floor((day - first.day) / periodDays));
  const n = Math.floor(age / periodDays);
  const given = new Set(periods.filter((period) => period > 0 && period <= n));
  return { ...base, giving: { frequency: given.size, recency: Math.max(0, ...given), age: n } };
}

/** Net spend and purchase days after one day, up to and with another. */
export function spentBetween(history: PurchaseHistory, after: number, until: number): { spend: number; days: number } {
  const days = netDays(history, until).filter(({ day }) => day > after);
  return { spend: days.reduce((sum, { amount }) => sum + amount, 0), days: days.length };
}

function netDays(history: PurchaseHistory, until: number): { day: number; amount: number }[] {
  const usable = ({ day, amount }: { day: number; amount: number }): boolean =>
    Number.isFinite(day) && day <= until && Number.isFinite(amount) && amount >= 0;
  const byDay = new Map<number, number>();
  for (const { day, amount } of history.purchases.filter(usable)) byDay.set(day, (byDay.get(day) ?? 0) + amount);
  const days = [...byDay].map(([day, amount]) => ({ day, amount, returned: false })).sort((a, b) => a.day - b.day);
  for (const back of history.returns.filter(usable)) {
    let open = back.amount;
    for (let i = days.length - 1; i >= 0 && open > 0; i -= 1) {
      const bought = days[i]!;
      if (bought.day > back.day || bought.amount <= 0) continue;
      const taken = Math.min(open, bought.amount);
      bought.amount -= taken;
      bought.returned = bought.amount <= 0.005;
      open -= taken;
    }
  }
  return days.filter(({ returned }) => !returned).map(({ day, amount }) => ({ day, amount }));
}
