import { dmy, serialOf } from "../world/calendar.ts";
import type { Cell } from "../world/types.ts";

const grouped = (cents: number): string =>
  (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A cell as people see it in the sheet's locale. */
function formatted(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "object") return "date" in cell ? dmy(cell.date) : `J$${grouped(cell.cents)}`;
  return String(cell);
}

/** A cell as a JSON value, under the two render options. */
function rendered(cell: Cell, value: string, dates: string): string | number {
  if (value === "FORMATTED_VALUE" || cell === null) return formatted(cell);
  if (typeof cell !== "object") return cell;
  if ("cents" in cell) return cell.cents / 100;
  return dates === "FORMATTED_STRING" ? dmy(cell.date) : serialOf(cell.date);
}

/** Rows without trailing empty cells, and without trailing empty rows: the vendor's ragged form. */
export function ragged(grid: readonly (readonly Cell[])[], value: string, dates: string): (string | number)[][] {
  const rows = grid.map((cells) => {
    const out = cells.map((cell) => rendered(cell, value, dates));
    while (out.at(-1) === "") out.pop();
    return out;
  });
  while (rows.at(-1)?.length === 0) rows.pop();
  return rows;
}

const FORMATS = { date: "DATE", cents: "CURRENCY" } as const;

/** A cell of grid data: effective value, formatted value and the type of its number format. Empty cells are `{}`. */
export function cellData(cell: Cell): object {
  if (cell === null || cell === "") return {};
  if (typeof cell === "string") return { effectiveValue: { stringValue: cell }, formattedValue: cell };
  if (typeof cell === "number") return { effectiveValue: { numberValue: cell }, formattedValue: String(cell) };
  const isDate = "date" in cell;
  const type = isDate ? FORMATS.date : FORMATS.cents;
  const numberValue = isDate ? serialOf(cell.date) : cell.cents / 100;
  const pattern = isDate ? "dd/mm/yyyy" : '"J$"#,##0.00';
  return {
    effectiveValue: { numberValue },
    formattedValue: formatted(cell),
    effectiveFormat: { numberFormat: { type, pattern } },
  };
}

/** A range taken apart: tab title and 0-based bounds, ends excluded. Null where it cannot be read. */
export interface Range {
  readonly title: string;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const column = (letters: string): number =>
  Array.from(letters.toUpperCase()).reduce((sum, c) => sum * 26 + c.charCodeAt(0) - 64, 0);

/** Takes an A1 range apart: `Tab`, `'My Tab'!A2:K`, `Tab!A1:C9`, `Tab!5:9`. */
export function parseRange(text: string): Range | null {
  const quoted = /^'((?:[^']|'')*)'(?:!(.*))?$/.exec(text);
  const plain = quoted ?? /^([^!]+)(?:!(.*))?$/.exec(text);
  if (plain === null) return null;
  const title = (plain[1] ?? "").replaceAll("''", "'");
  const all = { title, top: 0, bottom: Infinity, left: 0, right: Infinity };
  if (plain[2] === undefined) return all;
  const cells = /^([A-Za-z]*)(\d*)(?::([A-Za-z]*)(\d*))?$/.exec(plain[2]);
  if (cells === null) return null;
  const [, c1 = "", r1 = "", c2, r2] = cells;
  const single = c2 === undefined;
  return {
    title,
    top: r1 === "" ? 0 : Number(r1) - 1,
    left: c1 === "" ? 0 : column(c1) - 1,
    bottom: single ? (r1 === "" ? Infinity : Number(r1)) : r2 === undefined || r2 === "" ? Infinity : Number(r2),
    right: single ? (c1 === "" ? Infinity : column(c1)) : c2 === "" ? Infinity : column(c2),
  };
}
