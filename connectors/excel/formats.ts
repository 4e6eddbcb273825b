import type { FormatKind } from "../cells-serial.ts";

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

/** `_x000D_` and the like are single characters; `_x005F_` hides an underscore. */
export function decodeEscapes(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
