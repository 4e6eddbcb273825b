import { targetEdges } from "./edges.ts";
import { inOrder, valuesAt } from "./order.ts";
import { addSums, featureStrip } from "./strips.ts";
import type { RawColumn } from "./columns.ts";
import type { CategoryEncoding, FeatureEncoding, NumberEncoding } from "./feature-encoding.ts";

/** An encoding of a whole table. */
export interface Encoder {
  readonly features: readonly FeatureEncoding[];
  /** First column of each feature; the last entry is the number of columns. */
  readonly offsets: readonly number[];
  /** Training means, subtracted so that a weight speaks of a difference from the usual customer. */
  readonly means: Float32Array;
}

/** Rows of encoded numbers, row by row. */
export interface Design {
  readonly rows: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Settings of {@link fitEncoder}. */
export interface EncoderOptions {
  /** Most pieces for each number; 0 for straight lines. */
  readonly pieces: number;
  /** Outcomes, for edges where the outcome changes; where absent, the edges are quantiles. */
  readonly labels?: Float64Array;
  /** Levels seen fewer times become `other`. */
  readonly minLevel?: number;
  readonly maxLevels?: number;
}

/** Most edges by outcome, and one. */
const TURNS = 5;

/** Fits an encoding of columns on the given rows; columns that say nothing there are left out. */
export function fitEncoder(columns: readonly RawColumn[], rows: Int32Array, options: EncoderOptions): Encoder {
  const features: FeatureEncoding[] = [];
  for (const column of columns) {
    if (column.values !== null) features.push(fitNumber(column, column.values, rows, options));
    else features.push(fitCategory(column, rows, options.minLevel ?? 10, options.maxLevels ?? 30));
  }
  const bare = withMeans(features, null);
  const ones = new Float64Array(rows.length).fill(1);
  const sums = new Float64Array(bare.offsets.at(-1)!);
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (const [f, feature] of features.entries()) {
    addSums(featureStrip(feature, bare.offsets[f]!, byName.get(feature.name), rows), ones, sums);
  }
  return withMeans(
    features,
    Float32Array.from(sums, (sum) => sum / Math.max(1, rows.length)),
  );
}

/** An encoder from its features; means of 0 where none are given. */
export function withMeans(features: readonly FeatureEncoding[], means: Float32Array | null): Encoder {
  const offsets = [0];
  for (const feature of features) offsets.push(offsets.at(-1)! + widthOf(feature));
  return { features, offsets, means: means ?? new Float32Array(offsets.at(-1)!) };
}

/** Encodes rows with a fitted encoder; columns that are not there count as missing. */
export function encode(encoder: Encoder, columns: readonly RawColumn[], rows: Int32Array): Design {
  const width = encoder.offsets.at(-1)!;
  const values = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i += 1) {
    const at = i * width;
    for (let j = 0; j < width; j += 1) values[at + j] = -encoder.means[j]!;
  }
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (const [f, feature] of encoder.features.entries()) {
    const column = byName.get(feature.name);
    const offset = encoder.offsets[f]!;
    if (feature.kind === "category") fillCategory(feature, column, rows, values, width, offset);
    else fillNumber(feature, column, rows, values, width, offset);
  }
  return { rows: rows.length, width, values };
}

/** Number of columns of an encoded feature. */
export function widthOf(feature: FeatureEncoding): number {
  if (feature.kind === "category") return feature.levels.length + Number(feature.other) + Number(feature.missing);
  return 1 + Math.max(0, feature.edges.length - 1) + Number(feature.missing);
}

function fillCategory(
  feature: CategoryEncoding,
  column: RawColumn | undefined,
  rows: Int32Array,
  out: Float32Array,
  width: number,
  offset: number,
): void {
  const places = new Map(feature.levels.map((level, i) => [level, i]));
  const other = feature.other ? feature.levels.length : -1;
  const missing = feature.missing ? feature.levels.length + Number(feature.other) : -1;
  const codes = column?.codes ?? null;
  const byCode = Int32Array.from(column?.levels ?? [], (level) =>
    level === null ? missing : (places.get(level) ?? other),
  );
  for (let i = 0; i < rows.length; i += 1) {
    const place = codes === null ? missing : byCode[codes[rows[i]!]!]!;
    if (place >= 0) out[i * width + offset + place] = out[i * width + offset + place]! + 1;
  }
}

function fillNumber(
  feature: NumberEncoding,
  column: RawColumn | undefined,
  rows: Int32Array,
  out: Float32Array,
  width: number,
  offset: number,
): void {
  const { center, scale, edges } = feature;
  const pieces = Math.max(0, edges.length - 1);
  const values = column?.values ?? null;
  for (let i = 0; i < rows.length; i += 1) {
    const value = values === null ? NaN : values[rows[i]!]!;
    const gap = Number.isNaN(value);
    const at = i * width + offset;
    // A missing number stands at the centre, so that only its indicator speaks.
    const x = gap ? center : value;
    const z = scale === 0 ? 0 : (x - center) / scale;
    out[at] = out[at]! + z / Math.sqrt(1 + (z / 3) ** 2);
    for (let t = 0; t < pieces; t += 1) {
      const low = edges[t]!;
      const part = (x - low) / (edges[t + 1]! - low);
      if (part <= 0) break;
      out[at + 1 + t] = out[at + 1 + t]! + Math.min(1, part);
    }
    if (gap && feature.missing) out[at + 1 + pieces] = out[at + 1 + pieces]! + 1;
  }
}

function fitNumber(
  column: RawColumn,
  values: Float64Array,
  rows: Int32Array,
  { pieces, labels }: EncoderOptions,
): NumberEncoding {
  const used = inOrder(values, rows);
  const sorted = valuesAt(values, used);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const spread = at(0.75) - at(0.25);
  const range = (at(1) - at(0)) / 2;
  const scale = spread > 0 ? spread : range > 0 ? range : 0;
  // The outermost edges keep half a percent off, so that one wild value does not stretch a piece.
  const ends = [at(0.005), at(0.995)] as const;
  const steps = Array.from({ length: Math.max(0, pieces - 1) }, (_unused, t) => at(0.005 + (0.99 * (t + 1)) / pieces));
  // Quantiles bend everywhere a little; edges by outcome let a shape turn where it must.
  const inner = labels === undefined ? steps : [...steps, ...targetEdges(values, labels, used, TURNS)];
  const between = inner.filter((edge) => edge > ends[0] && edge < ends[1]);
  const edges = pieces === 0 ? [] : [...new Set([ends[0], ...between, ends[1]])].sort((a, b) => a - b);
  return {
    kind: "number",
    name: column.name,
    type: column.type,
    center: at(0.5),
    scale,
    edges: edges.length > 2 ? edges : [],
    missing: used.length < rows.length,
  };
}

function fitCategory(column: RawColumn, rows: Int32Array, minLevel: number, maxLevels: number): CategoryEncoding {
  const byCode = new Float64Array(column.levels.length);
  for (const i of rows) byCode[column.codes![i]!] = byCode[column.codes![i]!]! + 1;
  const gap = column.levels.indexOf(null);
  const counts = column.levels
    .map((level, code) => ({ level, n: byCode[code]! }))
    .filter((entry): entry is { level: string; n: number } => entry.level !== null && entry.n > 0)
    .sort((a, b) => b.n - a.n || (a.level < b.level ? -1 : 1));
  const levels = counts
    .filter(({ n }) => n >= minLevel)
    .slice(0, maxLevels)
    .map(({ level }) => level);
  const missing = gap >= 0 && byCode[gap]! > 0;
  return {
    kind: "category",
    name: column.name,
    type: "category",
    levels,
    other: levels.length < counts.length,
    missing,
  };
}
