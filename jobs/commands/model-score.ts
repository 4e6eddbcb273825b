import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { C360Error } from "#core";
import { bandOf, openBackend, readColumns, scoreTable } from "#models";
import type { Cell, Table, TabularModel } from "#models";
import type { CommandInput } from "../command.ts";
import { idsOf, lackingFeatures, readModelFile } from "../modelling/model-file.ts";
import { reasonTexts } from "../modelling/model-reasons.ts";
import { columnNamed, readModelTable, textOption, wholeOption } from "../modelling/model-table.ts";
import { openScorePool, shareColumns } from "../modelling/score-pool.ts";
import { plainTable } from "../modelling/writing.ts";
import { writeTableFile } from "../table-files.ts";
import { commandOutput } from "../workspace.ts";

const COMMAND = "model score";
/** Rows that are explained at a time: effects of all rows at once would fill the memory. */
const BLOCK = 8192;
/** Rows from which on threads are worth opening, where no reasons are asked for. */
const THREADED = 50_000;

/** `c360 model score`: id, probability, band and reasons for each row. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const target = textOption(input, "out");
  if (target === null)
    throw new C360Error("USAGE", { problem: "Name the answer: --out scores.csv.", command: COMMAND });
  const many = wholeOption(input, "reasons", 3, COMMAND);
  const model = await readModelFile(input.args[0] ?? "");
  const { table: written, notices } = await readModelTable(input.args[1] ?? "");
  const lacking = lackingFeatures(model, written);
  const named = textOption(input, "id");
  const ids = idsOf(model, written, named === null ? null : columnNamed(written, named, COMMAND));
  const table = plainTable(written, model.writings);
  const names = [
    "id",
    "probability",
    "band",
    ...Array.from({ length: many }, (_unused, k) => `reason_${String(k + 1)}`),
  ];
  out.step("Scoring");
  const onRows = (done: number): void => {
    out.progress(done, table.rows, "rows");
  };
  const plain = many === 0 && table.rows >= THREADED && model.parts.every(({ kind }) => kind !== "rule");
  const rows = plain ? await inThreads(model, table, ids) : await inBlocks(model, table, ids, many, onRows);
  await writeTableFile(target, names, rows);
  out.done(`${table.rows.toLocaleString("en")} rows`);
  for (const notice of [...notices, ...lacking]) out.line(out.dim(notice));
  const bands = { High: 0, Medium: 0, Low: 0 };
  for (const [, , band] of rows) bands[band] += 1;
  out.line(
    `High ${String(bands.High)}, Medium ${String(bands.Medium)}, Low ${String(bands.Low)}. Written: ${basename(target)}`,
  );
  out.result({ rows: table.rows, model: model.name, version: model.version, bands, notices: [...notices, ...lacking] });
  return 0;
}

type ScoredRow = readonly [string, number, "High" | "Medium" | "Low", ...(string | null)[]];

/** Many rows without reasons: threads share the columns. */
async function inThreads(model: TabularModel, table: Table, ids: readonly string[]): Promise<ScoredRow[]> {
  const pool = openScorePool(model, Math.min(8, availableParallelism()));
  try {
    const probabilities = await pool.score(shareColumns(readColumns(table, model.types)), table.rows);
    return Array.from(probabilities, (p, i): ScoredRow => [ids[i]!, p, bandOf(model.bands, p)]);
  } finally {
    await pool.close();
  }
}

async function inBlocks(
  model: TabularModel,
  table: Table,
  ids: readonly string[],
  many: number,
  onRows: (done: number) => void,
): Promise<ScoredRow[]> {
  const backend = await openBackend();
  const rows: ScoredRow[] = [];
  for (let from = 0; from < table.rows; from += BLOCK) {
    const to = Math.min(table.rows, from + BLOCK);
    const columns = Object.fromEntries(
      model.features.map((name) => [name, (table.columns[name] ?? []).slice(from, to)]),
    );
    const scores = scoreTable(backend, model, { rows: to - from, columns }, { effects: many > 0 });
    for (let i = 0; i < to - from; i += 1) {
      const value = (feature: string): Cell => table.columns[feature]?.[from + i] ?? null;
      const reasons = many === 0 ? [] : reasonTexts(model, scores.effects[i]!, value, many);
      const padded = Array.from({ length: many }, (_unused, k) => reasons[k] ?? null);
      rows.push([ids[from + i]!, scores.probabilities[i]!, scores.bands[i]!, ...padded]);
    }
    onRows(to);
  }
  return rows;
}
