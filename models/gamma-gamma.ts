import { minimise } from "./minimise.ts";
import { digamma, lgamma } from "./special.ts";

/** Purchases of one customer and their mean amount. */
export interface SpendSummary {
  readonly purchases: number;
  readonly mean: number;
}

/** A fitted gamma-gamma model of spend per purchase (Fader and Hardie 2013). */
export interface SpendModel {
  readonly p: number;
  readonly q: number;
  readonly v: number;
  readonly logLikelihood: number;
  readonly customers: number;
  readonly guards: readonly string[];
}

/** Fits by maximum likelihood; rows without purchases or with a mean that is not above zero are left out. */
export function fitGammaGamma(rows: readonly SpendSummary[]): SpendModel {
  const usable = rows.filter((row) => row.purchases > 0 && row.mean > 0 && Number.isFinite(row.mean));
  const guards: string[] = [];
  const scale = usable.length === 0 ? 1 : usable.reduce((sum, row) => sum + row.mean, 0) / usable.length;
  const data = usable.map((row) => ({ n: row.purchases, m: row.mean / scale }));
  let penalty = 0;
  let found = minimise((theta) => objective(theta, data, penalty), Float64Array.of(0.5, 1, 0.5));
  if ([...found.point].some((t) => Math.abs(t) > Math.log(1e3)) || Math.exp(found.point[1]!) < 1.02) {
    guards.push("parameters ran off: fitted again with a weak prior");
    penalty = 0.02;
    found = minimise((theta) => objective(theta, data, penalty), Float64Array.of(0.5, 1, 0.5));
  }
  const [p, q, v] = [...found.point].map(Math.exp) as [number, number, number];
  const logs = data.length * Math.log(scale);
  return {
    p,
    q: Math.max(q, 1.02),
    v: v * scale,
    logLikelihood: -objective(found.point, data, 0).value * Math.max(1, data.length) - logs,
    customers: data.length,
    guards,
  };
}

/** Mean amount to be expected of the customer's next purchases: own mean and everybody's, weighed by what is known. */
export function expectedSpend(model: SpendModel, { purchases, mean }: SpendSummary): number {
  const n = mean > 0 ? purchases : 0;
  return (model.p * (model.v + n * (n > 0 ? mean : 0))) / (model.p * n + model.q - 1);
}

/** Mean negative log-likelihood and its gradient by the logarithms of p, q, v. */
function objective(
  theta: Float64Array,
  data: readonly { readonly n: number; readonly m: number }[],
  penalty: number,
): { value: number; gradient: Float64Array } {
  const [p, q, v] = [...theta].map(Math.exp) as [number, number, number];
  const [lnQ, psiQ, lnV] = [lgamma(q), digamma(q), Math.log(v)];
  let value = 0;
  const g = new Float64Array(3);
  for (const { n, m } of data) {
    const total = Math.log(n * m + v);
    const shape = p * n;
    value -= lgamma(shape + q) - lgamma(shape) - lnQ + q * lnV + (shape - 1) * Math.log(m) + shape * Math.log(n);
    value += (shape + q) * total;
    const psi = digamma(shape + q);
    g[0] = g[0]! - n * (psi - digamma(shape) + Math.log(m) + Math.log(n) - total);
    g[1] = g[1]! - (psi - psiQ + lnV - total);
    g[2] = g[2]! - (q / v - (shape + q) / (n * m + v));
  }
  const natural = [p, q, v];
  const count = Math.max(1, data.length);
  let extra = 0;
  for (let i = 0; i < 3; i += 1) {
    g[i] = (g[i]! * natural[i]!) / count + 2 * penalty * theta[i]!;
    extra += penalty * theta[i]! * theta[i]!;
  }
  return { value: value / count + extra, gradient: g };
}
