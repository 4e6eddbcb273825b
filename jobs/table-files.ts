import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { C360Error, toC360Error } from "#core";
import type { AnalyticalEngine, TableShape } from "#core";
import { readFileRows } from "#connectors";
import { requireFile, requireFolderOf } from "./named-files.ts";

/** A cell of a table file. Text files give text alone; dates are ISO text. */
export type TableCell = string | number | boolean | null;

/** A whole table, by column. */
export interface TableFile {
  /** The file's name without its folder, for messages. */
  readonly file: string;
  readonly names: readonly string[];
  /** As many as `names`, each `rows` long. */
  readonly columns: readonly (readonly TableCell[])[];
  readonly rows: number;
  /** What was odd and is safe: rows wider than the header, headers that were missing or doubled. */
  readonly notices: readonly string[];
}

/**
 * Reads a table from CSV (any encoding and delimiter), XLSX, JSONL or Parquet; JSONL and Parquet by the file's ending, the
 * others by content. The first row of a text file is its header. Empty cells are null. With `text` every value comes as
 * text. Throws a FILE_* error for what cannot be read.
 */
export async function readTableFile(path: string, options: { readonly text?: boolean } = {}): Promise<TableFile> {
  const file = basename(path);
  await requireFile(path);
  const table = await readByKind(resolve(path), file).catch((error: unknown) => {
    throw toC360Error(error, file);
  });
  if (options.text !== true) return table;
  return { ...table, columns: table.columns.map((column) => column.map(asText)) };
}

function readByKind(path: string, file: string): Promise<TableFile> {
  const ending = extname(path).toLowerCase();
  if (ending === ".parquet") return readParquet(path, file);
  if (ending === ".jsonl" || ending === ".ndjson") return readJsonLines(path, file);
  return readRows(path, file);
}

function asText(cell: TableCell): string | null {
  return cell === null ? null : String(cell);
}

async function readRows(path: string, file: string): Promise<TableFile> {
  const names: string[] = [];
  const columns: TableCell[][] = [];
  let rows = -1;
  let wide = 0;
  for await (const cells of readFileRows(path)) {
    rows += 1;
    if (rows === 0) {
      names.push(...cells.map((cell) => (cell === null ? "" : String(cell).trim())));
      columns.push(...names.map(() => []));
      continue;
    }
    if (cells.length > columns.length) {
      wide += 1;
      while (columns.length < cells.length) {
        names.push("");
        columns.push(Array.from({ length: rows - 1 }, () => null));
      }
    }
    for (let at = 0; at < columns.length; at += 1) columns[at]?.push(cells[at] ?? null);
  }
  const notices = wide === 0 ? [] : [`${file}: ${wide} rows have more cells than the header; the columns are kept`];
  return { file, ...named(names, notices), columns, rows: Math.max(rows, 0) };
}

/** Gives nameless columns a name, and doubled ones a number. */
function named(given: readonly string[], notices: readonly string[]): Pick<TableFile, "names" | "notices"> {
  const seen = new Set<string>();
  const odd: string[] = [];
  const names = given.map((name, at) => {
    const base = name === "" ? `column_${at + 1}` : name;
    let free = base;
    for (let n = 2; seen.has(free); n += 1) free = `${base}_${n}`;
    seen.add(free);
    if (free !== name) odd.push(free);
    return free;
  });
  return { names, notices: odd.length === 0 ? notices : [...notices, `columns were named: ${odd.join(", ")}`] };
}

async function readJsonLines(path: string, file: string): Promise<TableFile> {
  const names: string[] = [];
  const at = new Map<string, number>();
  const columns: TableCell[][] = [];
  let rows = 0;
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line += 1;
    if (text.trim() === "") continue;
    for (const [name, value] of Object.entries(parseLine(text, file, line))) {
      let index = at.get(name);
      if (index === undefined) {
        index = names.push(name) - 1;
        at.set(name, index);
        columns.push(Array.from({ length: rows }, () => null));
      }
      columns[index]?.push(plainCell(value));
    }
    rows += 1;
    for (const column of columns) if (column.length < rows) column.push(null);
  }
  return { file, names, columns, rows, notices: [] };
}

function parseLine(text: string, file: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown = null;
  try {
    value = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    // Told below, without the text: it may hold personal data.
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new C360Error("FILE_CORRUPT", { file, reason: `line ${line} is not a JSON object` });
  return value as Readonly<Record<string, unknown>>;
}

function plainCell(value: unknown): TableCell {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return JSON.stringify(value);
}

async function readParquet(path: string, file: string): Promise<TableFile> {
  return withScratchEngine(async (engine) => {
    const from = `from read_parquet('${path.replaceAll("'", "''")}')`;
    const shape = await engine.rows<{ column_name: string; column_type: string }>(`describe select * ${from}`);
    const select = shape.map(({ column_name: name, column_type: type }, at) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      // Whole numbers beyond what a float holds are ids: they stay as their digits.
      const numeric = /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER|FLOAT|DOUBLE|DECIMAL)/.test(type);
      return `${numeric ? `${quoted}::double` : `${quoted}::varchar`} as c${at}`;
    });
    const read = shape.length === 0 ? {} : await engine.columns(`select ${select.join(", ")} ${from}`);
    const columns = shape.map(({ column_type: type }, at) => parquetColumn(read[`c${at}`] ?? [], type));
    return { file, names: shape.map((one) => one.column_name), columns, rows: columns[0]?.length ?? 0, notices: [] };
  }).catch((error: unknown) => {
    throw isUnreadable(error)
      ? new C360Error("FILE_CORRUPT", { file, reason: "it cannot be read as Parquet" }, { cause: error })
      : toC360Error(error, file);
  });
}

/** What the engine says of a file that is no Parquet, or not a whole one. Errors of the system carry a code. */
function isUnreadable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof C360Error || "code" in error) return false;
  return /^(?:Invalid Input|IO|Invalid|Conversion|Serialization|TransactionContext|Parser|Not implemented) Error/i.test(
    error.message,
  );
}

function parquetColumn(values: Float64Array | readonly (string | null)[], type: string): readonly TableCell[] {
  if (values instanceof Float64Array) return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  if (type === "BOOLEAN") return values.map((value) => (value === null ? null : value === "true"));
  if (/^U?(BIG|HUGE)INT/.test(type) && values.every((value) => value === null || Number.isSafeInteger(Number(value))))
    return values.map((value) => (value === null ? null : Number(value)));
  return values.map((value) => (value === "" ? null : value));
}

/** Lends an engine whose scratch files are gone afterwards. */
export async function withScratchEngine<T>(
  work: (engine: AnalyticalEngine) => Promise<T>,
  options: { readonly memoryLimitMb?: number; readonly threads?: number } = {},
): Promise<T> {
  const { openAnalyticalEngine } = await import("#warehouse");
  const tempDir = await mkdtemp(join(tmpdir(), "c360-engine-"));
  try {
    const { memoryLimitMb = 1024, threads = 2 } = options;
    const engine = await openAnalyticalEngine({ memoryLimitMb, threads, tempDir });
    try {
      return await work(engine);
    } finally {
      await engine.close();
    }
  } finally {
    await rm(tempDir, { recursive: true, force: true });
  }
}

/**
 * Writes a table as CSV, XLSX, JSONL or Parquet by the file's ending, CSV for any other, and swaps it in by rename. Values
 * are written as they are: the file is for programs. It is readable by its owner alone.
 */
export async function writeTableFile(
  path: string,
  names: readonly string[],
  rows: Iterable<readonly TableCell[]>,
): Promise<void> {
  await requireFolderOf(path);
  const target = resolve(path);
  const half = `${target}.partial`;
  try {
    await writeByKind(extname(target).toLowerCase(), half, names, rows);
    await rename(half, target);
  } catch (error) {
    await rm(half, { force: true });
    throw toC360Error(error, basename(path));
  }
}

async function writeByKind(
  ending: string,
  path: string,
  names: readonly string[],
  rows: Iterable<readonly TableCell[]>,
): Promise<void> {
  if (ending === ".xlsx") {
    // Loaded where it is needed: most files are plain text, and both libraries take longer to load than such a file to read.
    const { default: ExcelJS } = await import("exceljs");
    const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: createWriteStream(path, { mode: 0o600 }) });
    const sheet = book.addWorksheet("Sheet1");
    sheet.addRow(names).commit();
    for (const row of rows) sheet.addRow(row).commit();
    await book.commit();
    return;
  }
  if (ending === ".parquet") return writeParquet(path, names, rows);
  const lines = ending === ".jsonl" || ending === ".ndjson" ? jsonLines(names, rows) : csvLines(names, rows);
  await pipeline(Readable.from(blocks(lines)), createWriteStream(path, { mode: 0o600 }));
}

/** Lines in blocks: a stream that is handed single lines spends its time on handing over. */
function* blocks(lines: Iterable<string>): Generator<string> {
  let block = "";
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 65_536) continue;
    yield block;
    block = "";
  }
  if (block !== "") yield block;
}

function* csvLines(names: readonly string[], rows: Iterable<readonly TableCell[]>): Generator<string> {
  yield names.map(csvText).join(",");
  for (const row of rows) yield row.map(csvText).join(",");
}

function csvText(cell: TableCell): string {
  if (cell === null) return "";
  const text = String(cell);
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* jsonLines(names: readonly string[], rows: Iterable<readonly TableCell[]>): Generator<string> {
  for (const row of rows) yield JSON.stringify(Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])));
}

async function writeParquet(
  path: string,
  names: readonly string[],
  rows: Iterable<readonly TableCell[]>,
): Promise<void> {
  const held = [...rows];
  const shape: Record<string, TableShape[string]> = {};
  const kinds = names.map((_name, at) => columnType(held, at));
  for (const [at, kind] of kinds.entries()) shape[`c${at}`] = kind;
  await withScratchEngine(async (engine) => {
    const texts = held.map((row) => row.map((cell, at) => (kinds[at] === "text" ? asText(cell) : cell)));
    await engine.load("written", shape, texts);
    const select = names.map((name, at) => `c${at} as "${name.replaceAll('"', '""')}"`).join(", ");
    await engine.exec(`copy (select ${select} from written) to '${path.replaceAll("'", "''")}' (format parquet)`);
  });
}

function columnType(rows: readonly (readonly TableCell[])[], at: number): "text" | "double" | "boolean" {
  const types = new Set(rows.map((row) => row[at] ?? null).flatMap((cell) => (cell === null ? [] : [typeof cell])));
  if (types.size !== 1) return "text";
  if (types.has("number")) return "double";
  return types.has("boolean") ? "boolean" : "text";
}
