import { NODE } from "./grow.ts";
import type { Forest } from "./boosting.ts";

/** Numbers of a node made ready for walking: feature (-1 in a leaf), limit, what is taken off the bin, children. */
const STEP = 5;

/** A forest laid out for walking. */
export interface ForestWalk {
  readonly base: number;
  readonly width: number;
  readonly roots: Int32Array;
  readonly steps: Int32Array;
  readonly values: Float64Array;
}

/**
 * A test "bin is at most `limit`" where bin 0 (missing) goes left or right by choice: with one taken off, 0 turns into
 * 255 and lies beyond every limit.
 */
export function testOf(bin: number, missingLeft: boolean): { readonly limit: number; readonly off: number } {
  return missingLeft ? { limit: bin, off: 0 } : { limit: bin - 1, off: 1 };
}

/** Lays out a forest for {@link walkForest}. */
export function openForest(forest: Forest): ForestWalk {
  const { nodes, roots } = forest;
  const many = nodes.length / NODE;
  const steps = new Int32Array(many * STEP);
  const values = new Float64Array(many);
  for (const [t, root] of roots.entries()) {
    const end = roots[t + 1] ?? many;
    for (let n = root; n < end; n += 1) {
      const at = n * NODE;
      const { limit, off } = testOf(nodes[at + 1]!, nodes[at + 2] === 1);
      steps.set([nodes[at]!, limit, off, root + nodes[at + 3]!, root + nodes[at + 4]!], n * STEP);
      values[n] = nodes[at + 5]!;
    }
  }
  return { base: forest.base, width: forest.features.length, roots: Int32Array.from(roots), steps, values };
}

/** Logits of rows that are binned row by row. */
export function walkForest({ base, width, roots, steps, values }: ForestWalk, bins: Uint8Array): Float64Array {
  const rows = width === 0 ? 0 : bins.length / width;
  const out = new Float64Array(rows);
  for (let i = 0, row = 0; i < rows; i += 1, row += width) {
    let sum = base;
    for (let t = 0; t < roots.length; t += 1) {
      let at = roots[t]! * STEP;
      for (let feature = steps[at]!; feature >= 0; feature = steps[at]!) {
        const bin = (bins[row + feature]! - steps[at + 2]!) & 255;
        at = STEP * (bin <= steps[at + 1]! ? steps[at + 3]! : steps[at + 4]!);
      }
      sum += values[at / STEP]!;
    }
    out[i] = sum;
  }
  return out;
}
