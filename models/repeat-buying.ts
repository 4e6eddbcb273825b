import { bgNbdLikelihood, mbgCnbdLikelihood, nbdLikelihood } from "./bg-nbd.ts";
import { paretoNbdLikelihood } from "./pareto-nbd.ts";
import { prepareRepeatData } from "./repeat-data.ts";
import { guardedFit, standardErrorsOf } from "./repeat-fit.ts";
import type { RepeatData } from "./repeat-data.ts";
import type { LogLikelihood } from "./repeat-fit.ts";
import type { PurchaseSummary, RepeatKind, RepeatModel } from "./repeat-model.ts";

/** Stages beyond which no more are tried: at 8 the times are within a third of their mean. */
const MOST_STAGES = 8;

/**
 * Fits one kind of model by maximum likelihood, guarded against parameters that run off. `mbg-cnbd-k` takes the number
 * of stages from the data, and is MBG/NBD where the times between purchases are not known.
 */
export function fitRepeat(kind: RepeatKind, rows: readonly PurchaseSummary[]): RepeatModel {
  return fitPrepared(kind, prepareRepeatData(rows));
}

/**
 * Fits BG/NBD, and NBD without dropout in its place where its information criterion is not worse: data that show no
 * dropout send the parameters of dropout to infinity.
 */
export function fitRepeatModel(rows: readonly PurchaseSummary[]): RepeatModel {
  return withoutNeedlessDropout("bg-nbd", prepareRepeatData(rows));
}

/** The same for any kind of model with dropout. */
export function fitGuarded(kind: RepeatKind, rows: readonly PurchaseSummary[]): RepeatModel {
  return withoutNeedlessDropout(kind, prepareRepeatData(rows));
}

function withoutNeedlessDropout(kind: RepeatKind, data: RepeatData): RepeatModel {
  const model = fitPrepared(kind, data);
  if (model.a === null || model.k > 1) return model;
  const plain = fitPrepared("nbd", data);
  if (plain.bic > model.bic) return model;
  return { ...plain, guards: [...model.guards, "no dropout: NBD has the better information criterion"] };
}

function fitPrepared(kind: RepeatKind, data: RepeatData): RepeatModel {
  if (kind === "nbd") return fitOne(kind, 1, nbdLikelihood, data, [1, 1]);
  if (kind === "bg-nbd") return fitOne(kind, 1, bgNbdLikelihood, data, [1, 1, 1, 1]);
  if (kind === "pareto-nbd") return fitOne(kind, 1, paretoNbdLikelihood, data, [1, 1, 1, 1]);
  let best = fitOne(kind, 1, mbgCnbdLikelihood(1), data, [1, 1, 1, 1]);
  if (kind === "mbg-nbd") return best;
  if (data.logGaps === null) {
    return { ...best, guards: [...best.guards, "regular buying cannot be told without the times between purchases"] };
  }
  for (let k = 2; k <= MOST_STAGES; k += 1) {
    const { r, alpha, a, b } = best;
    const start = [r, ((alpha * data.scale) / best.k) * k, a ?? 1, b ?? 1].map((v) =>
      Math.min(500, Math.max(0.002, v)),
    );
    const next = fitOne(kind, k, mbgCnbdLikelihood(k), data, start);
    if (!(next.logLikelihood > best.logLikelihood)) break;
    best = next;
  }
  return best;
}

function fitOne(
  kind: RepeatKind,
  k: number,
  likelihood: LogLikelihood,
  data: RepeatData,
  start: readonly number[],
): RepeatModel {
  const fit = guardedFit(likelihood, data, start);
  const [r, alpha, a = null, b = null] = fit.natural;
  const dropoutRate = kind === "pareto-nbd" && b !== null ? b / data.scale : b;
  const natural = [r!, alpha! / data.scale, ...(a === null || dropoutRate === null ? [] : [a, dropoutRate])];
  const known = natural.length + (kind === "mbg-cnbd-k" ? 1 : 0);
  return {
    kind,
    k,
    r: natural[0]!,
    alpha: natural[1]!,
    a,
    b: dropoutRate,
    logLikelihood: fit.logLikelihood,
    bic: known * Math.log(data.customers) - 2 * fit.logLikelihood,
    standardErrors: standardErrorsOf(natural, fit.covariance),
    covariance: fit.covariance,
    evaluations: fit.evaluations,
    guards: fit.guards,
  };
}
