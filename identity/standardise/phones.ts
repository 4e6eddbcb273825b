import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode } from "libphonenumber-js/max";
import type { CountryPack } from "#core";
import { digits, sortedUnique, tidy } from "../text.ts";

/** Telephone numbers found in cells, and what was odd about them. */
export interface PhonesResult {
  /** E.164, sorted, distinct. */
  readonly phones: readonly string[];
  /** `phone_unreadable`, `phone_invalid`, `phone_placeholder`, `area_inferred`, `extension_dropped`. */
  readonly notes: readonly string[];
}

/**
 * Reads every telephone number of one or more cells: lists, "or", T:/F: labels, "926-1234/5" (two lines),
 * "926-1234-6" (a range), extensions, 00 and 011 prefixes, and local numbers without an area code.
 */
export function normalisePhones(
  cells: string | readonly string[],
  options: { readonly pack: CountryPack },
): PhonesResult {
  const phones: string[] = [];
  const notes = new Set<string>();
  for (const cell of typeof cells === "string" ? [cells] : cells) {
    for (const candidate of splitCell(tidy(cell), notes)) {
      const phone = readPhone(candidate, options.pack, notes);
      if (phone !== null) phones.push(phone);
    }
  }
  return { phones: sortedUnique(phones), notes: [...notes].sort() };
}

const LABEL =
  /(?:^|[\s,;/|(])(?:tel(?:ephone)?|phone|ph|fax|cell(?:ular)?|mob(?:ile)?|office|home|work|whatsapp|wa|t|f|c|m|w|h|p|o)\s*[.:#]+\s*/gi;

function splitCell(cell: string, notes: Set<string>): string[] {
  if (cell === "") return [];
  // Excel turns long numbers into 8.76926E+09: the lost digits are not guessed.
  if (/^[+-]?\d+(?:[.,]\d+)?e\+?\d+$/i.test(cell)) {
    notes.add("phone_unreadable");
    return [];
  }
  const plain = cell
    .replace(/^(\d{7,15})\.0+$/, "$1")
    .replace(LABEL, " ; ")
    .replace(/\bor\b|\band\b|[&|\n,;]/gi, ";")
    .replace(/\s+\/\s+/g, ";");
  return plain.split(";").flatMap((part) => splitLines(dropExtension(part.trim(), notes)));
}

function dropExtension(part: string, notes: Set<string>): string {
  const bare = part.replace(/\s*(?:\b(?:ext(?:ension)?|extn)\b\.?|\bx\.?|#)\s*:?\s*\d{1,6}\s*$/i, "");
  if (bare !== part) notes.add("extension_dropped");
  return bare;
}

// "876-926-1234/5" and "926-1234-6": further lines share the leading digits.
function splitLines(part: string): string[] {
  if (digits(part).length < 7) return digits(part) === "" ? [] : [part];
  const slash = part.split("/").map((piece) => piece.trim());
  if (slash.length > 1 && slash[0] !== undefined) {
    const [first, ...rest] = slash;
    // "310/246-1501": the slash stands after the area code.
    if (digits(first).length <= 4 && rest.length === 1) return [slash.join("-")];
    if (digits(first).length >= 7) {
      return [first, ...rest.map((piece) => (digits(piece).length >= 7 ? piece : replaceTail(first, digits(piece))))];
    }
  }
  const range = /^(.*\d{3}[\s.-]?\d{4})\s*-\s*(\d{1,2})$/.exec(part);
  if (range?.[1] !== undefined && range[2] !== undefined) return expandRange(range[1], range[2]);
  return [part];
}

function replaceTail(first: string, tail: string): string {
  const all = digits(first);
  return tail === "" ? first : all.slice(0, all.length - tail.length) + tail;
}

function expandRange(first: string, tail: string): string[] {
  const all = digits(first);
  const from = Number(all.slice(-tail.length));
  const to = Number(tail);
  if (to <= from || to - from > 9) return [first];
  const lines: string[] = [];
  for (let line = from; line <= to; line += 1) lines.push(replaceTail(first, String(line).padStart(tail.length, "0")));
  return lines;
}

function readPhone(text: string, pack: CountryPack, notes: Set<string>): string | null {
  const number = digits(text);
  if (number === "") return null;
  if (isFiller(number)) {
    notes.add("phone_placeholder");
    return null;
  }
  let dial = text;
  if (number.length === pack.phone.localLength && pack.phone.defaultArea !== null && !text.includes("+")) {
    dial = `+${pack.phone.callingCode}${pack.phone.defaultArea}${number}`;
    notes.add("area_inferred");
  } else if (/^\s*(?:00|011)\d/.test(text.replace(/[\s()-]/g, ""))) {
    dial = `+${number.replace(/^(?:00|011)/, "")}`;
  }
  const parsed = parsePhoneNumberFromString(dial, pack.country as CountryCode);
  if (parsed !== undefined && (parsed.isValid() || isNanp(parsed.number))) return parsed.number;
  notes.add("phone_invalid");
  return null;
}

// The number plan's own rule (NPA-NXX-XXXX): the library's list of assigned blocks lags behind new ones such as 658.
function isNanp(number: string): boolean {
  return /^\+1[2-9][0-8]\d[2-9]\d{6}$/.test(number) && !/^\+1\d{3}(?:\d)11/.test(number);
}

// 000-0000, 111-1111, 123-4567, 876-000-0000: typed to get past a required field.
function isFiller(number: string): boolean {
  const local = number.slice(-7);
  return (
    /^(\d)\1+$/.test(local) || local === "1234567" || /^0123456789$|^1234567890$/.test(number) || /^0+$/.test(number)
  );
}
