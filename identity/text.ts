import anyAscii from "any-ascii";

// Printable ASCII with single blanks inside: nearly every cell is tidy already, and one look at each letter is far cheaper
// than the work of mending.
function isTidy(text: string): boolean {
  let isGap = true;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 32 || code > 126 || (code === 32 && isGap)) return false;
    isGap = code === 32;
  }
  return !isGap || text === "";
}

/** A cell made fit to read: Unicode NFC, control characters out, white space single, trimmed. */
export function tidy(text: string): string {
  if (isTidy(text)) return text;
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
}

/** Lower-case ASCII for comparing: transliterated, accents dropped, white space single. */
export function fold(text: string): string {
  // What is tidy has no white space to mend.
  if (isTidy(text)) return text.toLowerCase();
  const plain = tidy(text);
  for (let at = 0; at < plain.length; at += 1) {
    if (plain.charCodeAt(at) > 127) return anyAscii(plain).toLowerCase().replace(/\s+/g, " ").trim();
  }
  return plain.toLowerCase();
}

/** Letters and digits of a text in lower-case ASCII, split at everything else; apostrophes and dots glue ("o'brien", "l.l.c."). */
export function words(text: string): string[] {
  let plain = fold(text);
  if (hasGlue(plain)) plain = plain.replace(/['`.]/g, (mark, at: number, whole: string) => keepGlue(mark, at, whole));
  const found: string[] = [];
  let start = -1;
  for (let at = 0; at < plain.length; at += 1) {
    const code = plain.charCodeAt(at);
    const isInside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
    if (isInside && start < 0) start = at;
    else if (!isInside && start >= 0) {
      found.push(plain.slice(start, at));
      start = -1;
    }
  }
  if (start >= 0) found.push(start === 0 ? plain : plain.slice(start));
  return found;
}

/** Letters and digits of a text in lower-case ASCII, all in one: "St. Ann's" is "stanns". */
export function bareForm(text: string): string {
  const plain = fold(text);
  for (let at = 0; at < plain.length; at += 1) {
    const code = plain.charCodeAt(at);
    const isInside = (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
    if (!isInside) return plain.replace(/[^a-z0-9]/g, "");
  }
  return plain;
}

/** A text up to its first colon: "Hope Traders:Kitchen 3" is a part of Hope Traders. */
export function beforeColon(text: string): string {
  const at = text.indexOf(":");
  return at < 0 ? text : text.slice(0, at);
}

function hasGlue(text: string): boolean {
  return text.includes(".") || text.includes("'") || text.includes("`");
}

// "St.Andrew" has a dot between words of two letters or more, "l.l.c." between single letters.
function keepGlue(mark: string, at: number, whole: string): string {
  if (mark !== ".") return "";
  const before = /[a-z]{2,}$/.test(whole.slice(Math.max(0, at - 2), at));
  return before ? " " : "";
}

const PLAIN_DIGITS = /^\d*$/;

/** Digits of a text. */
export function digits(text: string): string {
  if (PLAIN_DIGITS.test(text)) return text;
  return text.replace(/\D+/g, "");
}

// A small and a capital letter: nearly every name that has to be looked at.
function isMixed(text: string): boolean {
  let [small, capital] = [false, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 97 && code <= 122) small = true;
    else if (code >= 65 && code <= 90) capital = true;
    if (small && capital) return true;
  }
  return false;
}

/** Capitals at word starts, after hyphens and in Mc/O' names; only for texts that are all upper or all lower case. */
export function nameCase(text: string): string {
  if (isMixed(text) || (text !== text.toUpperCase() && text !== text.toLowerCase())) return text;
  return text
    .toLowerCase()
    .replace(/(^|[\s\-'’(&/.])(\p{L})/gu, (_all, lead: string, letter: string) => lead + letter.toUpperCase())
    .replace(/\bMc(\p{Ll})/gu, (_all, letter: string) => `Mc${letter.toUpperCase()}`)
    .replace(/['’]S\b/g, "'s");
}

/** Orders texts by code unit: the same on every machine, unlike localeCompare. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Distinct non-empty values in code-unit order. */
export function sortedUnique(values: Iterable<string>): string[] {
  return [...new Set(values)].filter((value) => value !== "").sort(byText);
}

/** The text, or null where it is absent or blank. */
export function orNull(text: string | undefined | null): string | null {
  if (text === undefined || text === null) return null;
  const plain = tidy(text);
  return plain === "" ? null : plain;
}
