import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error, toC360Error } from "#core";
import { estimateValues } from "#models";
import type { ValueRequest, ValueRow } from "#models";
import type { CommandInput } from "../command.ts";
import { dayOf, monthsAhead } from "../modelling/cells.ts";
import { readSummary, readTransactions } from "../modelling/value-tables.ts";
import { readTableFile, writeTableFile } from "../table-files.ts";
import { commandOutput } from "../workspace.ts";

const MODELS = ["auto", "bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd-k", "nbd", "bg-bb", "ziln", "rule"] as const;
const COLUMNS = [
  "customer",
  "frequency",
  "recency",
  "age",
  "p_alive",
  "expected_purchases",
  "expected_value",
  "low_80",
  "high_80",
] as const satisfies readonly (keyof ValueRow)[];
const SEED = 20_260_101;
/** Days of a unit; a month is a twelfth of a year. */
const UNIT_DAYS: Readonly<Record<string, number>> = { d: 1, w: 7, m: 365 / 12, y: 365 };

/** `c360 clv`: what each customer of a file of transactions will buy and spend. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const { options } = input;
  const target = text(options["out"]);
  if (target === null) throw usage("Name the answer: --out values.csv.");
  const { request, notices } = await readRequest(input);
  const { rows, report } = estimateValues(request);
  await writeTableFile(
    target,
    COLUMNS,
    rows.map((row) => COLUMNS.map((name) => row[name])),
  );
  const full = { ...report, notices };
  const file = text(options["report"]);
  if (file !== null) {
    await writeFile(file, `${JSON.stringify(full, null, 2)}\n`, { mode: 0o600 }).catch((error: unknown) => {
      throw toC360Error(error, basename(file));
    });
  }
  out.line(`${rows.length.toLocaleString("en")} customers, by ${String(report["ships"])}: ${basename(target)}`);
  for (const notice of notices) out.line(notice);
  for (const guard of report["guards"] as readonly string[]) out.line(out.dim(guard));
  out.result({ customers: rows.length, ...full });
  return 0;
}

async function readRequest(input: CommandInput): Promise<{ request: ValueRequest; notices: readonly string[] }> {
  const { options } = input;
  const model = MODELS.find((one) => one === (options["model"] ?? "auto"));
  if (model === undefined) throw usage(`--model is one of ${MODELS.join(", ")}.`);
  const donations = options["donations"] === true;
  const unitDays = UNIT_DAYS[text(options["unit"]) ?? (donations ? "y" : "w")];
  if (unitDays === undefined) throw usage("--unit is d, w, m or y.");
  const discount = Number(options["discount"] ?? 0);
  if (!(discount >= 0 && discount < 10)) throw usage("--discount is a monthly rate, such as 0.01.");
  const seed = Number(options["seed"] ?? SEED);
  const shared = { unitDays, periodDays: unitDays, model, donations, discount, seed };
  const summaryFile = text(options["summary"]);
  if (summaryFile !== null) {
    const read = readSummary(await readTableFile(summaryFile), { unitDays, customer: text(options["customer"]) });
    const horizonDays = readHorizon(text(options["horizon"]), unitDays, null);
    const { summaries, withAmounts, notices } = read;
    return { request: { ...shared, until: 0, horizonDays, withAmounts, summaries }, notices };
  }
  const [path] = input.args;
  if (path === undefined) throw usage("Name a file of transactions, or --summary FILE.");
  const columns = { customer: text(options["customer"]), date: text(options["date"]), amount: text(options["amount"]) };
  const { customer, date, amount } = columns;
  if (customer === null || date === null) throw usage("Name the columns: --customer COL --date COL.");
  const read = readTransactions(await readTableFile(path), { customer, date, amount });
  const given = text(options["until"]);
  const until = given === null ? read.lastDay : dayOf(given, "day-first");
  if (until === null || !Number.isFinite(until)) throw usage("--until is a date, such as 2026-06-30.");
  const horizonDays = readHorizon(text(options["horizon"]), unitDays, until);
  const request = { ...shared, until, horizonDays, withAmounts: amount !== null, histories: read.histories };
  return { request, notices: read.notices };
}

/** Days of `39w`, `12m`, `90d`, `2y`, or of a bare number of units. */
function readHorizon(given: string | null, unitDays: number, from: number | null): number {
  const found = /^(\d+(?:\.\d+)?)\s*([dwmy]?)$/i.exec(given ?? "");
  const n = Number(found?.[1]);
  if (found === null || !(n > 0)) throw usage("--horizon is a number of days, weeks or months: 90d, 39w, 12m.");
  const unit = (found[2] ?? "").toLowerCase();
  if (unit === "") return n * unitDays;
  const months = unit === "m" ? n : unit === "y" ? 12 * n : null;
  if (months !== null && from !== null && Number.isInteger(months)) return monthsAhead(from, months);
  return n * (UNIT_DAYS[unit] ?? 1);
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "clv" });
}
