import { stripProducts } from "./strip-products.ts";
import type { LinearDesign, LinearFit } from "./linear-types.ts";

/** Units in which all weights bend the loss about alike, and those of one feature do so independently of each other. */
export interface Units {
  /** The fit at a point in these units. */
  fit(point: Float64Array): LinearFit;
  /** The point of a fit. */
  point(fit: LinearFit): Float64Array;
  /** Turns a gradient by weights into one by these units. */
  turn(gradient: Float64Array): void;
}

interface Block {
  readonly offset: number;
  readonly width: number;
  /** Lower triangular root of the block's curvature, row by row. */
  readonly root: Float64Array;
}

/**
 * Roots of each feature's own curvature. The pieces of one number lean on each other strongly and features do so weakly:
 * in these units a fit needs a third of the steps. `curvature` is the mean of p(1 - p).
 */
export function unitsOf({ rows, strips, means }: LinearDesign, curvature: number, ridge: number): Units {
  const blocks = strips.map((strip): Block => {
    const { offset } = strip;
    const { width, sums } = stripProducts(strip, rows);
    for (let j = 0; j < width; j += 1) {
      for (let k = 0; k <= j; k += 1) {
        const spread = sums[j * width + k]! / Math.max(1, rows) - means[offset + j]! * means[offset + k]!;
        sums[j * width + k] = curvature * spread + (j === k ? ridge + 1e-9 : 0);
      }
    }
    return { offset, width, root: rootOf(sums, width) };
  });
  const level = Math.sqrt(curvature + 1e-9);
  return {
    fit: (point) => {
      const weights = point.slice(0, means.length);
      for (const block of blocks) solveUpper(block, weights);
      return { weights, intercept: point[means.length]! / level };
    },
    point: ({ weights, intercept }) => {
      const point = new Float64Array(means.length + 1);
      point[means.length] = intercept * level;
      for (const { offset, width, root } of blocks) {
        for (let j = 0; j < width; j += 1) {
          for (let k = 0; k <= j; k += 1)
            point[offset + k] = point[offset + k]! + root[j * width + k]! * weights[offset + j]!;
        }
      }
      return point;
    },
    turn: (gradient) => {
      for (const block of blocks) solveLower(block, gradient);
      gradient[means.length] = gradient[means.length]! / level;
    },
  };
}

/** Cholesky's root; a pivot that rounding ate is kept at a thousandth of its own curvature. */
function rootOf(matrix: Float64Array, width: number): Float64Array {
  const root = new Float64Array(width * width);
  for (let j = 0; j < width; j += 1) {
    for (let k = 0; k <= j; k += 1) {
      let sum = matrix[j * width + k]!;
      for (let m = 0; m < k; m += 1) sum -= root[j * width + m]! * root[k * width + m]!;
      const own = Math.max(sum, 1e-3 * Math.abs(matrix[j * width + j]!), 1e-12);
      root[j * width + k] = j === k ? Math.sqrt(own) : sum / root[k * width + k]!;
    }
  }
  return root;
}

/** Solves root x = b in place. */
function solveLower({ offset, width, root }: Block, b: Float64Array): void {
  for (let j = 0; j < width; j += 1) {
    let sum = b[offset + j]!;
    for (let k = 0; k < j; k += 1) sum -= root[j * width + k]! * b[offset + k]!;
    b[offset + j] = sum / root[j * width + j]!;
  }
}

/** Solves root' x = b in place. */
function solveUpper({ offset, width, root }: Block, b: Float64Array): void {
  for (let j = width - 1; j >= 0; j -= 1) {
    let sum = b[offset + j]!;
    for (let k = j + 1; k < width; k += 1) sum -= root[k * width + j]! * b[offset + k]!;
    b[offset + j] = sum / root[j * width + j]!;
  }
}
