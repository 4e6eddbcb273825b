import { seededRandom } from "#core";
import { auc, brier, calibrationError, fitPlatt, logLoss, topDecileLift } from "#models";

/** Predictions of one model for one split. */
export interface Judged {
  readonly split: string;
  readonly model: string;
  readonly labels: Float64Array;
  readonly probabilities: Float64Array;
}

/** Figures of one model over all splits. */
export interface ModelFigures {
  readonly model: string;
  readonly auc: number;
  readonly log_loss: number;
  readonly brier: number;
  readonly top_decile_lift: number;
  readonly calibration_slope: number;
  readonly observed_to_expected: number;
  readonly pooled_calibration_error: number;
  /** Differences from the first model, split by split (by drawing rows where there is one split); null for the first. */
  readonly against: {
    readonly model: string;
    readonly log_loss: number;
    readonly log_loss_se: number;
    readonly auc: number;
    readonly auc_se: number;
  } | null;
}

/** Judges models on the same rows. */
export function judge(all: readonly Judged[]): ModelFigures[] {
  const models = [...new Set(all.map(({ model }) => model))];
  const first = all.filter(({ model }) => model === models[0]);
  return models.map((model) => {
    const own = all.filter((one) => one.model === model);
    const mean = (measure: (one: Judged) => number): number => average(own.map(measure));
    const labels = Float64Array.from(own.flatMap((one) => [...one.labels]));
    const probabilities = Float64Array.from(own.flatMap((one) => [...one.probabilities]));
    const against =
      model === models[0]
        ? null
        : {
            model: models[0]!,
            ...paired("log_loss", own, first, (one) => logLoss(one.labels, one.probabilities)),
            ...paired("auc", own, first, (one) => auc(one.labels, one.probabilities)),
          };
    return {
      model,
      auc: mean((one) => auc(one.labels, one.probabilities)),
      log_loss: mean((one) => logLoss(one.labels, one.probabilities)),
      brier: mean((one) => brier(one.labels, one.probabilities)),
      top_decile_lift: mean((one) => topDecileLift(one.labels, one.probabilities)),
      calibration_slope: slopeOf(labels, probabilities),
      observed_to_expected: sum(labels) / Math.max(1e-9, sum(probabilities)),
      pooled_calibration_error: calibrationError(labels, probabilities),
      against: against as ModelFigures["against"],
    };
  });
}

function paired(
  name: string,
  own: readonly Judged[],
  first: readonly Judged[],
  measure: (one: Judged) => number,
): Record<string, number> {
  const differences = own.map((one, k) => measure(one) - measure(first[k]!));
  const mean = average(differences);
  if (own.length === 1) return { [name]: mean, [`${name}_se`]: resampled(own[0]!, first[0]!, measure) };
  const spread = differences.reduce((total, d) => total + (d - mean) ** 2, 0) / (differences.length - 1);
  return { [name]: mean, [`${name}_se`]: Math.sqrt(spread / differences.length) };
}

/** Draws of the rows of a single split. */
const DRAWS = 100;

/** Standard error of a difference on one split, by drawing its rows anew, the same ones for both. */
function resampled(own: Judged, first: Judged, measure: (one: Judged) => number): number {
  const random = seededRandom(1);
  const rows = own.labels.length;
  const found = Array.from({ length: DRAWS }, () => {
    const drawn = Int32Array.from({ length: rows }, () => Math.floor(random() * rows));
    const take = (one: Judged): Judged => ({
      ...one,
      labels: Float64Array.from(drawn, (i) => one.labels[i]!),
      probabilities: Float64Array.from(drawn, (i) => one.probabilities[i]!),
    });
    return measure(take(own)) - measure(take(first));
  }).filter((difference) => Number.isFinite(difference));
  const mean = average(found);
  return Math.sqrt(found.reduce((total, d) => total + (d - mean) ** 2, 0) / Math.max(1, found.length - 1));
}

function slopeOf(labels: Float64Array, probabilities: Float64Array): number {
  const logits = probabilities.map((p) => Math.log(Math.max(1e-6, p) / Math.max(1e-6, 1 - p)));
  const layer = fitPlatt(logits, labels);
  return layer.kind === "platt" ? layer.slope : NaN;
}

function average(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
