import type { TableCell } from "../table-files.ts";

const DAY = 86_400_000;

/** How the dates of one column are written. */
export type DateOrder = "day-first" | "month-first";

/** Whether days or months come first in dates such as 3/4/2024: as the column's own impossible months say, else days. */
export function dateOrder(cells: Iterable<TableCell>): DateOrder {
  let [dayFirst, monthFirst] = [0, 0];
  for (const cell of cells) {
    const found = typeof cell === "string" ? /^\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}/.exec(cell) : null;
    if (found === null) continue;
    if (Number(found[1]) > 12) dayFirst += 1;
    if (Number(found[2]) > 12) monthFirst += 1;
  }
  return monthFirst > dayFirst ? "month-first" : "day-first";
}

/** Day counted from 1970-01-01 of a written date, with or without a time; null for what is none. */
export function dayOf(cell: TableCell, order: DateOrder): number | null {
  const text = cell === null ? "" : String(cell).trim();
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)/.exec(text) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (iso !== null) return dayFrom(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const other = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?!\d)/.exec(text);
  if (other !== null) {
    const [first, second, year] = [Number(other[1]), Number(other[2]), Number(other[3])];
    const full = year >= 100 ? year : year < 70 ? 2000 + year : 1900 + year;
    return order === "month-first" ? dayFrom(full, first, second) : dayFrom(full, second, first);
  }
  if (!/[a-z]{3}/i.test(text)) return null;
  // "4 March 2024": the reading has no time zone of its own, so it is taken as written.
  const parsed = new Date(text);
  return Number.isNaN(parsed.getTime()) ? null : dayFrom(parsed.getFullYear(), parsed.getMonth() + 1, parsed.getDate());
}

/** A number as files write it: thousands with commas, a currency sign, parentheses for less than nothing; else null. */
export function numberIn(cell: TableCell): number | null {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
  if (typeof cell !== "string") return null;
  const negative = /^\s*\(.*\)\s*$/.test(cell) || /-\s*$/.test(cell);
  const bare = cell.replace(/[\s()]|[^\d.,eE+-]/g, "").replace(/-$/, "");
  const text = /,\d{1,2}$/.test(bare) && !bare.includes(".") ? bare.replace(",", ".") : bare.replaceAll(",", "");
  if (!/\d/.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? (negative ? -Math.abs(value) : value) : null;
}

/** Days from a day to the same day some months later, or to the last day of that month. */
export function monthsAhead(day: number, months: number): number {
  const from = new Date(day * DAY);
  const target = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1));
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  return target.getTime() / DAY + Math.min(from.getUTCDate(), last) - 1 - day;
}

function dayFrom(year: number, month: number, day: number): number | null {
  const time = Date.UTC(year, month - 1, day);
  const back = new Date(time);
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day && year > 1800 ? time / DAY : null;
}
