import { columnType, isMissing, toNumber } from "#models";
import type { Cell, Table, Writing } from "#models";
import { dateOrder, dayOf, numberIn } from "./cells.ts";

/** Share of the cells that must read alike before a column is taken for numbers or dates. */
const NEARLY_ALL = 0.95;
/** The same where the rest are a few words that stand for "not known". */
const MOST = 0.5;
/** Words that may stand for "not known" in one column. */
const WORDS = 3;
/** Fewer different numbers beside words are levels rather than amounts. */
const FEW = 10;

/**
 * How columns of text write numbers and dates, for those whose text has to be read first: currency signs, percentages,
 * decimal commas, parentheses, days before months, words in place of a number. Columns that stand as they are, are left
 * out. It is found once, in training, and kept with the model: a file of one row cannot tell days from months.
 */
export function writingsOf(table: Table, except: readonly string[]): Record<string, Writing> {
  const found: Record<string, Writing> = {};
  for (const [name, column] of Object.entries(table.columns)) {
    const writing = except.includes(name) ? null : writingOf(column);
    if (writing !== null) found[name] = writing;
  }
  return found;
}

/** The table with written numbers as numbers and written dates as ISO text; what reads as neither is missing. */
export function plainTable(table: Table, writings: Readonly<Record<string, Writing>> | undefined): Table {
  const columns = Object.entries(table.columns).map(([name, column]) => {
    const writing = writings?.[name];
    return [name, writing === undefined ? column : column.map((cell) => plainCell(writing, cell))] as const;
  });
  return { rows: table.rows, columns: Object.fromEntries(columns) };
}

/** Reads the amounts of a column as the column itself writes them; null for what is no number. */
export function amountReader(column: readonly Cell[]): (cell: Cell) => number | null {
  const decimal = decimalOf(column.filter((cell) => typeof cell === "string"));
  return (cell) => {
    if (typeof cell !== "string") return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
    return writtenNumber(cell, decimal) ?? (decimal === "point" ? numberIn(cell) : null);
  };
}

function plainCell(writing: Writing, cell: Cell): Cell {
  if (isMissing(cell)) return null;
  if (writing.kind === "number") return writtenNumber(String(cell), writing.decimal);
  const day = writtenDay(String(cell), writing.order);
  return day === null ? null : new Date(day * 86_400_000).toISOString().slice(0, 10);
}

function writingOf(column: readonly Cell[]): Writing | null {
  const type = columnType(column);
  if (type !== "category" && type !== "id") return null;
  const texts = column.filter((cell) => !isMissing(cell)).map((cell) => String(cell).trim());
  const decimal = decimalOf(texts);
  if (readsAlike(texts, (text) => writtenNumber(text, decimal))) return { kind: "number", decimal };
  const order = dateOrder(texts);
  return readsAlike(texts, (text) => writtenDay(text, order)) ? { kind: "date", order } : null;
}

function readsAlike(texts: readonly string[], read: (text: string) => number | null): boolean {
  const words = new Set<string>();
  const values = new Set<number>();
  let reads = 0;
  for (const text of texts) {
    const value = read(text);
    if (value === null) words.add(text.toLowerCase());
    else {
      reads += 1;
      values.add(value);
    }
  }
  const share = reads / Math.max(1, texts.length);
  if (values.size < 2) return false;
  if (share >= NEARLY_ALL) return true;
  return share >= MOST && values.size > FEW && words.size <= WORDS && [...words].every((word) => !/\d/.test(word));
}

const CURRENCY =
  "[A-Za-z]{0,3}[$€£¥₹]|USD|EUR|GBP|JMD|CAD|AUD|NZD|TTD|BBD|XCD|KYD|BSD|INR|JPY|CNY|CHF|SEK|NOK|DKK|MXN|BRL|ZAR|NGN";
const NUMBER = new RegExp(
  `^(\\()?\\s*([-+\u2212])?\\s*(?:${CURRENCY})?\\s*([-+\u2212])?\\s*([\\d.,'\u2019 \u00a0\u202f]*\\d[.,]?)\\s*(?:%|${CURRENCY})?\\s*(\\))?\\s*(-)?$`,
);

function writtenNumber(text: string, decimal: "point" | "comma"): number | null {
  const plain = decimal === "point" ? toNumber(text) : null;
  if (plain !== null) return plain;
  const found = NUMBER.exec(text.trim());
  if (found === null || (found[1] === undefined) !== (found[5] === undefined)) return null;
  const [mark, other] = decimal === "point" ? [".", ","] : [",", "."];
  const [whole = "", rest = "", ...more] = found[4]!.trim().split(mark);
  if (more.length > 0 || !/^\d*$/.test(rest)) return null;
  const groups = whole.split(/[' \u2019\u00a0\u202f]/).flatMap((part) => part.split(other));
  if (groups.length > 1 && (!/^\d{1,3}$/.test(groups[0]!) || groups.slice(1).some((group) => !/^\d{3}$/.test(group)))) {
    return null;
  }
  const value = Number(`${groups.join("")}.${rest}`);
  if (!/^\d*$/.test(groups.join("")) || !Number.isFinite(value)) return null;
  const below = found[1] !== undefined || [found[2], found[3]].some((sign) => sign === "-" || sign === "\u2212");
  return below || found[6] !== undefined ? -value : value;
}

/** Which mark stands before the cents: the later one of two kinds, or the one that no thousand can follow. */
function decimalOf(texts: readonly string[]): "point" | "comma" {
  let [point, comma] = [0, 0];
  for (const text of texts) {
    const marks = /([.,])\d+\D*$/.exec(text);
    if (marks === null) continue;
    const last = marks[1]!;
    const digits = /\d+/.exec(marks[0])![0].length;
    const both = text.includes(".") && text.includes(",");
    if (!both && digits === 3) continue;
    if (last === ".") point += 1;
    else comma += 1;
  }
  return comma > point ? "comma" : "point";
}

const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b/i;

function writtenDay(text: string, order: "day-first" | "month-first"): number | null {
  // A word and a number would read as a date: only the name of a month makes it one.
  if (/[a-z]{3}/i.test(text) && !MONTH.test(text)) return null;
  return dayOf(text, order);
}
