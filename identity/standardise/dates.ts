import type { CountryPack } from "#core";
import { fold } from "../text.ts";

/** A date read from text. */
export interface DateResult {
  /** ISO date, or null where it cannot be read. */
  readonly date: string | null;
  /** `order_assumed`, `century_assumed`, `impossible`, `unreadable`, `partial`. */
  readonly notes: readonly string[];
}

const MONTHS = "january february march april may june july august september october november december".split(" ");
const MONTHS_ES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(" ");

/** Which of day and month comes first. */
export type DateOrder = "dmy" | "mdy" | null;

/**
 * Reads a date: ISO (with or without time), yyyymmdd, month names, and numbers in the order that the whole table
 * shows. Without an order, a value above 12 decides, then the pack's custom (noted). Spreadsheet serials are not dates here.
 */
export function parseDate(
  text: string,
  options: { readonly order?: DateOrder; readonly pack: CountryPack },
): DateResult {
  const plain = fold(text)
    .replace(/(\d)(?:st|nd|rd|th)\b/g, "$1")
    .replace(/^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)[a-z]*[,.]?\s+/, "");
  if (plain === "") return { date: null, notes: [] };
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ,].*)?$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (iso !== null) return make(Number(iso[1]), Number(iso[2]), Number(iso[3]), []);
  const named = readNamed(plain);
  if (named !== null) return named;
  const parts = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[t ,].*)?$/.exec(plain);
  if (parts === null) return { date: null, notes: ["unreadable"] };
  const first = Number(parts[1]);
  const second = Number(parts[2]);
  const { year, notes } = fullYear(parts[3] ?? "");
  const { order, assumed } = decideOrder(first, second, options);
  if (assumed) notes.push("order_assumed");
  return order === "mdy" ? make(year, first, second, notes) : make(year, second, first, notes);
}

/** How a whole column writes its dates. */
export interface DateColumn {
  /** By position in the column; blank values give null without a note. */
  readonly dates: readonly DateResult[];
  /** What the column's own values show; null where none has a day above 12. */
  readonly order: DateOrder;
  /** True where some values show one order and some the other. */
  readonly mixed: boolean;
}

const NUMERIC = /^\s*(?:[a-z]{3,9}[,.]?\s+)?(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?!\d)/i;
/** Days since 1899-12-30 of the years 1950 to 2079: what a spreadsheet's date looks like without its format. */
const SERIAL = { min: 18_264, max: 65_745 } as const;

/**
 * Reads a column of dates by the evidence of all its values: one with a day above 12 shows which of day and month comes
 * first, for all of them. Values that contradict the others are read in the one way that is possible, and noted.
 */
export function readDates(values: readonly string[], options: { readonly pack: CountryPack }): DateColumn {
  const shown = { dmy: 0, mdy: 0 };
  for (const value of values) {
    const found = NUMERIC.exec(value);
    if (found === null) continue;
    if (Number(found[1]) > 12 && Number(found[2]) <= 12) shown.dmy += 1;
    if (Number(found[2]) > 12 && Number(found[1]) <= 12) shown.mdy += 1;
  }
  const mixed = shown.dmy > 0 && shown.mdy > 0;
  const order = shown.dmy === shown.mdy ? null : shown.dmy > shown.mdy ? "dmy" : "mdy";
  const serials = areSerials(values);
  const dates = values.map((value) => {
    if (serials && /^\d{5}(?:\.\d+)?$/.test(value.trim())) return serialDate(Math.floor(Number(value)));
    return readInColumn(value, { order, mixed, pack: options.pack });
  });
  return { dates, order, mixed };
}

function areSerials(values: readonly string[]): boolean {
  const filled = values.filter((value) => value.trim() !== "");
  const serial = filled.filter((value) => {
    const number = /^\s*\d{5}(?:\.\d+)?\s*$/.test(value) ? Number(value) : 0;
    return number >= SERIAL.min && number <= SERIAL.max;
  });
  return serial.length > 0 && filled.length === serial.length + filled.filter((value) => /[-/a-z]/i.test(value)).length;
}

function serialDate(serial: number): DateResult {
  const date = new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000).toISOString().slice(0, 10);
  return { date, notes: ["serial_assumed"] };
}

function readInColumn(
  value: string,
  about: { readonly order: DateOrder; readonly mixed: boolean; readonly pack: CountryPack },
): DateResult {
  const { order, mixed, pack } = about;
  const read = parseDate(value, { order, pack });
  const found = NUMERIC.exec(value);
  if (found === null || order === null) return read;
  if (read.date === null) {
    const other = parseDate(value, { order: order === "dmy" ? "mdy" : "dmy", pack });
    return other.date === null ? read : { date: other.date, notes: [...other.notes, "order_conflict"] };
  }
  const open = Number(found[1]) <= 12 && Number(found[2]) <= 12 && found[1] !== found[2];
  return mixed && open ? { date: read.date, notes: [...read.notes, "order_assumed"] } : read;
}

function decideOrder(
  first: number,
  second: number,
  options: { readonly order?: DateOrder; readonly pack: CountryPack },
): { order: "dmy" | "mdy"; assumed: boolean } {
  if (options.order === "dmy" || options.order === "mdy") return { order: options.order, assumed: false };
  if (first > 12) return { order: "dmy", assumed: false };
  if (second > 12) return { order: "mdy", assumed: false };
  return { order: options.pack.dateOrder === "mdy" ? "mdy" : "dmy", assumed: first !== second };
}

function readNamed(plain: string): DateResult | null {
  const dayFirst =
    /^(\d{1,2})[\s\-/.,]*(?:de\s+|of\s+)?([a-z]{3,10})\.?[\s\-/.,]*(?:de\s+|del\s+)?'?(\d{4}|\d{2})(?:[ ,].*)?$/.exec(
      plain,
    );
  const monthFirst = /^([a-z]{3,10})\.?[\s\-/.]*(\d{1,2})[\s\-/.,]+'?(\d{4}|\d{2})(?:[ ,].*)?$/.exec(plain);
  const day = dayFirst?.[1] ?? monthFirst?.[2];
  const month = monthNumber(dayFirst?.[2] ?? monthFirst?.[1] ?? "");
  if (day === undefined || month === 0) return null;
  const { year, notes } = fullYear(dayFirst?.[3] ?? monthFirst?.[3] ?? "");
  return make(year, month, Number(day), notes);
}

function monthNumber(text: string): number {
  if (text.length < 3) return 0;
  const found = [MONTHS, MONTHS_ES].map((list) => list.findIndex((month) => month.startsWith(text.slice(0, 10))));
  return Math.max(0, ...found.map((at) => at + 1)) || (text === "sept" ? 9 : 0);
}

// Two digits: 00-49 are this century, 50-99 the last one (the POSIX rule is 69; people born in 1950 are customers).
function fullYear(text: string): { year: number; notes: string[] } {
  const year = Number(text);
  if (text.length === 4) return { year, notes: [] };
  return { year: year < 50 ? 2000 + year : 1900 + year, notes: ["century_assumed"] };
}

function make(year: number, month: number, day: number, notes: string[]): DateResult {
  const last = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0;
  if (year < 1850 || year > 2199 || day < 1 || day > last) return { date: null, notes: [...notes, "impossible"] };
  const date = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  return { date, notes };
}
