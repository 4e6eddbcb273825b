import type { CountryPack } from "#core";
import { digits, tidy } from "../text.ts";

/** One number of a cell as it is to be read. */
export interface PhoneCandidate {
  readonly text: string;
  readonly extension: string | null;
  readonly notes: readonly string[];
}

const LABEL =
  /(?:^|(?<=[\s,;/|()\d]))(?:tel(?:e?phone)?s?|phones?|ph|fax|facsimile|cell(?:ular)?|mob(?:ile)?|office|off|home|work|main|direct|digicel|flow|lime|whats\s?app|wa|call|contact|t|f|c|m|w|h|p|o|b)\s*(?:no\.?|number|#)?\s*[.:#-]+\s*/gi;
const WORDS =
  /\b(?:tel(?:ephone)?|phones?|ph|fax|cell(?:ular)?|mob(?:ile)?|office|home|work|whatsapp|digicel|flow)\b\.?/gi;
const EXTENSION =
  /\s*(?:\b(?:ext(?:ension|en|n)?s?|xtn|local)\b\.?|\bx\.?(?=\s*\d)|(?<=\d)x(?=\d)|#)\s*[:.#]?\s*(\d{1,6}(?:\s*[/-]\s*\d{1,6})*)\s*\)?\s*$/i;
/** The most lines that a range stands for; more is a slip of the pen. */
const MAX_RANGE = 10;

/**
 * Splits a cell into the numbers that it holds: lists, labels, lines that share leading digits, ranges, extensions.
 * Spreadsheet forms (`8.769261234E+09`, `8769261234.0`) are undone where no digit is lost.
 */
export function phoneCandidates(cell: string, pack: CountryPack): readonly PhoneCandidate[] {
  const text = tidy(cell);
  if (text === "") return [];
  const whole = exponentDigits(text);
  if (whole === null) return [{ text: "", extension: null, notes: ["phone_unreadable"] }];
  const plain = plainText(whole);
  const found: PhoneCandidate[] = [];
  for (const part of plain.split(";").map((piece) => piece.trim())) {
    if (/\d/.test(part)) takePart(part, found, pack);
  }
  // "n/a", "none": words where a number should be.
  return found.length === 0 ? [{ text: "", extension: null, notes: [] }] : found;
}

/** Labels out, every kind of separator one semicolon; an extension stays with its number. */
function plainText(text: string): string {
  return (
    text
      .replace(/^(\d{7,15})\.0+$/, "$1")
      .replace(/;\s*ext=/gi, " ext ")
      .replace(/[\u2010-\u2015\u2212]/g, "-")
      .replace(/1?[-\s]?8\d\d[-\s](?=[A-Z\d-]*[A-Z]{3})[A-Z\d]{3,}[A-Z\d-]*/g, keypad)
      .replace(LABEL, (label) => (/^\s*(?:ext|x)/i.test(label) ? label : " ; "))
      .replace(WORDS, " ; ")
      .replace(/\b(?:or|and|also|alt)\b|[&|\n,;]/gi, ";")
      .replace(/\s+\/\s*|\s*\/\s+/g, ";")
      .replace(/(?<=\d{4}(?:[-/]\d{1,4})?)\s+(?=\(\d{3}\))/g, ";")
      // "926-1234 to 926-1239": the end of a range may be written out.
      .replace(
        /(\d{3})[-.\s]?(\d{4})\s*\b(?:to|thru|through)\b\s*(?:\(?\d{3}\)?[-.\s]*)?\1[-.\s]?(\d{4})(?!\d)/gi,
        "$1-$2-$3",
      )
      .replace(/\b(?:to|thru|through)\b/gi, "-")
  );
}

/** Letters of a vanity number as the keys that carry them. */
function keypad(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => "22233344455566677778889999"[letter.charCodeAt(0) - 65] ?? letter);
}

/** The digits of a number that a spreadsheet wrote with an exponent; null where digits are lost. Other texts stay. */
function exponentDigits(text: string): string | null {
  const found = /^[+]?(\d)(?:[.,](\d+))?e\+?(\d{1,2})$/i.exec(text);
  if (found === null) return text;
  const [, first = "", fraction = "", exponent = "0"] = found;
  const left = Number(exponent) - fraction.length;
  // Fewer digits than the exponent asks for: the rest was rounded away.
  if (left > 0 || Number(exponent) < 6) return null;
  return left === 0 ? first + fraction : null;
}

function takePart(part: string, found: PhoneCandidate[], pack: CountryPack): void {
  const told = EXTENSION.exec(part);
  const bare = told === null ? part : part.slice(0, told.index);
  // A "#5" before which nothing stands is a number in itself, no extension.
  const extension = told !== null && digits(bare).length >= 7 ? extensionText(told[1] ?? "") : null;
  const text = extension === null ? part : bare;
  const before = found.at(-1);
  const size = digits(text).length;
  if (size <= 4 && before !== undefined && /^[-\d\s]+$/.test(text) && digits(before.text).length >= 7) {
    // "ext 204 or 205": another extension of the same number.
    if (before.extension !== null) {
      found[found.length - 1] = { ...before, extension: `${before.extension} ${digits(text)}` };
      return;
    }
    // "926-1234, 1235" and "926-1234 / 5": the last digits of another line.
    if (size > 0) found.push({ text: replaceTail(before.text, digits(text)), extension, notes: ["line_inferred"] });
    return;
  }
  const lines = splitLines(text);
  for (const line of lines.texts) {
    for (const one of numbersIn(line)) found.push({ text: inherit(one, before, pack), extension, notes: lines.notes });
  }
}

/** "101/102" are two extensions, "12 - 14" is a row of them. */
function extensionText(text: string): string {
  return text.replace(/\s*\/\s*/g, " ").replace(/\s*-\s*/g, "-");
}

/** A local number takes the area of the number before it in the same cell: "658-207-6349 / 207-6350". */
function inherit(text: string, before: PhoneCandidate | undefined, pack: CountryPack): string {
  const number = digits(text);
  if (before === undefined || number.length !== pack.phone.localLength || text.includes("+")) return text;
  const all = digits(before.text);
  const area = all.slice(0, -number.length).slice(-(pack.phone.defaultArea?.length ?? 0));
  return pack.phone.areas.includes(area) && area !== pack.phone.defaultArea ? `${area}${number}` : text;
}

// Two numbers with nothing but blanks between them, or a number inside a sentence.
function numbersIn(text: string): string[] {
  const size = digits(text).length;
  if (size <= 13 && !/[a-z]/i.test(text)) return [text];
  if (text.includes("+") && (text.match(/\+/g)?.length ?? 0) > 1)
    return text.split(/(?=\+)/).filter((one) => /\d/.test(one));
  const all = text.match(
    /(?:\+?1[-.\s]*)?\(?\d{3}\)?[-.\s]*\d{3}[-.\s]*\d{4}(?!\d)|\d{3}[-.\s]\d{4}(?!\d)|\+\d[\d\s().-]{7,}\d/g,
  );
  if (all === null) return [text];
  return all.length > 1 || /[a-z]/i.test(text) ? all : [text];
}

// "876-926-1234/5" and "926-1234-6": further lines share the leading digits.
function splitLines(part: string): { readonly texts: readonly string[]; readonly notes: readonly string[] } {
  const slash = part.split("/").map((piece) => piece.trim());
  if (slash.length > 1 && slash[0] !== undefined) {
    const [first, ...rest] = slash;
    // "310/246-1501": the slash stands after the area code.
    if (digits(first).length <= 4 && rest.length === 1) return { texts: [slash.join("-")], notes: [] };
    if (digits(first).length >= 7) {
      const short = rest.some((piece) => digits(piece).length < 7);
      const texts = [first, ...rest.map((piece) => lineAfter(first, piece))];
      return { texts, notes: short ? ["line_inferred"] : [] };
    }
  }
  const range = /^(.*\d{3}[\s.)-]*\d{4})\s*-\s*(\d{1,2}|\d{4})$/.exec(part);
  if (range?.[1] !== undefined && range[2] !== undefined && digits(range[1]).length >= 7) {
    const texts = expandRange(range[1], range[2]);
    if (texts !== null) return { texts, notes: ["range_expanded"] };
  }
  return { texts: [part], notes: [] };
}

function lineAfter(first: string, piece: string): string {
  return digits(piece).length >= 7 ? piece : replaceTail(first, digits(piece));
}

function replaceTail(first: string, tail: string): string {
  const all = digits(first);
  const sign = first.includes("+") ? "+" : "";
  return tail === "" ? first : sign + all.slice(0, all.length - tail.length) + tail;
}

/** Every line of a range; null where it is none: "926-1234-5678" has its end too far off. */
function expandRange(first: string, tail: string): string[] | null {
  const all = digits(first);
  const from = Number(all.slice(-tail.length));
  const to = Number(tail);
  if (to <= from || to - from >= MAX_RANGE) return tail.length === 4 ? null : [first];
  return Array.from({ length: to - from + 1 }, (_, step) =>
    replaceTail(first, String(from + step).padStart(tail.length, "0")),
  );
}
