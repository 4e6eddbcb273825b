import { seededRandom } from "#core";
import { donorAlive, expectedGifts, fitBgBb } from "./bg-bb.ts";
import { betaDeviate, gammaDeviate, normal, poissonDeviate } from "./random.ts";
import { fitGuarded, fitRepeat } from "./repeat-buying.ts";
import { drawStage, expectedIfAlive, probabilityAlive, probabilityOfPurchase } from "./repeat-forecast.ts";
import { cholesky } from "./special.ts";
import type { Random } from "#core";
import type { GivingModel, GivingSummary } from "./bg-bb.ts";
import type { HistorySummary } from "./purchases.ts";
import type { RepeatKind, RepeatModel } from "./repeat-model.ts";

/** Kinds of models that count purchases. */
export type CountKind = RepeatKind | "bg-bb";

/** A fitted model that says how often somebody will buy; times in days. */
export type CountModel =
  | { readonly family: "repeat"; readonly model: RepeatModel }
  | { readonly family: "giving"; readonly model: GivingModel; readonly periodDays: number };

/** Name of the model as published. */
export function countKind(counts: CountModel): CountKind {
  return counts.family === "giving" ? "bg-bb" : counts.model.kind;
}

/**
 * Fits a kind. With `guarded`, NBD takes the place of a model whose dropout does not pay for itself. `periodDays` is for
 * bg-bb alone: summaries must have been counted in the same periods.
 */
export function fitCounts(
  kind: CountKind,
  summaries: readonly HistorySummary[],
  options: { readonly guarded: boolean; readonly periodDays: number },
): CountModel {
  if (kind === "bg-bb") {
    const rows = summaries.map((summary) => ({
      ...givingOf(summary, options.periodDays),
      weight: summary.weight ?? 1,
    }));
    return { family: "giving", model: fitBgBb(rows), periodDays: options.periodDays };
  }
  return { family: "repeat", model: options.guarded ? fitGuarded(kind, summaries) : fitRepeat(kind, summaries) };
}

/** Probability of being a customer still. */
export function chanceAlive(counts: CountModel, summary: HistorySummary): number {
  if (counts.family === "repeat") return probabilityAlive(counts.model, summary);
  return donorAlive(counts.model, givingOf(summary, counts.periodDays));
}

/** Purchases to be expected within the horizon. */
export function expectedCount(counts: CountModel, summary: HistorySummary, days: number): number {
  if (counts.family === "giving") {
    return expectedGifts(counts.model, givingOf(summary, counts.periodDays), days / counts.periodDays);
  }
  return probabilityAlive(counts.model, summary) * expectedIfAlive(counts.model, summary, days);
}

/** Probability of at least one purchase within the horizon. */
export function chanceOfPurchase(counts: CountModel, summary: HistorySummary, days: number): number {
  if (counts.family === "repeat") return probabilityOfPurchase(counts.model, summary, days);
  // Gifts of later periods are not independent, but this is a starting point only.
  return -Math.expm1(-expectedCount(counts, summary, days));
}

/** How many draws stand for the uncertainty of the parameters. */
const DRAWS = 20;

/** Models as they could be as well, drawn from the uncertainty of the fitted one; that one alone where it is unknown. */
export function drawCounts(counts: CountModel, seed: number): readonly CountModel[] {
  const { covariance } = counts.model;
  const root = covariance === null ? null : cholesky(covariance);
  if (root === null) return [counts];
  const random = seededRandom(seed);
  return Array.from({ length: DRAWS }, (): CountModel => {
    const z = root.map(() => normal(random));
    // A parameter that the data hardly know must not run off in a draw either.
    const factor = (i: number): number =>
      Math.exp(
        Math.min(
          2,
          Math.max(
            -2,
            (root[i] ?? []).reduce((sum, weight, k) => sum + weight * (z[k] ?? 0), 0),
          ),
        ),
      );
    if (counts.family === "giving") {
      const { alpha, beta, gamma, delta } = counts.model;
      const drawn = {
        alpha: alpha * factor(0),
        beta: beta * factor(1),
        gamma: gamma * factor(2),
        delta: delta * factor(3),
      };
      return { ...counts, model: { ...counts.model, ...drawn } };
    }
    const { r, alpha, a, b } = counts.model;
    const dropout = { a: a === null ? null : a * factor(2), b: b === null ? null : b * factor(3) };
    return { ...counts, model: { ...counts.model, r: r * factor(0), alpha: alpha * factor(1), ...dropout } };
  });
}

/** Purchases of one future of a customer who is (`alive`) still one. */
export function drawCount(random: Random, counts: CountModel, summary: HistorySummary, days: number): number {
  if (counts.family === "giving")
    return drawGifts(random, counts.model, givingOf(summary, counts.periodDays), days / counts.periodDays);
  const { model } = counts;
  const { kind, k, r, alpha, a, b } = model;
  const { frequency: x, age } = summary;
  if (kind === "pareto-nbd" && a !== null && b !== null) {
    const leaving = gammaDeviate(random, a, b + age);
    const time = Math.min(days, -Math.log(1 - random()) / leaving);
    return poissonDeviate(random, gammaDeviate(random, r + x, alpha + age) * time);
  }
  const stage = drawStage(model, summary, random());
  const stages = poissonDeviate(random, gammaDeviate(random, r + k * x + stage, alpha + age) * days);
  const bought = Math.floor((stage + stages) / k);
  if (a === null || b === null || bought === 0) return bought;
  const leaves = betaDeviate(random, a, b + x + (kind === "bg-nbd" ? 0 : 1));
  // The purchase after which the customer leaves: geometric.
  const last = leaves >= 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log1p(-leaves));
  return Math.min(bought, last);
}

function drawGifts(
  random: Random,
  model: GivingModel,
  { frequency: x, age: n }: GivingSummary,
  periods: number,
): number {
  const gives = betaDeviate(random, model.alpha + x, model.beta + n - x);
  const leaves = betaDeviate(random, model.gamma, model.delta + n + 1);
  let gifts = 0;
  for (let m = 0; m < periods && m < 5000; m += 1) {
    if (m > 0 && random() < leaves) break;
    if (random() < gives * Math.min(1, periods - m)) gifts += 1;
  }
  return gifts;
}

function givingOf(summary: HistorySummary, periodDays: number): GivingSummary {
  if (summary.giving !== undefined) return summary.giving;
  const { frequency, recency, age } = summary;
  return { frequency, recency: recency / periodDays, age: age / periodDays };
}
