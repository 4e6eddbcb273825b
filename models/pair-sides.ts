import type { RawColumn } from "./columns.ts";

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

/** How many knots or levels a side has. */
export function placesOf(side: PairSide): number {
  return side.kind === "number" ? side.knots.length : side.levels.length;
}

/** Where a row stands on one side of a product: at knot `at`, `share` of the way to the next; -1 for nowhere. */
export interface Standing {
  readonly at: Int32Array;
  readonly share: Float64Array;
}

/** Where the first `count` rows of a column stand, or those named. */
export function standing(
  side: PairSide,
  column: RawColumn | undefined,
  count: number,
  rows: Int32Array | null = null,
): Standing {
  const at = new Int32Array(count).fill(-1);
  const share = new Float64Array(count);
  if (side.kind === "category") {
    const byCode = Int32Array.from(column?.levels ?? [], (level) => side.levels.indexOf(level));
    const codes = column?.codes ?? null;
    if (codes !== null) for (let i = 0; i < count; i += 1) at[i] = byCode[codes[rows === null ? i : rows[i]!]!]!;
    return { at, share };
  }
  const { knots } = side;
  const last = knots.length - 1;
  const values = column?.values ?? null;
  for (let i = 0; i < count; i += 1) {
    const value = values === null ? NaN : values[rows === null ? i : rows[i]!]!;
    if (Number.isNaN(value)) continue;
    let k = 0;
    while (k < last && value >= knots[k + 1]!) k += 1;
    at[i] = k;
    if (k < last && value > knots[k]!) share[i] = (value - knots[k]!) / (knots[k + 1]! - knots[k]!);
  }
  return { at, share };
}
