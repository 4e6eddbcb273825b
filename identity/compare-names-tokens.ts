import type { Lexicon } from "./lexicon.ts";
import { lexiconIndex } from "./lexicon.ts";
import { splitLegalForms } from "./standardise/names-legal.ts";
import { fold, words } from "./text.ts";

/** One word of a name. */
export interface NameToken {
  readonly text: string;
  /** 1 for a word that tells one bearer from another; less for particles and words of trades. */
  readonly weight: number;
}

/** A name in words. */
export interface NameTokens {
  readonly tokens: readonly NameToken[];
  /** Numbers and generation marks, which tell father from son and fund from fund. */
  readonly numbers: readonly string[];
  /** A firm's plain numbers with the words before them, in order; none of a fund, and none that stands in an address. */
  readonly counted: readonly string[];
  readonly letters: number;
  /** First letters of all words, small ones too. */
  readonly acronym: string;
  /** Written in a script that leaves vowels out. */
  readonly isAbjad: boolean;
  readonly isFirm: boolean;
}

const PARTICLES = new Set(
  (
    "al el ul ad as bin ben ibn bint abu abou umm de del de la las los da das do dos di du della van von der den ter ten " +
    "zu zum le les y e i of the and for und et a an o st saint san santa mac mc"
  ).split(" "),
);
const TITLES = new Set(
  (
    "mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend hon fr gen general col colonel maj major capt " +
    "captain lt sgt haji hajji hajj shaikh sheikh sheik shaykh sayyid mullah maulvi qari president prasident herr frau " +
    "monsieur madame senor senora don dona king queen prince princess saint minister ambassador"
  ).split(" "),
);
const GENERATIONS: Readonly<Record<string, string>> = {
  jr: "2",
  jnr: "2",
  junior: "2",
  sr: "1",
  snr: "1",
  senior: "1",
};
const ROMAN: Readonly<Record<string, string>> = {
  ii: "2",
  iii: "3",
  iv: "4",
  vi: "6",
  vii: "7",
  viii: "8",
  ix: "9",
  xi: "11",
  xii: "12",
  xiii: "13",
  xiv: "14",
  xv: "15",
  xx: "20",
};
const COUNTS: Readonly<Record<string, string>> = {
  one: "1",
  two: "2",
  three: "3",
  four: "4",
  five: "5",
  six: "6",
  seven: "7",
  eight: "8",
  nine: "9",
  ten: "10",
  first: "1",
  second: "2",
  third: "3",
  fourth: "4",
  fifth: "5",
};

/** True for a name in a script whose characters are syllables or words. */
export function isIdeographic(text: string): boolean {
  return /^[\p{Script=Han}\p{Script=Hangul}\s]+$/u.test(text);
}

/** "A.P.J." of a person is three initials. */
const DOTTED = /(?<!\p{L})(\p{L})\.(?=\p{L})/gu;
/** Digits that a machine reads for letters, inside a word of letters. */
const MISREAD: Readonly<Record<string, string>> = { "0": "o", "1": "l", "5": "s", "8": "b", "9": "g" };

function misread(word: string): string {
  return word.length >= 4 &&
    /^[a-z]+\d(?:[a-z]*|[a-z]+\d?)$|^\d[a-z]{4,}$/.test(word) &&
    !/\d(?:st|nd|rd|th|s)?$/.test(word.slice(1))
    ? word.replace(/\d/g, (digit) => MISREAD[digit] ?? digit)
    : word;
}

/** Cuts a name into weighed words: titles, legal forms and what stands in brackets after a title aside. */
export function nameTokens(text: string, kind: "person" | "organisation", lexicon: Lexicon): NameTokens {
  const spaced = text
    // "McCarthy" and "AutoParts" are two words, "GmbH" is one.
    .replace(/(\p{Ll})(\p{Lu}(?=\p{Ll}))/gu, "$1 $2")
    // Each character of these scripts is a syllable.
    .replace(/(?<=[\p{Script=Han}\p{Script=Hangul}])(?=[\p{Script=Han}\p{Script=Hangul}])/gu, " ")
    .replace(/&/g, " and ")
    .replace(/%/g, " percent");
  const plain = kind === "person" ? spaced.replace(DOTTED, "$1. ") : spaced;
  const list = words(fold(plain).replace(/['’`ʻʼ]/g, "")).map(misread);
  const tokens = kind === "person" ? personTokens(list, lexicon) : firmTokens(list, lexicon);
  const counted = kind === "person" ? [] : countedIn(list);
  return {
    ...tokens,
    counted,
    isFirm: kind === "organisation",
    isAbjad: /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(text),
  };
}

function personTokens(list: readonly string[], lexicon: Lexicon): NameTokens {
  const { titles } = lexiconIndex(lexicon);
  const numbers: string[] = [];
  const kept: string[] = [];
  for (const [at, word] of list.entries()) {
    const mark = GENERATIONS[word] ?? (at === list.length - 1 && at > 0 ? ROMAN[word] : undefined);
    if (mark !== undefined && list.length > 1) numbers.push(mark);
    else if (!(TITLES.has(word) || titles.has(word)) || list.length === 1) kept.push(word);
  }
  const core = kept.length > 0 ? kept : list;
  return finish(
    core.map((text) => ({ text, weight: text.length === 1 ? 0.6 : PARTICLES.has(text) ? 0.2 : 1 })),
    numbers,
    list,
  );
}

/** Words that call a number a part of an address. */
const ROOMS = new Set(
  "street st road rd avenue ave floor flr unit suite ste room rm block box level lot apt".split(" "),
);
/** Funds and trusts of one house are numbered one after another: who means the house means them all. */
const HOUSES = new Set("fund funds trust trusts partners capital securities series mortgage".split(" "));

// "Fair #12" and "Fair #14" are two shops.
function countedIn(list: readonly string[]): readonly string[] {
  if (list.some((word) => HOUSES.has(word))) return [];
  const isAddress = (at: number): boolean =>
    ROOMS.has(list[at - 1] ?? "") || list.slice(at + 1, at + 4).some((word) => ROOMS.has(word));
  return list.flatMap((word, at) =>
    /^\d{1,5}$/.test(word) && !isAddress(at) ? [`${list[at - 1] ?? ""} ${word}`] : [],
  );
}

/** "And" in the languages of firms' names. */
const AND = new Set(["and", "und", "et", "y", "och", "og"]);

function firmTokens(list: readonly string[], lexicon: Lexicon): NameTokens {
  const { organisationWords, homeWords } = lexiconIndex(lexicon);
  const whole = splitLegalForms(joinInitials(list)).core;
  // "Tastee Jamaica" is Tastee at home; "Bank of Jamaica" has no other name.
  const isOwn = (word: string): boolean =>
    !homeWords.has(word) && !organisationWords.has(word) && !PARTICLES.has(word) && word.length > 1;
  const core = whole.some(isOwn) ? whole.filter((word) => !homeWords.has(word)) : whole;
  const numbers: string[] = [];
  const tokens: NameToken[] = [];
  for (const read of core) {
    const word = AND.has(read) ? "and" : read;
    const number = /\d/.test(word) ? word : (COUNTS[word] ?? ROMAN[word]);
    if (number !== undefined) numbers.push(number);
    else tokens.push({ text: word, weight: PARTICLES.has(word) ? 0.1 : organisationWords.has(word) ? 0.7 : 1 });
  }
  if (tokens.length === 0)
    return finish(
      core.map((text) => ({ text, weight: 1 })),
      numbers,
      list,
    );
  return finish(tokens, numbers, whole);
}

// "a b c company" is "abc company".
function joinInitials(list: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of list.entries()) {
    const isRun = word.length === 1 && (list[at - 1]?.length ?? 0) === 1;
    if (isRun) joined[joined.length - 1] = `${joined.at(-1) ?? ""}${word}`;
    else joined.push(word);
  }
  return joined;
}

function finish(tokens: readonly NameToken[], numbers: readonly string[], list: readonly string[]): NameTokens {
  return {
    tokens,
    numbers: [...numbers].sort(),
    letters: tokens.reduce((sum, { text }) => sum + text.length, 0),
    acronym: list.map((word) => word[0] ?? "").join(""),
    counted: [],
    isAbjad: false,
    isFirm: false,
  };
}
