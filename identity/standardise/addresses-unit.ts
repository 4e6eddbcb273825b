import { fold, nameCase } from "../text.ts";

/** "2nd Floor", "Ground Floor", "Upper Level". */
const FLOOR =
  /^((?:\d+(?:st|nd|rd|th)|ground|first|second|third|fourth|fifth|upper|lower|top|main|mezzanine)\s+(?:floor|flr|level))\b\.?[\s,]*(.*)$/i;

/** A unit and what else its text says. */
export interface UnitText {
  readonly unit: string;
  readonly rest: string;
}

/** "Suite 34", "Apt. 4B", "#12", "2nd Floor", "Shop 12 Island Plaza" (the rest is kept), "12 Main St Apt 4". */
export function unitOf(part: string, unitWords: ReadonlySet<string>): UnitText | null {
  const floor = FLOOR.exec(part);
  if (floor?.[1] !== undefined) return { unit: nameCase(floor[1].toLowerCase()), rest: (floor[2] ?? "").trim() };
  const lead = /^([\p{L}]+)\.?\s*(?:#|no\.?\s*)?([\p{L}]?\d+[\p{L}]?|[A-Z])\b[\s,]*(.*)$/iu.exec(part);
  if (lead?.[1] !== undefined && unitWords.has(fold(lead[1])) && lead[2] !== undefined) {
    return { unit: `${nameCase(lead[1].toLowerCase())} ${lead[2].toUpperCase()}`, rest: (lead[3] ?? "").trim() };
  }
  const hash = !part.startsWith("#") ? null : /^#\s*([\p{L}]?\d+[\p{L}]?)$/u.exec(part);
  if (hash?.[1] !== undefined) return { unit: `Unit ${hash[1].toUpperCase()}`, rest: "" };
  const tail = !hasDigitAtEnd(part) ? null : /^(.*\S)\s+(?:([\p{L}]+)\.?\s*#?|#)\s*([\p{L}]?\d+[\p{L}]?)$/u.exec(part);
  if (tail?.[1] !== undefined && tail[3] !== undefined && (tail[2] === undefined || unitWords.has(fold(tail[2])))) {
    const word = tail[2] === undefined ? "Unit" : nameCase(tail[2].toLowerCase());
    return { unit: `${word} ${tail[3].toUpperCase()}`, rest: tail[1].trim() };
  }
  return null;
}

// Among the last three characters: a number, perhaps with a letter behind it.
function hasDigitAtEnd(text: string): boolean {
  for (let at = Math.max(0, text.length - 3); at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) return true;
  }
  return false;
}

/** A unit that stands in a field of its own. */
export function cleanUnit(text: string | null): string | null {
  if (text === null) return null;
  return /^#?\s*[a-z]?\d+[a-z]?$/i.test(text) ? `Unit ${text.replace(/[#\s]/g, "").toUpperCase()}` : nameCase(text);
}
