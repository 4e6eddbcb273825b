import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { cellText, cellType, cellValue } from "../table/cells.ts";
import { findTable } from "../table/detect.ts";
import { classify, digestFile, lockedError } from "./classify.ts";
import { delimitedRecords, textForm } from "./delimited.ts";
import { fileError } from "./limits.ts";
import { openBook } from "./book.ts";

/** A cell of a table file: text files give text alone, workbooks also numbers and booleans. Dates are ISO text. */
export type FileCell = string | number | boolean | null;

/**
 * Rows of a table in a file of any encoding and delimiter, or of the first table of a workbook's visible sheets; the
 * header comes first. Empty cells are null. Throws a FILE_* error for what cannot be read.
 */
export async function* readFileRows(path: string): AsyncGenerator<readonly FileCell[], void, void> {
  const file = basename(path);
  try {
    const { size } = await stat(path);
    const digest = await digestFile(path, file);
    const kind = await classify(path, file, size);
    if (kind === "text") yield* textTable(path, file, digest.validUtf8);
    else yield* workbookTable(path, file, kind);
  } catch (error) {
    throw lockedError(error, file);
  }
}

async function* textTable(
  path: string,
  file: string,
  validUtf8: boolean,
): AsyncGenerator<readonly FileCell[], void, void> {
  const form = await textForm(path, validUtf8);
  for await (const records of delimitedRecords(path, file, form)) {
    for (const record of records) yield record.map((text) => (text === "" ? null : text));
  }
}

async function* workbookTable(
  path: string,
  file: string,
  kind: "zip" | "compound",
): AsyncGenerator<readonly FileCell[], void, void> {
  const workbook = await openBook(path, file, kind);
  try {
    for (const sheet of workbook.sheets.filter(({ hidden }) => !hidden)) {
      const table = await findTable(sheet.rows());
      if (table === null) continue;
      yield table.columns.map(({ header }) => header);
      for await (const { cells } of table.rows()) {
        yield table.columns.map(({ index }) => {
          const cell = cells[index];
          if (cell === undefined || cellType(cell) === "empty" || cellType(cell) === "error") return null;
          const value = cellValue(cell);
          return typeof value === "boolean" || typeof value === "number" ? value : cellText(cell);
        });
      }
      return;
    }
  } finally {
    workbook.close();
  }
  throw fileError("unsupported", file, "no table with a header row was found in it");
}
