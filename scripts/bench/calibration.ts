const BINS = 10;

/** Mean distance of stated probability and true share over ten bins of pairs, weighed by their sizes; 0 of no pairs. */
export function calibrationError(pairs: Iterable<{ readonly probability: number; readonly isSame: boolean }>): number {
  const off = new Float64Array(BINS);
  let count = 0;
  for (const { probability, isSame } of pairs) {
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    off[bin] = (off[bin] ?? 0) + probability - (isSame ? 1 : 0);
    count += 1;
  }
  return off.reduce((sum, one) => sum + Math.abs(one), 0) / Math.max(1, count);
}
