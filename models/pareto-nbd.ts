import { digamma, lgamma, logSumExp } from "./special.ts";
import type { RepeatData } from "./repeat-data.ts";

/** Nodes and weights of Gauss and Legendre on (0, 1). */
interface Rule {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

const FITTING = gaussLegendre(12);
const EXACT = gaussLegendre(64);

/** Pareto/NBD (Schmittlein, Morrison and Colombo 1987): parameters r, alpha, s, beta. */
export function paretoNbdLikelihood([r, alpha, s, beta]: readonly number[], data: RepeatData, g: Float64Array): number {
  const own = { r: r!, alpha: alpha!, s: s!, beta: beta! };
  const [lnR, lnA, lnS, lnB, psiR] = [
    lgamma(own.r),
    Math.log(own.alpha),
    Math.log(own.s),
    Math.log(own.beta),
    digamma(own.r),
  ];
  let value = 0;
  for (const { x, weight, recency, age, weights } of data.groups) {
    const shape = own.r + x;
    value += weight * (lgamma(shape) - lnR + own.r * lnA + own.s * lnB);
    g[0] = g[0]! + weight * (digamma(shape) - psiR + lnA);
    g[1] = g[1]! + weight * (own.r / own.alpha);
    g[2] = g[2]! + weight * lnB;
    g[3] = g[3]! + weight * (own.s / own.beta);
    for (let i = 0; i < weights.length; i += 1) {
      const w = weights[i]!;
      const T = age[i]!;
      const [lateA, lateB] = [Math.log(own.alpha + T), Math.log(own.beta + T)];
      const stays = -shape * lateA - own.s * lateB;
      const left = integral(own, x, recency[i]!, T, FITTING);
      const both = logSumExp(stays, lnS + left.log);
      const w1 = w * Math.exp(stays - both);
      const w2 = w - w1;
      value += w * both;
      g[0] = g[0] - w1 * lateA - w2 * left.logA;
      g[1] = g[1] - shape * (w1 / (own.alpha + T) + w2 * left.perA);
      g[2] = g[2] - w1 * lateB + w2 * (1 / own.s - left.logB);
      g[3] = g[3] - (w1 * own.s) / (own.beta + T) - w2 * (own.s + 1) * left.perB;
    }
  }
  return value;
}

/** Log-odds of having left by the end of the observation. */
export function paretoLogOddsGone(
  model: { readonly r: number; readonly alpha: number; readonly s: number; readonly beta: number },
  x: number,
  recency: number,
  age: number,
): number {
  const stays = -(model.r + x) * Math.log(model.alpha + age) - model.s * Math.log(model.beta + age);
  return Math.log(model.s) + integral(model, x, recency, age, EXACT).log - stays;
}

/**
 * Logarithm of the integral over the time of leaving y, from the latest purchase to the end, of
 * (alpha + y)^-(r + x) (beta + y)^-(s + 1), and the means of log(alpha + y), 1 / (alpha + y), ... under it. Time is
 * replaced by the tail of a Lomax law with the same slope and the same tail, which leaves a smooth factor of about 1.
 */
function integral(
  { r, alpha, s, beta }: { readonly r: number; readonly alpha: number; readonly s: number; readonly beta: number },
  x: number,
  recency: number,
  age: number,
  rule: Rule,
): { log: number; logA: number; perA: number; logB: number; perB: number } {
  const p = r + x;
  const tail = p + s;
  const [startA, startB] = [alpha + recency, beta + recency];
  const scale = (tail + 1) / (p / startA + (s + 1) / startB);
  const span = Math.max(0, age - recency);
  const end = Math.exp(-tail * Math.log1p(span / scale));
  const [logStartA, logStartB] = [Math.log(startA), Math.log(startB)];
  let [sum, logA, perA, logB, perB] = [0, 0, 0, 0, 0];
  for (let i = 0; i < rule.nodes.length; i += 1) {
    const u = end + (1 - end) * rule.nodes[i]!;
    const logStep = -Math.log(u) / tail;
    const y = scale * Math.expm1(logStep);
    const [growthA, growthB] = [Math.log1p(y / startA), Math.log1p(y / startB)];
    const f = rule.weights[i]! * Math.exp(-p * growthA - (s + 1) * growthB + (tail + 1) * logStep);
    sum += f;
    logA += f * growthA;
    perA += f / (startA + y);
    logB += f * growthB;
    perB += f / (startB + y);
  }
  if (!(sum > 0) || !(end < 1))
    return { log: -Infinity, logA: logStartA, perA: 1 / startA, logB: logStartB, perB: 1 / startB };
  const log = Math.log(sum) + Math.log1p(-end) + Math.log(scale / tail) - p * logStartA - (s + 1) * logStartB;
  return { log, logA: logStartA + logA / sum, perA: perA / sum, logB: logStartB + logB / sum, perB: perB / sum };
}

function gaussLegendre(n: number): Rule {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let z = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round += 1) {
      let [p, before] = [1, 0];
      for (let j = 1; j <= n; j += 1) [p, before] = [((2 * j - 1) * z * p - (j - 1) * before) / j, p];
      slope = (n * (z * p - before)) / (z * z - 1);
      const step = p / slope;
      z -= step;
      if (Math.abs(step) < 1e-16) break;
    }
    nodes[i] = (1 - z) / 2;
    weights[i] = 1 / ((1 - z * z) * slope * slope);
  }
  return { nodes, weights };
}
