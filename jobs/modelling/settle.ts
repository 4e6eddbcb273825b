import { C360Error } from "#core";
import { auc, isMissing, logLoss, readLabels, recalibrate } from "#models";
import type { Table } from "#models";
import type { EvaluationPlan } from "./evaluation-jobs.ts";
import type { Judged } from "./judge.ts";
import type { ModelAnswer, SplitAnswer, SplitJob } from "./split-job.ts";

interface Settling {
  readonly table: Table;
  readonly label: string;
  readonly positive: string | null;
  readonly plan: EvaluationPlan;
  readonly answers: readonly SplitAnswer[];
  readonly strict: boolean;
}

type Answered = Extract<SplitAnswer, { refused: null }>;
type Alarm = Answered["alarms"][number];

/** What was answered, as rows to write, predictions to judge, and words for the report. */
export interface Settled {
  readonly rows: (string | number)[][];
  readonly judged: Judged[];
  readonly report: {
    readonly alarms: readonly Alarm[];
    readonly ships: readonly { readonly model: string; readonly ships: string; readonly splits: readonly string[] }[];
    /** Log-loss before and after rolling recalibration, where it was asked for. */
    readonly recalibration: readonly { readonly model: string; readonly before: number; readonly after: number }[];
  };
}

/** Settles all splits. Throws MODEL_REFUSED where a split could not be trained, or an alarm sounds and `strict` is set. */
export function settle(input: Settling): Settled {
  const { table, plan } = input;
  const answered = input.answers.map((answer): Answered => {
    if (answer.refused === null) return answer;
    throw new C360Error("MODEL_REFUSED", { problem: `Split ${answer.split}: ${answer.refused}.` });
  });
  const known = (table.columns[input.label] ?? []).map((cell) => !isMissing(cell));
  const { labels } = readLabels(table.columns[input.label] ?? [], input.positive ?? undefined);
  const settled: Settled = { rows: [], judged: [], report: { alarms: [], ships: [], recalibration: [] } };
  const recalibration: { model: string; before: number; after: number }[] = [];
  for (const [k, job] of plan.jobs.entries()) {
    for (const one of answered[k]!.models) {
      const probabilities =
        plan.recalibrate === null ? one.probabilities : rolled(job, one, labels, known, plan.recalibrate);
      job.test.forEach((row, i) => settled.rows.push([job.split, row, one.model, probabilities[i]!]));
      const at = [...job.test.keys()].filter((i) => known[job.test[i]!]);
      const take = (values: Float64Array): Float64Array => Float64Array.from(at, (i) => values[i]!);
      const own = Float64Array.from(at, (i) => labels[job.test[i]!]!);
      settled.judged.push({ split: job.split, model: one.model, labels: own, probabilities: take(probabilities) });
      if (plan.recalibrate === null) continue;
      const [before, after] = [logLoss(own, take(one.probabilities)), logLoss(own, take(probabilities))];
      recalibration.push({ model: one.model, before, after });
    }
  }
  const alarms = [...unique(answered), ...timeAlarms(plan, answered, labels, known)];
  if (input.strict && alarms.length > 0) {
    const names = [...new Set(alarms.map(({ column }) => column))].join(", ");
    throw new C360Error("MODEL_REFUSED", { problem: `These columns may know the outcome beforehand: ${names}.` });
  }
  return { ...settled, report: { alarms, ships: shipsOf(answered), recalibration } };
}

function rolled(
  job: SplitJob,
  one: ModelAnswer,
  labels: Float64Array,
  known: readonly boolean[],
  rolling: { readonly window: number; readonly delay: number },
): Float64Array {
  const past = job.train.filter((row) => known[row]);
  const all = new Float64Array(past.length + job.test.length);
  all.set(one.outOfFold, 0);
  all.set(one.probabilities, past.length);
  const outcomes = Float64Array.from([...past, ...job.test], (row) => labels[row]!);
  return recalibrate(all, outcomes, past.length, rolling);
}

function unique(answered: readonly Answered[]): Alarm[] {
  const found = new Map<string, Alarm>();
  for (const { alarms } of answered) {
    for (const alarm of alarms) if (!found.has(alarm.column)) found.set(alarm.column, alarm);
  }
  return [...found.values()].sort((a, b) => (a.column < b.column ? -1 : 1));
}

/** A time split that is much worse than a random one, and a base rate that moved. */
function timeAlarms(
  plan: EvaluationPlan,
  answered: readonly Answered[],
  labels: Float64Array,
  known: readonly boolean[],
): Alarm[] {
  const [job, answer] = [plan.jobs[0], answered[0]];
  const model = answer?.models[0];
  if (plan.time === null || job === undefined || model === undefined) return [];
  const past = Float64Array.from(
    job.train.filter((row) => known[row]),
    (row) => labels[row]!,
  );
  const test = job.test.filter((row) => known[row]);
  const later = Float64Array.from(test, (row) => labels[row]!);
  const seen = Float64Array.from(
    [...job.test.keys()].filter((i) => known[job.test[i]!]),
    (i) => model.probabilities[i]!,
  );
  const alarms: Alarm[] = [];
  const [random, byTime] = [auc(past, model.outOfFold), auc(later, seen)];
  const hits = later.reduce((sum, y) => sum + y, 0);
  const error = Math.sqrt((byTime * (1 - byTime)) / Math.max(1, Math.min(hits, later.length - hits)));
  if (random - byTime > Math.max(0.03, 3 * error)) {
    const detail = `AUC ${byTime.toFixed(3)} on the latest rows, ${random.toFixed(3)} on rows at random`;
    alarms.push({ column: plan.time, kind: "time_split_worse", detail });
  }
  const [before, after] = [mean(past), mean(later)];
  const spread = Math.sqrt((before * (1 - before)) / Math.max(1, later.length));
  if (Math.abs(after - before) > Math.max(4 * spread, 0.2 * before)) {
    const detail = `the outcome's rate went from ${before.toFixed(3)} to ${after.toFixed(3)}: recalibrate continually`;
    alarms.push({ column: plan.time, kind: "base_rate_drift", detail });
  }
  return alarms;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function shipsOf(answered: readonly Answered[]): Settled["report"]["ships"] {
  const found = new Map<string, { model: string; ships: string; splits: string[] }>();
  for (const { split, models } of answered) {
    for (const { model, ships } of models) {
      const key = `${model}\u0000${ships}`;
      const entry = found.get(key) ?? { model, ships, splits: [] };
      entry.splits.push(split);
      found.set(key, entry);
    }
  }
  return [...found.values()];
}
