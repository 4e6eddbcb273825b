import { seededRandom } from "#core";
import { calibrationError, pairedDifference, rowLoss } from "./metrics.ts";
import { logit } from "./special.ts";
import type { FeatureRow } from "./scoring-types.ts";

/** What was measured before a version ships. */
export interface Gates {
  /** Log-loss of the champion's recipe less that of the challenger, on rows that neither had seen; with 90% bounds. */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number } | null;
  /** Observed over expected, and the slope of calibration. */
  readonly observed_over_expected: number;
  readonly calibration_slope: number;
  readonly calibration_error: number;
  readonly calibrated: boolean;
  /** Declared groups whose observed rate is not what they are told. */
  readonly biased_groups: readonly string[];
  /** Those of them that the champion's recipe treats right. */
  readonly newly_biased: readonly string[];
  /** Share of the features that have moved away from what both recipes were compared on. */
  readonly drifted_share: number;
}

/** Rows that were held out, and what a version said of them. */
export interface HeldOut {
  readonly rows: readonly FeatureRow[];
  readonly labels: Float64Array;
  /** Calibrated probabilities from models that had not seen the row. */
  readonly challenger: Float64Array;
  /** The same by the champion's recipe; null where it is the same recipe or there is no champion. */
  readonly champion: Float64Array | null;
  /** Share of the features that have moved since, 0 to 1. */
  readonly driftedShare?: number;
}

/** Drifted share of the features from which on a comparison on older rows says nothing of today's. */
const DRIFTED = 0.5;
const RESAMPLES = 400;
/** Share of the loss by which a simpler version may be worse and still ship. */
const MARGIN = 0.01;
const SMALLEST_GROUP = 100;

/** Measures the gates of a version. `groups` are columns whose values are treated alike or told. */
export function measureGates(held: HeldOut, groups: readonly string[], seed: number): Gates {
  const { labels, challenger, champion, rows } = held;
  const { ratio, slope } = calibrationOf(labels, challenger);
  const biased = (said: Float64Array): string[] => groups.flatMap((group) => biasedValues(group, rows, labels, said));
  const wrong = biased(challenger);
  const before = champion === null ? wrong : biased(champion);
  return {
    gain: champion === null ? null : bootstrapGain(labels, champion, challenger, seed),
    observed_over_expected: ratio,
    calibration_slope: slope,
    calibration_error: calibrationError(labels, challenger),
    calibrated: ratio >= 0.8 && ratio <= 1.25 && slope >= 0.5 && slope <= 2,
    biased_groups: wrong,
    newly_biased: wrong.filter((group) => !before.includes(group)),
    drifted_share: held.driftedShare ?? 0,
  };
}

/**
 * Why a challenger of another kind may not take the champion's place; null where it may: it is calibrated, wrongs no
 * group that the champion treats right, what it was tried on still looks like today, and it is better for certain, or
 * simpler and no worse.
 */
export function whyNotPromoted(gates: Gates, held: HeldOut, simpler: boolean): string | null {
  if (!gates.calibrated) return "its probabilities do not hold";
  if (gates.newly_biased.length > 0) return `it wrongs ${gates.newly_biased.join(", ")}`;
  if (gates.drifted_share >= DRIFTED) return "the data have moved too far from what both were tried on";
  if (gates.gain === null || gates.gain.low > 0) return null;
  let loss = 0;
  for (let i = 0; i < held.labels.length; i += 1) loss += rowLoss(held.labels[i]!, held.champion![i]!);
  const noWorse = simpler && gates.gain.low > (-MARGIN * loss) / Math.max(1, held.labels.length);
  return noWorse ? null : "it is not better for certain";
}

/** Mean gain and its 90% bounds over resampled customers. */
function bootstrapGain(
  labels: Float64Array,
  champion: Float64Array,
  challenger: Float64Array,
  seed: number,
): { mean: number; low: number; high: number } {
  const gains = labels.map((label, i) => rowLoss(label, champion[i]!) - rowLoss(label, challenger[i]!));
  const random = seededRandom(seed);
  const n = Math.max(1, gains.length);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < gains.length; i += 1) sum += gains[Math.floor(random() * gains.length)]!;
    return sum / n;
  }).sort();
  const { mean } = pairedDifference(
    gains,
    new Float64Array(gains.length),
    Int32Array.from(gains, (_unused, i) => i),
  );
  return { mean, low: means[Math.floor(0.05 * RESAMPLES)]!, high: means[Math.ceil(0.95 * RESAMPLES) - 1]! };
}

/** Observed over expected, and the slope of a logistic regression of the outcome on the logit (Newton's steps). */
function calibrationOf(labels: Float64Array, probabilities: Float64Array): { ratio: number; slope: number } {
  const x = probabilities.map(logit);
  let [a, b] = [0, 1];
  for (let step = 0; step < 25; step += 1) {
    let [ga, gb, haa, hab, hbb] = [0, 0, 1e-9, 0, 1e-9];
    for (let i = 0; i < x.length; i += 1) {
      const p = 1 / (1 + Math.exp(-(a + b * x[i]!)));
      const w = p * (1 - p);
      ga += labels[i]! - p;
      gb += (labels[i]! - p) * x[i]!;
      haa += w;
      hab += w * x[i]!;
      hbb += w * x[i]! * x[i]!;
    }
    const det = haa * hbb - hab * hab;
    if (!(det > 1e-12)) break;
    const [da, db] = [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det];
    a += Math.max(-2, Math.min(2, da));
    b += Math.max(-2, Math.min(2, db));
    if (Math.abs(da) + Math.abs(db) < 1e-8) break;
  }
  const expected = probabilities.reduce((sum, p) => sum + p, 0);
  const observed = labels.reduce((sum, label) => sum + label, 0);
  return { ratio: expected > 0 ? observed / expected : 1, slope: b };
}

/** Values of a group with at least 100 rows whose mean probability lies outside the interval of what was seen. */
function biasedValues(
  group: string,
  rows: readonly FeatureRow[],
  labels: Float64Array,
  probabilities: Float64Array,
): string[] {
  const sums = new Map<string, { n: number; seen: number; said: number }>();
  for (const [i, row] of rows.entries()) {
    const value = String(row[group] ?? "unknown");
    const held = sums.get(value) ?? { n: 0, seen: 0, said: 0 };
    sums.set(value, { n: held.n + 1, seen: held.seen + labels[i]!, said: held.said + probabilities[i]! });
  }
  return [...sums]
    .filter(([, { n, seen, said }]) => {
      if (n < SMALLEST_GROUP || said <= 0) return false;
      const ratio = seen / said;
      const error = Math.sqrt(Math.max(seen, 1)) / said;
      return (ratio < 0.8 && ratio + 2 * error < 1) || (ratio > 1.25 && ratio - 2 * error > 1);
    })
    .map(([value]) => `${group}=${value}`)
    .sort();
}
