import { auc, pairedDifference, rowLoss } from "./metrics.ts";
import { sigmoid } from "./special.ts";
import type { Candidate, ModelKind } from "./training-types.ts";

/** How a candidate did against the best one, on rows that neither had seen. */
export interface Comparison {
  readonly name: string;
  /** The name as a word of a metric. */
  readonly slug: string;
  readonly logLoss: number;
  readonly auc: number;
  /** Mean difference of log-loss, row by row, and its standard error with customers taken together. */
  readonly worseBy: number;
  readonly standardError: number;
}

/** Compares candidates with the best of them by a paired test. */
export function compare(candidates: readonly Candidate[], labels: Float64Array, groups: Int32Array): Comparison[] {
  const losses = lossesOf(candidates, labels);
  const best = candidates.indexOf(bestOf(candidates));
  return candidates.map((candidate, k) => {
    const { mean, standardError } = pairedDifference(losses[k]!, losses[best]!, groups);
    return {
      name: candidate.name,
      slug: candidate.name.split(":")[0] === "rule" ? "rule" : candidate.name.replace(/[^a-z]+/g, "_"),
      logLoss: candidate.logLoss,
      auc: auc(labels, candidate.outOfFold),
      worseBy: mean,
      standardError,
    };
  });
}

/**
 * The simplest candidate of the given kinds that is not beaten. A rule must be beaten at 5%. A model gives way to a more
 * elaborate one when that is better by half a standard error and by a thousandth of the loss: between models a small
 * gain is worth having, for the evidence of both is the same rows.
 */
export function shippedOf(
  candidates: readonly Candidate[],
  comparisons: readonly Comparison[],
  kinds: readonly ModelKind[] | undefined,
): Candidate {
  const allowed = candidates.filter(({ kind }) => kinds?.includes(kind) ?? true);
  const pool = allowed.length > 0 ? allowed : candidates;
  const of = (candidate: Candidate): Comparison => comparisons[candidates.indexOf(candidate)]!;
  const best = bestOf(pool);
  const top = of(best);
  const shipped = pool.find((candidate) => {
    const { worseBy, standardError } = of(candidate);
    const gap = worseBy - top.worseBy;
    const error = Math.max(standardError, 1e-12);
    if (candidate.kind === "rule") return gap <= 1.645 * error;
    return gap <= Math.min(0.5 * error, 0.001 * top.logLoss);
  });
  return shipped ?? best;
}

function bestOf(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
}

function lossesOf(candidates: readonly Candidate[], labels: Float64Array): Float64Array[] {
  return candidates.map(({ outOfFold }) => outOfFold.map((value, i) => rowLoss(labels[i]!, sigmoid(value))));
}
