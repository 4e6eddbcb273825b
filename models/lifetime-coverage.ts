import { partitionFor, seededRandom } from "#core";
import { ascending } from "./metrics.ts";
import { valueSimulator } from "./value-model.ts";
import type { HistorySummary } from "./purchases.ts";
import type { ValueModel } from "./value-model.ts";

/** A model with what it said and what came. */
interface Shown {
  readonly model: ValueModel;
  readonly summaries: readonly HistorySummary[];
  readonly actual: Float64Array;
  readonly byModel: Float64Array;
  readonly shipped: Float64Array;
}

/** Shares outside the simulated ends, and what the ends are multiplied with. */
export interface Coverage {
  readonly above: number;
  readonly below: number;
  readonly highStretch: number;
  readonly lowStretch: number;
}

/** How often simulated intervals were left on either side, and how far their ends must be moved to mend it. */
export function coverage({ model, summaries, actual, byModel, shipped }: Shown, days: number, seed: number): Coverage {
  const simulate = valueSimulator(model, days, seed);
  // A sample of 1,000 customers tells the share to within one point.
  const step = Math.max(1, Math.floor(summaries.length / 1000));
  const overHigh: number[] = [];
  const overLow: number[] = [];
  for (let i = 0; i < summaries.length; i += step) {
    const summary = summaries[i]!;
    const ends = simulate(streamOf(summary.customerId, seed), summary);
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

/** One stream of random numbers for each customer, so that nobody's interval hangs on who else is there. */
export function streamOf(customerId: string, seed: number): () => number {
  return seededRandom((partitionFor(customerId, 2 ** 32) ^ seed) >>> 0);
}

const GROUPS = 10;

/** 80% intervals from what customers with such a value really spent, by tenth of the predictions. */
export function empiricalInterval(
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
