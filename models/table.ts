import { createHash } from "node:crypto";

/** A value of a table. Numbers that are not finite, empty text and null are missing. */
export type Cell = string | number | boolean | null | undefined;

/** A table by column; every column has `rows` values. */
export interface Table {
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly Cell[]>>;
}

/** What a column was recognised as. */
export type ColumnType = "number" | "category" | "date" | "constant" | "id" | "empty";

/** How a column of text writes numbers, or dates. */
export type Writing =
  | { readonly kind: "number"; readonly decimal: "point" | "comma" }
  | { readonly kind: "date"; readonly order: "day-first" | "month-first" };

/** Turns rows into a table; columns are the union of the rows' keys, in order of first appearance. */
export function tableFromRows(rows: readonly Readonly<Record<string, Cell>>[], names?: readonly string[]): Table {
  const wanted = names ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return {
    rows: rows.length,
    columns: Object.fromEntries(wanted.map((name) => [name, rows.map((row) => row[name] ?? null)])),
  };
}

/** The rows of a table whose positions are given, in that order. */
export function takeRows(table: Table, positions: ArrayLike<number>): Table {
  const take = (column: readonly Cell[]): Cell[] => Array.from(positions, (i) => column[i] ?? null);
  return {
    rows: positions.length,
    columns: Object.fromEntries(Object.entries(table.columns).map(([name, column]) => [name, take(column)])),
  };
}

const MISSING = new Set([
  "",
  "inf",
  "-inf",
  "+inf",
  "infinity",
  "-infinity",
  "na",
  "n/a",
  "nan",
  "null",
  "none",
  "select",
  "#n/a",
  "undefined",
]);

/** True where a cell says nothing. */
export function isMissing(cell: Cell): boolean {
  if (cell === null || cell === undefined) return true;
  if (typeof cell === "number") return !Number.isFinite(cell);
  return typeof cell === "string" && MISSING.has(cell.trim().toLowerCase());
}

/** The number in a cell, or null: numbers, booleans as 0 and 1, and text that is a number and nothing else. */
export function toNumber(cell: Cell): number | null {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  if (typeof cell === "boolean") return cell ? 1 : 0;
  if (typeof cell !== "string" || isMissing(cell)) return null;
  const value = Number(cell.trim().replace(/(?<=\d),(?=\d{3}\b)/g, ""));
  return Number.isFinite(value) ? value : null;
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ].*)?$/;

/** Days since 1970-01-01 of an ISO date, or null. */
export function toDay(cell: Cell): number | null {
  if (typeof cell !== "string" || !ISO_DATE.test(cell)) return null;
  const time = Date.parse(`${cell.slice(0, 10)}T00:00:00Z`);
  return Number.isFinite(time) ? Math.round(time / 86_400_000) : null;
}

/** Recognises a column by its values: the share that reads as numbers or dates, and how often values repeat. */
export function columnType(column: readonly Cell[]): ColumnType {
  const present = column.filter((cell) => !isMissing(cell));
  if (present.length === 0) return "empty";
  if (present.every((cell) => typeof cell === "number") && present.some((cell) => cell !== present[0])) return "number";
  const distinct = new Set(present.map((cell) => String(cell)));
  if (distinct.size === 1) return present.length === column.length ? "constant" : "category";
  const share = (test: (cell: Cell) => boolean): number => present.filter(test).length / present.length;
  if (share((cell) => toNumber(cell) !== null) >= 0.95) return "number";
  if (share((cell) => toDay(cell) !== null) >= 0.95) return "date";
  return distinct.size > 20 && distinct.size > 0.9 * present.length ? "id" : "category";
}

/** The number that a model sees of a cell: dates as days. */
export function numericValue(type: ColumnType, cell: Cell): number | null {
  return type === "date" ? toDay(cell) : toNumber(cell);
}

/** SHA-256 of a table's content and column names, whatever the order of its columns. */
export function tableHash(table: Table): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(table.columns).sort()) {
    hash.update(`\u0001${name}\u0002`);
    const column = table.columns[name] ?? [];
    if (column.length > 0 && column.every((cell) => typeof cell === "number")) {
      hash.update("numbers:").update(Float64Array.from(column));
      continue;
    }
    hash.update(column.map((cell) => (isMissing(cell) ? "\u0003" : `${typeof cell}:${String(cell)}`)).join("\u0004"));
  }
  return hash.digest("hex");
}
