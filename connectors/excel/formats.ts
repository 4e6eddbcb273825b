import type { Cell } from "../table/cells.ts";

/** What a number format makes of a number. */
export type FormatKind = "number" | "date" | "datetime" | "time" | "duration";

const DATE_IDS = new Set([14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
const TIME_IDS = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 47]);

/** Kind of a number format by its id (built in) or code (custom). */
export function formatKind(id: number, code: string | undefined): FormatKind {
  if (code !== undefined) return codeKind(code);
  if (DATE_IDS.has(id)) return "date";
  if (TIME_IDS.has(id)) return "time";
  if (id === 22) return "datetime";
  return id === 46 ? "duration" : "number";
}

/** Kind of a format code. Quoted and escaped text, colours, conditions and locales say nothing about the kind. */
export function codeKind(code: string): FormatKind {
  const first = code.split(";")[0] ?? "";
  const bare = first.replace(/"[^"]*"|\\.|_.|\*./g, "");
  if (/\[(h+|m+|s+)\]/i.test(bare)) return "duration";
  const plain = bare.replace(/\[[^\]]*\]/g, "").replace(/AM\/PM|A\/P/gi, "h");
  if (/general/i.test(plain)) return "number";
  const time = /[hs]/i.test(plain);
  const date = /[yd]|e(?![+-])/i.test(plain) || (/m/i.test(plain) && !time);
  if (date && time) return "datetime";
  if (date) return "date";
  return time ? "time" : "number";
}

const DAY_MS = 86_400_000;
/** Day 0 of both epochs: serial 1 is 1900-01-01, or serial 0 is 1904-01-01. */
const EPOCH_1900 = Date.UTC(1899, 11, 31);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** 9999-12-31. */
const MAX_SERIAL = 2_958_465;

/**
 * A serial number as a typed cell: ISO text without a zone, so that no day can shift. The 1900 epoch counts a 29
 * February 1900 that never was: serials from 61 on are one day less. A number that is no date stays a number.
 */
export function serialCell(serial: number, kind: FormatKind, date1904: boolean): Cell {
  if (kind === "number" || !Number.isFinite(serial)) return { type: "number", value: serial };
  if (kind === "duration") return { type: "duration", value: Math.round(serial * 86_400_000) / 1000 };
  if (serial < 0 || serial > MAX_SERIAL) return { type: "number", value: serial };
  let day = Math.floor(serial);
  let ms = Math.round((serial - day) * DAY_MS);
  if (ms === DAY_MS) {
    day += 1;
    ms = 0;
  }
  if (kind === "time" && day === 0) return { type: "time", value: timeText(ms) };
  if (!date1904 && day === 0) return { type: "time", value: timeText(ms) };
  const date = date1904 ? dateText(EPOCH_1904 + day * DAY_MS) : date1900(day);
  return kind === "date" && ms === 0
    ? { type: "date", value: date }
    : { type: "datetime", value: `${date}T${timeText(ms)}` };
}

function date1900(day: number): string {
  if (day === 60) return "1900-02-29";
  return dateText(EPOCH_1900 + (day < 60 ? day : day - 1) * DAY_MS);
}

function dateText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23).replace(".000", "");
}

/** `_x000D_` and the like are single characters; `_x005F_` hides an underscore. */
export function decodeEscapes(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
