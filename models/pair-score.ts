import type { RawColumn } from "./columns.ts";
import type { PairSide, PairTerm } from "./pair-sides.ts";

/** Products of pairs made ready for scoring stretches of rows. */
export interface OpenPairs {
  /** What each pair adds to each row, pair by pair; the array is used again for the next pair. */
  each(
    columns: ReadonlyMap<string, RawColumn>,
    rows: number,
    take: (pair: PairTerm, values: Float64Array) => void,
  ): void;
}

interface OpenSide {
  readonly name: string;
  /** Writes the position of each row between the places: 1.25 is a quarter of the way from place 1 to 2; -1 for nowhere. */
  readonly place: (column: RawColumn | undefined, rows: number, positions: Float64Array) => void;
  positions: Float64Array;
}

/** Makes pairs ready: their weights are laid out once, and a side that several pairs share is found once for all. */
export function openPairs(pairs: readonly PairTerm[], weights: Float32Array): OpenPairs {
  const sides = new Map<string, OpenSide>();
  const sideOf = (side: PairSide): OpenSide => {
    const key = JSON.stringify(side);
    const found = sides.get(key) ?? {
      name: side.name,
      place: side.kind === "number" ? numberPlacer(side.knots) : levelPlacer(side.levels),
      positions: new Float64Array(0),
    };
    sides.set(key, found);
    return found;
  };
  const opened = pairs.map((pair) => {
    const many = pair.second.kind === "number" ? pair.second.knots.length : pair.second.levels.length;
    // Zeros behind the cells, so that the next one can always be read.
    const own = new Float64Array(pair.width + many + 2);
    own.set(weights.subarray(pair.offset, pair.offset + pair.width));
    let usual = 0;
    for (let j = 0; j < pair.width; j += 1) usual += own[j]! * (pair.means[j] ?? 0);
    return { pair, many, own, usual, first: sideOf(pair.first), second: sideOf(pair.second) };
  });
  let values = new Float64Array(0);
  return {
    each: (columns, rows, take) => {
      for (const one of sides.values()) {
        if (one.positions.length < rows) one.positions = new Float64Array(rows);
        one.place(columns.get(one.name), rows, one.positions);
      }
      if (values.length < rows) values = new Float64Array(rows);
      for (const { pair, many, own, usual, first, second } of opened) {
        fillProducts(first.positions, second.positions, many, own, usual, rows, values);
        take(pair, values);
      }
    },
  };
}

function levelPlacer(levels: readonly (string | null)[]): OpenSide["place"] {
  return (column, rows, positions) => {
    const codes = column?.codes ?? null;
    const byCode = Float64Array.from(column?.levels ?? [], (level) => levels.indexOf(level));
    for (let i = 0; i < rows; i += 1) positions[i] = codes === null ? -1 : byCode[codes[i]!]!;
  };
}

/** Cells of the grid by which the knot below a number is looked up: no processor foresees a walk along the knots. */
const GRID = 64;

function numberPlacer(knots: readonly number[]): OpenSide["place"] {
  const last = knots.length - 1;
  const [low, top] = [knots[0]!, knots[last]!];
  const from = Float64Array.from([...knots, Infinity]);
  const rises = Float64Array.from(knots, (knot, k) => (k < last ? 1 / (knots[k + 1]! - knot) : 0));
  const cells = GRID / (top - low);
  const below = (x: number): number => knots.filter((knot) => knot <= x).length - 1;
  // One cell to the left, so that rounding can only make the walk to the right longer.
  const grid = Uint8Array.from({ length: GRID + 1 }, (_unused, g) => Math.max(0, below(low + (g - 1) / cells)));
  return (column, rows, positions) => {
    const values = column?.values ?? null;
    if (values === null) positions.fill(-1, 0, rows);
    else placeNumbers({ low, top, last, cells, from, rises, grid }, values, rows, positions);
  };
}

interface Knots {
  readonly low: number;
  readonly top: number;
  readonly last: number;
  readonly cells: number;
  readonly from: Float64Array;
  readonly rises: Float64Array;
  readonly grid: Uint8Array;
}

function placeNumbers(
  { low, top, last, cells, from, rises, grid }: Knots,
  values: Float64Array,
  rows: number,
  out: Float64Array,
): void {
  for (let i = 0; i < rows; i += 1) {
    const x = values[i]!;
    if (x > low && x < top) {
      let k = grid[((x - low) * cells) | 0]!;
      while (x >= from[k + 1]!) k += 1;
      out[i] = k + (x - from[k]!) * rises[k]!;
    } else out[i] = x <= low ? 0 : x >= top ? last : -1;
  }
}

function fillProducts(
  first: Float64Array,
  second: Float64Array,
  many: number,
  own: Float64Array,
  usual: number,
  rows: number,
  out: Float64Array,
): void {
  for (let i = 0; i < rows; i += 1) {
    const p = first[i]!;
    const q = second[i]!;
    if (p < 0 || q < 0) {
      out[i] = -usual;
      continue;
    }
    const x = p | 0;
    const y = q | 0;
    const cell = x * many + y;
    const t = q - y;
    const low = own[cell]! + t * (own[cell + 1]! - own[cell]!);
    const high = own[cell + many]! + t * (own[cell + many + 1]! - own[cell + many]!);
    out[i] = low + (p - x) * (high - low) - usual;
  }
}
