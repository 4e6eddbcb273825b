import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, Readable } from "node:stream";
import { parse } from "csv-parse";
import { cellText } from "../table/cells.ts";
import { findTable } from "../table/detect.ts";
import { classify, digestFile, lockedError } from "./classify.ts";
import { decodedText, textForm } from "./delimited.ts";
import { fileError } from "./limits.ts";
import { sheetRows } from "./sheet.ts";
import { openWorkbook } from "./workbook.ts";

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
    if ((await classify(path, file, size)) === "workbook") yield* workbookTable(path, file);
    else yield* textTable(path, file, digest.validUtf8);
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
  const input = createReadStream(path, { highWaterMark: 1024 * 1024 });
  const parser = parse({ delimiter: form.delimiter, relax_quotes: true, relax_column_count: true });
  pipeline(Readable.from(decodedText(input, form)), parser, () => undefined);
  try {
    for await (const record of parser) yield (record as string[]).map((text) => (text === "" ? null : text));
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== "string" || !code.startsWith("CSV_")) throw error;
    throw fileError("corrupt", file, "a quote is opened and never closed, or a cell is too large");
  } finally {
    input.destroy();
    parser.destroy();
  }
}

async function* workbookTable(path: string, file: string): AsyncGenerator<readonly FileCell[], void, void> {
  const workbook = await openWorkbook(path, file);
  try {
    for (const sheet of workbook.sheets.filter(({ hidden }) => !hidden)) {
      const table = await findTable(sheetRows(workbook, sheet, { cells: 0, uncached: 0 }));
      if (table === null) continue;
      yield table.columns.map(({ header }) => header);
      for await (const { cells } of table.rows()) {
        yield table.columns.map(({ index }) => {
          const cell = cells[index];
          if (cell === undefined || cell.type === "empty" || cell.type === "error") return null;
          return typeof cell.value === "boolean" || typeof cell.value === "number" ? cell.value : cellText(cell);
        });
      }
      return;
    }
  } finally {
    workbook.close();
  }
  throw fileError("unsupported", file, "no table with a header row was found in it");
}
