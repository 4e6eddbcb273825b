import { ascending } from "./metrics.ts";

/** What predictions are multiplied with, by their place from the lowest to the highest. */
export type DecileFactors = readonly number[];

const GROUPS = 10;

/**
 * Actual over predicted total of each tenth of the predictions, drawn towards 1 where the tenth's total is noise, within
 * a half and two.
 */
export function fitDeciles(actual: Float64Array, predicted: Float64Array): DecileFactors {
  const order = ascending(predicted);
  const each = Array.from({ length: GROUPS }, (_unused, g) => {
    const part = order.subarray(Math.round((g * order.length) / GROUPS), Math.round(((g + 1) * order.length) / GROUPS));
    let [seen, said, squares] = [0, 0, 0];
    for (const i of part) {
      seen += actual[i]!;
      said += predicted[i]!;
      squares += (actual[i]! - predicted[i]!) ** 2;
    }
    return said > 0 ? steadied(seen / said, Math.sqrt(squares) / said, 2) : 1;
  });
  // Neighbours miss alike: each tenth is smoothed with those beside it.
  return each.map((factor, g) => ((each[g - 1] ?? factor) + 2 * factor + (each[g + 1] ?? factor)) / 4);
}

/** Multiplies each prediction by the factor of its place, in between by a straight line. */
export function applyDeciles(factors: DecileFactors, predicted: Float64Array): Float64Array {
  const order = ascending(predicted);
  const result = new Float64Array(predicted.length);
  for (const [rank, i] of order.entries()) {
    const place = ((rank + 0.5) / order.length) * factors.length - 0.5;
    const left = Math.min(factors.length - 1, Math.max(0, Math.floor(place)));
    const right = Math.min(factors.length - 1, left + 1);
    const share = Math.min(1, Math.max(0, place - left));
    result[i] = predicted[i]! * (factors[left]! * (1 - share) + factors[right]! * share);
  }
  return result;
}

/** A ratio drawn towards 1 as far as its standard error says that it may be 1, within 1 / bound and bound. */
export function steadied(ratio: number, standardError: number, bound: number): number {
  if (!(ratio > 0)) return ratio === 0 && standardError < 0.5 ? 1 / bound : 1;
  const log = Math.log(ratio);
  const share = log === 0 ? 0 : Math.max(0, 1 - (standardError / ratio) ** 2 / (log * log));
  return Math.min(bound, Math.max(1 / bound, Math.exp(log * share)));
}
