import { encode } from "./encode.ts";
import type { RawColumn } from "./columns.ts";
import type { Design, Encoder } from "./encode.ts";

/** One side of a product: a number through knots, or a category through its commonest levels. */
export type PairSide =
  | { readonly kind: "number"; readonly name: string; readonly knots: readonly number[] }
  | { readonly kind: "category"; readonly name: string; readonly levels: readonly (string | null)[] };

/** Products of two features, as columns behind the encoded ones. */
export interface PairTerm {
  readonly first: PairSide;
  readonly second: PairSide;
  /** First column, and how many. */
  readonly offset: number;
  readonly width: number;
  /** Training means of the columns, subtracted. */
  readonly means: readonly number[];
}

const KNOTS = 4;
const LEVELS = 4;

/** Coarse values of a feature, `places` for each row: hats around knots, or one of the levels. */
function sideValues(side: PairSide, columns: readonly RawColumn[], rows: Int32Array): Float32Array {
  const places = placesOf(side);
  const out = new Float32Array(rows.length * places);
  const column = columns.find(({ name }) => name === side.name);
  if (side.kind === "category") {
    const byCode = Int32Array.from(column?.levels ?? [], (level) => side.levels.indexOf(level));
    for (let i = 0; i < rows.length; i += 1) {
      const place = column?.codes ? byCode[column.codes[rows[i]!]!]! : -1;
      if (place >= 0) out[i * places + place] = 1;
    }
    return out;
  }
  for (let i = 0; i < rows.length; i += 1) {
    const value = column?.values ? column.values[rows[i]!]! : NaN;
    if (!Number.isNaN(value)) hats(side.knots, value, out, i * places);
  }
  return out;
}

function hats(knots: readonly number[], value: number, out: Float32Array, at: number): void {
  const last = knots.length - 1;
  if (value <= knots[0]!) out[at] = 1;
  else if (value >= knots[last]!) out[at + last] = 1;
  else {
    let k = 0;
    while (value > knots[k + 1]!) k += 1;
    const share = (value - knots[k]!) / (knots[k + 1]! - knots[k]!);
    out[at + k] = 1 - share;
    out[at + k + 1] = share;
  }
}

function placesOf(side: PairSide): number {
  return side.kind === "number" ? side.knots.length : side.levels.length;
}

/** Columns of a linear model: encoded features, then the products. */
export function linearDesign(
  part: { readonly encoder: Encoder; readonly pairs: readonly PairTerm[] },
  columns: readonly RawColumn[],
  rows: Int32Array,
): Design {
  const main = encode(part.encoder, columns, rows);
  return part.pairs.length === 0 ? main : pairColumns(main, part.pairs, columns, rows);
}

/** A design with the products of pairs behind its columns. */
function pairColumns(
  main: Design,
  pairs: readonly PairTerm[],
  columns: readonly RawColumn[],
  rows: Int32Array,
): Design {
  const width = main.width + pairs.reduce((sum, pair) => sum + pair.width, 0);
  const values = new Float32Array(main.rows * width);
  for (let i = 0; i < main.rows; i += 1) {
    values.set(main.values.subarray(i * main.width, (i + 1) * main.width), i * width);
  }
  for (const pair of pairs) {
    const a = sideValues(pair.first, columns, rows);
    const b = sideValues(pair.second, columns, rows);
    const [na, nb] = [placesOf(pair.first), placesOf(pair.second)];
    for (let i = 0; i < main.rows; i += 1) {
      const at = i * width + pair.offset;
      for (let k = 0; k < na; k += 1) {
        for (let l = 0; l < nb; l += 1) {
          values[at + k * nb + l] = a[i * na + k]! * b[i * nb + l]! - (pair.means[k * nb + l] ?? 0);
        }
      }
    }
  }
  return { rows: main.rows, width, values };
}

/**
 * Finds the pairs of features whose products explain most of what the additive part leaves over: for each pair the gain
 * of a coarse grid over its margins, in log-likelihood. Gives at most `most`, best first, as columns behind `offset`.
 */
export function findPairs(
  columns: readonly RawColumn[],
  rows: Int32Array,
  labels: Float64Array,
  logits: Float64Array,
  most: number,
  offset: number,
): PairTerm[] {
  const g = Float64Array.from(rows, (i) => labels[i]! - 1 / (1 + Math.exp(-logits[i]!)));
  const h = Float64Array.from(rows, (i) => {
    const p = 1 / (1 + Math.exp(-logits[i]!));
    return p * (1 - p);
  });
  const sides = columns
    .map((column) => sideOf(column, rows))
    .filter((side): side is PairSide => side !== null)
    .map((side) => ({ side, cells: cellsOf(side, columns, rows) }));
  const found: { a: number; b: number; gain: number }[] = [];
  for (let a = 0; a < sides.length; a += 1) {
    for (let b = a + 1; b < sides.length; b += 1) found.push({ a, b, gain: gridGain(sides[a]!, sides[b]!, g, h) });
  }
  found.sort((x, y) => y.gain - x.gain || x.a - y.a || x.b - y.b);
  let at = offset;
  return found
    .slice(0, most)
    .filter(({ gain }) => gain > 4)
    .map(({ a, b }) => {
      const [first, second] = [sides[a]!.side, sides[b]!.side];
      const bare = { first, second, offset: 0, width: placesOf(first) * placesOf(second), means: [] };
      const plain = pairColumns({ rows: rows.length, width: 0, values: new Float32Array(0) }, [bare], columns, rows);
      const means = Array.from({ length: bare.width }, (_unused, j) => {
        let sum = 0;
        for (let i = 0; i < rows.length; i += 1) sum += plain.values[i * bare.width + j]!;
        return Math.fround(sum / Math.max(1, rows.length));
      });
      const pair = { ...bare, offset: at, means };
      at += bare.width;
      return pair;
    });
}

function sideOf(column: RawColumn, rows: Int32Array): PairSide | null {
  if (column.values !== null) {
    const sorted = Float64Array.from(rows, (i) => column.values![i]!)
      .filter((value) => !Number.isNaN(value))
      .sort();
    const at = (k: number): number => sorted[Math.round(((k + 0.5) / KNOTS) * (sorted.length - 1))] ?? 0;
    const ends = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    const knots = [...new Set(Array.from({ length: KNOTS }, (_unused, k) => at(k)))];
    const used = knots.length > 1 ? knots : [...new Set(ends)];
    return used.length > 1 ? { kind: "number", name: column.name, knots: used } : null;
  }
  const counts = new Float64Array(column.levels.length);
  for (const i of rows) counts[column.codes![i]!] = counts[column.codes![i]!]! + 1;
  const levels = [...counts.keys()]
    .filter((code) => counts[code]! >= 0.02 * rows.length)
    .sort((a, b) => counts[b]! - counts[a]! || a - b)
    .slice(0, LEVELS)
    .map((code) => column.levels[code]!);
  return levels.length > 1 ? { kind: "category", name: column.name, levels } : null;
}

/** Cell of each row: the nearest knot or the level; one more for everything else. */
function cellsOf(side: PairSide, columns: readonly RawColumn[], rows: Int32Array): Uint8Array {
  const places = placesOf(side);
  const values = sideValues(side, columns, rows);
  return Uint8Array.from(rows, (_row, i) => {
    let best = places;
    let top = 0;
    for (let k = 0; k < places; k += 1) {
      if (values[i * places + k]! > top) {
        top = values[i * places + k]!;
        best = k;
      }
    }
    return best;
  });
}

interface Gridded {
  readonly side: PairSide;
  readonly cells: Uint8Array;
}

function gridGain(a: Gridded, b: Gridded, g: Float64Array, h: Float64Array): number {
  const [na, nb] = [placesOf(a.side) + 1, placesOf(b.side) + 1];
  const sums = new Float64Array(2 * na * nb);
  for (let i = 0; i < g.length; i += 1) {
    const at = 2 * (a.cells[i]! * nb + b.cells[i]!);
    sums[at] = sums[at]! + g[i]!;
    sums[at + 1] = sums[at + 1]! + h[i]!;
  }
  const score = (gg: number, hh: number): number => (gg * gg) / (hh + 5);
  let gain = 0;
  const rows = new Float64Array(2 * na);
  const lines = new Float64Array(2 * nb);
  let cells = 0;
  for (let k = 0; k < na; k += 1) {
    for (let l = 0; l < nb; l += 1) {
      const at = 2 * (k * nb + l);
      if (sums[at + 1]! > 1) cells += 1;
      gain += score(sums[at]!, sums[at + 1]!);
      for (let part = 0; part < 2; part += 1) {
        rows[2 * k + part] = rows[2 * k + part]! + sums[at + part]!;
        lines[2 * l + part] = lines[2 * l + part]! + sums[at + part]!;
      }
    }
  }
  for (let k = 0; k < na; k += 1) gain -= score(rows[2 * k]!, rows[2 * k + 1]!);
  for (let l = 0; l < nb; l += 1) gain -= score(lines[2 * l]!, lines[2 * l + 1]!);
  // Under no interaction the gain is about the number of free cells.
  return (gain - Math.max(0, cells - na - nb + 1)) / 2;
}
