import { standing } from "./pair-sides.ts";
import type { RawColumn } from "./columns.ts";
import type { Encoder } from "./encode.ts";
import type { CategoryEncoding, NumberEncoding } from "./feature-encoding.ts";
import type { PairTerm } from "./pair-sides.ts";

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
}

/** Adds what one feature, or a product of two, gives to each row. */
type Term = (columns: ReadonlyMap<string, RawColumn>, rows: number, factor: number, place: Place) => void;

/** A linear part made ready: curves and tables are laid out once, whatever the number of rows. */
export interface OpenLinear {
  /** Logits straight from the columns, in 64-bit numbers: nothing is encoded first. The same on every backend. */
  logits(columns: readonly RawColumn[], rows: number): Float64Array;
  /** What each feature adds, row by row; a product counts half for each side, as Shapley values would have it. */
  effects(columns: readonly RawColumn[], rows: number): Float64Array;
}

/** Makes a linear part ready for scoring any number of rows. */
export function openLinear(part: LinearWeights): OpenLinear {
  const { features } = part.encoder;
  const names = features.map(({ name }) => name);
  const terms = features.map((_feature, f) => featureTerm(part, f));
  const pairs = part.pairs.map((pair) => ({ pair, add: pairTerm(part, pair) }));
  const named = (columns: readonly RawColumn[]): Map<string, RawColumn> =>
    new Map(columns.map((column) => [column.name, column]));
  return {
    logits: (columns, rows) => {
      const place = { out: new Float64Array(rows).fill(part.intercept), stride: 1, at: 0 };
      const byName = named(columns);
      for (const add of terms) add(byName, rows, 1, place);
      for (const { add } of pairs) add(byName, rows, 1, place);
      return place.out;
    },
    effects: (columns, rows) => {
      const out = new Float64Array(rows * names.length);
      const byName = named(columns);
      const stride = names.length;
      for (const [at, add] of terms.entries()) add(byName, rows, 1, { out, stride, at });
      for (const { pair, add } of pairs) {
        for (const { name } of [pair.first, pair.second]) {
          add(byName, rows, 0.5, { out, stride, at: names.indexOf(name) });
        }
      }
      return out;
    },
  };
}

function featureTerm({ encoder, weights }: LinearWeights, f: number): Term {
  const feature = encoder.features[f]!;
  const [from, to] = [encoder.offsets[f]!, encoder.offsets[f + 1]!];
  let usual = 0;
  for (let j = from; j < to; j += 1) usual += weights[j]! * encoder.means[j]!;
  const own = weights.subarray(from, to);
  if (feature.kind === "category") return levelTerm(feature, own, usual);
  const curve = curveOf(feature, own, usual);
  return (columns, rows, factor, { out, stride, at }) => {
    const values = columns.get(feature.name)?.values ?? null;
    if (values === null) addAlike(curve.gap * factor, rows, out, stride, at);
    else if (stride === 1 && factor === 1) addCurve(curve, values, rows, out);
    else {
      const found = new Float64Array(rows);
      addCurve(curve, values, rows, found);
      for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + factor * found[i]!;
    }
  };
}

function addAlike(value: number, rows: number, out: Float64Array, stride: number, at: number): void {
  for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + value;
}

function levelTerm({ name, levels, other, missing }: CategoryEncoding, weights: Float32Array, usual: number): Term {
  const places = new Map(levels.map((level, i) => [level, weights[i]!]));
  const elsewhere = other ? weights[levels.length]! : 0;
  const gap = missing ? weights[levels.length + Number(other)]! : 0;
  let known: { readonly levels: RawColumn["levels"]; readonly byCode: Float64Array } | null = null;
  return (columns, rows, factor, { out, stride, at }) => {
    const column = columns.get(name);
    const codes = column?.codes ?? null;
    if (codes === null) {
      addAlike((gap - usual) * factor, rows, out, stride, at);
      return;
    }
    // Stretches of one table share their levels: 10,000 of them are looked up once.
    if (known?.levels !== column!.levels) {
      const of = (level: string | null): number => (level === null ? gap : (places.get(level) ?? elsewhere)) - usual;
      known = { levels: column!.levels, byCode: Float64Array.from(column!.levels, of) };
    }
    const { byCode } = known;
    for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + factor * byCode[codes[i]!]!;
  };
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

function curveOf({ center, scale, edges, missing }: NumberEncoding, weights: Float32Array, usual: number): Curve {
  const pieces = Math.max(0, edges.length - 1);
  const heights = new Float64Array(pieces + 2).fill(-usual);
  const slopes = new Float64Array(pieces + 2);
  const ends = new Float64Array(pieces + 2).fill(Infinity);
  let height = -usual;
  for (let t = 0; t < pieces; t += 1) {
    const slope = weights[1 + t]! / (edges[t + 1]! - edges[t]!);
    ends[t] = edges[t]!;
    slopes[t + 1] = slope;
    heights[t + 1] = height - slope * edges[t]!;
    height += weights[1 + t]!;
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
    bend: weights[0]!,
    center,
    narrow: scale === 0 ? 0 : 1 / scale,
    gap: 0,
  };
  const spot = new Float64Array(1);
  addCurve(bare, Float64Array.of(center), 1, spot);
  return { ...bare, gap: spot[0]! + (missing ? weights[1 + pieces]! : 0) };
}

function addCurve(curve: Curve, values: Float64Array, rows: number, out: Float64Array): void {
  const { heights, slopes, ends, grid, low, cells, bend, center, narrow, gap } = curve;
  for (let i = 0; i < rows; i += 1) {
    const x = values[i]!;
    if (x !== x) {
      out[i] = out[i]! + gap;
      continue;
    }
    const cell = (x - low) * cells;
    let t = cell < 0 ? 0 : cell < GRID ? grid[cell | 0]! : grid[GRID - 1]!;
    while (x >= ends[t]!) t += 1;
    const z = (x - center) * narrow;
    out[i] = out[i]! + heights[t]! + slopes[t]! * x + (bend * z) / Math.sqrt(1 + z * z * NINTH);
  }
}

const NINTH = 1 / 9;

function pieceOf(edges: readonly number[], x: number): number {
  let t = 0;
  while (t < edges.length && x >= edges[t]!) t += 1;
  return t;
}

function pairTerm({ weights }: LinearWeights, pair: PairTerm): Term {
  const many = pair.second.kind === "number" ? pair.second.knots.length : pair.second.levels.length;
  // Zeros behind the cells, so that the next one can always be read.
  const own = new Float64Array(pair.width + many + 2);
  own.set(weights.subarray(pair.offset, pair.offset + pair.width));
  let usual = 0;
  for (let j = 0; j < pair.width; j += 1) usual += own[j]! * (pair.means[j] ?? 0);
  return (columns, rows, factor, { out, stride, at }) => {
    const a = standing(pair.first, columns.get(pair.first.name), rows);
    const b = standing(pair.second, columns.get(pair.second.name), rows);
    for (let i = 0, k = at; i < rows; i += 1, k += stride) {
      const x = a.at[i]!;
      const y = b.at[i]!;
      let value = -usual;
      if (x >= 0 && y >= 0) {
        const cell = x * many + y;
        const t = b.share[i]!;
        const low = own[cell]! + t * (own[cell + 1]! - own[cell]!);
        const high = own[cell + many]! + t * (own[cell + many + 1]! - own[cell + many]!);
        value += low + a.share[i]! * (high - low);
      }
      out[k] = out[k]! + factor * value;
    }
  };
}
