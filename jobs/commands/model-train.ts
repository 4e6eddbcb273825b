import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error, toC360Error } from "#core";
import { ALL_KINDS, openBackend, rateInWords, scoreTable, serialiseModel, takeRows, trainTabular } from "#models";
import type { Backend, Table, TabularModel, TrainOptions } from "#models";
import type { CommandInput } from "../command.ts";
import { ruleColumns } from "../modelling/evaluation-jobs.ts";
import { modelPage } from "../modelling/model-page.ts";
import {
  columnList,
  columnNamed,
  readModelTable,
  textOption,
  timeOrder,
  wholeOption,
} from "../modelling/model-table.ts";
import { openNetworkCrew } from "../modelling/network-crew.ts";
import { timeCheck } from "../modelling/time-check.ts";
import { plainTable, writingsOf } from "../modelling/writing.ts";
import { commandOutput } from "../workspace.ts";

const COMMAND = "model train";

/** `c360 model train`: learns from a table and writes a model file. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const target = textOption(input, "out");
  if (target === null)
    throw new C360Error("USAGE", { problem: "Name the model's file: --out churn.model.", command: COMMAND });
  const { read, options, time } = await readTraining(input);
  out.step("Training");
  const table = time === null ? read.table : takeRows(read.table, timeOrder(read.table, time, COMMAND));
  const backend = await openBackend();
  const result = trainTabular(backend, table, options);
  if (result.status === "not scored") throw new C360Error("MODEL_REFUSED", { problem: `No score: ${result.reason}.` });
  out.done(result.model.name);
  const late = time === null ? [] : timeCheck(backend, table, options, time);
  const alarms = [...result.alarms, ...late];
  await write(target, serialiseModel(result.model));
  const notices = [...read.notices, ...result.notices];
  const page = textOption(input, "report");
  if (page !== null) {
    const weights = columnWeights(backend, result.model, table);
    await write(page, new TextEncoder().encode(modelPage(result.model, { alarms, notices, weights })));
  }
  out.line(
    `${result.model.name}: AUC ${figure(result.model, "auc")}, log-loss ${figure(result.model, "log_loss")} on rows not seen`,
  );
  for (const band of ["High", "Medium", "Low"] as const) {
    out.line(
      `${band}: ${rateInWords(result.model.bands.rates[band])} (${String(result.model.bands.customers[band])} rows)`,
    );
  }
  for (const { column, kind, detail } of alarms) out.line(`Alarm: ${column}: ${kind.replaceAll("_", " ")}: ${detail}`);
  for (const notice of notices) out.line(out.dim(notice));
  out.line(`Written: ${basename(target)}`);
  const { name, version, kind, metrics, bands, settings, calibration } = result.model;
  out.result({ name, version, kind, metrics, bands, settings, calibration: calibration.kind, alarms, notices });
  return 0;
}

/** The table with its writing made plain, and what is to be learnt from it. */
async function readTraining(input: CommandInput): Promise<{
  readonly read: { readonly table: Table; readonly notices: readonly string[] };
  readonly options: TrainOptions;
  readonly time: string | null;
}> {
  const file = await readModelTable(input.args[0] ?? "");
  const label = columnNamed(file.table, textOption(input, "target") ?? "", COMMAND);
  const [id = null, time = null] = (["id", "time"] as const).map((option) => {
    const name = textOption(input, option);
    return name === null ? null : columnNamed(file.table, name, COMMAND);
  });
  const writings = writingsOf(file.table, [label, id ?? ""]);
  const read = { ...file, table: plainTable(file.table, writings) };
  const drop = [...columnList(read.table, input, "drop", COMMAND), ...(time === null ? [] : [time])];
  const positive = textOption(input, "positive");
  const rule = ruleColumns(read.table, [label, id ?? "", ...drop]);
  const options: TrainOptions = {
    target: label,
    ...(positive === null ? {} : { positive }),
    ...(id === null ? {} : { group: id }),
    ...(rule === null ? {} : { rule }),
    drop,
    writings,
    crew: openNetworkCrew,
    kinds: ALL_KINDS,
    seed: wholeOption(input, "seed", 1, COMMAND),
  };
  return { read, options, time };
}

/** Rows that the page's weights are taken from. */
const SAMPLE = 1000;

/** Mean size of each column's effect, on rows spread over the table. */
function columnWeights(backend: Backend, model: TabularModel, table: Table): Map<string, number> {
  const many = Math.min(SAMPLE, table.rows);
  const rows = Array.from({ length: many }, (_unused, i) => Math.floor((i * table.rows) / many));
  const weights = new Map<string, number>();
  for (const row of scoreTable(backend, model, takeRows(table, rows)).effects) {
    for (const { feature, effect } of row) {
      weights.set(feature, (weights.get(feature) ?? 0) + Math.abs(effect) / many);
    }
  }
  return weights;
}

function figure(model: TabularModel, name: string): string {
  return (model.metrics[name] ?? NaN).toFixed(4);
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes, { mode: 0o600 }).catch((error: unknown) => {
    throw toC360Error(error, basename(path));
  });
}
