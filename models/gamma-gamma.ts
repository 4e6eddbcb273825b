import { minimise } from "./minimise.ts";
import { covarianceOf, standardErrorsOf } from "./repeat-fit.ts";
import { digamma, lgamma } from "./special.ts";

/** Purchases of one customer and their mean amount. */
export interface SpendSummary {
  readonly purchases: number;
  readonly mean: number;
  /** Customers with these figures; 1 where absent. */
  readonly weight?: number;
}

/** A fitted gamma-gamma model of spend per purchase (Fader and Hardie 2013). */
export interface SpendModel {
  readonly p: number;
  readonly q: number;
  readonly v: number;
  readonly logLikelihood: number;
  readonly customers: number;
  /** In the order p, q, v; null where the likelihood has no clear peak. */
  readonly standardErrors: readonly number[] | null;
  readonly guards: readonly string[];
}

/** Fits by maximum likelihood; rows without purchases or with a mean that is not above zero are left out. */
export function fitGammaGamma(rows: readonly SpendSummary[]): SpendModel {
  const usable = rows.filter((row) => row.purchases > 0 && row.mean > 0 && Number.isFinite(row.mean));
  const guards: string[] = [];
  const customers = usable.reduce((sum, row) => sum + (row.weight ?? 1), 0);
  const scale =
    usable.length === 0 ? 1 : usable.reduce((sum, row) => sum + row.mean * (row.weight ?? 1), 0) / customers;
  const data = usable.map((row) => ({ n: row.purchases, m: row.mean / scale, w: row.weight ?? 1 }));
  const count = Math.max(1, customers);
  let penalty = 0;
  let found = minimise((theta) => objective(theta, data, penalty, count), Float64Array.of(0.5, 1, 0.5));
  if ([...found.point].some((t) => Math.abs(t) > Math.log(1e3)) || Math.exp(found.point[1]!) < 1.02) {
    guards.push("parameters ran off: fitted again with a weak prior");
    penalty = 0.02;
    found = minimise((theta) => objective(theta, data, penalty, count), Float64Array.of(0.5, 1, 0.5));
  }
  const [p, q, v] = [...found.point].map(Math.exp) as [number, number, number];
  const logs = customers * Math.log(scale);
  return {
    p,
    q: Math.max(q, 1.02),
    v: v * scale,
    logLikelihood: -objective(found.point, data, 0, count).value * count - logs,
    customers,
    standardErrors: standardErrorsOf(
      [p, q, v * scale],
      covarianceOf((theta) => objective(theta, data, penalty, count).gradient, found.point, count),
    ),
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
  data: readonly { readonly n: number; readonly m: number; readonly w: number }[],
  penalty: number,
  count: number,
): { value: number; gradient: Float64Array } {
  const [p, q, v] = [...theta].map(Math.exp) as [number, number, number];
  const [lnQ, psiQ, lnV] = [lgamma(q), digamma(q), Math.log(v)];
  let value = 0;
  const g = new Float64Array(3);
  for (const { n, m, w } of data) {
    const total = Math.log(n * m + v);
    const shape = p * n;
    const log = lgamma(shape + q) - lgamma(shape) - lnQ + q * lnV + (shape - 1) * Math.log(m) + shape * Math.log(n);
    value -= w * (log - (shape + q) * total);
    const psi = digamma(shape + q);
    g[0] = g[0]! - w * n * (psi - digamma(shape) + Math.log(m) + Math.log(n) - total);
    g[1] = g[1]! - w * (psi - psiQ + lnV - total);
    g[2] = g[2]! - w * (q / v - (shape + q) / (n * m + v));
  }
  const natural = [p, q, v];
  let extra = 0;
  for (let i = 0; i < 3; i += 1) {
    g[i] = (g[i]! * natural[i]!) / count + 2 * penalty * theta[i]!;
    extra += penalty * theta[i]! * theta[i]!;
  }
  return { value: value / count + extra, gradient: g };
}
