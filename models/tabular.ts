import { contentHash } from "#core";
import { toArtefact } from "./artefact.ts";
import { fitBands } from "./bands.ts";
import { calibrated, fitCalibration } from "./calibrate.ts";
import { CANDIDATES } from "./candidates.ts";
import { groupedFolds, groupNumbers } from "./folds.ts";
import { leakageAlarms } from "./leakage.ts";
import { auc, brier, calibrationError, logLoss, pairedDifference, rowLoss, topDecileLift } from "./metrics.ts";
import { sigmoid } from "./special.ts";
import { columnType, isMissing, tableHash, takeRows } from "./table.ts";
import type { TabularModel } from "./artefact.ts";
import type { Candidate, TrainingData } from "./candidates.ts";
import type { LeakageAlarm } from "./leakage.ts";
import type { Backend } from "./runtime.ts";
import type { Cell, Table } from "./table.ts";

/** What to learn, from which columns. */
export interface TrainOptions {
  readonly target: string;
  /** Value of the target that counts as 1; where absent 1, true, yes or y, or the rarer of two values. */
  readonly positive?: string;
  readonly seed: number;
  /** Columns that are no features. */
  readonly drop?: readonly string[];
  /** Column that says which rows belong to one customer. Never a feature. */
  readonly group?: string;
  /** Columns of the plain rule. */
  readonly rule?: { readonly recency: string; readonly frequency: string };
  readonly folds?: number;
  /** Fewest labelled customers, and fewest of either outcome, for which a score is given. */
  readonly minimum?: { readonly customers: number; readonly eachOutcome: number };
  /** Kinds that may ship; all where absent. The rule is always run beside. */
  readonly kinds?: readonly Candidate["kind"][];
}

/** A trained model, or the reason why there is none. */
export type TrainResult =
  | {
      readonly status: "trained";
      readonly model: TabularModel;
      readonly alarms: readonly LeakageAlarm[];
      readonly notices: readonly string[];
      /** Probability that each labelled row got from models that had not seen its customer, in row order. */
      readonly outOfFold: Float64Array;
    }
  | {
      readonly status: "not scored";
      readonly reason: string;
      readonly alarms: readonly LeakageAlarm[];
      readonly notices: readonly string[];
    };

/**
 * Trains every candidate, compares them on rows that they had not seen, and ships the simplest one that is not beaten.
 * The same table, seed and backend give the same bits. Throws a RangeError when the target column does not exist.
 */
export function trainTabular(backend: Backend, table: Table, options: TrainOptions): TrainResult {
  const target = table.columns[options.target];
  if (target === undefined) throw new RangeError(`there is no column ${options.target}`);
  const labelled = target.map((cell, i) => (isMissing(cell) ? -1 : i)).filter((i) => i >= 0);
  const usable = labelled.length === table.rows ? table : takeRows(table, labelled);
  const labels = readLabels(usable.columns[options.target]!, options.positive);
  const groupTexts =
    usable.columns[options.group ?? ""]?.map(String) ?? labelled.map((i) => String(i).padStart(9, "0"));
  const groups = groupNumbers(groupTexts);
  const { features, notices } = chooseFeatures(usable, options);
  const reason = tooThin(labels, groups, options.minimum ?? { customers: 300, eachOutcome: 30 });
  if (reason !== null) return { status: "not scored", reason, alarms: [], notices };
  const foldCount = options.folds ?? 5;
  const folds = groupedFolds(groups, labels, foldCount, options.seed);
  const data: TrainingData = { table: usable, features, labels, folds, foldCount, rule: options.rule ?? null };
  const makers = CANDIDATES.filter(({ kind }) => kind === "rule" || (options.kinds?.includes(kind) ?? true));
  const candidates = makers
    .filter(({ kind }) => kind === "rule" || features.length > 0)
    .map((m) => m.train(backend, data));
  const { shipped, comparisons } = choose(candidates, labels, groups, options.kinds);
  const calibration = fitCalibration(shipped.outOfFold, labels, folds);
  const outOfFold = shipped.outOfFold.map((value) => calibrated(calibration, value));
  const dataHash = tableHash(usable);
  const identity = { kind: shipped.name, dataHash, features, seed: options.seed, target: options.target };
  const model = toArtefact(shipped, {
    target: options.target,
    features,
    calibration,
    bands: fitBands(outOfFold, labels),
    metrics: measure(outOfFold, labels, comparisons),
    seed: options.seed,
    backend: backend.name,
    dataHash,
    version: `${slugOf(shipped.name)}-${contentHash(identity).slice(0, 12)}`,
  });
  return { status: "trained", model, alarms: leakageAlarms(usable, features, labels), notices, outOfFold };
}

interface Comparison {
  readonly name: string;
  readonly logLoss: number;
  readonly auc: number;
  readonly worseBy: number;
  readonly standardError: number;
}

/** The simplest candidate that is not clearly worse than the best: the rule must be beaten at 5%, a model at one standard error. */
function choose(
  candidates: readonly Candidate[],
  labels: Float64Array,
  groups: Int32Array,
  kinds: readonly Candidate["kind"][] | undefined,
): { shipped: Candidate; comparisons: Comparison[] } {
  const losses = candidates.map(({ outOfFold }) => outOfFold.map((value, i) => rowLoss(labels[i]!, sigmoid(value))));
  const allowed = candidates.filter(({ kind }) => kinds?.includes(kind) ?? true);
  const pool = allowed.length > 0 ? allowed : candidates;
  const best = pool.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const bestLosses = losses[candidates.indexOf(best)]!;
  const comparisons = candidates.map((candidate, k) => {
    const { mean, standardError } = pairedDifference(losses[k]!, bestLosses, groups);
    const area = auc(labels, candidate.outOfFold);
    return { name: candidate.kind, logLoss: candidate.logLoss, auc: area, worseBy: mean, standardError };
  });
  const shipped = pool.find((candidate) => {
    const { worseBy, standardError } = comparisons[candidates.indexOf(candidate)]!;
    return worseBy <= (candidate.kind === "rule" ? 1.645 : 1) * standardError;
  });
  return { shipped: shipped ?? best, comparisons };
}

function measure(
  outOfFold: Float64Array,
  labels: Float64Array,
  comparisons: readonly Comparison[],
): Record<string, number> {
  const metrics: Record<string, number> = {
    rows: labels.length,
    base_rate: labels.reduce((sum, y) => sum + y, 0) / Math.max(1, labels.length),
    auc: auc(labels, outOfFold),
    log_loss: logLoss(labels, outOfFold),
    brier: brier(labels, outOfFold),
    calibration_error: calibrationError(labels, outOfFold),
    top_decile_lift: topDecileLift(labels, outOfFold),
  };
  for (const { name, ...values } of comparisons) {
    metrics[`${name}_log_loss`] = values.logLoss;
    metrics[`${name}_auc`] = values.auc;
    metrics[`${name}_worse_by`] = values.worseBy;
    metrics[`${name}_worse_by_se`] = values.standardError;
  }
  return metrics;
}

function readLabels(column: readonly Cell[], positive: string | undefined): Float64Array {
  const texts = column.map((cell) => String(cell).trim().toLowerCase());
  if (positive !== undefined) return Float64Array.from(texts, (text) => (text === positive.toLowerCase() ? 1 : 0));
  const yes = new Set(["1", "true", "yes", "y", "t"]);
  if (texts.some((text) => yes.has(text))) return Float64Array.from(texts, (text) => (yes.has(text) ? 1 : 0));
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const rarest = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1))[0]?.[0];
  const no = new Set(["0", "false", "no", "n", "f"]);
  const known = counts.size === 1 && rarest !== undefined && no.has(rarest);
  return Float64Array.from(texts, (text) => (!known && text === rarest ? 1 : 0));
}

function chooseFeatures(table: Table, options: TrainOptions): { features: string[]; notices: string[] } {
  const out = new Set([options.target, options.group ?? "", ...(options.drop ?? [])]);
  const notices: string[] = [];
  const features = Object.keys(table.columns)
    .filter((name) => !out.has(name))
    .sort()
    .filter((name) => {
      const type = columnType(table.columns[name]!);
      const good = type === "number" || type === "category" || type === "date";
      if (!good)
        notices.push(`${name} is left out: ${type === "id" ? "nearly every row has its own value" : `it is ${type}`}`);
      return good;
    });
  return { features, notices };
}

function tooThin(
  labels: Float64Array,
  groups: Int32Array,
  minimum: { customers: number; eachOutcome: number },
): string | null {
  const customers = new Set(groups).size;
  if (customers < minimum.customers) {
    return `only ${String(customers)} customers with a known outcome; at least ${String(minimum.customers)} are needed`;
  }
  const withOutcome = (outcome: number): number => new Set(groups.filter((_group, i) => labels[i] === outcome)).size;
  const fewest = Math.min(withOutcome(1), withOutcome(0));
  if (fewest >= minimum.eachOutcome) return null;
  return `only ${String(fewest)} customers with the rarer outcome; at least ${String(minimum.eachOutcome)} are needed`;
}

function slugOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]+/g, "-");
}
