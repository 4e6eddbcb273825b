import { encode } from "./encode.ts";
import { openForest, walkForest } from "./forest-score.ts";
import { openLinear } from "./linear-score.ts";
import { networkEffects, networkLogits } from "./network-score.ts";
import { ruleEffects, ruleLogit } from "./rule.ts";
import { binRows } from "./tree-features.ts";
import { addForestEffects, explainForest } from "./tree-reasons.ts";
import type { Forest } from "./boosting.ts";
import type { RawColumn } from "./columns.ts";
import type { Encoder } from "./encode.ts";
import type { LinearWeights } from "./linear-score.ts";
import type { Network } from "./network-score.ts";
import type { RuleModel } from "./rule.ts";
import type { Backend } from "./runtime.ts";
import type { Table } from "./table.ts";

/** A weighted piece of a model; a model's logit is the weighted sum of its parts' logits. */
export type Part =
  | { readonly kind: "rule"; readonly weight: number; readonly rule: RuleModel }
  | LinearPart
  | { readonly kind: "trees"; readonly weight: number; readonly forest: Forest }
  | { readonly kind: "network"; readonly weight: number; readonly encoder: Encoder; readonly net: Network };

/** A linear part of a model. */
export interface LinearPart extends LinearWeights {
  readonly kind: "linear";
  readonly weight: number;
}

/** Rows to score: the table for rules, its columns read once for everything else. */
export interface ScoringRows {
  readonly table: Table;
  readonly columns: readonly RawColumn[];
  readonly rows: number;
  /** Row of the table at which `columns` begin. */
  readonly from: number;
}

/** Effects by feature of a part, row by row, and the logit of the usual row. */
export interface PartEffects {
  readonly base: number;
  readonly features: readonly string[];
  readonly effects: Float64Array;
}

/** A part made ready: what scoring needs is laid out once, and what reasons need when the first one is asked for. */
export interface OpenPart {
  readonly weight: number;
  /** Logits, before the part's weight. */
  readonly logits: (input: ScoringRows) => Float64Array;
  readonly effects: (input: ScoringRows) => PartEffects;
}

/** Makes a part ready for scoring any number of rows. */
export function openPart(backend: Backend, part: Part): OpenPart {
  if (part.kind === "trees") return openTrees(part.weight, part.forest);
  if (part.kind === "network") return openNetwork(backend, part);
  if (part.kind === "rule") {
    return {
      weight: part.weight,
      logits: ({ rows, table, from }) =>
        Float64Array.from({ length: rows }, (_unused, i) => ruleLogit(part.rule, table, from + i)),
      effects: (input) => effectsOfRule(part.rule, input),
    };
  }
  const features = part.encoder.features.map(({ name }) => name);
  const linear = openLinear(part);
  return {
    weight: part.weight,
    logits: ({ columns, rows }) => linear.logits(columns, rows),
    effects: ({ columns, rows }) => ({ base: part.intercept, features, effects: linear.effects(columns, rows) }),
  };
}

function openTrees(weight: number, forest: Forest): OpenPart {
  const walk = openForest(forest);
  let explainer: ReturnType<typeof explainForest> | null = null;
  return {
    weight,
    logits: ({ columns, rows }) => walkForest(walk, binRows(forest.features, columns, rows)),
    effects: ({ columns, rows }) => {
      explainer ??= explainForest(forest);
      const bins = binRows(forest.features, columns, rows);
      const many = explainer.columns.length;
      const effects = new Float64Array(rows * many);
      for (let i = 0; i < rows; i += 1) {
        addForestEffects(explainer, bins, i * explainer.width, effects.subarray(i * many, (i + 1) * many));
      }
      return { base: explainer.base, features: explainer.columns, effects };
    },
  };
}

function openNetwork(backend: Backend, { weight, encoder, net }: Extract<Part, { kind: "network" }>): OpenPart {
  const features = encoder.features.map(({ name }) => name);
  return {
    weight,
    logits: ({ columns, rows }) => networkLogits(backend, net, encode(encoder, columns, rowsTo(rows))),
    effects: ({ columns, rows }) => {
      const { base, effects } = networkEffects(backend, net, encode(encoder, columns, rowsTo(rows)));
      const width = encoder.offsets.at(-1)!;
      const out = new Float64Array(rows * features.length);
      for (let i = 0; i < rows; i += 1) {
        for (let f = 0; f < features.length; f += 1) {
          let sum = 0;
          for (let j = encoder.offsets[f]!; j < encoder.offsets[f + 1]!; j += 1) sum += effects[i * width + j]!;
          out[i * features.length + f] = sum;
        }
      }
      return { base, features, effects: out };
    },
  };
}

function rowsTo(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_unused, i) => i);
}

function effectsOfRule(rule: RuleModel, input: ScoringRows): PartEffects {
  const features = rule.recency === null || rule.frequency === null ? [] : [rule.recency, rule.frequency];
  const effects = new Float64Array(input.rows * features.length);
  for (let i = 0; i < input.rows; i += 1) {
    const found = ruleEffects(rule, input.table, input.from + i);
    for (const [f, { effect }] of found.entries()) effects[i * features.length + f] = effect;
  }
  return { base: rule.base, features, effects };
}
