import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error, toC360Error } from "#core";
import { ALL_KINDS } from "#models";
import type { ModelKind } from "#models";
import type { CommandInput } from "../command.ts";
import { evaluationJobs, ruleColumns } from "../modelling/evaluation-jobs.ts";
import { judge } from "../modelling/judge.ts";
import { columnList, columnNamed, readModelTable, textOption, wholeOption } from "../modelling/model-table.ts";
import { settle } from "../modelling/settle.ts";
import { workSplits } from "../modelling/split-pool.ts";
import { plainTable, writingsOf } from "../modelling/writing.ts";
import { writeTableFile } from "../table-files.ts";
import type { Output } from "../output.ts";
import { commandOutput } from "../workspace.ts";

const COMMAND = "model evaluate";
const NAMES = ["champion", ...ALL_KINDS];

/** `c360 model evaluate`: trains on the 0 rows of each split and predicts its 1 rows. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const target = textOption(input, "out");
  if (target === null)
    throw new C360Error("USAGE", { problem: "Name the answer: --out predictions.csv.", command: COMMAND });
  const { table: written, notices } = await readModelTable(input.args[0] ?? "");
  const label = columnNamed(written, textOption(input, "target") ?? "", COMMAND);
  const positive = textOption(input, "positive");
  const id = textOption(input, "id");
  const group = id === null ? null : columnNamed(written, id, COMMAND);
  const table = plainTable(written, writingsOf(written, [label, group ?? ""]));
  const models = modelsOf(input);
  const plan = await evaluationJobs(table, input, COMMAND);
  const drop = [...columnList(table, input, "drop", COMMAND), ...plan.drop];
  const kinds = models.includes("champion") ? ALL_KINDS : (models as ModelKind[]);
  const rule = ruleColumns(table, [label, ...drop]);
  const options = {
    target: label,
    ...(positive === null ? {} : { positive }),
    ...(group === null ? {} : { group }),
    ...(rule === null ? {} : { rule }),
    drop,
    kinds,
    seed: wholeOption(input, "seed", 1, COMMAND),
  };
  out.step("Training and predicting");
  const answers = await workSplits({ table, options, models }, plan.jobs, (done) => {
    out.progress(done, plan.jobs.length, "splits");
  });
  out.done(`${String(plan.jobs.length)} splits`);
  const strict = input.options["strict"] === true;
  const settled = settle({ table, label, positive, plan, answers, strict });
  await writeTableFile(target, ["split", "row", "model", "probability"], settled.rows);
  const figures = judge(settled.judged);
  const report = { rows: table.rows, splits: plan.jobs.length, ...settled.report, models: figures, notices };
  const file = textOption(input, "report");
  if (file !== null) {
    await writeFile(file, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw toC360Error(error, basename(file));
    });
  }
  show(out, report, target);
  out.result(report);
  return 0;
}

function modelsOf(input: CommandInput): string[] {
  const wanted = (textOption(input, "models") ?? "champion").split(",").map((name) => name.trim().toLowerCase());
  const models = [...new Set(wanted.filter((name) => name !== ""))];
  const unknown = models.filter((name) => !NAMES.includes(name));
  if (unknown.length === 0 && models.length > 0) return models;
  throw new C360Error("USAGE", {
    problem: `There is no model ${unknown.join(", ")}. There are: ${NAMES.join(", ")}.`,
    command: COMMAND,
  });
}

function show(
  out: Output,
  report: ReturnType<typeof settle>["report"] & { readonly models: ReturnType<typeof judge> },
  target: string,
): void {
  const fixed = (value: number, digits = 4): string => value.toFixed(digits);
  out.line("model        AUC     log-loss  Brier   lift   slope  O/E    pooled ECE  log-loss against the first");
  for (const one of report.models) {
    const against = one.against === null ? "" : `${fixed(one.against.log_loss)} ± ${fixed(one.against.log_loss_se)}`;
    out.line(
      `${one.model.padEnd(12)} ${fixed(one.auc)}  ${fixed(one.log_loss)}    ${fixed(one.brier)}  ${fixed(one.top_decile_lift, 3)}  ${fixed(one.calibration_slope, 3)}  ${fixed(one.observed_to_expected, 3)}  ${fixed(one.pooled_calibration_error)}      ${against}`,
    );
  }
  for (const { model, ships, splits } of report.ships) {
    out.line(out.dim(`${model}: ${ships} in ${String(splits.length)} of the splits`));
  }
  for (const { column, kind, detail } of report.alarms) {
    out.line(`Alarm: ${column}: ${kind.replaceAll("_", " ")}: ${detail}`);
  }
  out.line(`Written: ${basename(target)}`);
}
