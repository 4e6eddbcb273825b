import type { NameToken, NameTokens } from "./compare-names-tokens.ts";
import { givenNameWord, isAbbreviation } from "./compare-names-tables.ts";
import { areNicknames } from "./lexicon.ts";
import type { LexiconIndex } from "./lexicon.ts";

/** How two words came together. */
export type MatchHow = "same" | "spelling" | "joined" | "nickname" | "initial" | "acronym" | "short";

/** Two words, one of each name. */
export interface TokenMatch {
  readonly left: string;
  readonly right: string;
  readonly how: MatchHow;
  /** Share of the longer word that differs, 0 to 1. */
  readonly cost: number;
  /** Differences counted in letters, less for sounds that are written in several ways. */
  readonly edits: number;
  readonly weight: number;
}

/** Words of two names put together. */
export interface Alignment {
  readonly matches: readonly TokenMatch[];
  /** Weight and text of what found no partner. */
  readonly leftRest: number;
  readonly rightRest: number;
  readonly leftWords: readonly string[];
  readonly rightWords: readonly string[];
  readonly swapped: boolean;
}

/** Words that differ in more than this share do not come together. */
const MOST = 0.5;

/** Puts the words of two names together, best first; the order of words is free. */
export function alignTokens(one: NameTokens, other: NameTokens, index: LexiconIndex): Alignment {
  const ways = { isAbjad: one.isAbjad !== other.isAbjad, isFirm: one.isFirm };
  const acronym = acronymOf(one, other);
  if (acronym !== null) return acronym;
  const [left, right] = joinWords(one.tokens, other.tokens);
  const offers: { at: number; to: number; match: TokenMatch }[] = [];
  for (const [at, a] of left.entries()) {
    for (const [to, b] of right.entries()) {
      const match = matchTokens(a, b, index, ways);
      if (match !== null) offers.push({ at, to, match });
    }
  }
  offers.sort(
    (x, y) =>
      x.match.cost - y.match.cost || Math.abs(x.at - x.to) - Math.abs(y.at - y.to) || x.at - y.at || x.to - y.to,
  );
  const [usedLeft, usedRight] = [new Set<number>(), new Set<number>()];
  const taken: typeof offers = [];
  for (const offer of offers) {
    if (usedLeft.has(offer.at) || usedRight.has(offer.to)) continue;
    usedLeft.add(offer.at);
    usedRight.add(offer.to);
    taken.push(offer);
  }
  taken.sort((x, y) => x.at - y.at);
  const heavy = taken.filter(({ match }) => match.weight >= 0.5);
  const rest = (list: readonly NameToken[], used: ReadonlySet<number>): readonly NameToken[] =>
    list.filter((_token, at) => !used.has(at));
  const [restLeft, restRight] = [rest(left, usedLeft), rest(right, usedRight)];
  return {
    matches: taken.map(({ match }) => match),
    leftRest: weightOf(restLeft),
    rightRest: weightOf(restRight),
    leftWords: restLeft.map(({ text }) => text),
    rightWords: restRight.map(({ text }) => text),
    swapped: heavy.some(({ to }, at) => at > 0 && to < (heavy[at - 1]?.to ?? 0)),
  };
}

function weightOf(list: readonly NameToken[]): number {
  return list.reduce((sum, { weight }) => sum + weight, 0);
}

function acronymOf(one: NameTokens, other: NameTokens): Alignment | null {
  for (const [short, long] of [
    [one, other],
    [other, one],
  ] as const) {
    const [only] = short.tokens;
    if (short.tokens.length !== 1 || only === undefined || only.text.length < 3) continue;
    const small = long.tokens.filter(({ weight }) => weight > 0.3).map(({ text }) => text[0] ?? "");
    if (
      long.tokens.length < 2 ||
      long.acronym.length < 3 ||
      (only.text !== long.acronym && only.text !== small.join(""))
    )
      continue;
    const match: TokenMatch = {
      left: one.tokens.map(({ text }) => text).join(" "),
      right: other.tokens.map(({ text }) => text).join(" "),
      how: "acronym",
      cost: 0.2,
      edits: 0.5,
      weight: (weightOf(one.tokens) + weightOf(other.tokens)) / 2,
    };
    return { matches: [match], leftRest: 0, rightRest: 0, leftWords: [], rightWords: [], swapped: false };
  }
  return null;
}

// "Good Will" and "Goodwill", "Jan Daniel" and "Jandaniel": neighbours of one side that are one word of the other.
function joinWords(
  left: readonly NameToken[],
  right: readonly NameToken[],
): readonly [readonly NameToken[], readonly NameToken[]] {
  return [joinBy(left, right), joinBy(right, left)];
}

function joinBy(list: readonly NameToken[], other: readonly NameToken[]): readonly NameToken[] {
  const texts = new Set(list.map(({ text }) => text));
  const out: NameToken[] = [];
  for (let at = 0; at < list.length;) {
    let taken = 1;
    for (let size = Math.min(4, list.length - at); size > 1; size -= 1) {
      const part = list.slice(at, at + size);
      const text = part.map((token) => token.text).join("");
      const isWord = other.some(
        (token) => !texts.has(token.text) && token.text.length > 4 && soundCost(token.text, text) <= 1,
      );
      if (!isWord) continue;
      out.push({
        text,
        weight: Math.min(
          2,
          part.reduce((sum, { weight }) => sum + weight, 0),
        ),
      });
      taken = size;
      break;
    }
    const token = list[at];
    if (taken === 1 && token !== undefined) out.push(token);
    at += taken;
  }
  return out;
}

interface Ways {
  /** One of the names is written without vowels. */
  readonly isAbjad: boolean;
  readonly isFirm: boolean;
}

function matchTokens(a: NameToken, b: NameToken, index: LexiconIndex, ways: Ways): TokenMatch | null {
  const weight = (a.weight + b.weight) / 2;
  const base = { left: a.text, right: b.text, weight };
  if (a.text === b.text) return { ...base, how: "same", cost: 0, edits: 0 };
  if (ways.isFirm && isAbbreviation(a.text, b.text)) return { ...base, how: "short", cost: 0.1, edits: 0.1 };
  if (a.text.length === 1 || b.text.length === 1) {
    if (a.text[0] !== b.text[0]) return null;
    return { ...base, how: "initial", cost: 0.3, edits: 0, weight: Math.max(a.weight, b.weight) };
  }
  if (areNicknames(a.text, b.text, index)) return { ...base, how: "nickname", cost: 0.25, edits: 0 };
  const edits = ways.isAbjad ? abjadCost(a.text, b.text) : soundCost(a.text, b.text);
  if (ways.isFirm && stem(a.text) === stem(b.text)) return spelt(base, Math.min(edits, 0.6));
  if (ways.isFirm) return spelt(base, edits, firmPenalty(a.text, b.text, index));
  const told = givenNameWord(a.text, b.text);
  if (told === "same") return edits < 1 ? spelt(base, edits) : { ...base, how: "nickname", cost: 0.25, edits: 0 };
  if (told === null && isCut(a.text, b.text)) return { ...base, how: "short", cost: 0.3, edits: 0.9 };
  return spelt(base, edits + givenPenalty(a.text, b.text, told, index));
}

function spelt(base: Pick<TokenMatch, "left" | "right" | "weight">, edits: number, more = 0): TokenMatch | null {
  const cost = edits / Math.max(base.left.length, base.right.length);
  return cost > MOST ? null : { ...base, how: "spelling", cost, edits: edits + more };
}

// "Temi" for "Temitope"; "Paula" is no longer form of "Paul".
function isCut(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.length >= short.length + 3 && long.startsWith(short);
}

// "John" and "Jane" are both names: one is no slip for the other. Nor is "Paul" for "Paula", or any name for its feminine.
function givenPenalty(a: string, b: string, told: "different" | null, index: LexiconIndex): number {
  if (told === "different") return 1.6;
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  if (told === null && long === `${short}a`) return 1.2;
  return index.nicknames.has(a) && index.nicknames.has(b) ? 0.8 : 0;
}

// One word, or several of the kind: "supply" and "supplies", "wharf" and "wharves".
function stem(word: string): string {
  return word.replace(/ves$/, "f").replace(/(?:ies|y|e?s|e)$/, "");
}

// Words of two trades, and letters that stand for words, are no slips for each other.
function firmPenalty(a: string, b: string, index: LexiconIndex): number {
  if (isLetters(a) && isLetters(b)) return 0.6;
  return index.organisationWords.has(a) && index.organisationWords.has(b) ? 0.8 : 0;
}

function isLetters(word: string): boolean {
  return word.length <= 3 || (word.length === 4 && !/[aeiouy]/.test(word));
}

const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/(.)\1+/g, "$1"],
  [/sch|tsch|sh/g, "S"],
  [/tch|ch|cz/g, "C"],
  [/zh|dzh|dj/g, "J"],
  [/ph/g, "f"],
  [/kh/g, "h"],
  [/th/g, "t"],
  [/ck|q|c(?=[aoukrlt]|$)/g, "k"],
  [/x/g, "ks"],
  [/ou|oo|ue/g, "u"],
  [/oe/g, "o"],
  [/ae/g, "a"],
  [/ee|ei|ey|ie|ij|yi|iy/g, "i"],
  [/y/g, "i"],
  [/w/g, "v"],
  [/tz|ts/g, "z"],
];

const sounds = new Map<string, string>();

/** A word as it sounds, written in one way for sounds that are spelt in several. */
function soundForm(word: string): string {
  const known = sounds.get(word);
  if (known !== undefined) return known;
  const form = SPELLINGS.reduce((text, [pattern, to]) => text.replace(pattern, to), word);
  if (sounds.size > 100_000) sounds.clear();
  sounds.set(word, form);
  return form;
}

const CLASSES = ["aeou", "i", "bp", "dt", "gkh", "sSzCJ", "fv", "mn", "lr"];
const classOf = new Map(CLASSES.flatMap((letters, at) => letters.split("").map((letter) => [letter, at] as const)));
const isVowel = (letter: string): boolean => "aeiou".includes(letter);

function replaceCost(a: string, b: string): number {
  if (a === b) return 0;
  if (isVowel(a) && isVowel(b)) return 0.5;
  return classOf.get(a) !== undefined && classOf.get(a) === classOf.get(b) ? 0.7 : 1;
}

function dropCost(letter: string): number {
  return isVowel(letter) || letter === "h" ? 0.6 : 1;
}

/** Edits between two words: the cheaper of letters as written and sounds. Symmetric. */
export function soundCost(a: string, b: string): number {
  const spoken = editCost(soundForm(a), soundForm(b));
  const written = editCost(a, b);
  // Words that sound alike are still spelt differently.
  return Math.min(written, spoken + 0.15);
}

/** Edits between two words of which one is written without vowels: consonants count, and p is written as b. */
function abjadCost(a: string, b: string): number {
  const bones = (word: string): string =>
    soundForm(word.replace(/dh/g, "z"))
      .replace(/[aeiouvwyh]/g, "")
      .replace(/p/g, "b")
      .replace(/j/g, "g");
  const [x, y] = [bones(a), bones(b)];
  return x === "" || y === "" ? soundCost(a, b) : editCost(x, y) + 0.2;
}

function editCost(a: string, b: string): number {
  let before: number[] = [];
  let previous: number[] = [0];
  for (let j = 1; j <= b.length; j += 1) previous.push((previous[j - 1] ?? 0) + dropCost(b[j - 1] ?? ""));
  for (let i = 1; i <= a.length; i += 1) {
    const x = a[i - 1] ?? "";
    const row = [(previous[0] ?? 0) + dropCost(x)];
    for (let j = 1; j <= b.length; j += 1) {
      const y = b[j - 1] ?? "";
      let best = Math.min(
        (previous[j - 1] ?? 0) + replaceCost(x, y),
        (previous[j] ?? 0) + dropCost(x),
        (row[j - 1] ?? 0) + dropCost(y),
      );
      if (i > 1 && j > 1 && x === b[j - 2] && y === a[i - 2]) best = Math.min(best, (before[j - 2] ?? 0) + 0.8);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
