import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { C360Error } from "#core";
import type { CellType, RowCell, RowSource, SheetRow } from "../table/cells.ts";
import { cellText, cellType, cellValue, rowBlocks } from "../table/cells.ts";
import { findTable } from "../table/detect.ts";
import { isTotalLine } from "../table/rows.ts";
import type { BookSheet } from "./book-types.ts";
import { nameWarning, openBook } from "./book.ts";
import { classify, digestFile, lockedError } from "./classify.ts";
import { delimitedRows, textForm } from "./delimited.ts";
import { fileError, verdictOf } from "./limits.ts";
import { sidesOf } from "./scan.ts";
import type { OpenSheet } from "./scan.ts";
import type { FileVerdict } from "./limits.ts";

/** One cell of a file, as other programs read it. */
export interface CellLine {
  readonly sheet: string;
  /** 1-based. */
  readonly row: number;
  /** 1-based. */
  readonly column: number;
  readonly type: CellType;
  /** Durations in seconds; dates and times ISO 8601 without a zone; text exactly as stored. */
  readonly value: string | number | boolean | null;
  /** Code of the number format. */
  readonly format: string;
}

/** A table found in a file, and where it stands. */
export interface TableLine {
  readonly type: "table";
  readonly file: string;
  readonly sha256: string;
  readonly sheet: string;
  readonly hidden: boolean;
  /** 1-based row of the header, first and last row of the data; null where there is no data. */
  readonly header_row: number;
  readonly first_row: number | null;
  readonly last_row: number | null;
  /** 1-based positions of the columns and their names. */
  readonly columns: readonly { readonly column: number; readonly header: string }[];
  /** Rows with data, total lines left out. */
  readonly rows: number;
  readonly total_rows: readonly number[];
  /** Lines above the header. */
  readonly titles: readonly string[];
}

/** How a file came out; the last line of every answer. */
export interface VerdictLine {
  readonly type: "verdict";
  readonly verdict: FileVerdict;
  /** Why it is not plainly `ok`; null where it is. */
  readonly reason: string | null;
}

interface LineSheet extends BookSheet {
  /** False for text files: they hold one table. */
  readonly hasSides: boolean;
}

/**
 * Every cell with content of every sheet of a file, hidden sheets too, then the verdict; a file that cannot be read gives
 * its verdict alone, or after the cells before the damage. Throws FILE_MISSING and FILE_LOCKED, and the signal's reason.
 */
export async function* readCells(
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<CellLine | VerdictLine, void, void> {
  yield* withVerdict(path, signal, async function* lines(sheet) {
    const { name } = sheet;
    for await (const block of rowBlocks(sheet.rows())) {
      for (const { row, cells } of block) {
        for (const [index, cell] of cells.entries()) {
          if (cellType(cell) !== "empty") yield cellLine(name, row, index + 1, cell);
        }
      }
    }
  });
}

function cellLine(sheet: string, row: number, column: number, cell: RowCell): CellLine {
  const format = typeof cell === "string" ? "General" : (cell.format ?? "General");
  return { sheet, row, column, type: cellType(cell), value: cellValue(cell), format };
}

/** The tables of a file with their provenance, hidden sheets too, then the verdict. Throws as {@link readCells} does. */
export async function* readTables(
  path: string,
  signal: AbortSignal = new AbortController().signal,
): AsyncGenerator<TableLine | VerdictLine, void, void> {
  yield* withVerdict(path, signal, async function* lines(found, sha256) {
    const whole = { sheet: found.name, side: null, hidden: found.hidden };
    if (!found.hasSides) yield* tableLine(basename(path), sha256, { ...whole, rows: found.rows() });
    else for await (const side of sidesOf(found)) yield* tableLine(basename(path), sha256, side);
  });
}

async function* tableLine(
  file: string,
  sha256: string,
  { sheet, hidden, rows }: OpenSheet,
): AsyncGenerator<TableLine, void, void> {
  const table = await findTable(rows);
  if (table === null) return;
  const found = { rows: 0, first: null as number | null, last: null as number | null, totals: [] as number[] };
  for await (const row of table.rows()) {
    if (!row.cells.some((cell) => cellText(cell).trim() !== "")) continue;
    if (isTotalLine(row, table.columns.length)) {
      found.totals.push(row.row);
      continue;
    }
    found.rows += 1;
    found.first ??= row.row;
    found.last = row.row;
  }
  yield {
    type: "table",
    file,
    sha256,
    sheet: sheet ?? "",
    hidden,
    header_row: table.headerRow,
    first_row: found.first,
    last_row: found.last,
    columns: table.columns.map(({ index, header }) => ({ column: index + 1, header })),
    rows: found.rows,
    total_rows: found.totals,
    titles: table.titles,
  };
}

async function* withVerdict<Line>(
  path: string,
  signal: AbortSignal,
  linesOf: (sheet: LineSheet, sha256: string) => AsyncIterable<Line>,
): AsyncGenerator<Line | VerdictLine, void, void> {
  const warnings: string[] = [];
  try {
    const file = basename(path);
    const { size } = await stat(path);
    const { sha256, validUtf8 } = await digestFile(path, file);
    for await (const sheet of lineSheets(path, { size, validUtf8, warnings })) {
      for await (const line of linesOf(sheet, sha256)) {
        if (signal.aborted) throw signal.reason;
        yield line;
      }
    }
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const error = lockedError(thrown, basename(path));
    const verdict = verdictOf(error);
    if (verdict === null) throw error;
    const { reason } = (error as C360Error).details;
    yield {
      type: "verdict",
      verdict,
      reason: reason === "" || reason === undefined ? REASONS[verdict] : String(reason),
    };
    return;
  }
  yield warnings.length === 0
    ? { type: "verdict", verdict: "ok", reason: null }
    : { type: "verdict", verdict: "ok_with_warnings", reason: [...new Set(warnings)].join("; ") };
}

const REASONS = {
  encrypted: "it is protected by a password",
  corrupt: "it is damaged",
  unsupported: "it is neither a workbook nor a text table",
  limit_exceeded: "it passes a limit",
} as const;

async function* lineSheets(
  path: string,
  about: { readonly size: number; readonly validUtf8: boolean; readonly warnings: string[] },
): AsyncGenerator<LineSheet, void, void> {
  const file = basename(path);
  const kind = await classify(path, file, about.size);
  const misnamed = nameWarning(file, kind);
  if (misnamed !== null) about.warnings.push(misnamed);
  if (kind === "text") {
    const form = await textForm(path, about.validUtf8);
    // A sentence under the name of a workbook is a failed export and no table of one cell.
    if (misnamed !== null && form.columns < 2) throw fileError("corrupt", file, "it is text and no workbook");
    const name = file.slice(0, file.length - extname(file).length);
    const lost = { characters: 0 };
    const rows = (): RowSource => countLost(delimitedRows(path, file, form, { verbatim: true }), lost);
    yield { name, hidden: false, hasSides: false, rows };
    if (lost.characters > 0) about.warnings.push(`${lost.characters} characters could not be read as ${form.encoding}`);
    return;
  }
  const book = await openBook(path, file, kind, { detail: true });
  try {
    for (const sheet of book.sheets) yield { ...sheet, hasSides: true };
    about.warnings.push(...book.warnings());
  } finally {
    book.close();
  }
}

/** A byte without a meaning; or letters of two bytes read one byte out of step, which all end in a zero. */
const STEP = Array.from({ length: 95 }, (_, n) => String.fromCharCode((n + 32) * 256)).join("");
const LOST = new RegExp(`[\ufffd\u0000]|[${STEP}]{4,}`, "g");

/** Passes rows on and counts the characters that stand for bytes without a meaning. */
async function* countLost(
  blocks: AsyncIterable<readonly SheetRow[]>,
  lost: { characters: number },
): AsyncGenerator<readonly SheetRow[], void, void> {
  for await (const block of blocks) {
    for (const { cells } of block) {
      for (const cell of cells) {
        const value = cellValue(cell);
        if (typeof value === "string") lost.characters += value.match(LOST)?.length ?? 0;
      }
    }
    yield block;
  }
}
