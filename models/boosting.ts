import { seededRandom } from "#core";
import { growScratch, growTree, NODE } from "./grow.ts";
import { rowLoss } from "./metrics.ts";
import { sigmoid } from "./special.ts";
import { binColumns, binCount, orderedBins, plainFeatures, targetFeatures } from "./tree-features.ts";
import type { Random } from "#core";
import type { GrowLimits, Scratch } from "./grow.ts";
import type { RawColumn } from "./columns.ts";
import type { TreeFeature } from "./tree-features.ts";

/** Boosted trees: a start and trees whose values add up to a logit. */
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

/** The mean of all folds' forests as one, and the logit of each row from the forest that had not seen it. */
export interface Boosted {
  readonly forest: Forest;
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
  const plain = plainFeatures(
    columns,
    Int32Array.from(folds, (_unused, i) => i),
  );
  const shared = { features: plain, bins: binColumns(plain, columns) };
  const states = Array.from({ length: foldCount }, (_unused, fold) =>
    open(columns, shared, labels, folds, fold, options.seed),
  );
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
  const forest = pack(states, plain.length, best.rounds);
  return { forest, outOfFold: best.outOfFold, rounds: best.rounds, logLoss: best.loss };
}

interface Shared {
  readonly features: readonly TreeFeature[];
  readonly bins: readonly Uint8Array[];
}

function open(
  columns: readonly RawColumn[],
  shared: Shared,
  labels: Float64Array,
  folds: Int32Array,
  fold: number,
  seed: number,
): FoldState {
  const random = seededRandom(seed * 31 + fold + 1);
  const every = Int32Array.from(folds, (_unused, i) => i);
  const train = every.filter((i) => folds[i] !== fold);
  const held = every.filter((i) => folds[i] === fold);
  const targets = targetFeatures(columns, labels, train);
  const features = [...shared.features, ...targets];
  const apply = [...shared.bins, ...binColumns(targets, columns)];
  const byName = new Map(columns.map((column) => [column.name, column]));
  const learn = Array.from({ length: ORDERS }, () => [
    ...shared.bins,
    ...targets.map((feature) => orderedBins(feature, byName.get(feature.name)!, labels, train, random)),
  ]);
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

/** One forest of all folds' trees: plain features stand once, each fold's own behind them; values are shares of a mean. */
function pack(states: readonly FoldState[], plain: number, rounds: number): Forest {
  const share = 1 / states.length;
  const features = states[0]!.features.slice(0, plain);
  const roots: number[] = [];
  const nodes: number[] = [];
  for (const state of states) {
    const own = features.length - plain;
    features.push(...state.features.slice(plain));
    for (const tree of state.trees.slice(0, rounds)) {
      roots.push(nodes.length / NODE);
      for (let at = 0; at < tree.length; at += NODE) {
        const feature = tree[at]!;
        nodes.push(feature < plain ? feature : feature + own, ...tree.subarray(at + 1, at + 5));
        nodes.push(tree[at + 5]! * share, tree[at + 6]!);
      }
    }
  }
  const base = Math.fround(states.reduce((sum, state) => sum + share * state.base, 0));
  return { features, base, roots, nodes: Float32Array.from(nodes) };
}
