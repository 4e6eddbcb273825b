import { everyRow } from "./columns.ts";
import { inOrder, valuesAt } from "./order.ts";
import { sigmoid } from "./special.ts";
import { placesOf, standing } from "./pair-sides.ts";
import { addSums, pairStrip } from "./strips.ts";
import type { RawColumn } from "./columns.ts";
import type { PairSide, PairTerm } from "./pair-sides.ts";

const KNOTS = 4;
const LEVELS = 4;

/** What can stand on a side of a product, and where each row stands on it. */
export interface Gridded {
  readonly side: PairSide;
  /** The nearest knot or the level; one more for everything else. */
  readonly cells: Uint8Array;
}

/** Sides of products for all columns. They look at no outcome, and so are the same for every fold. */
export function pairSides(columns: readonly RawColumn[]): Gridded[] {
  const rows = everyRow(columns[0]?.values?.length ?? columns[0]?.codes?.length ?? 0);
  return columns.flatMap((column): Gridded[] => {
    const side = sideOf(column, rows);
    return side === null ? [] : [{ side, cells: cellsOf(side, column, rows.length) }];
  });
}

/**
 * Finds the pairs of features whose products explain most of what the additive part leaves over: for each pair the gain
 * of a coarse grid over its margins, in log-likelihood. Labels and logits are in the order of `rows`. Gives at most `most`,
 * best first, as columns behind `offset`.
 */
export function findPairs(
  sides: readonly Gridded[],
  columns: readonly RawColumn[],
  rows: Int32Array,
  labels: Float64Array,
  logits: Float64Array,
  { most, offset }: { readonly most: number; readonly offset: number },
): PairTerm[] {
  const [g, h] = [new Float64Array(rows.length), new Float64Array(rows.length)];
  for (let i = 0; i < rows.length; i += 1) {
    const p = sigmoid(logits[i]!);
    g[i] = labels[i]! - p;
    h[i] = p * (1 - p);
  }
  const found = pairGains(sides, rows, g, h).sort((x, y) => y.gain - x.gain || x.a - y.a || x.b - y.b);
  let at = offset;
  const ones = new Float64Array(rows.length).fill(1);
  return found
    .slice(0, most)
    .filter(({ gain }) => gain > 4)
    .map(({ a, b }) => {
      const [first, second] = [sides[a]!.side, sides[b]!.side];
      const bare = { first, second, offset: 0, width: placesOf(first) * placesOf(second), means: [] };
      const sums = new Float64Array(bare.width);
      addSums(pairStrip(bare, columns, rows), ones, sums);
      const means = Array.from(sums, (sum) => Math.fround(sum / Math.max(1, rows.length)));
      const pair = { ...bare, offset: at, means };
      at += bare.width;
      return pair;
    });
}

function sideOf(column: RawColumn, rows: Int32Array): PairSide | null {
  if (column.values !== null) {
    const { values } = column;
    const sorted = valuesAt(values, inOrder(values, rows));
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

function cellsOf(side: PairSide, column: RawColumn, rows: number): Uint8Array {
  const { at, share } = standing(side, column, rows);
  const cells = new Uint8Array(rows).fill(placesOf(side));
  for (let i = 0; i < rows; i += 1) if (at[i]! >= 0) cells[i] = at[i]! + (share[i]! > 0.5 ? 1 : 0);
  return cells;
}

interface Gain {
  readonly a: number;
  readonly b: number;
  readonly gain: number;
}

/** Two sides as one: one pass over the rows with another such serves four pairs. */
interface Duo {
  readonly sides: readonly number[];
  /** Places of each side. */
  readonly many: readonly number[];
  readonly size: number;
  readonly cells: Uint8Array;
  /** Where each side stands in a cell of both. */
  readonly places: readonly Uint8Array[];
}

function pairGains(sides: readonly Gridded[], rows: Int32Array, g: Float64Array, h: Float64Array): Gain[] {
  const duos = Array.from({ length: Math.ceil(sides.length / 2) }, (_unused, k) => duoOf(sides, 2 * k, rows));
  const gains: Gain[] = [];
  for (const [k, one] of duos.entries()) {
    if (one.sides.length === 2) {
      const sums = gridSums(one.cells, null, 1, g, h, one.size);
      gains.push({ a: one.sides[0]!, b: one.sides[1]!, gain: gridGain(sums, one.many[0]!, one.many[1]!) });
    }
    for (const other of duos.slice(k + 1)) gains.push(...crossGains(one, other, g, h));
  }
  return gains;
}

function duoOf(all: readonly Gridded[], from: number, rows: Int32Array): Duo {
  const members = all.slice(from, from + 2);
  const many = members.map(({ side }) => placesOf(side) + 1);
  const cells = new Uint8Array(rows.length);
  for (const [k, { cells: own }] of members.entries()) {
    for (let i = 0; i < rows.length; i += 1) cells[i] = cells[i]! * many[k]! + own[rows[i]!]!;
  }
  const size = many.reduce((a, b) => a * b, 1);
  const last = many.at(-1)!;
  const places = many.map((_many, k) =>
    Uint8Array.from({ length: size }, (_unused, cell) =>
      k === many.length - 1 ? cell % last : Math.floor(cell / last),
    ),
  );
  return { sides: members.map((_member, k) => from + k), many, size, cells, places };
}

function crossGains(one: Duo, other: Duo, g: Float64Array, h: Float64Array): Gain[] {
  const all = gridSums(one.cells, other.cells, other.size, g, h, one.size * other.size);
  return one.sides.flatMap((a, k) =>
    other.sides.map((b, l): Gain => {
      const [na, nb] = [one.many[k]!, other.many[l]!];
      return { a, b, gain: gridGain(marginSums(all, one.places[k]!, other.places[l]!, na, nb), na, nb) };
    }),
  );
}

/** The grid of one side of each duo, out of that of both. */
function marginSums(all: Float64Array, first: Uint8Array, second: Uint8Array, na: number, nb: number): Float64Array {
  const sums = new Float64Array(2 * na * nb);
  let from = 0;
  for (let x = 0; x < first.length; x += 1) {
    const row = 2 * first[x]! * nb;
    for (let y = 0; y < second.length; y += 1, from += 2) {
      const to = row + 2 * second[y]!;
      sums[to] = sums[to]! + all[from]!;
      sums[to + 1] = sums[to + 1]! + all[from + 1]!;
    }
  }
  return sums;
}

function gridGain(sums: Float64Array, na: number, nb: number): number {
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

/** Sums of both derivatives in each cell of a grid, side by side. */
function gridSums(
  first: Uint8Array,
  second: Uint8Array | null,
  many: number,
  g: Float64Array,
  h: Float64Array,
  cells: number,
): Float64Array {
  const sums = new Float64Array(2 * cells);
  for (let i = 0; i < first.length; i += 1) {
    const at = 2 * (first[i]! * many + (second === null ? 0 : second[i]!));
    sums[at] = sums[at]! + g[i]!;
    sums[at + 1] = sums[at + 1]! + h[i]!;
  }
  return sums;
}
