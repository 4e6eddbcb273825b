import { NODE } from "./grow.ts";
import type { Forest } from "./boosting.ts";

/** One leaf with the conditions on its path, gathered by source column. */
interface PathLeaf {
  readonly value: number;
  /** Number of the source column of each group of conditions, and the share of training weight that passes it. */
  readonly columns: readonly number[];
  readonly shares: readonly number[];
  /** Effects by which groups a row passes, found when first asked for. */
  readonly known: (Float64Array | undefined)[];
}

/** Numbers of a stored condition: feature, bin, where missing goes, whether it asks for the left side, group. */
const TEST = 5;

interface Step {
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly left: boolean;
  readonly share: number;
}

/** A forest made ready to give reasons. */
export interface ForestExplainer {
  /** Source columns, in order of first appearance. */
  readonly columns: readonly string[];
  readonly base: number;
  readonly leaves: readonly PathLeaf[];
  /** Conditions of all leaves, {@link TEST} numbers each, and where each leaf's begin. */
  readonly tests: Int32Array;
  readonly starts: Int32Array;
}

/**
 * Prepares exact Shapley values of a forest (path-dependent, the game of TreeSHAP): what each source column adds, where
 * a column that is not yet known is averaged over the training rows below each split. Bins of one category count as one
 * player. Since a leaf's effects depend only on which of its conditions hold, they are kept once computed.
 */
export function explainForest(forest: Forest): ForestExplainer {
  const columns = [...new Set(forest.features.map(({ name }) => name))];
  const numberOf = forest.features.map(({ name }) => columns.indexOf(name));
  const leaves: PathLeaf[] = [];
  const tests: number[] = [];
  const starts: number[] = [0];
  let base = forest.base;
  for (const root of forest.roots) {
    const before = leaves.length;
    walk(forest.nodes, root * NODE, 0, [], (value, path) => {
      leaves.push(gather(value, path, numberOf, tests));
      starts.push(tests.length);
    });
    for (const leaf of leaves.slice(before)) base += leaf.value * leaf.shares.reduce((a, b) => a * b, 1);
  }
  return { columns, base, leaves, tests: Int32Array.from(tests), starts: Int32Array.from(starts) };
}

function walk(
  nodes: Float32Array,
  start: number,
  node: number,
  path: readonly Step[],
  onLeaf: (value: number, path: readonly Step[]) => void,
): void {
  const at = start + NODE * node;
  const feature = nodes[at]!;
  if (feature < 0) {
    onLeaf(nodes[at + 5]!, path);
    return;
  }
  const weight = nodes[at + 6]!;
  for (const left of [true, false]) {
    const child = nodes[at + (left ? 3 : 4)]!;
    const share = weight > 0 ? nodes[start + NODE * child + 6]! / weight : 0.5;
    const step = { feature, bin: nodes[at + 1]!, missingLeft: nodes[at + 2] === 1, left, share };
    walk(nodes, start, child, [...path, step], onLeaf);
  }
}

function gather(value: number, path: readonly Step[], numberOf: readonly number[], tests: number[]): PathLeaf {
  const columns = [...new Set(path.map(({ feature }) => numberOf[feature]!))];
  const shares = columns.map(() => 1);
  for (const { feature, bin, missingLeft, left, share } of path) {
    const group = columns.indexOf(numberOf[feature]!);
    shares[group] = shares[group]! * share;
    tests.push(feature, bin, missingLeft ? 1 : 0, left ? 1 : 0, group);
  }
  return { value, columns, shares, known: [] };
}

/** Adds `weight` times the effect of each source column to `out`. */
export function addForestEffects(
  explainer: ForestExplainer,
  bins: readonly Uint8Array[],
  row: number,
  weight: number,
  out: Float64Array,
): void {
  const { leaves, tests, starts } = explainer;
  for (let l = 0; l < leaves.length; l += 1) {
    let failed = 0;
    for (let t = starts[l]!; t < starts[l + 1]!; t += TEST) {
      const code = bins[tests[t]!]![row]!;
      const left = code === 0 ? tests[t + 2]! : code <= tests[t + 1]! ? 1 : 0;
      if (left !== tests[t + 3]) failed |= 1 << tests[t + 4]!;
    }
    const leaf = leaves[l]!;
    let effects = leaf.known[failed];
    if (effects === undefined) {
      effects = shapley(leaf, failed);
      leaf.known[failed] = effects;
    }
    const { columns } = leaf;
    for (let k = 0; k < effects.length; k += 1) {
      const column = columns[k]!;
      out[column] = out[column]! + weight * effects[k]!;
    }
  }
}

/** Shapley values of the product game: each player gives 1 or 0 when known, its share when not. */
function shapley(leaf: PathLeaf, failed: number): Float64Array {
  const many = leaf.columns.length;
  const out = new Float64Array(many);
  for (let k = 0; k < many; k += 1) {
    const known = 1 - ((failed >> k) & 1);
    // poly[s]: sum over sets of s other players of the product of what each gives.
    let poly = [1];
    for (let other = 0; other < many; other += 1) {
      if (other === k) continue;
      const [one, share] = [1 - ((failed >> other) & 1), leaf.shares[other]!];
      const next = Array.from({ length: poly.length + 1 }, () => 0);
      for (const [s, value] of poly.entries()) {
        next[s] = next[s]! + value * share;
        next[s + 1] = next[s + 1]! + value * one;
      }
      poly = next;
    }
    let sum = 0;
    for (const [s, value] of poly.entries()) sum += value / (many * choose(many - 1, s));
    out[k] = leaf.value * (known - leaf.shares[k]!) * sum;
  }
  return out;
}

function choose(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i += 1) value = (value * (n - k + i)) / i;
  return value;
}
