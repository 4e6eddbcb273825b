import { minimise } from "./minimise.ts";
import { digamma, hypergeometric, integrateUnit, invertSymmetric, lgamma, logSumExp } from "./special.ts";

/** What a repeat-buying model needs of one customer; times in one unit (weeks, days). */
export interface PurchaseSummary {
  /** Repeat purchases: purchase days after the first. */
  readonly frequency: number;
  /** Time of the latest purchase since the first; 0 without a repeat. */
  readonly recency: number;
  /** Time from the first purchase to the end of the observation. */
  readonly age: number;
  /** Customers with these figures; 1 where absent. */
  readonly weight?: number;
}

/** A fitted model of repeat buying: BG/NBD, or NBD where dropout does not pay for itself. */
export interface RepeatModel {
  readonly kind: "bg-nbd" | "nbd";
  readonly r: number;
  readonly alpha: number;
  /** Dropout, Beta(a, b); absent in NBD. */
  readonly a: number | null;
  readonly b: number | null;
  readonly logLikelihood: number;
  readonly bic: number;
  readonly standardErrors: readonly number[] | null;
  /** Covariance of the logarithms of the parameters, in the order r, alpha, a, b. */
  readonly covariance: readonly (readonly number[])[] | null;
  readonly evaluations: number;
  /** What had to be done to get a usable fit. */
  readonly guards: readonly string[];
}

const LOWEST = 1e-3;
const HIGHEST = 1e3;

/**
 * Fits BG/NBD (Fader, Hardie and Lee 2005) by maximum likelihood in the logarithms of its parameters on distinct rows.
 * A fit that runs off is repeated with a weak prior, and NBD without dropout takes over where its BIC is not worse.
 */
export function fitRepeatModel(rows: readonly PurchaseSummary[]): RepeatModel {
  const bg = fitBgNbd(rows);
  const nbd = fitNbd(rows);
  if (nbd.bic > bg.bic) return bg;
  return { ...nbd, guards: [...bg.guards, "no dropout: NBD has the better information criterion"] };
}

/** Fits BG/NBD alone, see {@link fitRepeatModel}. */
export function fitBgNbd(rows: readonly PurchaseSummary[]): RepeatModel {
  const data = prepare(rows);
  const guards: string[] = [];
  let penalty = 0;
  let found = minimise((theta) => bgObjective(theta, data, penalty), Float64Array.of(0, 0, 0, 0));
  if (![...found.point].every((t) => Math.exp(t) > LOWEST && Math.exp(t) < HIGHEST)) {
    guards.push("parameters ran off: fitted again with a weak prior");
    penalty = 0.01;
    found = minimise((theta) => bgObjective(theta, data, penalty), Float64Array.of(0, 0, 0, 0));
  }
  if (!found.converged) guards.push("the fit did not settle");
  const value = bgObjective(found.point, data, 0).value;
  const logLikelihood = -value * data.customers + data.events * Math.log(data.scale);
  const [r, alpha, a, b] = [...found.point].map(Math.exp) as [number, number, number, number];
  const covariance = covarianceOf((theta) => bgObjective(theta, data, penalty).gradient, found.point, data.customers);
  const natural = [r, alpha / data.scale, a, b];
  return {
    kind: "bg-nbd",
    r,
    alpha: alpha / data.scale,
    a,
    b,
    logLikelihood,
    bic: 4 * Math.log(data.customers) - 2 * logLikelihood,
    standardErrors: covariance?.map((row, i) => natural[i]! * Math.sqrt(Math.max(0, row[i]!))) ?? null,
    covariance,
    evaluations: found.evaluations,
    guards,
  };
}

/** Fits NBD (Poisson buying with gamma rates, nobody drops out). */
export function fitNbd(rows: readonly PurchaseSummary[]): RepeatModel {
  const data = prepare(rows);
  const found = minimise((theta) => nbdObjective(theta, data), Float64Array.of(0, 0));
  const guards = found.converged ? [] : ["the fit did not settle"];
  const theta = found.point.map((t) => Math.min(Math.log(HIGHEST), Math.max(Math.log(LOWEST), t)));
  const logLikelihood = -nbdObjective(theta, data).value * data.customers + data.events * Math.log(data.scale);
  const natural = [Math.exp(theta[0]!), Math.exp(theta[1]!) / data.scale];
  const covariance = covarianceOf((point) => nbdObjective(point, data).gradient, theta, data.customers);
  return {
    kind: "nbd",
    r: natural[0]!,
    alpha: natural[1]!,
    a: null,
    b: null,
    logLikelihood,
    bic: 2 * Math.log(data.customers) - 2 * logLikelihood,
    standardErrors: covariance?.map((row, i) => natural[i]! * Math.sqrt(Math.max(0, row[i]!))) ?? null,
    covariance,
    evaluations: found.evaluations,
    guards,
  };
}

/** Probability that the customer still buys at the end of the observation. */
export function probabilityAlive(model: RepeatModel, { frequency: x, recency, age }: PurchaseSummary): number {
  if (model.a === null || model.b === null || x === 0) return 1;
  const odds =
    Math.log(model.a / (model.b + x - 1)) + (model.r + x) * Math.log((model.alpha + age) / (model.alpha + recency));
  return 1 / (1 + Math.exp(odds));
}

/** Purchases to be expected within `horizon` after the end of the observation. */
export function expectedPurchases(model: RepeatModel, summary: PurchaseSummary, horizon: number): number {
  return probabilityAlive(model, summary) * expectedIfAlive(model, summary, horizon);
}

/** The same, for a customer known to be still buying. */
export function expectedIfAlive(model: RepeatModel, { frequency: x, age }: PurchaseSummary, horizon: number): number {
  const shape = model.r + x;
  if (model.a === null || model.b === null) return (shape / (model.alpha + age)) * horizon;
  const { a, b } = model;
  if (Math.abs(a - 1) < 1e-4) {
    // The closed form is 0 / 0 at a = 1: the mean of both sides is exact to the square of the distance.
    const low = expectedIfAlive({ ...model, a: 1 - 2e-4 }, { frequency: x, recency: 0, age }, horizon);
    const high = expectedIfAlive({ ...model, a: 1 + 2e-4 }, { frequency: x, recency: 0, age }, horizon);
    return (low + high) / 2;
  }
  const z = horizon / (model.alpha + age + horizon);
  // Euler's form keeps the parameters small where x is large; the published form overflows there.
  const series = hypergeometric(a + b - 1 - model.r, a - 1, a + b + x - 1, z);
  if (series.trusted) {
    const value = ((a + b + x - 1) / (a - 1)) * (1 - (1 - z) ** (a - 1) * series.value);
    if (Number.isFinite(value) && value >= 0) return value;
  }
  const beta = lgamma(a) + lgamma(b + x) - lgamma(a + b + x);
  return integrateUnit((p, rest) => {
    const bought = -Math.expm1(-shape * Math.log1p((p * horizon) / (model.alpha + age)));
    return (bought / p) * Math.exp((a - 1) * Math.log(p) + (b + x - 1) * Math.log(rest) - beta);
  });
}

interface Data {
  readonly rows: readonly { readonly x: number; readonly tx: number; readonly age: number; readonly weight: number }[];
  readonly customers: number;
  readonly events: number;
  /** Internal time units for one given unit: the longest age becomes 10, which keeps the start within reach. */
  readonly scale: number;
}

function prepare(rows: readonly PurchaseSummary[]): Data {
  const usable = rows.filter(
    (row) =>
      row.frequency >= 0 && row.age > 0 && row.recency >= 0 && row.recency <= row.age && Number.isFinite(row.age),
  );
  const longest = usable.reduce((top, row) => Math.max(top, row.age), 0);
  const scale = longest > 0 ? 10 / longest : 1;
  const distinct = new Map<string, { x: number; tx: number; age: number; weight: number }>();
  for (const row of usable) {
    const key = `${String(row.frequency)}|${String(row.recency)}|${String(row.age)}`;
    const found = distinct.get(key);
    if (found === undefined) {
      distinct.set(key, {
        x: row.frequency,
        tx: row.recency * scale,
        age: row.age * scale,
        weight: row.weight ?? 1,
      });
    } else found.weight += row.weight ?? 1;
  }
  const list = [...distinct.values()];
  return {
    rows: list,
    customers: Math.max(
      1,
      list.reduce((sum, row) => sum + row.weight, 0),
    ),
    events: list.reduce((sum, row) => sum + row.weight * row.x, 0),
    scale,
  };
}

/** Mean negative log-likelihood of BG/NBD and its gradient by the logarithms of r, alpha, a, b. */
function bgObjective(theta: Float64Array, data: Data, penalty: number): { value: number; gradient: Float64Array } {
  const [r, alpha, a, b] = [...theta].map(Math.exp) as [number, number, number, number];
  const [lnR, lnA, psiR, psiB, psiAB] = [lgamma(r), Math.log(alpha), digamma(r), digamma(b), digamma(a + b)];
  const lnAB = lgamma(a + b) - lgamma(b);
  let value = 0;
  const g = new Float64Array(4);
  for (const { x, tx, age, weight } of data.rows) {
    const lateLog = Math.log(alpha + age);
    const a1 = lgamma(r + x) - lnR + r * lnA + lnAB + lgamma(b + x) - lgamma(a + b + x);
    const a3 = -(r + x) * lateLog;
    const earlyLog = Math.log(alpha + tx);
    const a4 = x > 0 ? Math.log(a) - Math.log(b + x - 1) - (r + x) * earlyLog : -Infinity;
    const both = logSumExp(a3, a4);
    const w3 = Math.exp(a3 - both);
    const w4 = Math.exp(a4 - both);
    value -= weight * (a1 + both);
    g[0] = g[0]! - weight * (digamma(r + x) - psiR + lnA - w3 * lateLog - w4 * earlyLog);
    g[1] = g[1]! - weight * (r / alpha - (r + x) * (w3 / (alpha + age) + w4 / (alpha + tx)));
    const psiABX = digamma(a + b + x);
    g[2] = g[2]! - weight * (psiAB - psiABX + w4 / a);
    g[3] = g[3]! - weight * (digamma(b + x) + psiAB - psiABX - psiB - (x > 0 ? w4 / (b + x - 1) : 0));
  }
  const natural = [r, alpha, a, b];
  let extra = 0;
  for (let i = 0; i < 4; i += 1) {
    g[i] = (g[i]! * natural[i]!) / data.customers + 2 * penalty * theta[i]!;
    extra += penalty * theta[i]! * theta[i]!;
  }
  return { value: value / data.customers + extra, gradient: g };
}

function nbdObjective(theta: Float64Array, data: Data): { value: number; gradient: Float64Array } {
  const [r, alpha] = [Math.exp(theta[0]!), Math.exp(theta[1]!)];
  const [lnR, lnA, psiR] = [lgamma(r), Math.log(alpha), digamma(r)];
  let value = 0;
  const g = new Float64Array(2);
  for (const { x, age, weight } of data.rows) {
    const log = Math.log(alpha + age);
    value -= weight * (lgamma(r + x) - lnR + r * lnA - (r + x) * log);
    g[0] = g[0]! - weight * (digamma(r + x) - psiR + lnA - log);
    g[1] = g[1]! - weight * (r / alpha - (r + x) / (alpha + age));
  }
  g[0] = (g[0]! * r) / data.customers;
  g[1] = (g[1]! * alpha) / data.customers;
  return { value: value / data.customers, gradient: g };
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
