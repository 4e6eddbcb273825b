import { backTest } from "./lifetime-backtest.ts";
import { countKind, expectedCount, fitCounts } from "./count-model.ts";
import { COUNT_KINDS, predictValues, shippedKind } from "./lifetime.ts";
import { summarise } from "./purchases.ts";
import { namedParameters } from "./repeat-model.ts";
import { fitSpend } from "./value-model.ts";
import type { BackTest } from "./lifetime-backtest.ts";
import type { CountKind, CountModel } from "./count-model.ts";
import type { SpendModel } from "./gamma-gamma.ts";
import type { HistorySummary, PurchaseHistory } from "./purchases.ts";
import type { Amounts, ValueModel } from "./value-model.ts";

/** What is to be estimated. All times are days; a report speaks in units of `unitDays`. */
export interface ValueRequest {
  /** Days counted from 1970-01-01 of the last day known; 0 where `summaries` are given. */
  readonly until: number;
  readonly horizonDays: number;
  readonly unitDays: number;
  /** Days of a giving period, for bg-bb. */
  readonly periodDays: number;
  readonly model: CountKind | "ziln" | "rule" | "auto";
  /** Counts models that `auto` tries. */
  readonly donations: boolean;
  readonly withAmounts: boolean;
  /** Monthly rate. */
  readonly discount: number;
  readonly seed: number;
  readonly histories?: readonly PurchaseHistory[];
  /** Without histories nothing can be tried on later days: the information criterion chooses. */
  readonly summaries?: readonly HistorySummary[];
}

/** One line of the answer; times in units. */
export interface ValueRow {
  readonly customer: string;
  readonly frequency: number;
  readonly recency: number;
  readonly age: number;
  readonly p_alive: number;
  readonly expected_purchases: number;
  readonly expected_value: number;
  readonly low_80: number;
  readonly high_80: number;
}

/** Values of everybody with a purchase, in order of their ids, and what they rest on. */
export interface ValueEstimate {
  readonly rows: readonly ValueRow[];
  readonly report: Readonly<Record<string, unknown>>;
}

/** Repeat buyers below which no dropout can be told: the plain rule speaks. */
const FEWEST_REPEATERS = 10;

/** Estimates the value of every customer with a purchase; never refuses, and says in `guards` what it could not do. */
export function estimateValues(request: ValueRequest): ValueEstimate {
  const histories = [...(request.histories ?? [])].sort((a, b) => (a.customerId < b.customerId ? -1 : 1));
  const periods = request.donations || request.model === "bg-bb" ? request.periodDays : undefined;
  const guards: string[] = [];
  const summaries =
    request.summaries ?? histories.flatMap((history) => summaryOf(history, request.until, periods, guards));
  const repeaters = summaries.reduce((sum, row) => sum + (row.frequency > 0 ? (row.weight ?? 1) : 0), 0);
  const thin = repeaters < FEWEST_REPEATERS;
  if (thin) guards.push(`only ${String(repeaters)} customers bought again: the fit is a guess held by a weak prior`);
  const judged = (request.model === "auto" || request.model === "ziln" || request.model === "rule") && !thin;
  const test = judged && histories.length > 0 ? tryOut(request, histories, summaries) : null;
  if (test === null && request.model === "ziln") guards.push("no later days to learn from: the network is left out");
  const fits = fitAll(request, summaries, test);
  const model = modelOf(request, summaries, fits, test);
  const options = { horizonDays: request.horizonDays, seed: request.seed, discount: request.discount, test };
  const predictions = predictValues(summaries, model, options);
  const countFactor = test?.countFactor ?? 1;
  const rows = summaries.map((summary, i): ValueRow => {
    const { probabilityAlive, value, low, high } = predictions[i]!;
    const rule = test?.ships === "rule";
    return {
      customer: summary.customerId,
      frequency: summary.frequency,
      recency: summary.recency / request.unitDays,
      age: summary.age / request.unitDays,
      p_alive: rule ? finite(aliveBy(model, summary)) : finite(probabilityAlive),
      expected_purchases: finite(expectedCount(model.counts, summary, request.horizonDays) * countFactor),
      expected_value: finite(value),
      low_80: finite(low),
      high_80: finite(high),
    };
  });
  return { rows, report: reportOf(request, summaries, model, fits, test, guards) };
}

function aliveBy(model: ValueModel, summary: HistorySummary): number {
  return (
    predictValues([summary], model, { horizonDays: 1, seed: 0, discount: 0, test: null })[0]?.probabilityAlive ?? 0
  );
}

/** A customer whose purchases all came back still has a row: one who began then and never bought again. */
function summaryOf(
  history: PurchaseHistory,
  until: number,
  periodDays: number | undefined,
  guards: string[],
): HistorySummary[] {
  const summary = summarise(history, until, periodDays);
  if (summary !== null) return [summary];
  const bare = summarise({ ...history, returns: [] }, until, periodDays);
  if (bare === null) return [];
  const text = "customers whose purchases were all returned count as having bought once, for nothing";
  if (!guards.includes(text)) guards.push(text);
  const first = until - bare.age;
  const once = { ...history, purchases: [{ day: first, amount: 0 }], returns: [] };
  return [summarise(once, until, periodDays) ?? bare];
}

function tryOut(
  request: ValueRequest,
  histories: readonly PurchaseHistory[],
  summaries: readonly HistorySummary[],
): BackTest | null {
  const span = summaries.reduce((top, { age }) => Math.max(top, age), 0);
  if (span < 28 || summaries.length < 50) return null;
  const test = backTest(histories, summaries, {
    asOf: request.until,
    horizonDays: request.horizonDays,
    seed: request.seed,
    kinds: request.donations ? [...COUNT_KINDS, "bg-bb"] : COUNT_KINDS,
    amounts: request.withAmounts ? "all" : "none",
    periodDays: request.periodDays,
    ...(request.model === "ziln" ? { only: "ziln" as const } : {}),
  });
  return request.model === "rule" ? { ...test, ships: "rule", deciles: null } : test;
}

function fitAll(
  request: ValueRequest,
  summaries: readonly HistorySummary[],
  test: BackTest | null,
): readonly { readonly kind: CountKind; readonly counts: CountModel }[] {
  const { model, periodDays } = request;
  const named = model !== "auto" && model !== "ziln" && model !== "rule" ? [model] : null;
  const kinds = named ?? (test !== null ? [test.kind] : request.donations ? (["bg-bb"] as const) : COUNT_KINDS);
  return kinds.map((kind) => ({ kind, counts: fitCounts(kind, summaries, { guarded: named === null, periodDays }) }));
}

function modelOf(
  request: ValueRequest,
  summaries: readonly HistorySummary[],
  fits: readonly { readonly counts: CountModel }[],
  test: BackTest | null,
): ValueModel {
  const best = fits.reduce((a, b) => (b.counts.model.bic < a.counts.model.bic ? b : a));
  const amounts: Amounts = !request.withAmounts ? "none" : test === null ? "repeat" : "all";
  return { counts: best.counts, amounts, spend: amounts === "none" ? null : fitSpend(summaries, amounts) };
}

function reportOf(
  request: ValueRequest,
  summaries: readonly HistorySummary[],
  model: ValueModel,
  fits: readonly { readonly kind: CountKind; readonly counts: CountModel }[],
  test: BackTest | null,
  guards: readonly string[],
): Record<string, unknown> {
  const events = summaries.reduce((sum, row) => sum + row.frequency * (row.weight ?? 1), 0);
  const described = (counts: CountModel): Record<string, unknown> => describeCounts(counts, request.unitDays, events);
  // The literature's amounts are those after the first purchase, whatever the values rest on.
  const published = request.withAmounts && model.amounts !== "repeat" ? fitSpend(summaries, "repeat") : model.spend;
  return {
    model: countKind(model.counts),
    ships: test === null ? countKind(model.counts) : shippedKind(test.ships, model),
    customers: summaries.reduce((sum, row) => sum + (row.weight ?? 1), 0),
    repeat_purchases: events,
    ...described(model.counts),
    spend: published === null ? null : describeSpend(published),
    ...(model.amounts === "all" && model.spend !== null ? { spend_all_purchases: describeSpend(model.spend) } : {}),
    models: fits.map(({ kind, counts }) => ({ asked: kind, model: countKind(counts), ...described(counts) })),
    guards: [...new Set([...guards, ...model.counts.model.guards, ...(model.spend?.guards ?? [])])],
    discount_per_month: request.discount,
    horizon_days: request.horizonDays,
    unit_days: request.unitDays,
    back_test:
      test === null
        ? null
        : {
            days: test.days,
            total_factor: test.ships === "rule" ? test.ruleFactor : test.modelFactor,
            decile_factors: test.deciles,
            ...test.metrics,
          },
  };
}

function describeSpend({ p, q, v, logLikelihood, standardErrors, customers }: SpendModel): Record<string, unknown> {
  const errors = standardErrors === null ? null : named(["p", "q", "v"], standardErrors);
  return { parameters: { p, q, v }, log_likelihood: logLikelihood, standard_errors: errors, customers };
}

/** Parameters in the units of the report: rates of time have them, shapes do not, and a density changes with them. */
function describeCounts(counts: CountModel, unitDays: number, events: number): Record<string, unknown> {
  if (counts.family === "giving") {
    const { alpha, beta, gamma, delta, logLikelihood, standardErrors, bic } = counts.model;
    const errors = standardErrors === null ? null : named(["alpha", "beta", "gamma", "delta"], standardErrors);
    return { parameters: { alpha, beta, gamma, delta }, log_likelihood: logLikelihood, standard_errors: errors, bic };
  }
  const { model } = counts;
  const isTime = (name: string): boolean => name === "alpha" || (name === "beta" && model.kind === "pareto-nbd");
  const parameters = Object.fromEntries(
    Object.entries(namedParameters(model)).map(([name, value]) => [name, isTime(name) ? value / unitDays : value]),
  );
  const names = Object.keys(parameters).filter((name) => name !== "k");
  const shift = events * Math.log(unitDays);
  return {
    parameters,
    log_likelihood: model.logLikelihood + shift,
    standard_errors:
      model.standardErrors === null
        ? null
        : named(
            names,
            model.standardErrors.map((error, i) => (isTime(names[i]!) ? error / unitDays : error)),
          ),
    bic: model.bic - 2 * shift,
  };
}

function named(names: readonly string[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : 0;
}
