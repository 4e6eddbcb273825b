import type { PurchaseSummary } from "./bg-nbd.ts";

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
  /** Net spend of the last 365 days, or of the whole age where that is shorter. */
  readonly recentSpend: number;
  readonly recentDays: number;
}

/**
 * Sums up a history until a day (inclusive): purchases of one day are one, a return is taken off the latest purchase
 * before it and what is left of it off the one before, and a purchase that was returned whole never was. Null without
 * a purchase.
 */
export function summarise(history: PurchaseHistory, until: number): HistorySummary | null {
  const days = netDays(history, until);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined) return null;
  const total = days.reduce((sum, { amount }) => sum + amount, 0);
  // The day itself counts, so that somebody who bought today has an age.
  const age = until - first.day + 1;
  const recentDays = Math.min(365, Math.max(90, age));
  return {
    customerId: history.customerId,
    frequency: days.length - 1,
    recency: last.day - first.day,
    age,
    purchaseDays: days.length,
    mean: total / days.length,
    recentSpend: days.reduce((sum, { day, amount }) => sum + (day > until - recentDays ? amount : 0), 0),
    recentDays,
  };
}

/** Net spend and purchase days after one day, up to and with another. */
export function spentBetween(history: PurchaseHistory, after: number, until: number): { spend: number; days: number } {
  const days = netDays(history, until).filter(({ day }) => day > after);
  return { spend: days.reduce((sum, { amount }) => sum + amount, 0), days: days.length };
}

function netDays(history: PurchaseHistory, until: number): { day: number; amount: number }[] {
  const usable = ({ day, amount }: { day: number; amount: number }): boolean =>
    Number.isFinite(day) && day <= until && Number.isFinite(amount) && amount > 0;
  const byDay = new Map<number, number>();
  for (const { day, amount } of history.purchases.filter(usable)) byDay.set(day, (byDay.get(day) ?? 0) + amount);
  const days = [...byDay].map(([day, amount]) => ({ day, amount })).sort((a, b) => a.day - b.day);
  for (const back of history.returns.filter(usable)) {
    let open = back.amount;
    for (let i = days.length - 1; i >= 0 && open > 0; i -= 1) {
      const bought = days[i]!;
      if (bought.day > back.day) continue;
      const taken = Math.min(open, bought.amount);
      bought.amount -= taken;
      open -= taken;
    }
  }
  return days.filter(({ amount }) => amount > 0.005);
}
