import type { RawColumn } from "./columns.ts";
import type { CategoryEncoding, Encoder, NumberEncoding } from "./encode.ts";
import type { PairSide, PairTerm } from "./pairs.ts";

/** Weights on encoded columns and on products of two features. */
export interface LinearWeights {
  readonly encoder: Encoder;
  readonly pairs: readonly PairTerm[];
  readonly weights: Float32Array;
  readonly intercept: number;
}

/** Where terms are added: the row's place is `stride` x row + `at`. */
interface Place {
  readonly out: Float64Array;
  readonly stride: number;
  readonly at: number;
  readonly factor: number;
}

/**
 * Logits straight from the columns, in 64-bit numbers: each feature is a curve or a table of levels, so that nothing
 * needs to be encoded first. The same on every backend.
 */
export function linearLogits(part: LinearWeights, columns: readonly RawColumn[], rows: number): Float64Array {
  const out = new Float64Array(rows).fill(part.intercept);
  const place = { out, stride: 1, at: 0, factor: 1 };
  const byName = new Map(columns.map((column) => [column.name, column]));
  for (let f = 0; f < part.encoder.features.length; f += 1) addFeature(part, f, byName, rows, place);
  for (const pair of part.pairs) addPair(part, pair, byName, rows, place);
  return out;
}

/** What each feature adds, row by row; a product of two features counts half for each, as Shapley values would have it. */
export function linearEffects(part: LinearWeights, columns: readonly RawColumn[], rows: number): Float64Array {
  const names = part.encoder.features.map(({ name }) => name);
  const out = new Float64Array(rows * names.length);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const stride = names.length;
  for (let f = 0; f < names.length; f += 1) addFeature(part, f, byName, rows, { out, stride, at: f, factor: 1 });
  for (const pair of part.pairs) {
    for (const name of [pair.first.name, pair.second.name]) {
      addPair(part, pair, byName, rows, { out, stride, at: names.indexOf(name), factor: 0.5 });
    }
  }
  return out;
}

function addFeature(
  { encoder, weights }: LinearWeights,
  f: number,
  columns: ReadonlyMap<string, RawColumn>,
  rows: number,
  place: Place,
): void {
  const feature = encoder.features[f]!;
  const [from, to] = [encoder.offsets[f]!, encoder.offsets[f + 1]!];
  let usual = 0;
  for (let j = from; j < to; j += 1) usual += weights[j]! * encoder.means[j]!;
  const own = weights.subarray(from, to);
  const column = columns.get(feature.name);
  if (feature.kind === "category") addLevels(feature, own, usual, column, rows, place);
  else addCurve(feature, own, usual, column?.values ?? null, rows, place);
}

function addLevels(
  { levels, other, missing }: CategoryEncoding,
  weights: Float32Array,
  usual: number,
  column: RawColumn | undefined,
  rows: number,
  { out, stride, at, factor }: Place,
): void {
  const places = new Map(levels.map((level, i) => [level, weights[i]!]));
  const elsewhere = other ? weights[levels.length]! : 0;
  const gap = missing ? weights[levels.length + Number(other)]! : 0;
  const codes = column?.codes ?? null;
  const byCode = Float64Array.from(
    column?.levels ?? [],
    (level) => (level === null ? gap : (places.get(level) ?? elsewhere)) - usual,
  );
  for (let i = 0, k = at; i < rows; i += 1, k += stride) {
    out[k] = out[k]! + factor * (codes === null ? gap - usual : byCode[codes[i]!]!);
  }
}

/** Cells of the grid by which the piece of a number is looked up. */
const GRID = 128;

/** A curve in pieces: piece `t` is `heights[t] + slopes[t] * x` until `ends[t]`; the first and the last are flat. */
interface Curve {
  readonly heights: Float64Array;
  readonly slopes: Float64Array;
  readonly ends: Float64Array;
  /** Piece at the left side of each cell of an even grid from `low` on. */
  readonly grid: Int32Array;
  readonly low: number;
  readonly cells: number;
  readonly bend: number;
  readonly center: number;
  readonly narrow: number;
  readonly gap: number;
}

function curveOf(
  { center, scale, edges, missing }: NumberEncoding,
  weights: Float32Array,
  usual: number,
  factor: number,
): Curve {
  const pieces = Math.max(0, edges.length - 1);
  const heights = new Float64Array(pieces + 2).fill(-factor * usual);
  const slopes = new Float64Array(pieces + 2);
  const ends = new Float64Array(pieces + 2).fill(Infinity);
  let height = -factor * usual;
  for (let t = 0; t < pieces; t += 1) {
    const slope = (factor * weights[1 + t]!) / (edges[t + 1]! - edges[t]!);
    ends[t] = edges[t]!;
    slopes[t + 1] = slope;
    heights[t + 1] = height - slope * edges[t]!;
    height += factor * weights[1 + t]!;
    ends[t + 1] = edges[t + 1]!;
    heights[t + 2] = height;
  }
  const low = edges[0] ?? 0;
  const reach = pieces === 0 ? 1 : edges[pieces]! - low;
  const cells = GRID / reach;
  // One cell to the left, so that rounding can only make the walk to the right longer.
  const grid = Int32Array.from({ length: GRID }, (_unused, g) =>
    pieces === 0 ? 0 : pieceOf(edges, low + ((g - 1) * reach) / GRID),
  );
  const bare = {
    heights,
    slopes,
    ends,
    grid,
    low,
    cells,
    bend: factor * weights[0]!,
    center,
    narrow: scale === 0 ? 0 : 1 / scale,
    gap: 0,
  };
  const spot = new Float64Array(1);
  runCurve(bare, Float64Array.of(center), 1, spot, 1, 0);
  return { ...bare, gap: spot[0]! + (missing ? factor * weights[1 + pieces]! : 0) };
}

function runCurve(
  curve: Curve,
  values: Float64Array,
  rows: number,
  out: Float64Array,
  stride: number,
  at: number,
): void {
  const { heights, slopes, ends, grid, low, cells, bend, center, narrow, gap } = curve;
  for (let i = 0, k = at; i < rows; i += 1, k += stride) {
    const x = values[i]!;
    if (Number.isNaN(x)) {
      out[k] = out[k]! + gap;
      continue;
    }
    const cell = (x - low) * cells;
    let t = cell < 0 ? 0 : cell < GRID ? grid[cell | 0]! : grid[GRID - 1]!;
    while (x >= ends[t]!) t += 1;
    const z = (x - center) * narrow;
    out[k] = out[k]! + heights[t]! + slopes[t]! * x + (bend * z) / Math.sqrt(1 + z * z * NINTH);
  }
}

const NINTH = 1 / 9;

function addCurve(
  feature: NumberEncoding,
  weights: Float32Array,
  usual: number,
  values: Float64Array | null,
  rows: number,
  { out, stride, at, factor }: Place,
): void {
  const curve = curveOf(feature, weights, usual, factor);
  if (values !== null) {
    runCurve(curve, values, rows, out, stride, at);
    return;
  }
  for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + curve.gap;
}

function pieceOf(edges: readonly number[], x: number): number {
  let t = 0;
  while (t < edges.length && x >= edges[t]!) t += 1;
  return t;
}

/** Where a row stands on one side of a product: between knot `at` and the next, `share` of the way; -1 for nowhere. */
interface Standing {
  readonly at: Int32Array;
  readonly share: Float64Array;
}

function standing(side: PairSide, column: RawColumn | undefined, rows: number): Standing {
  const at = new Int32Array(rows).fill(-1);
  const share = new Float64Array(rows);
  if (side.kind === "category") {
    const byCode = Int32Array.from(column?.levels ?? [], (level) => side.levels.indexOf(level));
    if (column?.codes) for (let i = 0; i < rows; i += 1) at[i] = byCode[column.codes[i]!]!;
    return { at, share };
  }
  const { knots } = side;
  const last = knots.length - 1;
  for (let i = 0; i < rows; i += 1) {
    const value = column?.values ? column.values[i]! : NaN;
    if (Number.isNaN(value)) continue;
    let k = 0;
    while (k < last && value > knots[k + 1]!) k += 1;
    at[i] = k;
    if (k < last && value > knots[k]!) share[i] = (value - knots[k]!) / (knots[k + 1]! - knots[k]!);
  }
  return { at, share };
}

function addPair(
  { weights }: LinearWeights,
  pair: PairTerm,
  columns: ReadonlyMap<string, RawColumn>,
  rows: number,
  { out, stride, at, factor }: Place,
): void {
  const own = weights.subarray(pair.offset, pair.offset + pair.width);
  let usual = 0;
  for (let j = 0; j < own.length; j += 1) usual += own[j]! * (pair.means[j] ?? 0);
  const a = standing(pair.first, columns.get(pair.first.name), rows);
  const b = standing(pair.second, columns.get(pair.second.name), rows);
  const many = pair.second.kind === "number" ? pair.second.knots.length : pair.second.levels.length;
  for (let i = 0, k = at; i < rows; i += 1, k += stride) {
    let value = -usual;
    const [x, y, s, t] = [a.at[i]!, b.at[i]!, a.share[i]!, b.share[i]!];
    if (x >= 0 && y >= 0) {
      const cell = x * many + y;
      value += (1 - s) * (1 - t) * own[cell]!;
      if (t > 0) value += (1 - s) * t * own[cell + 1]!;
      if (s > 0) value += s * (1 - t) * own[cell + many]!;
      if (s > 0 && t > 0) value += s * t * own[cell + many + 1]!;
    }
    out[k] = out[k]! + factor * value;
  }
}
