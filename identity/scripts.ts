import type { ExtraValue, LinkRecord } from "./link-types.ts";

/** Letters outside those that European alphabets are made of. */
const FOREIGN = /[\u0590-\uffff]/;
const ABJAD = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]/u;
const SYLLABLES = /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const ALPHABET = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;

const NAMES: ReadonlySet<string> = new Set(["any_name", "person_name", "org_name", "name_list"]);

const NO_NAMES: readonly ExtraValue[] = [];

/** The scripts of a record whose names are all written in alphabets. */
export const ALPHABETIC = "l";

/**
 * In which kinds of script a record's names are written: "l" for alphabets, whose names keep their sound when they are
 * transliterated, "a" for scripts that leave vowels out, "s" for those of syllables and words.
 */
export function scriptsOf(record: LinkRecord): string {
  const { displayName, givenName, familyName, orgName, tradingAs, extra } = record;
  const isOwnForeign =
    isForeign(displayName) ||
    isForeign(givenName) ||
    isForeign(familyName) ||
    isForeign(orgName) ||
    isForeign(tradingAs);
  const others = extra === undefined || extra.length === 0 ? NO_NAMES : extra.filter(({ kind }) => NAMES.has(kind));
  if (!isOwnForeign && !others.some(({ value }) => isForeign(value))) return ALPHABETIC;
  const own = [displayName, givenName, familyName, orgName, tradingAs];
  const text = [...own.filter((name) => name !== null), ...others.map(({ value }) => value)].join(" ");
  const found = `${ALPHABET.test(text) ? "l" : ""}${ABJAD.test(text) ? "a" : ""}${SYLLABLES.test(text) ? "s" : ""}`;
  return found === "" ? ALPHABETIC : found;
}

function isForeign(text: string | null): boolean {
  return text !== null && FOREIGN.test(text);
}

/** True where no name of one is written in a kind of script that the other has a name in: that two differ tells nothing. */
export function areScriptsApart(left: string, right: string): boolean {
  if (left === right) return false;
  for (const script of left) if (right.includes(script)) return false;
  return true;
}
