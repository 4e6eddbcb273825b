import { minimise } from "./minimise.ts";
import { invertSymmetric } from "./special.ts";
import type { RepeatData } from "./repeat-data.ts";

/** Log-likelihood of all customers at natural parameters; adds its gradient into `gradient`. */
export type LogLikelihood = (parameters: readonly number[], data: RepeatData, gradient: Float64Array) => number;

/** Where a guarded fit ended, parameters in internal time. */
export interface GuardedFit {
  readonly natural: readonly number[];
  readonly logLikelihood: number;
  readonly covariance: number[][] | null;
  readonly evaluations: number;
  readonly guards: readonly string[];
}

const LOWEST = 1e-3;
const HIGHEST = 1e3;
/** Strength of the prior that calls back parameters which run off: lifetimes' usual penalty. */
const PENALTY = 0.01;

/**
 * Maximises a likelihood in the logarithms of its parameters. Parameters that leave 0.001 to 1,000 are called back by a
 * weak prior, and where even that does not hold them they are set to the bound.
 */
export function guardedFit(likelihood: LogLikelihood, data: RepeatData, start: readonly number[]): GuardedFit {
  const guards: string[] = [];
  const from = Float64Array.from(start, Math.log);
  let penalty = 0;
  let found = minimise((theta) => objective(likelihood, theta, data, penalty), from, { gradientTolerance: 1e-7 });
  let { evaluations } = found;
  if (![...found.point].every((t) => Math.exp(t) > LOWEST && Math.exp(t) < HIGHEST)) {
    guards.push("parameters ran off: fitted again with a weak prior");
    penalty = PENALTY;
    found = minimise((theta) => objective(likelihood, theta, data, penalty), from, { gradientTolerance: 1e-7 });
    evaluations += found.evaluations;
  }
  if (!found.converged) guards.push("the fit did not settle");
  const point = found.point.map((t) => Math.min(Math.log(HIGHEST), Math.max(Math.log(LOWEST), t)));
  if (point.some((t, i) => t !== found.point[i])) guards.push("a parameter is held at its bound");
  return {
    natural: [...point].map(Math.exp),
    logLikelihood: -objective(likelihood, point, data, 0).value * data.customers + data.events * Math.log(data.scale),
    covariance: covarianceOf((theta) => objective(likelihood, theta, data, penalty).gradient, point, data.customers),
    evaluations,
    guards,
  };
}

/** Inverse Hessian of the whole negative log-likelihood, from differences of its gradient. */
export function covarianceOf(
  gradient: (theta: Float64Array) => Float64Array,
  at: Float64Array,
  customers: number,
): number[][] | null {
  const h = 1e-4;
  const rows = [...at].map((_unused, i) => {
    const up = gradient(at.map((v, j) => (i === j ? v + h : v)));
    const down = gradient(at.map((v, j) => (i === j ? v - h : v)));
    return [...up].map((v, j) => ((v - down[j]!) / (2 * h)) * customers);
  });
  return invertSymmetric(rows.map((row, i) => row.map((v, j) => (v + rows[j]![i]!) / 2)));
}

/** Standard errors of natural parameters from the covariance of their logarithms. */
export function standardErrorsOf(
  natural: readonly number[],
  covariance: readonly (readonly number[])[] | null,
): number[] | null {
  if (covariance === null) return null;
  const errors = natural.map((value, i) => value * Math.sqrt(Math.max(0, covariance[i]![i]!)));
  return errors.every(Number.isFinite) ? errors : null;
}

function objective(
  likelihood: LogLikelihood,
  theta: Float64Array,
  data: RepeatData,
  penalty: number,
): { value: number; gradient: Float64Array } {
  const natural = [...theta].map(Math.exp);
  const gradient = new Float64Array(theta.length);
  let value = -likelihood(natural, data, gradient) / data.customers;
  for (let i = 0; i < theta.length; i += 1) {
    gradient[i] = (-gradient[i]! * natural[i]!) / data.customers + 2 * penalty * theta[i]!;
    value += penalty * theta[i]! * theta[i]!;
  }
  return { value, gradient };
}
