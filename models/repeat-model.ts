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
  /** Sum of the logarithms of the times between purchases; regular buying cannot be told without it. */
  readonly logGaps?: number;
}

/**
 * Models of repeat buying. `nbd` knows no dropout; `bg-nbd` lets customers drop out after a repeat purchase, `mbg-nbd`
 * after the first one too, `mbg-cnbd-k` the same with regular (Erlang) times, `pareto-nbd` at any time.
 */
export type RepeatKind = "bg-nbd" | "mbg-nbd" | "mbg-cnbd-k" | "pareto-nbd" | "nbd";

/** A fitted model of repeat buying. */
export interface RepeatModel {
  readonly kind: RepeatKind;
  /** Stages of the time between purchases; 1 is the exponential law. */
  readonly k: number;
  readonly r: number;
  readonly alpha: number;
  /** Dropout: Beta(a, b), or in Pareto/NBD the shape s and the rate beta of its gamma law; null without dropout. */
  readonly a: number | null;
  readonly b: number | null;
  readonly logLikelihood: number;
  readonly bic: number;
  /** In the order r, alpha, a, b; null where the likelihood has no clear peak. */
  readonly standardErrors: readonly number[] | null;
  /** Covariance of the logarithms of the parameters, in the same order. */
  readonly covariance: readonly (readonly number[])[] | null;
  readonly evaluations: number;
  /** What had to be done to get a usable fit. */
  readonly guards: readonly string[];
}

/** Parameters under the names that the literature uses for this kind. */
export function namedParameters(model: RepeatModel): Record<string, number> {
  const { kind, k, r, alpha, a, b } = model;
  const dropout: Record<string, number> =
    a === null || b === null ? {} : kind === "pareto-nbd" ? { s: a, beta: b } : { a, b };
  return { ...(kind === "mbg-cnbd-k" ? { k } : {}), r, alpha, ...dropout };
}
