import { permutation } from "./random.ts";
import type { Random } from "#core";
import type { RawColumn } from "./columns.ts";
import type { ColumnType } from "./table.ts";

/** How a column becomes the bins that trees split; fitted on training rows and stored with the model. */
export type TreeFeature = TreeNumber | TreeTarget | TreeLevel;

/** A number, cut at quantiles. */
export interface TreeNumber {
  readonly kind: "number";
  readonly name: string;
  readonly type: ColumnType;
  readonly edges: readonly number[];
}

/** A category by how often the outcome was seen in its level, drawn towards the overall rate. */
export interface TreeTarget {
  readonly kind: "target";
  readonly name: string;
  /** null stands for a missing value. */
  readonly levels: readonly (string | null)[];
  readonly rates: readonly number[];
  /** For levels never seen. */
  readonly prior: number;
  readonly edges: readonly number[];
}

/** One level of a category against the others. */
export interface TreeLevel {
  readonly kind: "level";
  readonly name: string;
  readonly level: string | null;
}

/** Rows of the overall rate that a level's rate borrows. */
const PRIOR_ROWS = 3;
/** Most bins of a number, one kept for missing values. */
const MOST_BINS = 128;
/** Most levels of one category that have a bin column of their own. */
const OWN_LEVELS = 10;

/**
 * Bins that look at no outcome, and so are the same for every fold: quantiles of numbers, and single levels of
 * categories against the rest.
 */
export function plainFeatures(columns: readonly RawColumn[], rows: Int32Array): TreeFeature[] {
  return columns.flatMap((column): TreeFeature[] => {
    if (column.values !== null) {
      const edges = quantileEdges(column.values, rows);
      return [{ kind: "number", name: column.name, type: column.type, edges }];
    }
    const { levels, name } = column;
    const counts = countLevels(column, rows);
    const seen = [...counts.keys()].filter((code) => counts[code]! > 0);
    if (seen.length < 2) return [];
    const common = seen
      .filter((code) => counts[code]! >= Math.max(15, 0.01 * rows.length))
      .sort((a, b) => counts[b]! - counts[a]! || (String(levels[a]) < String(levels[b]) ? -1 : 1));
    const own = seen.length === 2 ? seen.slice(0, 1) : common.slice(0, OWN_LEVELS);
    return own.map((code): TreeLevel => ({ kind: "level", name, level: levels[code]! }));
  });
}

/** Categories of more than two levels by their outcomes among the given rows. */
export function targetFeatures(columns: readonly RawColumn[], labels: Float64Array, rows: Int32Array): TreeTarget[] {
  let all = 0;
  for (const i of rows) all += labels[i]!;
  const prior = all / Math.max(1, rows.length);
  return columns.flatMap((column): TreeTarget[] => {
    if (column.values !== null) return [];
    const { codes, levels, name } = column;
    const counts = countLevels(column, rows);
    const hits = new Float64Array(levels.length);
    for (const i of rows) hits[codes![i]!] = hits[codes![i]!]! + labels[i]!;
    const seen = [...counts.keys()].filter((code) => counts[code]! > 0);
    if (seen.length < 3) return [];
    const rates = seen.map((code) => Math.fround((hits[code]! + PRIOR_ROWS * prior) / (counts[code]! + PRIOR_ROWS)));
    const sorted = [...new Set(rates)].sort((a, b) => a - b);
    const steps = Math.min(sorted.length - 1, 63);
    const edges = Array.from({ length: steps }, (_unused, k) => {
      const at = Math.floor(((k + 1) * sorted.length) / (steps + 1));
      return Math.fround((sorted[at - 1]! + sorted[at]!) / 2);
    });
    const named = seen.map((code) => levels[code]!);
    return [{ kind: "target", name, levels: named, rates, prior: Math.fround(prior), edges: [...new Set(edges)] }];
  });
}

function countLevels(column: RawColumn, rows: Int32Array): Float64Array {
  const counts = new Float64Array(column.levels.length);
  for (const i of rows) counts[column.codes![i]!] = counts[column.codes![i]!]! + 1;
  return counts;
}

/** Bins of every feature, feature by feature; 0 is a missing number. */
export function binColumns(features: readonly TreeFeature[], columns: readonly RawColumn[]): Uint8Array[] {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return features.map((feature) => {
    const column = byName.get(feature.name)!;
    const bins = new Uint8Array(column.values?.length ?? column.codes!.length);
    fillBins(feature, column, bins, 1, 0);
    return bins;
  });
}

/** Bins of every feature, row by row: a tree's walk stays within one row. */
export function binRows(features: readonly TreeFeature[], columns: readonly RawColumn[], rows: number): Uint8Array {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const bins = new Uint8Array(rows * features.length);
  for (const [f, feature] of features.entries()) fillBins(feature, byName.get(feature.name)!, bins, features.length, f);
  return bins;
}

function fillBins(feature: TreeFeature, column: RawColumn, out: Uint8Array, stride: number, from: number): void {
  if (feature.kind === "number") {
    const edges = Float64Array.from(feature.edges);
    const values = column.values!;
    for (let i = 0, at = from; i < values.length; i += 1, at += stride) {
      const value = values[i]!;
      out[at] = Number.isNaN(value) ? 0 : binOf(value, edges);
    }
    return;
  }
  const bins = levelBins(feature, column.levels);
  const codes = column.codes!;
  for (let i = 0, at = from; i < codes.length; i += 1, at += stride) out[at] = bins[codes[i]!]!;
}

function levelBins(feature: TreeTarget | TreeLevel, levels: readonly (string | null)[]): Uint8Array {
  if (feature.kind === "level") return Uint8Array.from(levels, (level) => (level === feature.level ? 2 : 1));
  const rates = new Map(feature.levels.map((level, k) => [level, feature.rates[k]!]));
  return Uint8Array.from(levels, (level) => binOf(rates.get(level) ?? feature.prior, feature.edges));
}

/**
 * Ordered target statistics: the rows pass by in random order, and each is given the rate of its level among the rows
 * before it, so that no row's own outcome is in its feature. Rows that are not in `rows` keep bin 0.
 */
export function orderedBins(
  feature: TreeTarget,
  column: RawColumn,
  labels: Float64Array,
  rows: Int32Array,
  random: Random,
): Uint8Array {
  const counts = new Float64Array(column.levels.length);
  const hits = new Float64Array(column.levels.length);
  const bins = new Uint8Array(column.codes!.length);
  for (const place of permutation(random, rows.length)) {
    const i = rows[place]!;
    const code = column.codes![i]!;
    const rate = (hits[code]! + PRIOR_ROWS * feature.prior) / (counts[code]! + PRIOR_ROWS);
    bins[i] = binOf(rate, feature.edges);
    counts[code] = counts[code]! + 1;
    hits[code] = hits[code]! + labels[i]!;
  }
  return bins;
}

/** Number of bins of a feature, bin 0 included. */
export function binCount(feature: TreeFeature): number {
  return feature.kind === "level" ? 3 : feature.edges.length + 2;
}

/** 1 + how many edges lie below the value. */
function binOf(value: number, edges: ArrayLike<number>): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low + 1;
}

function quantileEdges(values: Float64Array, rows: Int32Array): number[] {
  const present = Float64Array.from(rows, (i) => values[i]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
  const distinct = present.filter((value, i) => i === 0 || value !== present[i - 1]);
  const edges = new Set<number>();
  const most = MOST_BINS - 2;
  if (distinct.length <= most) {
    for (let i = 1; i < distinct.length; i += 1) edges.add(between(distinct[i - 1]!, distinct[i]!));
  } else {
    for (let k = 1; k <= most; k += 1) {
      const at = Math.floor((k * present.length) / (most + 1));
      const value = present[at]!;
      let next = at;
      while (next < present.length && present[next] === value) next += 1;
      if (next < present.length) edges.add(between(value, present[next]!));
    }
  }
  return [...edges].sort((a, b) => a - b);
}

/** A 32-bit number from `low` up to, not including, `high`. */
function between(low: number, high: number): number {
  const middle = Math.fround(low + (high - low) / 2);
  return middle >= low && middle < high ? middle : low;
}
