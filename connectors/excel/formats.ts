import type { FormatKind } from "../cells-serial.ts";

/** Codes of the formats that a workbook may name by number alone (ECMA-376 part 1, 18.8.30). */
const BUILT_IN: Readonly<Record<number, string>> = {
  1: "0",
  2: "0.00",
  3: "#,##0",
  4: "#,##0.00",
  5: '"$"#,##0_);\\("$"#,##0\\)',
  6: '"$"#,##0_);[Red]\\("$"#,##0\\)',
  7: '"$"#,##0.00_);\\("$"#,##0.00\\)',
  8: '"$"#,##0.00_);[Red]\\("$"#,##0.00\\)',
  9: "0%",
  10: "0.00%",
  11: "0.00E+00",
  12: "# ?/?",
  13: "# ??/??",
  14: "mm-dd-yy",
  15: "d-mmm-yy",
  16: "d-mmm",
  17: "mmm-yy",
  18: "h:mm AM/PM",
  19: "h:mm:ss AM/PM",
  20: "h:mm",
  21: "h:mm:ss",
  22: "m/d/yy h:mm",
  37: "#,##0_);(#,##0)",
  38: "#,##0_);[Red](#,##0)",
  39: "#,##0.00_);(#,##0.00)",
  40: "#,##0.00_);[Red](#,##0.00)",
  45: "mm:ss",
  46: "[h]:mm:ss",
  47: "mmss.0",
  48: "##0.0E+0",
  49: "@",
};
/** Built-in dates and times of East Asian editions: their codes differ by edition, their kind does not. */
const EASTERN_DATES = new Set([27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
const EASTERN_TIMES = new Set([32, 33, 34, 35]);

/** A number format: its code as written, and what it makes of a number. */
export interface NumberFormat {
  readonly code: string;
  readonly kind: FormatKind;
}

/** The format of cells that name none. */
export const GENERAL: NumberFormat = { code: "General", kind: "number" };

/** A number format by its id (built in) or code (custom). */
export function numberFormat(id: number, code: string | undefined): NumberFormat {
  const known = code ?? BUILT_IN[id];
  if (known !== undefined) return { code: known, kind: codeKind(known) };
  if (EASTERN_DATES.has(id)) return { code: "yyyy-mm-dd", kind: "date" };
  return EASTERN_TIMES.has(id) ? { code: "h:mm:ss", kind: "time" } : GENERAL;
}

/**
 * Kind of a format code. Quoted and escaped text, colours, conditions and locales say nothing about the kind. A code of
 * one letter (`D`, `h`) shows a count and no date, and so does an elapsed unit alone in capitals (`[HH]`).
 */
export function codeKind(code: string): FormatKind {
  const first = code.split(";")[0] ?? "";
  const bare = first.replace(/"[^"]*"|\\.|_.|\*./g, (quoted) => (quoted.length > 1 && quoted[0] === "\\" ? " " : ""));
  const plain = bare.replace(/\[[^\]]*\]/g, "");
  if (/general|standard/i.test(plain)) return "number";
  if (/\[(h+|m+|s+)\]/.test(bare)) return "duration";
  if (!/.[dmyhs]/i.test(plain)) return "number";
  if (/\[(h+|m+|s+)\]/i.test(bare)) return "duration";
  const units = plain.replace(/AM\/PM|A\/P/gi, "h");
  const time = /[hs]/i.test(units);
  const date = /[yd]/i.test(units) || (/m/i.test(units) && !time);
  if (date && time) return "datetime";
  if (date) return "date";
  return time ? "time" : "number";
}

/** `_x000D_` and the like are single characters; `_x005F_` hides an underscore. */
export function decodeEscapes(text: string): string {
  if (!text.includes("_x")) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
