import { boost } from "./boosting.ts";
import { trainAdditive, trainLogistic } from "./additive.ts";
import { everyRow } from "./columns.ts";
import { encode, fitEncoder } from "./encode.ts";
import { logLoss } from "./metrics.ts";
import { trainNetwork } from "./network.ts";
import { networkLogits } from "./network-score.ts";
import { permutation } from "./random.ts";
import { fitRule, ruleLogit } from "./rule.ts";
import { sigmoid } from "./special.ts";
import { seededRandom } from "#core";
import type { Boosted, BoostOptions } from "./boosting.ts";
import type { Part } from "./parts.ts";
import type { Backend } from "./runtime.ts";
import type { Candidate, ModelKind, TrainingData } from "./training-types.ts";

/** Trains one candidate that learns by itself; means are made of others by `mixOf`. */
export function trainCandidate(backend: Backend, kind: Exclude<ModelKind, "mean">, data: TrainingData): Candidate {
  if (kind === "rule") return trainRule(data, data.rule);
  if (kind === "logistic") return trainLogistic(data);
  if (kind === "additive") return trainAdditive(data);
  return kind === "boosted" ? trainBoosted(data) : trainNetworks(backend, data);
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

/** Rows that all folds' networks together may see, all epochs counted: time, not quality, sets it. */
const NETWORK_VISITS = 420_000;

function trainNetworks(backend: Backend, data: TrainingData): Candidate {
  const { columns, labels, folds, foldCount } = data;
  const every = everyRow(labels.length);
  const outOfFold = new Float64Array(labels.length);
  const parts: Part[] = [];
  const wanted = Math.round(NETWORK_VISITS / (foldCount - 1) / labels.length);
  const epochs = Math.min(15, Math.max(4, wanted));
  const most = Math.round(NETWORK_VISITS / foldCount / epochs);
  for (let fold = 0; fold < foldCount; fold += 1) {
    const held = every.filter((i) => folds[i] === fold);
    const rest = every.filter((i) => folds[i] !== fold);
    const train = rest.length <= most ? rest : someOf(rest, most, data.seed);
    const encoder = fitEncoder(columns, train, { pieces: 12, labels });
    const design = encode(encoder, columns, train);
    const net = trainNetwork(
      backend,
      encoder,
      design,
      Float64Array.from(train, (i) => labels[i]!),
      { ...NETWORK, epochs, batch: labels.length > 15_000 ? 512 : 256, seed: data.seed * 17 + fold + 1 },
    );
    const logits = networkLogits(backend, net, encode(encoder, columns, held));
    for (const [k, i] of held.entries()) outOfFold[i] = logits[k]!;
    parts.push({ kind: "network", weight: 1 / foldCount, encoder, net });
  }
  const loss = logLoss(labels, outOfFold.map(sigmoid));
  return { kind: "network", name: "network", outOfFold, logLoss: loss, parts, settings: { epochs, ...NETWORK } };
}

const NETWORK = { members: 8, hidden: 64, rate: 0.003, decay: 0.01, dropout: 0.1 };

function someOf(rows: Int32Array, many: number, seed: number): Int32Array {
  return permutation(seededRandom(seed), rows.length)
    .subarray(0, many)
    .map((place) => rows[place]!)
    .sort();
}
