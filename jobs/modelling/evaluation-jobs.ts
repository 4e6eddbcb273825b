import { C360Error } from "#core";
import { columnType, toNumber } from "#models";
import type { Table } from "#models";
import type { CommandInput } from "../command.ts";
import { readTableFile } from "../table-files.ts";
import { columnNamed, textOption, timeOrder } from "./model-table.ts";
import type { SplitJob } from "./split-job.ts";

/** Splits to work, and how the answer is to be recalibrated. */
export interface EvaluationPlan {
  readonly jobs: readonly SplitJob[];
  /** Columns that order time, never features. */
  readonly drop: readonly string[];
  readonly time: string | null;
  readonly recalibrate: { readonly window: number; readonly delay: number } | null;
}

/** Reads the splits, or makes one by time. Throws USAGE where neither or both are named. */
export async function evaluationJobs(table: Table, input: CommandInput, command: string): Promise<EvaluationPlan> {
  const splits = textOption(input, "splits");
  const time = textOption(input, "time");
  if ((splits === null) === (time === null)) {
    throw new C360Error("USAGE", { problem: "Name the splits: --splits FILE, or --time COLUMN.", command });
  }
  const recalibrate = rollingOption(input, command);
  if (time !== null) return timePlan(table, columnNamed(table, time, command), input, recalibrate, command);
  if (recalibrate !== null) throw new C360Error("USAGE", { problem: "--recalibrate needs --time.", command });
  return { jobs: await splitJobs(table, splits ?? "", command), drop: [], time: null, recalibrate };
}

async function splitJobs(table: Table, path: string, command: string): Promise<SplitJob[]> {
  const file = await readTableFile(path);
  const at = file.names.findIndex((name) => name.trim().toLowerCase() === "row");
  if (at < 0) throw new C360Error("USAGE", { problem: `${file.file} has no column row.`, command });
  const rows = (file.columns[at] ?? []).map((cell) => toNumber(cell) ?? -1);
  if (rows.some((row) => !Number.isInteger(row) || row < 0 || row >= table.rows)) {
    throw new C360Error("USAGE", { problem: `${file.file} names rows that the table does not have.`, command });
  }
  return file.names.flatMap((split, k): SplitJob[] => {
    if (k === at) return [];
    const marks = (file.columns[k] ?? []).map((cell) => toNumber(cell));
    const pick = (mark: number): Int32Array => Int32Array.from(rows.filter((_row, i) => marks[i] === mark)).sort();
    return [{ split, train: pick(0), test: pick(1) }];
  });
}

function timePlan(
  table: Table,
  time: string,
  input: CommandInput,
  recalibrate: EvaluationPlan["recalibrate"],
  command: string,
): EvaluationPlan {
  const share = Number(textOption(input, "testShare") ?? "0.2");
  if (!(share > 0 && share < 1)) {
    throw new C360Error("USAGE", { problem: "--test-share is a share between 0 and 1.", command });
  }
  const order = timeOrder(table, time, command);
  const cut = Math.round((1 - share) * table.rows);
  const job = { split: "time", train: Int32Array.from(order.slice(0, cut)), test: Int32Array.from(order.slice(cut)) };
  return { jobs: [job], drop: [time], time, recalibrate };
}

function rollingOption(input: CommandInput, command: string): EvaluationPlan["recalibrate"] {
  const text = textOption(input, "recalibrate");
  if (text === null) return null;
  const [window = NaN, delay = NaN] = text.split(",").map(Number);
  if (Number.isInteger(window) && Number.isInteger(delay) && window > 0 && delay >= 0) return { window, delay };
  throw new C360Error("USAGE", { problem: "--recalibrate takes two whole numbers: WINDOW,DELAY.", command });
}

/** Columns of the plain rule, where a table has numbers that are called so. */
export function ruleColumns(
  table: Table,
  not: readonly string[],
): { readonly recency: string; readonly frequency: string } | null {
  const find = (pattern: RegExp): string | undefined =>
    Object.keys(table.columns).find(
      (name) => !not.includes(name) && pattern.test(name) && columnType(table.columns[name] ?? []) === "number",
    );
  const recency = find(/recency|days?[ _]?since/i);
  const frequency = find(/frequency|(^|[ _])(orders|purchases|gifts)([ _]|$)/i);
  return recency === undefined || frequency === undefined ? null : { recency, frequency };
}
