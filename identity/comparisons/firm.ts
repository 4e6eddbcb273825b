import { exp2 } from "../bits.ts";
import { firmKey } from "../frequencies.ts";
import type { Frequencies } from "../frequencies.ts";
import { areScriptsApart } from "../scripts.ts";
import type { CompareContext, Comparator } from "./context.ts";
import { missing, set, tell } from "./context.ts";
import { codeAt, isAbbreviation, isIn, isSimilarWord } from "./strings.ts";

interface FirmLevel {
  level: number;
  frequency: number;
}

const firmName: Comparator = (a, b, context, out) => {
  let best: FirmLevel | null = null;
  let names: readonly [readonly string[], readonly string[]] = [[], []];
  for (const left of a.firms) {
    for (const right of b.firms) {
      const found = compareNames(left, right, context);
      if (
        best !== null &&
        (found.level > best.level || (found.level === best.level && found.frequency >= best.frequency))
      )
        continue;
      best = found;
      names = [left, right];
    }
  }
  if (best === null) return missing(out);
  if (best.level === DIFFERENT.level && areScriptsApart(a.scripts, b.scripts)) return missing(out);
  set(out, best.level, best.frequency);
  if (out.wanted) tell(out, names[0].join(" "), names[1].join(" "));
};

// Words are weighed by how rare they are: "Brown" tells more than "Construction".
function compareNames(left: readonly string[], right: readonly string[], context: CompareContext): FirmLevel {
  const { frequencies } = context;
  if (isSameName(left, right)) return { level: 0, frequency: sameFrequency(left, context) };
  const used: boolean[] = [];
  let count = 0;
  let matched = 0;
  let fuzzy = 0;
  for (const word of left) {
    const exact = findWord(right, used, word, true);
    const at = exact >= 0 ? exact : findWord(right, used, word, false);
    if (at < 0) continue;
    used[at] = true;
    count += 1;
    // A rare misspelling borrows the worth of the word it stands for.
    matched += Math.min(worthOf(word, context), worthOf(right[at] ?? "", context));
    if (exact < 0) fuzzy += 1;
  }
  if (count === 0) return isAcronym(left, right) || isAcronym(right, left) ? { level: 2, frequency: 0.01 } : DIFFERENT;
  const totalLeft = firstTotal(left, context);
  const totalRight = totalOf(right, context);
  const share = matched / Math.max(totalLeft, totalRight);
  const part = matched / Math.min(totalLeft, totalRight);
  const frequency = Math.min(0.5, Math.max(frequencies.size ** -1.5, exp2(fuzzy - 3 - 0.55 * matched)));
  if (count === Math.max(left.length, right.length) || share >= 0.8) return { level: 1, frequency };
  if (part >= 0.85 && count === Math.min(left.length, right.length)) return { level: 2, frequency };
  if (part >= 0.7 || share >= 0.6) return { level: 3, frequency: Math.min(0.5, exp2(fuzzy - 1 - 0.4 * matched)) };
  if (share >= 0.4) return { level: 4, frequency: Math.min(0.5, exp2(fuzzy - 1 - 0.3 * matched)) };
  return DIFFERENT;
}

// Equal names have equally many letters: most pairs need no more than this.
function isSameName(left: readonly string[], right: readonly string[]): boolean {
  if (lettersOf(left) !== lettersOf(right)) return false;
  if (left.length === right.length) {
    let at = 0;
    while (at < left.length && left[at] === right[at]) at += 1;
    if (at === left.length || firmKey(left) === firmKey(right)) return true;
  }
  return left.join("") === right.join("");
}

function lettersOf(list: readonly string[]): number {
  let letters = 0;
  for (const word of list) letters += word.length;
  return letters;
}

// Two firms seldom hit on the same rare words: a name that few records bear is as rare as its words are together. A name
// that many bear (a chain's) is as frequent as it is seen.
function sameFrequency(name: readonly string[], context: CompareContext): number {
  const { frequencies } = context;
  if (lastName === name && lastFrequencies === frequencies) return lastSame;
  const key = firmKey(name);
  const seen = frequencies.of("firm", key);
  const count = frequencies.count("firm", key);
  const together = togetherOf(name, context);
  lastSame = Math.max(Math.min(seen, together), Math.min(1, Math.max(0, (count - 2) / 4)) * seen);
  lastName = name;
  lastFrequencies = frequencies;
  return lastSame;
}

// Pairs come in the order of their first record, whose name is asked for again and again.
let lastName: readonly string[] | null = null;
let lastFrequencies: Frequencies | null = null;
let lastSame = 0;

function togetherOf(name: readonly string[], context: CompareContext): number {
  return Math.max(context.frequencies.size ** -1.6, exp2(-0.8 * totalOf(name, context)));
}

/**
 * How much more often than its words would make it a name that two firms share is seen, bits: a chain bears it, where
 * firms that hit on the same words by chance would be few. 0 where they share none.
 */
export function chainBits(
  a: readonly (readonly string[])[],
  b: readonly (readonly string[])[],
  context: CompareContext,
): number {
  let most = 0;
  for (const left of a) {
    for (const right of b) {
      if (!isSameName(left, right)) continue;
      most = Math.max(most, Math.log2(sameFrequency(left, context) / togetherOf(left, context)));
    }
  }
  return most;
}

const DIFFERENT: FirmLevel = { level: 5, frequency: 0 };

let worths = new Map<string, number>();
let worthsOf: Frequencies | null = null;

// The words of a few hundred firms are asked for a million times.
function worthOf(word: string, { frequencies }: CompareContext): number {
  if (worthsOf !== frequencies) {
    worths = new Map();
    worthsOf = frequencies;
  }
  const known = worths.get(word);
  if (known !== undefined) return known;
  const worth = -Math.log2(frequencies.of("word", word));
  if (worths.size >= MOST_WORTHS) worths.clear();
  worths.set(word, worth);
  return worth;
}

const MOST_WORTHS = 100_000;

function totalOf(list: readonly string[], context: CompareContext): number {
  if (list === totalled && context.frequencies === totalledBy) return total;
  let sum = 0;
  for (const word of list) sum += worthOf(word, context);
  return sum;
}

// As for names that are the same: the first record's words are asked for once for each of its pairs.
function firstTotal(list: readonly string[], context: CompareContext): number {
  total = totalOf(list, context);
  totalled = list;
  totalledBy = context.frequencies;
  return total;
}

let totalled: readonly string[] | null = null;
let totalledBy: Frequencies | null = null;
let total = 0;

function findWord(list: readonly string[], used: readonly boolean[], word: string, exact: boolean): number {
  for (let at = 0; at < list.length; at += 1) {
    const other = list[at] ?? "";
    if (used[at] !== true && (exact ? other === word : isVariant(word, other))) return at;
  }
  return -1;
}

function isVariant(left: string, right: string): boolean {
  const isLike =
    isSimilarWord(left, right) ||
    (left[0] === right[0] && (isAbbreviation(left, right) || isAbbreviation(right, left) || isSameStem(left, right)));
  // "Shop 12" and "Shop 13" are not typing errors of each other.
  return isLike && !/\d/.test(left) && !/\d/.test(right);
}

// "Ministries" and "Ministry", "Egypt" and "Egyptian", "Laboratory" and "Laboratories".
function isSameStem(left: string, right: string): boolean {
  const longest = Math.max(left.length, right.length);
  let same = 0;
  const shortest = Math.min(left.length, right.length);
  while (same < shortest && codeAt(left, same) === codeAt(right, same)) same += 1;
  return shortest >= 4 && same >= 4 && same >= 0.6 * longest && longest - same <= 4;
}

function isAcronym(short: readonly string[], long: readonly string[]): boolean {
  const [head = ""] = short;
  return (
    head.length >= 3 &&
    long.length >= head.length &&
    long
      .slice(0, head.length)
      .map((word) => word[0])
      .join("") === head
  );
}

const domain: Comparator = (a, b, context, out) => {
  if (a.domains.length === 0 || b.domains.length === 0) return missing(out);
  // One address that both have says it already; the domain would count it twice.
  for (const email of a.emails) if (isIn(b.emails, email)) return missing(out);
  let shared: string | undefined;
  for (let at = 0; at < a.domains.length && shared === undefined; at += 1)
    if (isIn(b.domains, a.domains[at] ?? "")) shared = a.domains[at];
  const frequency = shared === undefined ? 0 : context.frequencies.of("domain", shared);
  set(out, shared === undefined ? 1 : 0, frequency);
  if (out.wanted) tell(out, a.domains.join(" "), b.domains.join(" "));
};

/** Comparisons that only firms have. */
export const FIRM_COMPARATORS: Readonly<Record<string, Comparator>> = { "firm name": firmName, domain };
