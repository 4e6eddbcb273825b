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
      slug: slugOf(candidate, candidates),
      logLoss: candidate.logLoss,
      auc: auc(labels, candidate.outOfFold),
      worseBy: mean,
      standardError,
    };
  });
}

/** One word for a candidate; where there is a rule by recency and frequency, the overall rate is "rate". */
function slugOf(candidate: Candidate, candidates: readonly Candidate[]): string {
  if (candidate.kind !== "rule") return candidate.name.replace(/[^a-z]+/g, "_");
  const last = candidates.findLast(({ kind }) => kind === "rule");
  return candidate === last ? "rule" : "rate";
}

/** Share of the loss from which on a gain is worth a more elaborate model. */
const LEAST_GAIN = 0.0005;

/**
 * The simplest candidate of the given kinds that is not beaten: a rule by half a standard error (on a few hundred rows a
 * stricter test keeps rules that lose a quarter of their lift on new rows), a model also by half a thousandth of the
 * loss, for between models a small gain is worth having.
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
    if (candidate.kind === "rule") return gap <= 0.5 * error;
    return gap <= Math.min(0.5 * error, LEAST_GAIN * top.logLoss);
  });
  return shipped ?? best;
}

function bestOf(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
}

function lossesOf(candidates: readonly Candidate[], labels: Float64Array): Float64Array[] {
  return candidates.map(({ outOfFold }) => outOfFold.map((value, i) => rowLoss(labels[i]!, sigmoid(value))));
}
