import type { NumberEncoding } from "./feature-encoding.ts";

/** What a number adds to the logit: straight pieces and a bent line, laid out for many rows. */
export interface Curve {
  /** Piece `t` is `heights[t] + slopes[t] * x` until `ends[t]`; the first and the last are flat. */
  readonly heights: Float64Array;
  readonly slopes: Float64Array;
  readonly ends: Float64Array;
  readonly bend: number;
  readonly center: number;
  readonly narrow: number;
  /** What a missing number adds. */
  readonly gap: number;
  /** An even grid from `low` on, `cells` to the unit: heights between which a line will do, NaN where it will not. */
  readonly low: number;
  readonly cells: number;
  readonly nodes: Float64Array;
}

type Shape = Omit<Curve, "gap" | "low" | "cells" | "nodes">;

/** Cells of the grid; one more lies beyond the last edge. */
const GRID = 1023;
/** How far a line may be from the curve: far below what 32-bit weights carry. */
const NEAR = 2e-7;
/** How near to the end of a cell an edge may lie without breaking it. */
const ROUNDING = 1e-9;
const NINTH = 1 / 9;

/** Lays out the curve of a number with its own weights; `usual` is what its training mean adds. */
export function curveOf(
  { center, scale, edges, missing }: NumberEncoding,
  weights: ArrayLike<number>,
  usual: number,
): Curve {
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
  const narrow = scale === 0 ? 0 : 1 / scale;
  // A straight line has no edges: its grid spans where nearly all values lie.
  const low = pieces === 0 ? center - 4 * scale : edges[0]!;
  const reach = pieces === 0 ? 8 * scale : edges[pieces]! - low;
  const bare = { heights, slopes, ends, bend: weights[0]!, center, narrow };
  const cells = reach > 0 && GRID / reach < 1e30 ? GRID / reach : 0;
  const nodes = nodesOf(bare, edges, low, cells);
  return { ...bare, gap: curveAt(bare, center) + (missing ? weights[1 + pieces]! : 0), low, cells, nodes };
}

/** The curve at one number. */
function curveAt({ heights, slopes, ends, bend, center, narrow }: Shape, x: number): number {
  let t = 0;
  while (x >= ends[t]!) t += 1;
  const z = (x - center) * narrow;
  return heights[t]! + slopes[t]! * x + (bend * z) / Math.sqrt(1 + z * z * NINTH);
}

/** Heights at the ends of each cell; NaN at the start of one that has an edge inside or bends too much for a straight line. */
function nodesOf(curve: Shape, edges: readonly number[], low: number, cells: number): Float64Array {
  const nodes = new Float64Array(GRID + 2).fill(NaN);
  if (cells === 0) return nodes;
  const at = (s: number): number => curveAt(curve, low + s / cells);
  const exact = Float64Array.from(nodes, (_none, c) => at(c));
  const broken = new Set(
    edges
      .map((edge) => (edge - low) * cells)
      .filter((s) => isInside(s - Math.floor(s)))
      .map(Math.floor),
  );
  for (let c = 0; c < GRID + 2; c += 1) {
    const bends = c <= GRID && Math.abs((exact[c]! + exact[c + 1]!) / 2 - at(c + 0.5)) > NEAR;
    if (!bends && !broken.has(c)) nodes[c] = exact[c]!;
  }
  return nodes;
}

function isInside(share: number): boolean {
  return share > ROUNDING && share < 1 - ROUNDING;
}

/** Adds the curve's height at each value to `out`. */
export function addCurve(curve: Curve, values: Float64Array, rows: number, out: Float64Array): void {
  const { low, cells, nodes } = curve;
  for (let i = 0; i < rows; i += 1) {
    const x = values[i]!;
    const s = (x - low) * cells;
    if (s >= 0 && s < GRID + 1) {
      const c = s | 0;
      const from = nodes[c]!;
      const height = from + (s - c) * (nodes[c + 1]! - from);
      if (height === height) {
        out[i] = out[i]! + height;
        continue;
      }
    }
    out[i] = out[i]! + (x === x ? curveAt(curve, x) : curve.gap);
  }
}
