import type { FeatureRow } from "./scoring-types.ts";

/** Shares of a feature's values: of bins between edges, or of levels; the last share is of rows without a value. */
export interface FeatureShares {
  readonly edges: readonly number[] | null;
  readonly levels: readonly string[];
  readonly shares: readonly number[];
}

/** Shares of every feature of a training table. */
export type DriftBaseline = Readonly<Record<string, FeatureShares>>;

/** How far one feature moved. */
export interface DriftRow {
  readonly feature: string;
  readonly effect: number;
  readonly usual: number;
  readonly drifted: boolean;
}

const BINS = 10;
const MOST_LEVELS = 20;
/** Distinct numbers up to which a feature is counted level by level: the index is blind to shifts inside a bin. */
const FEW = 12;
const FLOOR = 1e-4;

/** Measures the shares of features in a table. */
export function driftBaseline(rows: readonly FeatureRow[], features: readonly string[]): DriftBaseline {
  return Object.fromEntries(features.map((feature) => [feature, sharesOf(rows, feature)]));
}

/**
 * Effect sizes of the difference between a baseline and a table, against the largest between `past` tables one after
 * another: a feature that always moves is no news, and the number of rows makes no alarm.
 */
export function measureDrift(
  baseline: DriftBaseline,
  rows: readonly FeatureRow[],
  past: readonly (readonly FeatureRow[])[],
): DriftRow[] {
  return Object.entries(baseline)
    .map(([feature, shares]) => {
      const effect = stabilityIndex(shares, rows, feature);
      let usual = 0;
      for (let i = 1; i < past.length; i += 1) {
        usual = Math.max(usual, stabilityIndex(sharesOf(past[i - 1]!, feature), past[i]!, feature));
      }
      const drifted = effect > 0.25 ? effect > usual : effect > 0.1 && effect > 1.5 * usual;
      return { feature, effect, usual, drifted };
    })
    .sort((a, b) => (a.feature < b.feature ? -1 : 1));
}

/** The name under which the score itself is watched. */
export const SCORE_FEATURE = "(score)";

/** Share of the features that moved, 0 to 1; where half of them did, a table is another world. */
export function driftedShare(rows: readonly DriftRow[]): number {
  return rows.filter(({ drifted }) => drifted).length / Math.max(1, rows.length);
}

/** Population stability index: sum of (q - p) ln(q / p) over bins, levels and the missing. */
function stabilityIndex(before: FeatureShares, rows: readonly FeatureRow[], feature: string): number {
  const now = count(rows, feature, before.edges, before.levels);
  return before.shares.reduce((sum, share, i) => {
    const [p, q] = [Math.max(FLOOR, share), Math.max(FLOOR, now[i]!)];
    return sum + (q - p) * Math.log(q / p);
  }, 0);
}

function sharesOf(rows: readonly FeatureRow[], feature: string): FeatureShares {
  const values = rows.map((row) => row[feature]).filter((value) => value !== null && value !== undefined);
  const numbers = values.filter((value) => typeof value === "number");
  const distinct = new Set(numbers);
  if (numbers.length === values.length && distinct.size > FEW) {
    const sorted = Float64Array.from(numbers).sort();
    const edges = Array.from(
      { length: BINS - 1 },
      (_unused, k) => sorted[Math.floor(((k + 1) * sorted.length) / BINS)]!,
    );
    const unique = [...new Set(edges)];
    return { edges: unique, levels: [], shares: count(rows, feature, unique, []) };
  }
  const tally = new Map<string, number>();
  for (const value of values) tally.set(String(value), (tally.get(String(value)) ?? 0) + 1);
  const levels = [...tally]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, MOST_LEVELS)
    .map(([level]) => level);
  return { edges: null, levels, shares: count(rows, feature, null, levels) };
}

function count(
  rows: readonly FeatureRow[],
  feature: string,
  edges: readonly number[] | null,
  levels: readonly string[],
): number[] {
  // Bins or levels, then everything else, then nothing.
  const size = edges === null ? levels.length + 2 : edges.length + 3;
  const counts = new Float64Array(size);
  const at = new Map(levels.map((level, i) => [level, i]));
  for (const row of rows) {
    const value = row[feature];
    let place = size - 2;
    if (value === null || value === undefined) place = size - 1;
    else if (edges === null) place = at.get(String(value)) ?? size - 2;
    else if (typeof value === "number") {
      place = 0;
      while (place < edges.length && value > edges[place]!) place += 1;
    }
    counts[place] = counts[place]! + 1;
  }
  return [...counts].map((n) => n / Math.max(1, rows.length));
}
