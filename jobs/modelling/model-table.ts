import { C360Error } from "#core";
import { columnType, isMissing, toDay, toNumber } from "#models";
import type { Table } from "#models";
import type { CommandInput } from "../command.ts";
import { readTableFile } from "../table-files.ts";

/** Reads a file as a table by column. Throws a FILE_* error, or MODEL_REFUSED where it has no rows. */
export async function readModelTable(
  path: string,
): Promise<{ readonly table: Table; readonly notices: readonly string[] }> {
  const file = await readTableFile(path);
  if (file.rows === 0) throw new C360Error("MODEL_REFUSED", { problem: `${file.file} has no rows` });
  const columns = Object.fromEntries(file.names.map((name, k) => [name, file.columns[k] ?? []]));
  return { table: { rows: file.rows, columns }, notices: file.notices };
}

/** A column by its name, also written in another case. Throws USAGE with the names that there are. */
export function columnNamed(table: Table, name: string, command: string): string {
  const names = Object.keys(table.columns);
  const found =
    names.find((one) => one === name) ?? names.find((one) => one.toLowerCase() === name.trim().toLowerCase());
  if (found !== undefined) return found;
  const some = names.slice(0, 40).join(", ");
  throw new C360Error("USAGE", { problem: `There is no column ${name}. There are: ${some}.`, command });
}

/** Names of a list option: "a,b". A column whose own name has a comma is found too. */
export function columnList(table: Table, input: CommandInput, option: string, command: string): string[] {
  const text = textOption(input, option);
  if (text === null) return [];
  if (text in table.columns) return [text];
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => columnNamed(table, name, command));
}

/** A text option, or null. */
export function textOption(input: CommandInput, option: string): string | null {
  const value = input.options[option];
  return typeof value === "string" && value !== "" ? value : null;
}

/** A whole number of an option. Throws USAGE for anything else. */
export function wholeOption(input: CommandInput, option: string, fallback: number, command: string): number {
  const text = textOption(input, option);
  if (text === null) return fallback;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new C360Error("USAGE", { problem: `--${option} takes a whole number, not ${text}.`, command });
}

/**
 * Positions of the rows in the order of a column of times: dates, or numbers that rise with time; rows without one come
 * first, equal times keep their order. Throws USAGE where the column holds neither.
 */
export function timeOrder(table: Table, column: string, command: string): number[] {
  const cells = table.columns[column] ?? [];
  const type = columnType(cells);
  const value = (cell: (typeof cells)[number]): number => {
    if (isMissing(cell)) return -Infinity;
    const number = toNumber(cell) ?? toDay(cell);
    const parsed = number ?? Date.parse(String(cell));
    return Number.isNaN(parsed) ? -Infinity : parsed;
  };
  // Times of one day differ by what stands behind the date.
  const exact = (cell: (typeof cells)[number]): number => {
    const parsed = type === "date" ? Date.parse(String(cell)) : NaN;
    return Number.isNaN(parsed) ? value(cell) : parsed;
  };
  const times = cells.map(exact);
  if (times.every((time) => time === -Infinity)) {
    throw new C360Error("USAGE", {
      problem: `The column ${column} has neither dates nor numbers to order by.`,
      command,
    });
  }
  return times.map((_time, i) => i).sort((a, b) => compare(times[a]!, times[b]!) || a - b);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
