import { encode, fitEncoder } from "./encode.ts";
import { fitLinear } from "./linear.ts";
import { logLoss } from "./metrics.ts";
import { fitRule, ruleLogit } from "./rule.ts";
import { sigmoid } from "./special.ts";
import type { Encoder } from "./encode.ts";
import type { LinearFit } from "./linear.ts";
import type { Backend } from "./runtime.ts";
import type { RuleModel } from "./rule.ts";
import type { Table } from "./table.ts";

/** What every candidate learns from. */
export interface TrainingData {
  readonly table: Table;
  readonly features: readonly string[];
  readonly labels: Float64Array;
  /** Fold of each row, 0 to `foldCount` - 1; no customer is in two. */
  readonly folds: Int32Array;
  readonly foldCount: number;
  readonly rule: { readonly recency: string; readonly frequency: string } | null;
}

/** A trained candidate: what scores, and what it said of rows that it had not seen. */
export interface Candidate {
  readonly kind: "rule" | "logistic" | "additive";
  readonly name: string;
  readonly outOfFold: Float64Array;
  readonly logLoss: number;
  readonly rule: RuleModel | null;
  readonly encoder: Encoder | null;
  readonly weights: Float32Array;
  readonly intercept: number;
  readonly settings: Readonly<Record<string, number>>;
}

/** A way of making a candidate. The order of {@link CANDIDATES} is from simple to elaborate. */
export interface CandidateMaker {
  readonly kind: Candidate["kind"];
  train(backend: Backend, data: TrainingData): Candidate;
}

/** Every kind of candidate, simplest first: the first one that is not beaten ships. */
export const CANDIDATES: readonly CandidateMaker[] = [
  { kind: "rule", train: (_backend, data) => trainRule(data) },
  { kind: "logistic", train: (backend, data) => trainLinear(backend, data, "logistic", 0, [1, 8, 64, 256]) },
  { kind: "additive", train: (backend, data) => trainLinear(backend, data, "additive", 8, [4, 16, 64, 256]) },
];

function trainRule(data: TrainingData): Candidate {
  const outOfFold = new Float64Array(data.table.rows);
  for (let fold = 0; fold < data.foldCount; fold += 1) {
    const rule = fitRule(data.table, data.rule, data.labels, data.folds, fold);
    for (let i = 0; i < outOfFold.length; i += 1) {
      if (data.folds[i] === fold) outOfFold[i] = ruleLogit(rule, data.table, i);
    }
  }
  const rule = fitRule(data.table, data.rule, data.labels, data.folds, -1);
  return {
    kind: "rule",
    name: rule.recency === null ? "rule: overall rate" : "rule: recency and frequency",
    outOfFold,
    logLoss: logLoss(data.labels, outOfFold.map(sigmoid)),
    rule,
    encoder: null,
    weights: new Float32Array(0),
    intercept: 0,
    settings: {},
  };
}

function trainLinear(
  backend: Backend,
  data: TrainingData,
  kind: "logistic" | "additive",
  pieces: number,
  precisions: readonly number[],
): Candidate {
  const encoder = fitEncoder(data.table, data.features, { pieces });
  const design = encode(encoder, data.table);
  const everyFold = Array.from({ length: data.foldCount }, (_unused, fold) => fold);
  const tasks = precisions.flatMap((precision) => everyFold.map((without) => ({ without, precision })));
  const fits = fitLinear(backend, design, data.labels, data.folds, tasks);
  const options = precisions.map((precision, p) => {
    const outOfFold = Float64Array.from(data.folds, (fold, i) => fits[p * data.foldCount + fold]!.logits[i]!);
    return { precision, outOfFold, loss: logLoss(data.labels, outOfFold.map(sigmoid)) };
  });
  const best = options.reduce((a, b) => (b.loss < a.loss ? b : a));
  // The mean of the folds' solutions is next to the one for all rows.
  const chosen = options.indexOf(best) * data.foldCount;
  const start = meanPoint(fits.slice(chosen, chosen + data.foldCount));
  const all = [{ without: -1, precision: best.precision }];
  const [last] = fitLinear(backend, design, data.labels, data.folds, all, [start]);
  return {
    kind,
    name: kind,
    outOfFold: best.outOfFold,
    logLoss: best.loss,
    rule: null,
    encoder,
    weights: Float32Array.from(last!.weights),
    intercept: last!.intercept,
    settings: { precision: best.precision, pieces, columns: design.width },
  };
}

function meanPoint(fits: readonly LinearFit[]): Float64Array {
  const width = fits[0]!.weights.length;
  const point = new Float64Array(width + 1);
  for (const { weights, intercept } of fits) {
    for (let j = 0; j < width; j += 1) point[j] = point[j]! + weights[j]! / fits.length;
    point[width] = point[width]! + intercept / fits.length;
  }
  return point;
}
