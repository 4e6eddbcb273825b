import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error, toC360Error } from "#core";
import { parseModel } from "#models";
import type { Table, TabularModel } from "#models";

/** Reads a model file. Throws FILE_MISSING, or MODEL_FILE for a file that is no model. */
export async function readModelFile(path: string): Promise<TabularModel> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw toC360Error(error, basename(path));
  });
  try {
    return parseModel(bytes);
  } catch (error) {
    const problem = error instanceof Error ? error.message : "it cannot be read";
    throw new C360Error("MODEL_FILE", { file: basename(path), problem }, { cause: error });
  }
}

/** Notices of features that a table lacks. Throws MODEL_REFUSED where it has none of them. */
export function lackingFeatures(model: TabularModel, table: Table): string[] {
  const lacking = model.features.filter((name) => !(name in table.columns));
  if (lacking.length === 0) return [];
  if (lacking.length === model.features.length) {
    throw new C360Error("MODEL_REFUSED", {
      problem: `The table has none of the model's columns: ${lacking.join(", ")}.`,
    });
  }
  return [`not in the table, taken as unknown: ${lacking.join(", ")}`];
}

/** Ids of a table's rows: the column named, or the model's own, or the number of the row from 0. */
export function idsOf(model: TabularModel, table: Table, named: string | null): string[] {
  const column = table.columns[named ?? model.id ?? ""];
  return Array.from({ length: table.rows }, (_unused, i) => {
    const cell = column?.[i];
    return column === undefined ? String(i) : String(cell ?? "");
  });
}
