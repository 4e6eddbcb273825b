import { seededRandom } from "#core";
import { growScratch, growTree, NODE } from "./grow.ts";
import { rowLoss } from "./metrics.ts";
import { sigmoid } from "./special.ts";
import { binColumns, binCount, fitTreeFeatures, orderedBins } from "./tree-features.ts";
import type { Random } from "#core";
import type { GrowLimits, Scratch } from "./grow.ts";
import type { RawColumn } from "./columns.ts";
import type { TreeFeature } from "./tree-features.ts";

/** Boosted trees of one fold: a start and trees whose values add up to a logit. */
export interface Forest {
  readonly features: readonly TreeFeature[];
  readonly base: number;
  /** First node of each tree. */
  readonly roots: readonly number[];
  /** Nodes of all trees, {@link NODE} numbers each; children are counted from the tree's first node. */
  readonly nodes: Float32Array;
}

/** Settings of {@link boost}. */
export interface BoostOptions extends GrowLimits {
  readonly rounds: number;
  /** Rounds without gain on the rows held out before it ends. */
  readonly patience: number;
  readonly rowShare: number;
  readonly columnShare: number;
  readonly seed: number;
}

/** Forests of all folds, and the logit of each row from the forest that had not seen it. */
export interface Boosted {
  readonly forests: readonly Forest[];
  readonly outOfFold: Float64Array;
  readonly rounds: number;
  readonly logLoss: number;
}

/** Orders of the rows for target statistics; trees take them in turn. */
const ORDERS = 4;

interface FoldState {
  readonly features: TreeFeature[];
  readonly binCounts: Int32Array;
  /** Bins for growing (ordered statistics), by order. */
  readonly learn: Uint8Array[][];
  /** Bins as a new row would get them. */
  readonly apply: Uint8Array[];
  readonly train: Int32Array;
  readonly held: Int32Array;
  readonly base: number;
  readonly logits: Float64Array;
  readonly heldLogits: Float64Array;
  readonly trees: Float64Array[];
  readonly random: Random;
}

/**
 * Boosts one forest for each fold, all in step, and stops where the rows held out by all folds together gain nothing
 * more: the number of rounds is one choice made on all rows. The mean of the forests is the model.
 */
export function boost(
  columns: readonly RawColumn[],
  labels: Float64Array,
  folds: Int32Array,
  foldCount: number,
  options: BoostOptions,
): Boosted {
  const states = Array.from({ length: foldCount }, (_unused, fold) => open(columns, labels, folds, fold, options.seed));
  const scratch = growScratch(labels.length);
  const gradients = new Float64Array(labels.length);
  const curvatures = new Float64Array(labels.length);
  const best = { loss: Infinity, rounds: 0, outOfFold: new Float64Array(labels.length) };
  for (let round = 1; round <= options.rounds && round - best.rounds <= options.patience; round += 1) {
    let loss = 0;
    for (const state of states) {
      oneTree(state, labels, gradients, curvatures, options, scratch);
      for (const [k, i] of state.held.entries()) loss += rowLoss(labels[i]!, sigmoid(state.heldLogits[k]!));
    }
    loss /= labels.length;
    if (loss < best.loss - 1e-6) {
      best.loss = loss;
      best.rounds = round;
      for (const { held, heldLogits } of states) {
        for (const [k, i] of held.entries()) best.outOfFold[i] = heldLogits[k]!;
      }
    }
  }
  const forests = states.map((state) => pack(state, best.rounds));
  return { forests, outOfFold: best.outOfFold, rounds: best.rounds, logLoss: best.loss };
}

function open(
  columns: readonly RawColumn[],
  labels: Float64Array,
  folds: Int32Array,
  fold: number,
  seed: number,
): FoldState {
  const random = seededRandom(seed * 31 + fold + 1);
  const every = Int32Array.from(folds, (_unused, i) => i);
  const train = every.filter((i) => folds[i] !== fold);
  const held = every.filter((i) => folds[i] === fold);
  const features = fitTreeFeatures(columns, labels, train);
  const apply = binColumns(features, columns);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const learn = Array.from({ length: ORDERS }, () =>
    features.map((feature, f) =>
      feature.kind === "target" ? orderedBins(feature, byName.get(feature.name)!, labels, train, random) : apply[f]!,
    ),
  );
  const hits = train.reduce((sum, i) => sum + labels[i]!, 0);
  const base = Math.fround(Math.log((hits + 0.5) / (train.length - hits + 0.5)));
  return {
    features,
    binCounts: Int32Array.from(features, binCount),
    learn,
    apply,
    train,
    held,
    base,
    logits: new Float64Array(train.length).fill(base),
    heldLogits: new Float64Array(held.length).fill(base),
    trees: [],
    random,
  };
}

function oneTree(
  state: FoldState,
  labels: Float64Array,
  gradients: Float64Array,
  curvatures: Float64Array,
  options: BoostOptions,
  scratch: Scratch,
): void {
  const { train, logits, random } = state;
  const bins = state.learn[state.trees.length % ORDERS]!;
  const sample = new Int32Array(train.length);
  let taken = 0;
  for (let k = 0; k < train.length; k += 1) {
    const i = train[k]!;
    const p = sigmoid(logits[k]!);
    gradients[i] = p - labels[i]!;
    curvatures[i] = Math.max(1e-6, p * (1 - p));
    if (random() < options.rowShare) {
      sample[taken] = i;
      taken += 1;
    }
  }
  const features = someOf(state.features.length, options.columnShare, random);
  const input = { bins, binCounts: state.binCounts, gradients, curvatures, rows: sample.subarray(0, taken), features };
  const tree = growTree(input, options, scratch);
  for (let at = 5; at < tree.length; at += NODE) tree[at] = Math.fround(tree[at]!);
  state.trees.push(tree);
  for (let k = 0; k < train.length; k += 1) logits[k] = logits[k]! + valueOf(tree, bins, train[k]!);
  for (let k = 0; k < state.held.length; k += 1) {
    state.heldLogits[k] = state.heldLogits[k]! + valueOf(tree, state.apply, state.held[k]!);
  }
}

function valueOf(tree: Float64Array, bins: readonly Uint8Array[], row: number): number {
  let at = 0;
  for (let feature = tree[0]!; feature >= 0; feature = tree[at]!) {
    const bin = bins[feature]![row]!;
    const left = bin === 0 ? tree[at + 2] === 1 : bin <= tree[at + 1]!;
    at = NODE * tree[at + (left ? 3 : 4)]!;
  }
  return tree[at + 5]!;
}

function someOf(many: number, share: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: many }, (_unused, k) => k);
  const wanted = Math.min(many, Math.max(1, Math.round(share * many)));
  for (let k = 0; k < wanted; k += 1) {
    const other = k + Math.floor(random() * (many - k));
    const held = order[k]!;
    order[k] = order[other]!;
    order[other] = held;
  }
  return order.slice(0, wanted).sort();
}

function pack(state: FoldState, rounds: number): Forest {
  const trees = state.trees.slice(0, rounds);
  const nodes = new Float32Array(trees.reduce((sum, tree) => sum + tree.length, 0));
  const roots: number[] = [];
  let at = 0;
  for (const tree of trees) {
    roots.push(at / NODE);
    nodes.set(tree, at);
    at += tree.length;
  }
  return { features: state.features, base: state.base, roots, nodes };
}

/** Logits of binned rows. */
export function forestLogits(forest: Forest, bins: readonly Uint8Array[], rows: number): Float64Array {
  const out = new Float64Array(rows).fill(forest.base);
  const { nodes } = forest;
  for (const root of forest.roots) {
    const start = root * NODE;
    for (let i = 0; i < rows; i += 1) {
      let at = start;
      for (let feature = nodes[at]!; feature >= 0; feature = nodes[at]!) {
        const bin = bins[feature]![i]!;
        const left = bin === 0 ? nodes[at + 2] === 1 : bin <= nodes[at + 1]!;
        at = start + NODE * nodes[at + (left ? 3 : 4)]!;
      }
      out[i] = out[i]! + nodes[at + 5]!;
    }
  }
  return out;
}
