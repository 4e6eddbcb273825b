import { inOrder } from "./order.ts";
import { sigmoid } from "./special.ts";
import { placesOf, standing } from "./pair-sides.ts";
import { addSums, pairStrip } from "./strips.ts";
import type { RawColumn } from "./columns.ts";
import type { PairSide, PairTerm } from "./pair-sides.ts";

const KNOTS = 4;
const LEVELS = 4;

/**
 * Finds the pairs of features whose products explain most of what the additive part leaves over: for each pair the gain
 * of a coarse grid over its margins, in log-likelihood. Labels and logits are in the order of `rows`. Gives at most `most`,
 * best first, as columns behind `offset`.
 */
export function findPairs(
  columns: readonly RawColumn[],
  rows: Int32Array,
  labels: Float64Array,
  logits: Float64Array,
  most: number,
  offset: number,
): PairTerm[] {
  const g = labels.map((y, i) => y - sigmoid(logits[i]!));
  const h = logits.map((z) => sigmoid(z) * (1 - sigmoid(z)));
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
    const sorted = Float64Array.from(inOrder(values, rows), (i) => values[i]!);
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
  const column = columns.find(({ name }) => name === side.name);
  const { at, share } = standing(side, column, rows.length, rows);
  const places = placesOf(side);
  return Uint8Array.from(at, (k, i) => (k < 0 ? places : k + (share[i]! > 0.5 ? 1 : 0)));
}

interface Gridded {
  readonly side: PairSide;
  readonly cells: Uint8Array;
}

function gridGain(a: Gridded, b: Gridded, g: Float64Array, h: Float64Array): number {
  const [na, nb] = [placesOf(a.side) + 1, placesOf(b.side) + 1];
  const sums = gridSums(a.cells, b.cells, nb, g, h, na * nb);
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
  second: Uint8Array,
  many: number,
  g: Float64Array,
  h: Float64Array,
  cells: number,
): Float64Array {
  const sums = new Float64Array(2 * cells);
  for (let i = 0; i < first.length; i += 1) {
    const at = 2 * (first[i]! * many + second[i]!);
    sums[at] = sums[at]! + g[i]!;
    sums[at + 1] = sums[at + 1]! + h[i]!;
  }
  return sums;
}
