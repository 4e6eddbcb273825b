import type { PurchaseSummary } from "./repeat-model.ts";

/** Distinct figures of customers in internal time, grouped by the number of repeats, which share costly terms. */
export interface RepeatData {
  readonly groups: readonly RepeatGroup[];
  readonly customers: number;
  readonly events: number;
  /** Sum of the logarithms of the times between purchases, internal time; null where it is not known. */
  readonly logGaps: number | null;
  /** Internal units for one given unit: the longest age becomes 10, which keeps the start within reach. */
  readonly scale: number;
}

/** Customers with the same number of repeats. */
export interface RepeatGroup {
  readonly x: number;
  readonly weight: number;
  readonly recency: Float64Array;
  readonly age: Float64Array;
  readonly weights: Float64Array;
}

/** Puts equal rows together and leaves impossible ones out. */
export function prepareRepeatData(rows: readonly PurchaseSummary[]): RepeatData {
  const usable = rows.filter(isPossible);
  const longest = usable.reduce((top, row) => Math.max(top, row.age), 0);
  const scale = longest > 0 ? 10 / longest : 1;
  const distinct = new Map<number, Map<number, Map<number, number>>>();
  let customers = 0;
  let events = 0;
  let logGaps: number | null = 0;
  for (const { frequency, recency, age, weight = 1, logGaps: gaps } of usable) {
    const byRecency = distinct.get(frequency) ?? new Map<number, Map<number, number>>();
    distinct.set(frequency, byRecency);
    const byAge = byRecency.get(recency) ?? new Map<number, number>();
    byRecency.set(recency, byAge);
    byAge.set(age, (byAge.get(age) ?? 0) + weight);
    customers += weight;
    events += weight * frequency;
    if (frequency > 0) {
      logGaps = gaps === undefined || logGaps === null ? null : logGaps + weight * (gaps + frequency * Math.log(scale));
    }
  }
  const groups = [...distinct]
    .sort(([x], [y]) => x - y)
    .map(([x, byRecency]): RepeatGroup => {
      const list = [...byRecency].flatMap(([recency, byAge]) =>
        [...byAge].map(([age, w]) => [recency, age, w] as const),
      );
      return {
        x,
        weight: list.reduce((sum, [, , w]) => sum + w, 0),
        recency: Float64Array.from(list, ([recency]) => recency * scale),
        age: Float64Array.from(list, ([, age]) => age * scale),
        weights: Float64Array.from(list, ([, , w]) => w),
      };
    });
  return { groups, customers: Math.max(1, customers), events, logGaps, scale };
}

function isPossible({ frequency, recency, age, weight = 1 }: PurchaseSummary): boolean {
  return (
    Number.isFinite(frequency) &&
    Number.isFinite(age) &&
    frequency >= 0 &&
    age > 0 &&
    recency >= 0 &&
    recency <= age * (1 + 1e-9) &&
    weight > 0 &&
    Number.isFinite(weight)
  );
}
