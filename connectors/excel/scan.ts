import { slug } from "#core";
import type { C360Error, ConnectorContext, KnownStream } from "#core";
import { cellText } from "../table/cells.ts";
import type { RowSource } from "../table/cells.ts";
import { findTable, tableBlocks } from "../table/detect.ts";
import type { Table } from "../table/detect.ts";
import { continueStream } from "../table/headers.ts";
import { onlyColumns, sideBySide } from "../table/side-by-side.ts";
import type { BookSheet } from "./book-types.ts";
import { classify, digestFile, lockedError } from "./classify.ts";
import { delimitedRows, textForm } from "./delimited.ts";
import type { TextForm } from "./delimited.ts";
import { openBook } from "./book.ts";
import type { FileKind } from "./classify.ts";
import { listFiles } from "./files.ts";
import type { DropFile } from "./files.ts";
import { fileError, verdictOf } from "./limits.ts";
import type { ExcelSettings } from "./settings.ts";

/** Rows of text that are kept of each table, for guessing what its columns mean. */
const SAMPLE_ROWS = 200;

/** A table found in a file. */
export interface FoundTable {
  readonly stream: string;
  /** Sheet name; null in text files. */
  readonly sheet: string | null;
  /** Which of the tables that stand side by side on the sheet, from 0; null where there is one. */
  readonly side: number | null;
  readonly headers: readonly string[];
  readonly sample: readonly (readonly string[])[];
}

/** What one file holds, or why it cannot be read. */
export interface ScannedFile extends DropFile {
  readonly sha256: string;
  readonly kind: FileKind;
  /** Null for workbooks. */
  readonly form: TextForm | null;
  readonly tables: readonly FoundTable[];
  readonly hiddenSheets: readonly string[];
  readonly error: C360Error | null;
  /** `file_<slug>`: the stream under which a file that cannot be read is reported. */
  readonly ownStream: string;
}

/** Looks into every file of an account. A file that cannot be read is reported and stops none of the others. */
export async function scanFolder(
  settings: ExcelSettings,
  context: ConnectorContext,
  known: readonly KnownStream[],
): Promise<readonly ScannedFile[]> {
  const files: ScannedFile[] = [];
  // Tables that this scan has placed count as known to the files after them.
  const placed: KnownStream[] = [...known];
  for (const file of await listFiles(settings, context.baseDir)) {
    if (context.signal.aborted) throw context.signal.reason;
    files.push(await scanFile(file, placed));
  }
  return files;
}

async function scanFile(file: DropFile, placed: KnownStream[]): Promise<ScannedFile> {
  const ownStream = `file_${slug(file.name).replaceAll("-", "_")}`;
  const failed = (error: C360Error, sha256: string): ScannedFile => ({
    ...file,
    sha256,
    kind: "text",
    form: null,
    tables: [],
    hiddenSheets: [],
    error,
    ownStream,
  });
  let sha256 = "";
  try {
    const digest = await digestFile(file.path, file.name);
    sha256 = digest.sha256;
    const kind = await classify(file.path, file.name, file.size);
    const form = kind === "text" ? await textForm(file.path, digest.validUtf8) : null;
    const tables: FoundTable[] = [];
    const hiddenSheets: string[] = [];
    for await (const { sheet, side, hidden, rows } of openSheets(file, { kind, form })) {
      if (hidden) {
        if (side === null || side === 0) hiddenSheets.push(sheet ?? "");
        continue;
      }
      const table = await findTable(rows);
      if (table !== null) tables.push({ ...(await describe(table, placed)), sheet, side });
    }
    // Nothing is passed over in silence: a file without a table is told like one that cannot be read.
    if (tables.length === 0) throw fileError("unsupported", file.name, "no table with a header row was found in it");
    return { ...file, sha256, kind, form, tables, hiddenSheets, error: null, ownStream };
  } catch (thrown) {
    const error = lockedError(thrown, file.name);
    if (verdictOf(error) === null && !isFileError(error)) throw error;
    return failed(error as C360Error, sha256);
  }
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("FILE_");
}

async function describe(
  table: Table,
  placed: KnownStream[],
): Promise<Pick<FoundTable, "stream" | "headers" | "sample">> {
  const headers = table.columns.map(({ header }) => header);
  const stream = continueStream(headers, placed);
  placed.push({ name: stream, columns: headers });
  const sample: string[][] = [];
  for await (const block of tableBlocks(table)) {
    for (const row of block.slice(0, SAMPLE_ROWS - sample.length)) {
      const texts = table.columns.map(({ index }) => cellText(row.cells[index]));
      if (texts.some((text) => text.trim() !== "")) sample.push(texts);
    }
    if (sample.length >= SAMPLE_ROWS) break;
  }
  return { stream, headers, sample };
}

/** One sheet of a file with its rows, or one side of it; text files have one without a name. */
export interface OpenSheet {
  readonly sheet: string | null;
  /** From 0 where tables stand side by side; null where one has the sheet for itself. */
  readonly side: number | null;
  readonly hidden: boolean;
  readonly rows: RowSource;
}

/** The sheets of a file, one after the other. Throws a FILE_* error. */
export async function* openSheets(
  file: Pick<DropFile, "path" | "name">,
  about: { readonly kind: FileKind; readonly form: TextForm | null },
): AsyncGenerator<OpenSheet, void, void> {
  if (about.kind === "text" || about.form !== null) {
    if (about.form === null) throw fileError("unsupported", file.name, "it is not known how its text is written");
    yield { sheet: null, side: null, hidden: false, rows: delimitedRows(file.path, file.name, about.form) };
    return;
  }
  const book = await openBook(file.path, file.name, about.kind);
  try {
    for (const sheet of book.sheets) yield* sidesOf(sheet);
  } finally {
    book.close();
  }
}

/** A sheet as a whole, or side by side where it holds several tables. */
export async function* sidesOf(sheet: BookSheet): AsyncGenerator<OpenSheet, void, void> {
  const { name, hidden } = sheet;
  const ranges = await sideBySide(sheet.rows());
  if (ranges === null) yield { sheet: name, side: null, hidden, rows: sheet.rows() };
  for (const [side, range] of (ranges ?? []).entries()) {
    yield { sheet: name, side, hidden, rows: onlyColumns(sheet.rows(), range) };
  }
}
