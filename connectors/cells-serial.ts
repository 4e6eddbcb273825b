import type { Cell } from "./table/cells.ts";

/** What a number format makes of a number. */
export type FormatKind = "number" | "date" | "datetime" | "time" | "duration";

/** Day 0: 1899-12-31 with a day that never was, 1904-01-01, or 1899-12-30 (Google Sheets, correct before March 1900). */
export type Epoch = "1900" | "1904" | "sheets";

const DAY_MS = 86_400_000;
/** Day 0 of both epochs: serial 1 is 1900-01-01, or serial 0 is 1904-01-01. */
const EPOCH_1900 = Date.UTC(1899, 11, 31);
const START = { "1904": Date.UTC(1904, 0, 1), sheets: Date.UTC(1899, 11, 30) } as const;
/** 1582-10-15, before which calendars differ, and 9999-12-31. */
const MIN_SERIAL = -115_859;
const MAX_SERIAL = 2_958_465;

/**
 * A serial number as a typed cell: ISO text without a zone, so that no day can shift. The 1900 epoch counts a 29
 * February 1900 that never was: serials from 61 on are one day less. A number that is no date stays a number.
 */
export function serialCell(serial: number, kind: FormatKind, epoch: Epoch): Cell {
  if (kind === "number" || !Number.isFinite(serial)) return { type: "number", value: serial };
  if (kind === "duration") return { type: "duration", value: Math.round(serial * 86_400_000) / 1000 };
  if (serial < MIN_SERIAL || serial > MAX_SERIAL) return { type: "number", value: serial };
  let day = Math.floor(serial);
  let ms = Math.round((serial - day) * DAY_MS);
  if (ms === DAY_MS) {
    day += 1;
    ms = 0;
  }
  if (day === 0 && (kind === "time" || epoch !== "sheets")) return { type: "time", value: timeText(ms) };
  const date = epoch === "1900" ? date1900(day) : dateText(START[epoch] + day * DAY_MS);
  return kind === "date" && ms === 0
    ? { type: "date", value: date }
    : { type: "datetime", value: `${date}T${timeText(ms)}` };
}

function date1900(day: number): string {
  // Serial 60 is a 29 February that never was: it is told as the day before it, so that it stays a date.
  return dateText(EPOCH_1900 + (day > 0 && day < 60 ? day : day - 1) * DAY_MS);
}

function dateText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23).replace(".000", "");
}
