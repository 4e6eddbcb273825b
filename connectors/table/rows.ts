import { hash } from "node:crypto";
import { contentHash } from "#core";
import type { TableMapping } from "#core";
import { cellText, cellType, cellValue, isBlank, isBlankRow } from "./cells.ts";
import type { RowCell, SheetRow } from "./cells.ts";
import { lastFilled } from "./detect.ts";
import type { Table } from "./detect.ts";
import type { Column } from "./headers.ts";
import { createHashSet, createNumberSet } from "./number-set.ts";
import { createProfile } from "./shift.ts";
import type { Profile } from "./shift.ts";

/**
 * A row as it is kept: header to value. Text stays text; typed cells give ISO dates, numbers or booleans; an error
 * gives null; blank cells are left out. Members that begin with two underscores are marks for `map`:
 * `__cells` and `__columns` (a delimited row with another number of cells than the header), `__shifted` (values that
 * fit the neighbouring columns), `__duplicate` (the same row stands in the same file already), `__total` (a total or
 * footer line), `__errors` (headers whose cell holds a spreadsheet error).
 */
export type RawRow = Record<string, unknown>;

/** One row with its id. */
export interface NamedRow {
  readonly id: string;
  readonly raw: RawRow;
  /** 1-based row in the sheet. */
  readonly row: number;
  /** Hash of the raw row. */
  readonly version: string;
}

/** What a first pass over a table learns; needed before the first row can be named. */
export interface Survey {
  readonly rows: number;
  readonly profile: Profile;
  /** Short hashes of ids that stand on several rows. */
  readonly repeated: ReadonlySet<number>;
  /** By such an id: the smallest row hash, whose row keeps the plain id. */
  readonly smallest: ReadonlyMap<string, string>;
  /** False where many rows are short (long): then the writer leaves out (adds) trailing cells and nothing shifted. */
  readonly shortIsOdd: boolean;
  readonly longIsOdd: boolean;
}

/** Several sheets of one file can be one table. */
export interface SurveyDraft {
  add(table: Table, row: SheetRow): void;
  /** Learns from a row without counting it; false once nothing more is to be learnt: count what there is by `count`. */
  learn(row: SheetRow): boolean;
  /** Counts a row of so many cells that says something: enough where rows have no id column. */
  count(table: Table, cells: number): void;
  /** True where ids are repeated: every row has to be shown once more, by `addAgain`. */
  needsAgain(): boolean;
  addAgain(table: Table, row: SheetRow): void;
  done(): Survey;
}

/** Starts a survey. Ids are remembered as numbers of 53 bits, so that a million of them take little room. */
export function createSurvey(mapping: TableMapping | undefined): SurveyDraft {
  const profile = createProfile();
  const seen = createNumberSet();
  const repeated = new Set<number>();
  const smallest = new Map<string, string>();
  const counts = { rows: 0, short: 0, long: 0 };
  const count = (table: Table, cells: number): void => {
    counts.rows += 1;
    if (cells < table.width) counts.short += 1;
    if (cells > table.width) counts.long += 1;
  };
  return {
    count,
    learn: (row) => isBlankRow(row) || profile.add(row),
    add(table, row) {
      if (isBlankRow(row)) return;
      count(table, row.cells.length);
      profile.add(row);
      const id = idText(mapping, table, row);
      if (id === null) return;
      const short = shortHash(id);
      if (!seen.add(short)) repeated.add(short);
    },
    needsAgain: () => repeated.size > 0,
    addAgain(table, row) {
      const id = idText(mapping, table, row);
      if (id === null || !repeated.has(shortHash(id))) return;
      const hash = rowHash(table, row);
      const before = smallest.get(id);
      if (before === undefined || hash < before) smallest.set(id, hash);
    },
    done: () => ({
      rows: counts.rows,
      profile,
      repeated,
      smallest,
      shortIsOdd: counts.short <= counts.rows * 0.2,
      longIsOdd: counts.long <= counts.rows * 0.2,
    }),
  };
}

/** Two rounds of FNV-1a with different seeds, 53 bits together; a chance equality only costs a closer look. */
function shortHash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1b873593;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x01000193) >>> 0;
    b = Math.imul(b ^ code, 0x85ebca6b) >>> 0;
  }
  return (a & 0x1fffff) * 0x100000000 + b + 1;
}

/** Names rows in a second pass. The same rows in another order get the same ids. */
export function createNamer(
  mapping: TableMapping | undefined,
  survey: Survey,
  options: { readonly delimited: boolean },
): (table: Table, row: SheetRow) => NamedRow | null {
  const times = new Map<string, number>();
  // Rows without an id are told apart by their hash: only those that come again are counted.
  const hashes = createHashSet();
  // Two sales alike on one day can be two sales; two customers alike, or two calls at one minute, are one.
  const doubles = mapping?.entity !== "transaction" || mapping.id !== undefined;
  const timesOf = (id: string | null, base: string, hash: string): number => {
    if (id === null ? hashes.add(hash) : !survey.repeated.has(shortHash(id))) return 1;
    const nth = (times.get(base) ?? (id === null ? 1 : 0)) + 1;
    times.set(base, nth);
    return nth;
  };
  return (table, row) => {
    if (isBlankRow(row)) return null;
    const hash = rowHash(table, row);
    const id = idText(mapping, table, row);
    const base = baseId(id, hash, survey);
    const nth = timesOf(id, base, hash);
    let marks = marksOf(table, row, survey, options.delimited);
    if (nth > 1 && doubles) marks = { ...marks, __duplicate: true };
    const values = valuesOf(table, row);
    const raw = marks === null ? values : Object.assign(values, marks);
    return {
      id: nth === 1 ? base : `${base}#${nth}`,
      raw,
      row: row.row,
      version: marks === null ? hash : contentHash(raw).slice(0, 16),
    };
  };
}

function baseId(id: string | null, hash: string, survey: Survey): string {
  if (id === null) return `h:${hash}`;
  const smallest = survey.smallest.get(id);
  return smallest === undefined || smallest === hash ? id : `${id}~${hash.slice(0, 8)}`;
}

/** The id column's text, trimmed; null without such a column or value. */
function idText(mapping: TableMapping | undefined, table: Table, row: SheetRow): string | null {
  if (mapping?.id === undefined) return null;
  const column = table.columns.find(({ header }) => header === mapping.id);
  const cell = column === undefined ? undefined : row.cells[column.index];
  if (cell === undefined || isBlank(cell) || isError(cell)) return null;
  const text = cellText(cell).trim();
  return text === "" ? null : text;
}

/** Columns of a table by header, so that moved columns give the same hash. */
const sortedColumns = new WeakMap<Table, readonly Column[]>();

/** Hash of a row's values by header; marks, blank cells and the order of columns have no part in it. */
function rowHash(table: Table, row: SheetRow): string {
  const columns = sortedColumns.get(table) ?? table.columns.toSorted((a, b) => (a.header < b.header ? -1 : 1));
  sortedColumns.set(table, columns);
  let text = "";
  for (const { index, header } of columns) {
    const cell = row.cells[index];
    if (cell === undefined || isBlank(cell)) continue;
    text +=
      typeof cell === "string"
        ? `${header}\u0000\u0000${cell}\u0001`
        : `${header}\u0000${cell.type === "text" ? "" : typeof cell.value}\u0000${cellText(cell)}\u0001`;
  }
  // The same as core's sha256; a million rows are worth the one call.
  return hash("sha256", text).slice(0, 16);
}

/** Header to value. */
export function valuesOf(table: Table, row: SheetRow): RawRow {
  const raw: RawRow = {};
  for (const { index, header } of table.columns) {
    const cell = row.cells[index];
    if (cell === undefined || isBlank(cell)) continue;
    raw[header] = isError(cell) ? null : cellValue(cell);
  }
  return raw;
}

/** Null where nothing is to be said of the row: of most. */
function marksOf(table: Table, row: SheetRow, survey: Survey, delimited: boolean): RawRow | null {
  if (isTotalLine(row, table.columns.length)) return { __total: true };
  const errors = row.cells.some(isError) ? errorHeaders(table, row) : [];
  const marks = errors.length > 0 ? { __errors: errors } : null;
  const odd = row.cells.length < table.width ? survey.shortIsOdd : row.cells.length > table.width && survey.longIsOdd;
  if (delimited && odd) return { ...marks, __cells: row.cells.length, __columns: table.width };
  return survey.profile.shifted(row) ? { ...marks, __shifted: true } : marks;
}

function isError(cell: RowCell): boolean {
  return typeof cell !== "string" && cell.type === "error";
}

function errorHeaders(table: Table, row: SheetRow): readonly string[] {
  return table.columns.filter(({ index }) => isError(row.cells[index] ?? "")).map(({ header }) => header);
}

/** A total, subtotal or footer line: says so in its first filled cell and has few others. */
export function isTotalLine(row: SheetRow, columns: number): boolean {
  let count = 0;
  for (const cell of row.cells) if (!isBlank(cell)) count += 1;
  if (count > Math.max(2, columns * 0.6)) return false;
  const filled = row.cells.filter((cell) => !isBlank(cell));
  const first = cellText(filled[0]).trim();
  const few =
    lastFilled(row.cells) >= 0 && filled.every((cell, at) => at === 0 || cellType(cell) !== "text" || isFigure(cell));
  if (/^(grand\s+|sub-?\s?)?totals?\s*[:=]?$/i.test(first)) return true;
  if (few && filled.length > 1 && /^(grand\s+|sub-?\s?)?totals?\b/i.test(first)) return true;
  if (filled.length !== 1 || columns < 3) return false;
  return /^(end of\b|printed\b|generated\b|exported\b|page \d|prepared by\b|-{3,}|\*{2,}|(grand\s+|sub-?\s?)?total\b.*\d)/i.test(
    first,
  );
}

function isFigure(cell: RowCell): boolean {
  return /^[A-Z]{0,3}\$?\s?-?[\d,]+(\.\d+)?$/.test(cellText(cell).trim());
}
