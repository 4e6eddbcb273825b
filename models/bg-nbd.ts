import { digamma, lgamma, logSumExp } from "./special.ts";
import type { RepeatData } from "./repeat-data.ts";
import type { LogLikelihood } from "./repeat-fit.ts";

/** BG/NBD (Fader, Hardie and Lee 2005): parameters r, alpha, a, b. */
export function bgNbdLikelihood([r, alpha, a, b]: readonly number[], data: RepeatData, g: Float64Array): number {
  return bgSums({ r: r!, alpha: alpha!, a: a!, b: b! }, data, g);
}

interface Dropout {
  readonly r: number;
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

function bgSums({ r, alpha, a, b }: Dropout, data: RepeatData, g: Float64Array): number {
  const [lnR, lnA, psiR, psiB, psiAB] = [lgamma(r), Math.log(alpha), digamma(r), digamma(b), digamma(a + b)];
  const lnAB = lgamma(a + b) - lgamma(b);
  let value = 0;
  for (const { x, weight, recency, age, weights } of data.groups) {
    const shape = r + x;
    const psiABX = digamma(a + b + x);
    const dropLog = x > 0 ? Math.log(a) - Math.log(b + x - 1) : -Infinity;
    value += weight * (lgamma(shape) - lnR + r * lnA + lnAB + lgamma(b + x) - lgamma(a + b + x));
    g[0] = g[0]! + weight * (digamma(shape) - psiR + lnA);
    g[1] = g[1]! + weight * (r / alpha);
    g[2] = g[2]! + weight * (psiAB - psiABX);
    g[3] = g[3]! + weight * (digamma(b + x) + psiAB - psiABX - psiB);
    let dropped = 0;
    for (let i = 0; i < weights.length; i += 1) {
      const w = weights[i]!;
      const lateLog = Math.log(alpha + age[i]!);
      if (x === 0) {
        value -= w * shape * lateLog;
        g[0] = g[0] - w * lateLog;
        g[1] = g[1] - (w * shape) / (alpha + age[i]!);
        continue;
      }
      const earlyLog = Math.log(alpha + recency[i]!);
      const both = logSumExp(-shape * lateLog, dropLog - shape * earlyLog);
      const w3 = w * Math.exp(-shape * lateLog - both);
      const w4 = w - w3;
      value += w * both;
      g[0] = g[0] - w3 * lateLog - w4 * earlyLog;
      g[1] = g[1] - shape * (w3 / (alpha + age[i]!) + w4 / (alpha + recency[i]!));
      dropped += w4;
    }
    g[2] = g[2] + dropped / a;
    if (x > 0) g[3] = g[3] - dropped / (b + x - 1);
  }
  return value;
}

/** NBD (Poisson buying with gamma rates, nobody drops out): parameters r, alpha. */
export function nbdLikelihood([r, alpha]: readonly number[], data: RepeatData, g: Float64Array): number {
  const [lnR, lnA, psiR] = [lgamma(r!), Math.log(alpha!), digamma(r!)];
  let value = 0;
  for (const { x, weight, age, weights } of data.groups) {
    const shape = r! + x;
    value += weight * (lgamma(shape) - lnR + r! * lnA);
    g[0] = g[0]! + weight * (digamma(shape) - psiR + lnA);
    for (let i = 0; i < weights.length; i += 1) {
      const log = Math.log(alpha! + age[i]!);
      value -= weights[i]! * shape * log;
      g[0] = g[0] - weights[i]! * log;
      g[1] = g[1]! + weights[i]! * (r! / alpha! - shape / (alpha! + age[i]!));
    }
  }
  return value;
}

/**
 * MBG/CNBD-k (Platzer and Reutterer 2016), for k = 1 MBG/NBD (Batislam et al. 2007): parameters r, alpha, a, b. A
 * customer may drop out after any purchase, the first included, and the time between purchases has k exponential stages.
 */
export function mbgCnbdLikelihood(k: number): LogLikelihood {
  return ([r, alpha, a, b], data, g) => {
    const own = { r: r!, alpha: alpha!, a: a!, b: b! };
    const value = mbgSums(own, k, data, g);
    return k === 1 ? value : value + (k - 1) * (data.logGaps ?? 0) - data.events * lgamma(k);
  };
}

function mbgSums({ r, alpha, a, b }: Dropout, k: number, data: RepeatData, g: Float64Array): number {
  const [lnR, lnA, psiR, psiB, psiAB] = [lgamma(r), Math.log(alpha), digamma(r), digamma(b), digamma(a + b)];
  const lnAB = lgamma(a + b) - lgamma(b);
  const stage = new Float64Array(k);
  let value = 0;
  for (const { x, weight, recency, age, weights } of data.groups) {
    const shape = r + k * x;
    const [psiShape, psiABX] = [digamma(shape), digamma(a + b + x)];
    const [logDrop, logStay] = [Math.log(a), Math.log(b + x)];
    value += weight * (lgamma(shape) - lnR + r * lnA + lnAB + lgamma(b + x) - lgamma(a + b + x) - Math.log(a + b + x));
    g[0] = g[0]! + weight * (psiShape - psiR + lnA);
    g[1] = g[1]! + weight * (r / alpha);
    g[2] = g[2]! + weight * (psiAB - psiABX - 1 / (a + b + x));
    g[3] = g[3]! + weight * (digamma(b + x) - psiB + psiAB - psiABX - 1 / (a + b + x));
    let dropped = 0;
    for (let i = 0; i < weights.length; i += 1) {
      const w = weights[i]!;
      const [early, late] = [alpha + recency[i]!, alpha + age[i]!];
      const [earlyLog, lateLog] = [Math.log(early), Math.log(late)];
      const gone = logDrop - shape * earlyLog;
      let both = gone;
      // Stage j: the j-th power of the share of the time that passed since the latest purchase.
      const passed = Math.log(Math.max(0, age[i]! - recency[i]!) / late);
      for (let j = 0, log = logStay - shape * lateLog; j < k; j += 1) {
        if (j > 0) log += Math.log((shape + j - 1) / j) + passed;
        stage[j] = log;
        both = logSumExp(both, log);
      }
      const w4 = w * Math.exp(gone - both);
      value += w * both;
      g[0] = g[0] - w4 * earlyLog;
      g[1] = g[1] - (w4 * shape) / early;
      for (let j = 0, psi = 0; j < k; j += 1) {
        if (j > 0) psi += 1 / (shape + j - 1);
        const w3 = w * Math.exp(stage[j]! - both);
        g[0] = g[0] + w3 * (psi - lateLog);
        g[1] = g[1] - (w3 * (shape + j)) / late;
      }
      dropped += w4;
    }
    g[2] = g[2] + dropped / a;
    g[3] = g[3] + (weight - dropped) / (b + x);
  }
  return value;
}
