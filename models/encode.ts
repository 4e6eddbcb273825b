import { columnType, isMissing, numericValue } from "./table.ts";
import type { Cell, ColumnType, Table } from "./table.ts";

/** How one column becomes numbers; fitted on training rows and stored with the model. */
export type FeatureEncoding = NumberEncoding | CategoryEncoding;

/** A number: a robustly scaled linear part, piecewise-linear parts between edges, and an indicator when missing. */
export interface NumberEncoding {
  readonly kind: "number";
  readonly name: string;
  readonly type: ColumnType;
  readonly center: number;
  readonly scale: number;
  /** Ends of the pieces; none for a straight line. */
  readonly edges: readonly number[];
  readonly missing: boolean;
}

/** A category: one column for each level that is common enough, one for the others, one for a missing value. */
export interface CategoryEncoding {
  readonly kind: "category";
  readonly name: string;
  readonly levels: readonly string[];
  readonly other: boolean;
  readonly missing: boolean;
}

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
  /** Pieces for each number; 0 for straight lines. */
  readonly pieces: number;
  /** Levels seen fewer times become `other`. */
  readonly minLevel?: number;
  readonly maxLevels?: number;
}

/** Fits an encoding of the named columns; columns that say nothing (constant, empty, ids) are left out. */
export function fitEncoder(table: Table, names: readonly string[], options: EncoderOptions): Encoder {
  const features: FeatureEncoding[] = [];
  for (const name of names) {
    const column = table.columns[name] ?? [];
    const type = columnType(column);
    if (type === "number" || type === "date") features.push(fitNumber(name, type, column, options.pieces));
    else if (type === "category")
      features.push(fitCategory(name, column, options.minLevel ?? 10, options.maxLevels ?? 30));
  }
  const offsets = [0];
  for (const feature of features) offsets.push(offsets.at(-1)! + widthOf(feature));
  const bare: Encoder = { features, offsets, means: new Float32Array(offsets.at(-1)!) };
  const { values, width } = encode(bare, table);
  const sums = new Float64Array(width);
  for (let i = 0; i < values.length; i += 1) sums[i % width] = sums[i % width]! + values[i]!;
  return { features, offsets, means: Float32Array.from(sums, (sum) => sum / Math.max(1, table.rows)) };
}

/** Encodes a table with a fitted encoder; columns that it lacks count as missing. */
export function encode(encoder: Encoder, table: Table, from = 0, to = table.rows): Design {
  const width = encoder.offsets.at(-1)!;
  const rows = to - from;
  const values = new Float32Array(rows * width);
  for (const [f, feature] of encoder.features.entries()) {
    const column = table.columns[feature.name];
    const fill = filler(feature);
    const offset = encoder.offsets[f]!;
    for (let i = 0; i < rows; i += 1) fill(values, i * width + offset, column?.[from + i]);
  }
  for (let i = 0; i < values.length; i += 1) values[i] = values[i]! - encoder.means[i % width]!;
  return { rows, width, values };
}

/** Number of columns of an encoded feature. */
export function widthOf(feature: FeatureEncoding): number {
  if (feature.kind === "category") return feature.levels.length + Number(feature.other) + Number(feature.missing);
  return 1 + Math.max(0, feature.edges.length - 1) + Number(feature.missing);
}

function filler(feature: FeatureEncoding): (out: Float32Array, at: number, cell: Cell) => void {
  if (feature.kind === "category") {
    const places = new Map(feature.levels.map((level, i) => [level, i]));
    const other = feature.other ? feature.levels.length : -1;
    const missing = feature.missing ? feature.levels.length + Number(feature.other) : -1;
    return (out, at, cell) => {
      const place = isMissing(cell) ? missing : (places.get(String(cell)) ?? other);
      if (place >= 0) out[at + place] = 1;
    };
  }
  const { type, center, scale, edges } = feature;
  const pieces = Math.max(0, edges.length - 1);
  return (out, at, cell) => {
    const value = isMissing(cell) ? null : numericValue(type, cell);
    // A missing number stands at the centre, so that only its indicator speaks.
    const x = value ?? center;
    const z = scale === 0 ? 0 : (x - center) / scale;
    out[at] = z / Math.sqrt(1 + (z / 3) ** 2);
    for (let t = 0; t < pieces; t += 1) {
      const low = edges[t]!;
      const part = (x - low) / (edges[t + 1]! - low);
      if (part <= 0) break;
      out[at + 1 + t] = Math.min(1, part);
    }
    if (value === null && feature.missing) out[at + 1 + pieces] = 1;
  };
}

function fitNumber(name: string, type: ColumnType, column: readonly Cell[], pieces: number): NumberEncoding {
  const present = column.map((cell) => (isMissing(cell) ? null : numericValue(type, cell))).filter((v) => v !== null);
  const sorted = Float64Array.from(present).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const spread = at(0.75) - at(0.25);
  const range = (at(1) - at(0)) / 2;
  const scale = spread > 0 ? spread : range > 0 ? range : 0;
  // The outermost edges keep half a percent off, so that one wild value does not stretch a piece.
  const steps = Array.from({ length: pieces + 1 }, (_unused, t) => at(0.005 + (0.99 * t) / Math.max(1, pieces)));
  const edges = pieces === 0 ? [] : [...new Set(steps)];
  return {
    kind: "number",
    name,
    type,
    center: at(0.5),
    scale,
    edges: edges.length > 2 ? edges : [],
    missing: present.length < column.length,
  };
}

function fitCategory(name: string, column: readonly Cell[], minLevel: number, maxLevels: number): CategoryEncoding {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const cell of column) {
    if (isMissing(cell)) missing += 1;
    else counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const levels = ordered
    .filter(([, n]) => n >= minLevel)
    .slice(0, maxLevels)
    .map(([level]) => level);
  return { kind: "category", name, levels, other: levels.length < ordered.length, missing: missing > 0 };
}
