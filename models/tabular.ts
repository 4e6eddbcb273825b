import { contentHash } from "#core";
import { fitBands } from "./bands.ts";
import { calibrated, fitCalibration } from "./calibrate.ts";
import { compare, shippedOf } from "./choose.ts";
import { RATE, trainCandidate, trainRate } from "./candidates.ts";
import { readColumns } from "./columns.ts";
import { groupedFolds, groupNumbers } from "./folds.ts";
import { copyOfTarget, leakageAlarms } from "./leakage.ts";
import { auc, brier, calibrationError, logLoss, topDecileLift } from "./metrics.ts";
import { mixOf } from "./mix.ts";
import { chooseFeatures, outcomeNotice, readLabels, tooThin, usualValues } from "./prepare.ts";
import { isMissing, tableHash, takeRows } from "./table.ts";
import type { TabularModel } from "./artefact.ts";
import type { Candidate, ModelKind, TrainingData } from "./training-types.ts";
import type { Comparison } from "./choose.ts";
import type { FoldCrew, FoldData } from "./fold-networks.ts";
import type { LeakageAlarm } from "./leakage.ts";
import type { Backend } from "./runtime.ts";
import type { ColumnType, Table, Writing } from "./table.ts";

/** Kinds that cost little: fitted in a second or two on thousands of rows. */
const QUICK_KINDS: readonly ModelKind[] = ["rule", "logistic", "additive"];
/** Every kind, simplest first. */
export const ALL_KINDS: readonly ModelKind[] = ["rule", "logistic", "additive", "boosted", "network", "mean"];

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
  /** Opens other threads that train networks while this one is at the other kinds; none where absent. */
  readonly crew?: (data: FoldData) => FoldCrew;
  /** How the table's file wrote numbers and dates; kept with the model. */
  readonly writings?: Readonly<Record<string, Writing>>;
  /** Fewest labelled customers, and fewest of either outcome, for which a score is given. */
  readonly minimum?: { readonly customers: number; readonly eachOutcome: number };
  /** Kinds that are trained and may ship; {@link QUICK_KINDS} where absent. The rule is always run beside. */
  readonly kinds?: readonly ModelKind[];
}

/** A model that ships, and what it said of rows it had not seen. */
export interface Shipped {
  readonly model: TabularModel;
  /** Calibrated probability that each labelled row got from models that had not seen its customer, in row order. */
  readonly outOfFold: Float64Array;
}

/** Trained candidates, or the reason why there are none. */
export type TrainingSession =
  | {
      readonly status: "trained";
      readonly alarms: readonly LeakageAlarm[];
      readonly notices: readonly string[];
      readonly candidates: readonly Candidate[];
      readonly labels: Float64Array;
      readonly comparisons: readonly Comparison[];
      /** The simplest of the given kinds that is not beaten; of all kinds where absent. */
      ship(kinds?: readonly ModelKind[]): Shipped;
      /** One of the candidates, whether beaten or not. */
      shipOne(candidate: Candidate): Shipped;
    }
  | {
      readonly status: "not scored";
      readonly reason: string;
      readonly alarms: readonly LeakageAlarm[];
      readonly notices: readonly string[];
    };

/** A trained model, or the reason why there is none. */
export type TrainResult =
  | ({
      readonly status: "trained";
      readonly alarms: readonly LeakageAlarm[];
      readonly notices: readonly string[];
    } & Shipped)
  | Extract<TrainingSession, { status: "not scored" }>;

/**
 * Trains every candidate, compares them on rows that they had not seen, and ships the simplest one that is not beaten.
 * The same table, seed and backend give the same bits. Throws a RangeError when the target column does not exist.
 */
export function trainTabular(backend: Backend, table: Table, options: TrainOptions): TrainResult {
  const session = openTraining(backend, table, options);
  if (session.status === "not scored") return session;
  const { alarms, notices } = session;
  return { status: "trained", alarms, notices, ...session.ship(options.kinds) };
}

/** As {@link trainTabular}, but leaves open which of the trained candidates ships. */
export function openTraining(backend: Backend, table: Table, options: TrainOptions): TrainingSession {
  const target = table.columns[options.target];
  if (target === undefined) throw new RangeError(`there is no column ${options.target}`);
  const labelled = target.map((cell, i) => (isMissing(cell) ? -1 : i)).filter((i) => i >= 0);
  const usable = labelled.length === table.rows ? table : takeRows(table, labelled);
  const { labels, positive } = readLabels(usable.columns[options.target]!, options.positive);
  const groupTexts =
    usable.columns[options.group ?? ""]?.map(String) ?? labelled.map((i) => String(i).padStart(9, "0"));
  const groups = groupNumbers(groupTexts);
  const { types, notices: leftOut } = chooseFeatures(usable, options);
  const notices = [...leftOut, ...outcomeNotice(usable.columns[options.target]!, options.target, positive)];
  const reason = tooThin(labels, groups, options.minimum ?? MINIMUM);
  if (reason !== null) return { status: "not scored", reason, alarms: [], notices };
  const alarms = leakageAlarms(usable, types, labels, options.seed);
  const copy = copyOfTarget(alarms);
  if (copy !== null) return { status: "not scored", reason: copy, alarms, notices };
  // On many rows a fold of a third is as telling as one of a fifth, and costs less.
  const foldCount = options.folds ?? (labels.length > LARGE ? 3 : 5);
  const data: TrainingData = {
    table: usable,
    columns: readColumns(usable, types),
    labels,
    folds: groupedFolds(groups, labels, foldCount, options.seed),
    foldCount,
    rule: options.rule ?? null,
    seed: options.seed,
  };
  const candidates = trainAll(backend, data, options);
  const comparisons = compare(candidates, labels, groups);
  const pack = packer(backend, usable, types, positive, options, data, comparisons);
  return {
    status: "trained",
    alarms,
    notices,
    candidates,
    labels,
    comparisons,
    ship: (kinds) => pack(shippedOf(candidates, comparisons, kinds)),
    shipOne: pack,
  };
}

/** Fewest customers, and fewest of either outcome, that a score can rest on. */
const MINIMUM = { customers: 200, eachOutcome: 15 };

/** Rows from which on time is spared. */
const LARGE = 20_000;

/** Fewest rows from which trees, and networks, learn more than they remember. */
const FEWEST = { boosted: 500, network: 1500 };

function trainAll(backend: Backend, data: TrainingData, options: TrainOptions): Candidate[] {
  const kinds = options.kinds ?? QUICK_KINDS;
  const wanted = (kind: ModelKind): boolean => kinds.includes(kind);
  const rows = data.labels.length;
  const alone = ["rule", "logistic", "additive", "boosted", "network"] as const;
  const some = alone.filter((kind) => {
    if (kind === "rule") return true;
    if (data.columns.length === 0) return false;
    if ((kind === "boosted" || kind === "network") && rows < FEWEST[kind]) return false;
    return wanted(kind) || wanted("mean");
  });
  const { columns, labels, folds, foldCount, seed } = data;
  const crew = some.includes("network") ? (options.crew?.({ columns, labels, folds, foldCount, seed }) ?? null) : null;
  const made = some.flatMap((kind) => {
    const found = trainCandidate(backend, kind, data, crew);
    // Without it a rule that follows noise would make room for a model that does so less.
    return kind === "rule" && found.name !== RATE ? [trainRate(data), found] : [found];
  });
  if (!wanted("mean")) return made;
  const members = made.filter(({ kind }) => kind !== "rule");
  const mix = members.length > 1 ? mixOf(members, data.labels, data.folds, data.foldCount) : null;
  return mix === null ? made : [...made, mix];
}

function packer(
  backend: Backend,
  table: Table,
  types: Readonly<Record<string, ColumnType>>,
  positive: string,
  options: TrainOptions,
  { columns, labels, folds }: TrainingData,
  comparisons: readonly Comparison[],
): (shipped: Candidate) => Shipped {
  const dataHash = tableHash(table);
  const features = Object.keys(types);
  const usual = usualValues(table, columns);
  return (shipped) => {
    const calibration = fitCalibration(shipped.outOfFold, labels, folds);
    const outOfFold = shipped.outOfFold.map((value) => calibrated(calibration, value));
    const identity = { kind: shipped.name, dataHash, features, seed: options.seed, target: options.target };
    const model: TabularModel = {
      format: 3,
      kind: shipped.kind,
      name: shipped.name,
      version: `${slugOf(shipped.name)}-${contentHash(identity).slice(0, 12)}`,
      target: options.target,
      positive,
      id: options.group ?? null,
      features,
      types,
      ...(options.writings === undefined ? {} : { writings: options.writings }),
      usual,
      parts: shipped.parts,
      calibration,
      bands: fitBands(outOfFold, labels),
      settings: shipped.settings,
      metrics: measure(outOfFold, labels, comparisons),
      seed: options.seed,
      backend: backend.name,
      dataHash,
    };
    return { model, outOfFold };
  };
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
  for (const { slug, ...values } of comparisons) {
    metrics[`${slug}_log_loss`] = values.logLoss;
    metrics[`${slug}_auc`] = values.auc;
    metrics[`${slug}_worse_by`] = values.worseBy;
    metrics[`${slug}_worse_by_se`] = values.standardError;
  }
  return metrics;
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z]+/g, "-")
    .replace(/-$/, "");
}
