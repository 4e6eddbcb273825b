import { standing } from "./pair-sides.ts";
import type { RawColumn } from "./columns.ts";
import type { CategoryEncoding, FeatureEncoding, NumberEncoding } from "./feature-encoding.ts";
import type { PairTerm } from "./pair-sides.ts";

/**
 * Encoded columns of one feature, or of a product of two, without their zeros: in which piece, level or cell a row
 * stands, and how far in it. A product with weights is then one look-up, whatever the number of columns.
 */
export type Strip = CurveStrip | LevelStrip | CellStrip;

/** A number: its straight part, and pieces of which those before the row's own are 1. A missing one stands behind all. */
export interface CurveStrip {
  readonly kind: "curve";
  readonly offset: number;
  readonly pieces: number;
  readonly codes: Uint8Array;
  readonly shares: Float32Array;
  readonly line: Float32Array;
  /** Where a missing number stands in the pieces, and whether it has a column of its own. */
  readonly gap: { readonly at: number; readonly share: number; readonly column: boolean };
}

/** A category: the column that is 1; `width` where there is none. */
export interface LevelStrip {
  readonly kind: "level";
  readonly offset: number;
  readonly width: number;
  readonly codes: Uint8Array;
}

/** A product: the lower cell, and the way to the next one on both sides; `width` where a side stands nowhere. */
export interface CellStrip {
  readonly kind: "cell";
  readonly offset: number;
  readonly width: number;
  readonly many: number;
  readonly codes: Uint8Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** The strip of a feature for the given rows. */
export function featureStrip(
  feature: FeatureEncoding,
  offset: number,
  column: RawColumn | undefined,
  rows: Int32Array,
): Strip {
  return feature.kind === "category"
    ? levelStrip(feature, offset, column, rows)
    : curveStrip(feature, offset, column?.values ?? null, rows);
}

function levelStrip(
  { levels, other, missing }: CategoryEncoding,
  offset: number,
  column: RawColumn | undefined,
  rows: Int32Array,
): LevelStrip {
  const width = levels.length + Number(other) + Number(missing);
  const places = new Map(levels.map((level, i) => [level, i]));
  const elsewhere = other ? levels.length : width;
  const gap = missing ? width - 1 : width;
  const byCode = Uint8Array.from(column?.levels ?? [], (level) =>
    level === null ? gap : (places.get(level) ?? elsewhere),
  );
  const codes = new Uint8Array(rows.length).fill(gap);
  if (column?.codes) for (let i = 0; i < rows.length; i += 1) codes[i] = byCode[column.codes[rows[i]!]!]!;
  return { kind: "level", offset, width, codes };
}

function curveStrip(
  { center, scale, edges, missing }: NumberEncoding,
  offset: number,
  values: Float64Array | null,
  rows: Int32Array,
): CurveStrip {
  const pieces = Math.max(0, edges.length - 1);
  const codes = new Uint8Array(rows.length);
  const shares = new Float32Array(rows.length);
  const line = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const value = values === null ? NaN : values[rows[i]!]!;
    if (Number.isNaN(value)) {
      codes[i] = Math.max(1, pieces);
      continue;
    }
    const z = scale === 0 ? 0 : (value - center) / scale;
    line[i] = z / Math.sqrt(1 + (z * z) / 9);
    const at = pieceAt(edges, pieces, value);
    codes[i] = at;
    shares[i] = shareOf(edges, pieces, at, value);
  }
  const at = pieceAt(edges, pieces, center);
  const gap = { at, share: shareOf(edges, pieces, at, center), column: missing };
  return { kind: "curve", offset, pieces, codes, shares, line, gap };
}

function pieceAt(edges: readonly number[], pieces: number, value: number): number {
  let at = 0;
  while (at < pieces - 1 && value >= edges[at + 1]!) at += 1;
  return at;
}

function shareOf(edges: readonly number[], pieces: number, at: number, value: number): number {
  if (pieces === 0) return 0;
  return Math.min(1, Math.max(0, (value - edges[at]!) / (edges[at + 1]! - edges[at]!)));
}

/** The strip of a product for the given rows. */
export function pairStrip(
  pair: Pick<PairTerm, "first" | "second" | "offset" | "width">,
  columns: readonly RawColumn[],
  rows: Int32Array,
): Strip {
  const column = (name: string): RawColumn | undefined => columns.find((one) => one.name === name);
  const { offset, width } = pair;
  const many = pair.second.kind === "number" ? pair.second.knots.length : pair.second.levels.length;
  const a = standing(pair.first, column(pair.first.name), rows.length, rows);
  const b = standing(pair.second, column(pair.second.name), rows.length, rows);
  const codes = new Uint8Array(rows.length).fill(width);
  const [first, second] = [new Float32Array(rows.length), new Float32Array(rows.length)];
  for (let i = 0; i < rows.length; i += 1) {
    if (a.at[i]! < 0 || b.at[i]! < 0) continue;
    codes[i] = a.at[i]! * many + b.at[i]!;
    first[i] = a.share[i]!;
    second[i] = b.share[i]!;
  }
  return { kind: "cell", offset, width, many, codes, first, second };
}

/** Adds each row's product with the strip's own weights (those of the whole design are given). */
export function addProducts(strip: Strip, weights: Float64Array, out: Float64Array): void {
  if (strip.kind === "curve") addCurve(strip, weights, out);
  else if (strip.kind === "level") addLevels(strip.codes, ownWeights(strip, weights, 1), out);
  else addCells(strip, ownWeights(strip, weights, strip.many + 2), out);
}

/** The strip's own weights, and zeros for what stands nowhere. */
function ownWeights({ offset, width }: LevelStrip | CellStrip, weights: Float64Array, more: number): Float64Array {
  const own = new Float64Array(width + more);
  own.set(weights.subarray(offset, offset + width));
  return own;
}

// One short function for each loop: they are nearly all the work of a fit, and a mixed one is compiled for neither.
function addCurve(strip: CurveStrip, weights: Float64Array, out: Float64Array): void {
  const { codes, shares, line } = strip;
  const { base, slope } = curveTables(strip, weights);
  const straight = weights[strip.offset]!;
  for (let i = 0; i < out.length; i += 1) {
    const at = codes[i]!;
    out[i] = out[i]! + base[at]! + slope[at]! * shares[i]! + straight * line[i]!;
  }
}

function addLevels(codes: Uint8Array, own: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i += 1) out[i] = out[i]! + own[codes[i]!]!;
}

function addCells({ codes, first, second, many }: CellStrip, own: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i += 1) {
    const at = codes[i]!;
    const t = second[i]!;
    const low = own[at]! + t * (own[at + 1]! - own[at]!);
    const high = own[at + many]! + t * (own[at + many + 1]! - own[at + many]!);
    out[i] = out[i]! + low + first[i]! * (high - low);
  }
}

/** What a row gets in each piece at its start, and for the whole of it; a missing number is behind the pieces. */
function curveTables(
  { offset, pieces, gap }: CurveStrip,
  weights: Float64Array,
): { readonly base: Float64Array; readonly slope: Float64Array } {
  const last = Math.max(1, pieces);
  const base = new Float64Array(last + 1);
  const slope = new Float64Array(last + 1);
  for (let t = 0; t < pieces; t += 1) {
    slope[t] = weights[offset + 1 + t]!;
    if (t > 0) base[t] = base[t - 1]! + slope[t - 1]!;
  }
  base[last] = base[gap.at]! + gap.share * slope[gap.at]! + (gap.column ? weights[offset + 1 + pieces]! : 0);
  return { base, slope };
}

/** Adds, column by column, the sum over rows of a row's factor times its entry. */
export function addSums(strip: Strip, factors: Float64Array, out: Float64Array): void {
  if (strip.kind === "curve") {
    addCurveSums(strip, factors, out);
    return;
  }
  const own = strip.kind === "level" ? levelSums(strip, factors) : cellSums(strip, factors);
  for (let j = 0; j < strip.width; j += 1) out[strip.offset + j] = out[strip.offset + j]! + own[j]!;
}

function levelSums({ codes, width }: LevelStrip, factors: Float64Array): Float64Array {
  const own = new Float64Array(width + 1);
  for (let i = 0; i < factors.length; i += 1) own[codes[i]!] = own[codes[i]!]! + factors[i]!;
  return own;
}

function cellSums({ codes, first, second, many, width }: CellStrip, factors: Float64Array): Float64Array {
  const own = new Float64Array(width + many + 2);
  for (let i = 0; i < factors.length; i += 1) {
    const at = codes[i]!;
    const t = second[i]!;
    const high = first[i]! * factors[i]!;
    const low = factors[i]! - high;
    own[at] = own[at]! + (1 - t) * low;
    own[at + 1] = own[at + 1]! + t * low;
    own[at + many] = own[at + many]! + (1 - t) * high;
    own[at + many + 1] = own[at + many + 1]! + t * high;
  }
  return own;
}

function addCurveSums(strip: CurveStrip, factors: Float64Array, out: Float64Array): void {
  const { codes, shares, line, offset, pieces, gap } = strip;
  const last = Math.max(1, pieces);
  const whole = new Float64Array(last + 1);
  const part = new Float64Array(last + 1);
  let straight = 0;
  for (let i = 0; i < factors.length; i += 1) {
    const at = codes[i]!;
    const factor = factors[i]!;
    whole[at] = whole[at]! + factor;
    part[at] = part[at]! + factor * shares[i]!;
    straight += factor * line[i]!;
  }
  out[offset] = out[offset]! + straight;
  const missing = whole[last]!;
  if (gap.column) out[offset + 1 + pieces] = out[offset + 1 + pieces]! + missing;
  // In the pieces a missing number stands like any other.
  whole[gap.at] = whole[gap.at]! + missing;
  part[gap.at] = part[gap.at]! + missing * gap.share;
  let beyond = 0;
  for (let t = pieces - 1; t >= 0; t -= 1) {
    out[offset + 1 + t] = out[offset + 1 + t]! + beyond + part[t]!;
    beyond += whole[t]!;
  }
}
