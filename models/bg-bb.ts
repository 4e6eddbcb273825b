import { guardedFit, standardErrorsOf } from "./repeat-fit.ts";
import { digamma, lgamma, logSumExp } from "./special.ts";
import type { LogLikelihood } from "./repeat-fit.ts";
import type { RepeatData } from "./repeat-data.ts";

/** A donor by periods (years): in how many of them gave, the last one in which gave, and how many there were. */
export interface GivingSummary {
  readonly frequency: number;
  readonly recency: number;
  /** Periods since the first gift. */
  readonly age: number;
  readonly weight?: number;
}

/** A fitted BG/BB model (Fader, Hardie and Shang 2010): giving Beta(alpha, beta), leaving Beta(gamma, delta). */
export interface GivingModel {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly delta: number;
  readonly logLikelihood: number;
  readonly bic: number;
  /** In the order alpha, beta, gamma, delta. */
  readonly standardErrors: readonly number[] | null;
  readonly covariance: readonly (readonly number[])[] | null;
  readonly evaluations: number;
  readonly guards: readonly string[];
}

/** Fits by maximum likelihood, guarded. Rows that are not whole periods are rounded; impossible ones are left out. */
export function fitBgBb(rows: readonly GivingSummary[]): GivingModel {
  const distinct = new Map<string, Giving>();
  let customers = 0;
  for (const row of rows) {
    const { x, tx, n } = whole(row);
    if (!(n > 0)) continue;
    const key = `${String(x)}|${String(tx)}|${String(n)}`;
    const weight = row.weight ?? 1;
    distinct.set(key, { x, tx, n, weight: (distinct.get(key)?.weight ?? 0) + weight });
    customers += weight;
  }
  const givers = [...distinct.values()];
  const data: RepeatData = { groups: [], customers: Math.max(1, customers), events: 0, logGaps: null, scale: 1 };
  const fit = guardedFit(likelihoodOf(givers), data, [1, 1, 1, 1]);
  const [alpha, beta, gamma, delta] = fit.natural;
  return {
    alpha: alpha!,
    beta: beta!,
    gamma: gamma!,
    delta: delta!,
    logLikelihood: fit.logLikelihood,
    bic: 4 * Math.log(data.customers) - 2 * fit.logLikelihood,
    standardErrors: standardErrorsOf(fit.natural, fit.covariance),
    covariance: fit.covariance,
    evaluations: fit.evaluations,
    guards: fit.guards,
  };
}

/** Probability that the donor has not left for good in the period after the last one. */
export function donorAlive(model: GivingModel, row: GivingSummary): number {
  const { x, n } = whole(row);
  const { alpha, beta, gamma, delta } = model;
  const log =
    logBeta(alpha + x, beta + n - x) - logBeta(alpha, beta) + logBeta(gamma, delta + n + 1) - logBeta(gamma, delta);
  return Math.min(1, Math.exp(log - rowLog(model, row)));
}

/** Gifts to be expected in the next `periods`; a broken period counts in part. */
export function expectedGifts(model: GivingModel, row: GivingSummary, periods: number): number {
  const { x, n } = whole(row);
  const { alpha, beta, gamma, delta } = model;
  const given = logBeta(alpha + x + 1, beta + n - x) - logBeta(alpha, beta) - rowLog(model, row);
  let log = logBeta(gamma, delta + n) - logBeta(gamma, delta) + given;
  let sum = 0;
  for (let m = 1; m - 1 < periods; m += 1) {
    // One more period survived: B(gamma, d + 1) / B(gamma, d) = d / (gamma + d).
    log += Math.log((delta + n + m - 1) / (gamma + delta + n + m - 1));
    sum += Math.exp(log) * Math.min(1, periods - m + 1);
  }
  return sum;
}

/** Log-likelihood of one donor. */
function rowLog({ alpha, beta, gamma, delta }: GivingModel, row: GivingSummary): number {
  const g = new Float64Array(4);
  return oneLog([alpha, beta, gamma, delta], { ...whole(row), weight: 1 }, g);
}

interface Giving {
  readonly x: number;
  readonly tx: number;
  readonly n: number;
  readonly weight: number;
}

function whole({ frequency, recency, age }: GivingSummary): { x: number; tx: number; n: number } {
  const n = Math.max(0, Math.round(age));
  const tx = Math.min(n, Math.max(0, Math.round(recency)));
  return { x: Math.min(tx, Math.max(0, Math.round(frequency))), tx, n };
}

function likelihoodOf(givers: readonly Giving[]): LogLikelihood {
  return (parameters, _data, gradient) => {
    const own = new Float64Array(4);
    let value = 0;
    for (const giver of givers) {
      own.fill(0);
      value += giver.weight * oneLog(parameters, giver, own);
      for (let i = 0; i < 4; i += 1) gradient[i] = gradient[i]! + giver.weight * own[i]!;
    }
    return value;
  };
}

/** Log-likelihood of one donor and its gradient: gone in some period after the last gift, or still there. */
function oneLog([alpha, beta, gamma, delta]: readonly number[], { x, tx, n }: Giving, g: Float64Array): number {
  const [pAB, pGD] = [digamma(alpha! + beta!), digamma(gamma! + delta!)];
  const [pA, pB, pG, pD] = [digamma(alpha!), digamma(beta!), digamma(gamma!), digamma(delta!)];
  const base = -logBeta(alpha!, beta!) - logBeta(gamma!, delta!);
  const logs: number[] = [];
  for (let end = tx; end <= n; end += 1) {
    const left = end < n ? 1 : 0;
    logs.push(logBeta(alpha! + x, beta! + end - x) + logBeta(gamma! + left, delta! + end));
  }
  const total = logs.reduce((sum, log) => logSumExp(sum, log), -Infinity);
  for (const [i, log] of logs.entries()) {
    const end = tx + i;
    const left = end < n ? 1 : 0;
    const w = Math.exp(log - total);
    const [pABn, pGDn] = [digamma(alpha! + beta! + end), digamma(gamma! + left + delta! + end)];
    g[0] = g[0]! + w * (digamma(alpha! + x) - pABn - pA + pAB);
    g[1] = g[1]! + w * (digamma(beta! + end - x) - pABn - pB + pAB);
    g[2] = g[2]! + w * (digamma(gamma! + left) - pGDn - pG + pGD);
    g[3] = g[3]! + w * (digamma(delta! + end) - pGDn - pD + pGD);
  }
  return base + total;
}

function logBeta(a: number, b: number): number {
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}
