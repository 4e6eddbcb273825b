import { testOf } from "./forest-score.ts";
import { NODE } from "./grow.ts";
import type { Forest } from "./boosting.ts";

/** One leaf with the conditions on its path, gathered by source column. */
interface PathLeaf {
  readonly value: number;
  /** Place, among the tree's columns, of each group of conditions, and the share of training weight that passes it. */
  readonly places: readonly number[];
  readonly shares: readonly number[];
  /** Split, wanted answer and group of each condition, three numbers each. */
  readonly tests: Int32Array;
  /** Effects by which groups a row passes, found when first asked for. */
  readonly known: (Float64Array | undefined)[];
}

/** A tree as a game of its columns. */
interface TreeGame {
  /** Source columns of the tree. */
  readonly columns: Int32Array;
  /** Feature, limit and what is taken off the bin, for each split. */
  readonly splits: Int32Array;
  readonly leaves: readonly PathLeaf[];
  /** Effects of the whole tree by the answers of all its splits; only where there are few. */
  readonly known: (Float64Array | undefined)[] | null;
}

/** A forest made ready to give reasons. */
export interface ForestExplainer {
  /** Source columns, in order of first appearance. */
  readonly columns: readonly string[];
  readonly base: number;
  readonly width: number;
  readonly trees: readonly TreeGame[];
}

/** Most splits of a tree whose effects are kept by the answers of all splits together. */
const FEW_SPLITS = 6;

/**
 * Prepares exact Shapley values of a forest (path-dependent, the game of TreeSHAP): what each source column adds, where
 * a column that is not yet known is averaged over the training rows below each split. Bins of one category count as one
 * player. Effects hang only on which conditions hold, so they are kept once computed: by tree where it has few splits,
 * by leaf otherwise. Trees have at most 31 splits.
 */
export function explainForest(forest: Forest): ForestExplainer {
  const columns = [...new Set(forest.features.map(({ name }) => name))];
  const numberOf = forest.features.map(({ name }) => columns.indexOf(name));
  const trees = forest.roots.map((root) => treeGame(forest.nodes, root * NODE, numberOf));
  let base = forest.base;
  for (const { leaves } of trees) {
    for (const leaf of leaves) base += leaf.value * leaf.shares.reduce((a, b) => a * b, 1);
  }
  return { columns, base, width: forest.features.length, trees };
}

interface Step {
  readonly split: number;
  readonly column: number;
  readonly left: boolean;
  readonly share: number;
}

function treeGame(nodes: Float32Array, start: number, numberOf: readonly number[]): TreeGame {
  const splits: number[] = [];
  const columns: number[] = [];
  const leaves: PathLeaf[] = [];
  const walk = (node: number, path: readonly Step[]): void => {
    const at = start + NODE * node;
    const feature = nodes[at]!;
    if (feature < 0) {
      leaves.push(pathLeaf(nodes[at + 5]!, path, columns));
      return;
    }
    const split = splits.length / 3;
    const { limit, off } = testOf(nodes[at + 1]!, nodes[at + 2] === 1);
    splits.push(feature, limit, off);
    const column = numberOf[feature]!;
    if (!columns.includes(column)) columns.push(column);
    const weight = nodes[at + 6]!;
    for (const left of [true, false]) {
      const child = nodes[at + (left ? 3 : 4)]!;
      const share = weight > 0 ? nodes[start + NODE * child + 6]! / weight : 0.5;
      walk(child, [...path, { split, column, left, share }]);
    }
  };
  walk(0, []);
  const known = splits.length / 3 <= FEW_SPLITS ? [] : null;
  return { columns: Int32Array.from(columns), splits: Int32Array.from(splits), leaves, known };
}

function pathLeaf(value: number, path: readonly Step[], columns: readonly number[]): PathLeaf {
  const groups = [...new Set(path.map(({ column }) => column))];
  const shares = groups.map(() => 1);
  const tests = path.flatMap(({ split, column, left, share }) => {
    const group = groups.indexOf(column);
    shares[group] = shares[group]! * share;
    return [split, left ? 1 : 0, group];
  });
  const places = groups.map((column) => columns.indexOf(column));
  return { value, places, shares, tests: Int32Array.from(tests), known: [] };
}

/** Adds the effect of each source column to `out`, for the row whose bins begin at `row`. */
export function addForestEffects(explainer: ForestExplainer, bins: Uint8Array, row: number, out: Float64Array): void {
  for (const tree of explainer.trees) {
    const { splits, columns, known } = tree;
    let answers = 0;
    for (let s = 0, t = 0; t < splits.length; s += 1, t += 3) {
      const bin = (bins[row + splits[t]!]! - splits[t + 2]!) & 255;
      if (bin <= splits[t + 1]!) answers |= 1 << s;
    }
    if (known === null) {
      for (const leaf of tree.leaves) addLeaf(leaf, answers, columns, out);
      continue;
    }
    const effects = (known[answers] ??= wholeTree(tree, answers));
    for (let k = 0; k < effects.length; k += 1) out[columns[k]!] = out[columns[k]!]! + effects[k]!;
  }
}

function addLeaf(leaf: PathLeaf, answers: number, columns: Int32Array, out: Float64Array): void {
  const { places } = leaf;
  const effects = leafEffects(leaf, answers);
  for (let k = 0; k < effects.length; k += 1) {
    const column = columns[places[k]!]!;
    out[column] = out[column]! + effects[k]!;
  }
}

function wholeTree({ leaves, columns }: TreeGame, answers: number): Float64Array {
  const out = new Float64Array(columns.length);
  for (const leaf of leaves) {
    const effects = leafEffects(leaf, answers);
    for (const [k, place] of leaf.places.entries()) out[place] = out[place]! + effects[k]!;
  }
  return out;
}

function leafEffects(leaf: PathLeaf, answers: number): Float64Array {
  const { tests } = leaf;
  let failed = 0;
  for (let t = 0; t < tests.length; t += 3) {
    if (((answers >>> tests[t]!) & 1) !== tests[t + 1]!) failed |= 1 << tests[t + 2]!;
  }
  return (leaf.known[failed] ??= shapley(leaf, failed));
}

/** Shapley values of the product game: each player gives 1 or 0 when known, its share when not. */
function shapley(leaf: PathLeaf, failed: number): Float64Array {
  const many = leaf.places.length;
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
