import { forestLogits } from "./boosting.ts";
import { encode } from "./encode.ts";
import { networkEffects, networkLogits } from "./network-score.ts";
import { pairColumns } from "./pairs.ts";
import { ruleEffects, ruleLogit } from "./rule.ts";
import { binColumns } from "./tree-features.ts";
import { addForestEffects, explainForest } from "./tree-reasons.ts";
import type { Forest } from "./boosting.ts";
import type { RawColumn } from "./columns.ts";
import type { Design, Encoder } from "./encode.ts";
import type { Network } from "./network-score.ts";
import type { PairTerm } from "./pairs.ts";
import type { RuleModel } from "./rule.ts";
import type { Backend } from "./runtime.ts";
import type { Table } from "./table.ts";
import type { ForestExplainer } from "./tree-reasons.ts";

/** A weighted piece of a model; a model's logit is the weighted sum of its parts' logits. */
export type Part =
  | { readonly kind: "rule"; readonly weight: number; readonly rule: RuleModel }
  | LinearPart
  | { readonly kind: "trees"; readonly weight: number; readonly forest: Forest }
  | { readonly kind: "network"; readonly weight: number; readonly encoder: Encoder; readonly net: Network };

/** Weights on encoded columns and on products of two features. */
export interface LinearPart {
  readonly kind: "linear";
  readonly weight: number;
  readonly encoder: Encoder;
  readonly pairs: readonly PairTerm[];
  readonly weights: Float32Array;
  readonly intercept: number;
}

/** Rows to score: the table for rules, its columns read once for everything else. */
export interface ScoringRows {
  readonly table: Table;
  readonly columns: readonly RawColumn[];
  /** Positions within `columns`; the table's row is `from` higher. */
  readonly rows: Int32Array;
  readonly from: number;
}

/** Effects by feature of a part: a function that adds a row's effects, and the logit of the usual row. */
export interface PartEffects {
  readonly base: number;
  readonly features: readonly string[];
  /** Effects row by row. */
  readonly effects: Float64Array;
}

/** Logits of a part, before its weight. */
export function partLogits(backend: Backend, part: Part, input: ScoringRows): Float64Array {
  const { rows, columns } = input;
  if (part.kind === "rule") return Float64Array.from(rows, (i) => ruleLogit(part.rule, input.table, input.from + i));
  if (part.kind === "trees") {
    const bins = binColumns(part.forest.features, columns);
    return forestLogits(part.forest, bins, rows.length);
  }
  if (part.kind === "network") return networkLogits(backend, part.net, encode(part.encoder, columns, rows));
  const design = linearDesign(part, columns, rows);
  const { tf } = backend;
  const product = tf.tidy(() =>
    tf.matMul(tf.tensor2d(design.values, [design.rows, design.width]), tf.tensor2d(part.weights, [design.width, 1])),
  );
  const values = Float64Array.from(product.dataSync<"float32">(), (value) => value + part.intercept);
  product.dispose();
  return values;
}

/** Columns of a linear part: encoded features, then the products. */
export function linearDesign(
  part: Pick<LinearPart, "encoder" | "pairs">,
  columns: readonly RawColumn[],
  rows: Int32Array,
): Design {
  const main = encode(part.encoder, columns, rows);
  return part.pairs.length === 0 ? main : pairColumns(main, part.pairs, columns, rows);
}

/** Explains parts; what a forest needs is prepared once. */
export function partExplainer(backend: Backend, part: Part): (input: ScoringRows) => PartEffects {
  if (part.kind === "trees") {
    const explainer = explainForest(part.forest);
    return (input) => forestEffects(part.forest, explainer, input);
  }
  if (part.kind === "rule") return (input) => effectsOfRule(part.rule, input);
  return (input) => {
    if (part.kind === "network") {
      const design = encode(part.encoder, input.columns, input.rows);
      const { base, effects } = networkEffects(backend, part.net, design);
      return { base, ...byFeature(part.encoder, design.width, design.rows, (i) => effects[i]!, []) };
    }
    const design = linearDesign(part, input.columns, input.rows);
    const term = (i: number): number => design.values[i]! * part.weights[i % design.width]!;
    return { base: part.intercept, ...byFeature(part.encoder, design.width, design.rows, term, part.pairs) };
  };
}

/** Sums columns by their feature; a product of two features counts half for each, as Shapley values would have it. */
function byFeature(
  encoder: Encoder,
  width: number,
  rows: number,
  term: (at: number) => number,
  pairs: readonly PairTerm[],
): Omit<PartEffects, "base"> {
  const features = encoder.features.map(({ name }) => name);
  const many = features.length;
  const effects = new Float64Array(rows * many);
  const places = pairs.map((pair) => [features.indexOf(pair.first.name), features.indexOf(pair.second.name)] as const);
  for (let i = 0; i < rows; i += 1) {
    for (let f = 0; f < many; f += 1) {
      let sum = 0;
      for (let j = encoder.offsets[f]!; j < encoder.offsets[f + 1]!; j += 1) sum += term(i * width + j);
      effects[i * many + f] = sum;
    }
    for (const [p, pair] of pairs.entries()) {
      let sum = 0;
      for (let j = pair.offset; j < pair.offset + pair.width; j += 1) sum += term(i * width + j);
      for (const f of places[p]!) effects[i * many + f] = effects[i * many + f]! + sum / 2;
    }
  }
  return { features, effects };
}

function forestEffects(forest: Forest, explainer: ForestExplainer, input: ScoringRows): PartEffects {
  const bins = binColumns(forest.features, input.columns);
  const many = explainer.columns.length;
  const effects = new Float64Array(input.rows.length * many);
  for (let i = 0; i < input.rows.length; i += 1) {
    addForestEffects(explainer, bins, i, 1, effects.subarray(i * many, (i + 1) * many));
  }
  return { base: explainer.base, features: explainer.columns, effects };
}

function effectsOfRule(rule: RuleModel, input: ScoringRows): PartEffects {
  const features = rule.recency === null || rule.frequency === null ? [] : [rule.recency, rule.frequency];
  const effects = new Float64Array(input.rows.length * features.length);
  for (let i = 0; i < input.rows.length; i += 1) {
    const found = ruleEffects(rule, input.table, input.from + i);
    for (const [f, { effect }] of found.entries()) effects[i * features.length + f] = effect;
  }
  return { base: rule.base, features, effects };
}
