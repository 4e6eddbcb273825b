/** Mean logarithmic loss of probabilities; each is kept 1e-6 away from 0 and 1. */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) sum += rowLoss(labels[i]!, probabilities[i]!);
  return sum / Math.max(1, labels.length);
}

/** Logarithmic loss of one probability. */
export function rowLoss(label: number, probability: number): number {
  const p = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return -Math.log(label > 0 ? p : 1 - p);
}

/** Mean squared error of probabilities. */
export function brier(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < labels.length; i += 1) sum += (labels[i]! - probabilities[i]!) ** 2;
  return sum / Math.max(1, labels.length);
}

/** Area under the ROC curve; ties count half. NaN with one class only. */
export function auc(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = ascending(scores);
  let positives = 0;
  let ranks = 0;
  for (let i = 0; i < order.length;) {
    let j = i;
    let inTie = 0;
    while (j < order.length && scores[order[j]!] === scores[order[i]!]) {
      inTie += labels[order[j]!]! > 0 ? 1 : 0;
      j += 1;
    }
    ranks += inTie * ((i + j + 1) / 2);
    positives += inTie;
    i = j;
  }
  const negatives = order.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Mean distance between predicted and observed rate over bins of equal size. It is never 0: with few rows it has a floor. */
export function calibrationError(labels: ArrayLike<number>, probabilities: ArrayLike<number>, bins = 15): number {
  const order = ascending(probabilities);
  let error = 0;
  for (let b = 0; b < bins; b += 1) {
    const from = Math.round((b * order.length) / bins);
    const to = Math.round(((b + 1) * order.length) / bins);
    let gap = 0;
    for (let i = from; i < to; i += 1) gap += labels[order[i]!]! - probabilities[order[i]!]!;
    error += Math.abs(gap);
  }
  return error / Math.max(1, order.length);
}

/** Rate among the tenth with the highest scores, divided by the rate of all. */
export function topDecileLift(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const order = ascending(scores);
  const top = order.subarray(order.length - Math.max(1, Math.round(order.length / 10)));
  let all = 0;
  for (let i = 0; i < labels.length; i += 1) all += labels[i]!;
  let hit = 0;
  for (const i of top) hit += labels[i]!;
  return all === 0 ? 0 : hit / top.length / (all / labels.length);
}

/** Area between the Lorenz curve of the true values in the order of the predictions and the diagonal, against the best order. */
export function normalisedGini(truth: ArrayLike<number>, predictions: ArrayLike<number>): number {
  const best = gini(truth, ascending(truth));
  return best === 0 ? 0 : gini(truth, ascending(predictions)) / best;
}

function gini(truth: ArrayLike<number>, order: Int32Array): number {
  let total = 0;
  for (let i = 0; i < truth.length; i += 1) total += truth[i]!;
  let cumulative = 0;
  let area = 0;
  for (let i = order.length - 1; i >= 0; i -= 1) {
    cumulative += truth[order[i]!]!;
    area += cumulative / Math.max(1e-12, total);
  }
  return (2 * area) / Math.max(1, truth.length) - 1;
}

/**
 * Mean of paired differences and its standard error with rows of one group taken together: positive where the first is
 * larger.
 */
export function pairedDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  groups: ArrayLike<number>,
): { readonly mean: number; readonly standardError: number } {
  const n = Math.max(1, first.length);
  let mean = 0;
  for (let i = 0; i < first.length; i += 1) mean += (first[i]! - second[i]!) / n;
  const sums = new Map<number, number>();
  for (let i = 0; i < first.length; i += 1) {
    sums.set(groups[i]!, (sums.get(groups[i]!) ?? 0) + first[i]! - second[i]! - mean);
  }
  let square = 0;
  for (const sum of sums.values()) square += sum * sum;
  return { mean, standardError: Math.sqrt(square) / n };
}

/** Positions by rising value; equal values keep their order. */
export function ascending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_unused, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
}
