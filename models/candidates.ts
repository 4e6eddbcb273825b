import { boost } from "./boosting.ts";
import { trainAdditive, trainLogistic } from "./additive.ts";
import { logLoss } from "./metrics.ts";
import { alone, trainNetworks } from "./fold-networks.ts";
import { fitRule, ruleLogit } from "./rule.ts";
import { sigmoid } from "./special.ts";
import type { Boosted, BoostOptions } from "./boosting.ts";
import type { FoldCrew } from "./fold-networks.ts";
import type { Backend } from "./runtime.ts";
import type { Candidate, ModelKind, TrainingData } from "./training-types.ts";

/** Trains one candidate that learns by itself; means are made of others by `mixOf`. */
export function trainCandidate(
  backend: Backend,
  kind: Exclude<ModelKind, "mean">,
  data: TrainingData,
  crew: FoldCrew | null,
): Candidate {
  if (kind === "rule") return trainRule(data, data.rule);
  if (kind === "logistic") return trainLogistic(data);
  if (kind === "additive") return trainAdditive(data);
  return kind === "boosted" ? trainBoosted(data) : trainNetworks(backend, data, crew ?? alone());
}

/** Name of the rule that looks at nothing. */
export const RATE = "rule: overall rate";

/** The overall rate: what every rule and model must beat. */
export function trainRate(data: TrainingData): Candidate {
  return trainRule(data, null);
}

function trainRule(data: TrainingData, columns: TrainingData["rule"]): Candidate {
  const outOfFold = new Float64Array(data.table.rows);
  for (let fold = 0; fold < data.foldCount; fold += 1) {
    const rule = fitRule(data.table, columns, data.labels, data.folds, fold);
    for (let i = 0; i < outOfFold.length; i += 1) {
      if (data.folds[i] === fold) outOfFold[i] = ruleLogit(rule, data.table, i);
    }
  }
  const rule = fitRule(data.table, columns, data.labels, data.folds, -1);
  return {
    kind: "rule",
    name: rule.recency === null ? RATE : "rule: recency and frequency",
    outOfFold,
    logLoss: logLoss(data.labels, outOfFold.map(sigmoid)),
    parts: [{ kind: "rule", weight: 1, rule }],
    settings: {},
  };
}

/**
 * Small trees where tables are additive, larger and freer ones where interactions rule; the rows held out decide, and
 * the next one is tried only where the last step was a gain.
 */
const SHAPES: readonly Pick<BoostOptions, "leaves" | "depth" | "weight" | "ridge" | "rate" | "columnShare">[] = [
  { leaves: 5, depth: 4, weight: 4, ridge: 8, rate: 0.04, columnShare: 0.3 },
  { leaves: 24, depth: 8, weight: 1.5, ridge: 4, rate: 0.04, columnShare: 0.25 },
  { leaves: 31, depth: 10, weight: 0.5, ridge: 1, rate: 0.05, columnShare: 0.2 },
];

/** Most trees of a fold: more would cost more time in scoring than they gain. */
const MOST_ROUNDS = 1000;

function trainBoosted(data: TrainingData): Candidate {
  const { columns, labels, folds, foldCount, seed } = data;
  let best: Boosted | null = null;
  let shape = SHAPES[0]!;
  for (const candidate of SHAPES) {
    // Many rows bear larger steps: the noise of a step falls with them.
    const rate = labels.length > 20_000 ? 2 * candidate.rate : candidate.rate;
    const options = { ...candidate, rate, rounds: MOST_ROUNDS, patience: 40, rowShare: 0.8, seed };
    const found = boost(columns, labels, folds, foldCount, options);
    if (best !== null && found.logLoss >= best.logLoss) break;
    best = found;
    shape = candidate;
  }
  const { forest, outOfFold, rounds } = best!;
  return {
    kind: "boosted",
    name: "boosted",
    outOfFold,
    logLoss: best!.logLoss,
    parts: [{ kind: "trees", weight: 1, forest }],
    settings: { rounds, leaves: shape.leaves, depth: shape.depth },
  };
}
