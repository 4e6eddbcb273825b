import { givenNameWord } from "../compare-names-tables.ts";
import { areNicknames } from "../lexicon.ts";
import { areScriptsApart } from "../scripts.ts";
import type { Prepared, PreparedName } from "../prepare.ts";
import type { CompareContext, Comparator, Outcome } from "./context.ts";
import { missing, set, tell } from "./context.ts";
import { isNearNumber, isSimilarWord, isTransposed } from "./strings.ts";

const SAME = 0;
const SECOND = 1;
const INITIAL_GIVEN = 2;
const SIMILAR_GIVEN = 3;
const DIFFERENT = 4;
/** Two names that are both known to be names of their own: no spelling of each other. */
const ANOTHER_GIVEN = 5;
const SIMILAR_FAMILY = 2;
const INITIAL_FAMILY = 3;

interface NameLevel {
  readonly level: number;
  readonly frequency: number;
}

/** Levels without a frequency of their own: most of what is found, so that none is made anew for each pair. */
const PLAIN: readonly NameLevel[] = [0, 1, 2, 3, 4, 5].map((level) => ({ level, frequency: 0 }));
const UNKNOWN: NameLevel = { level: -1, frequency: 0 };

function plain(level: number): NameLevel {
  return PLAIN[level] ?? UNKNOWN;
}

function givenLevel(left: readonly string[], right: readonly string[], context: CompareContext): NameLevel {
  const [a = "", b = ""] = [left[0], right[0]];
  if (a === "" || b === "") return UNKNOWN;
  if (a === b && a.length > 1) return { level: SAME, frequency: context.frequencies.of("given", a) };
  const several = left.length > 1 || right.length > 1 ? severalLevel(left, right, context) : null;
  if (several !== null) return several;
  if (areNicknames(a, b, context.lexicon)) {
    return {
      level: SECOND,
      frequency: Math.min(0.9, context.frequencies.of("given", a) + context.frequencies.of("given", b)),
    };
  }
  if (a.length === 1 || b.length === 1) return plain(a[0] === b[0] ? INITIAL_GIVEN : DIFFERENT);
  const alike = alikeLevel(a, b);
  if (alike !== null) return plain(alike);
  const areBoth = left.length === 1 && right.length === 1 && isKnown(a, context) && isKnown(b, context);
  return plain(areBoth ? ANOTHER_GIVEN : DIFFERENT);
}

// "Temi" may be "Temitope"; "Paula" is no slip for "Paul".
function alikeLevel(a: string, b: string): number | null {
  if (isStart(a, b)) return givenNameWord(a, b) === "different" ? DIFFERENT : SIMILAR_GIVEN;
  return isSimilarWord(a, b) ? SIMILAR_GIVEN : null;
}

function isKnown(name: string, { lexicon }: CompareContext): boolean {
  return lexicon.nicknames.has(name) || lexicon.commonNames.given.has(name);
}

// "Mary Jane" and "Jane", "Maryann" and "Mary Ann".
function severalLevel(left: readonly string[], right: readonly string[], context: CompareContext): NameLevel | null {
  const [a = ""] = left;
  if (left.join("") === right.join("") && a.length > 1)
    return { level: SAME, frequency: context.frequencies.of("given", a) };
  const shared = left.find((name) => name.length > 1 && right.includes(name));
  return shared === undefined
    ? null
    : { level: SECOND, frequency: Math.min(0.9, 2 * context.frequencies.of("given", shared)) };
}

function isStart(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.startsWith(short);
}

function familyLevel(a: PreparedName, b: PreparedName, context: CompareContext): NameLevel {
  return familyTexts(a.family, a.familyParts, b.family, b.familyParts, context);
}

function familyTexts(
  a: string,
  aParts: readonly string[],
  b: string,
  bParts: readonly string[],
  context: CompareContext,
): NameLevel {
  if (a === "" || b === "") return UNKNOWN;
  if (a === b && a.length > 1) return { level: SAME, frequency: context.frequencies.of("family", a) };
  if (a.length === 1 || b.length === 1) return plain(a[0] === b[0] ? INITIAL_FAMILY : DIFFERENT);
  if (aParts.length > 1 || bParts.length > 1) {
    const shared = aParts.find(
      (part) => part.length > 2 && bParts.some((other) => other === part || isSimilarWord(part, other)),
    );
    if (shared !== undefined)
      return { level: SECOND, frequency: Math.min(0.9, 2 * context.frequencies.of("family", shared)) };
  }
  return plain(isSimilarWord(a, b) ? SIMILAR_FAMILY : DIFFERENT);
}

const GIVEN_WORTH = [4, 3, 1.5, 2.5, -2, -2];
const FAMILY_WORTH = [4, 3, 2.5, 1, -2];

interface Alignment {
  readonly given: NameLevel;
  readonly family: NameLevel;
  readonly swapped: boolean;
}

/** The best alignment of any name of one person with any name of the other. */
function align(a: Prepared, b: Prepared, context: CompareContext): Alignment {
  if (a.people.length === 1 && b.people.length === 1) return alignNames(a, b, context);
  let best: Alignment | null = null;
  for (const left of a.people) {
    for (const right of b.people) {
      const found = alignNames(left, right, context);
      if (best === null || alignmentWorth(found) > alignmentWorth(best)) best = found;
    }
  }
  return best ?? alignNames(a, b, context);
}

function alignmentWorth({ given, family, swapped }: Alignment): number {
  return worthOf(given, GIVEN_WORTH) + worthOf(family, FAMILY_WORTH) - (swapped ? 0.5 : 0);
}

function worthOf({ level }: NameLevel, table: readonly number[]): number {
  return level < 0 ? 0 : (table[level] ?? 0);
}

/** The better of both orders in which the parts of two names may stand. */
function alignNames(a: PreparedName, b: PreparedName, context: CompareContext): Alignment {
  const straight: Alignment = {
    given: givenLevel(a.given, b.given, context),
    family: familyLevel(a, b, context),
    swapped: false,
  };
  const complete = straight.given.level >= 0 && straight.family.level >= 0;
  if (complete && straight.given.level < DIFFERENT && straight.family.level !== DIFFERENT) return straight;
  if (complete && (straight.given.level === SAME || straight.family.level === SAME)) return straight;
  return crossed(a, b, straight, context) ?? straight;
}

// The names with given and family name changed over, where that explains them better.
function crossed(a: PreparedName, b: PreparedName, straight: Alignment, context: CompareContext): Alignment | null {
  const first = givenLevel(a.given, b.familyParts, context);
  const second = givenLevel(b.given, a.familyParts, context);
  if (straight.given.level >= 0 && straight.family.level >= 0) {
    const lost = straight.given.level >= DIFFERENT && straight.family.level === DIFFERENT;
    return crossedWhole(first, second) ?? (lost ? halfCrossed([a, b], [first, second], context) : null);
  }
  // One-sided: only a given name on one side, which is the other's family name.
  const straightWorth = worthOf(straight.given, GIVEN_WORTH) + worthOf(straight.family, FAMILY_WORTH);
  if (straightWorth >= 0) return null;
  const crossing = [first, second].filter(({ level }) => level === SAME || level === SIMILAR_GIVEN);
  const given = crossing.find(({ level }) => level === SAME) ?? crossing[0];
  return given === undefined ? null : { given, family: UNKNOWN, swapped: true };
}

function crossedWhole(first: NameLevel, second: NameLevel): Alignment | null {
  if ((isStrong(first) && isLikely(second)) || (isLikely(first) && isStrong(second)))
    return { given: first, family: asFamily(second), swapped: true };
  return null;
}

// One part crossed over and the other was lost or written over: what is left is a given name or a family name, whichever
// it is more often here. "Hill, Julie" turned round and "Alan Hill" are relatives.
function halfCrossed(
  [a, b]: readonly [PreparedName, PreparedName],
  [first, second]: readonly [NameLevel, NameLevel],
  { frequencies }: CompareContext,
): Alignment | null {
  const isFirst = first.level === SAME && second.level >= DIFFERENT;
  if (!isFirst && !(second.level === SAME && first.level >= DIFFERENT)) return null;
  const [word = ""] = isFirst ? a.given : b.given;
  const family = frequencies.of("family", isFirst ? b.family : a.family);
  const lost: NameLevel = { level: DIFFERENT, frequency: 0 };
  return family > frequencies.of("given", word)
    ? { given: isFirst ? second : first, family: { level: SAME, frequency: family }, swapped: false }
    : { given: isFirst ? first : second, family: lost, swapped: true };
}

function isStrong({ level }: NameLevel): boolean {
  return level === SAME || level === SECOND || level === SIMILAR_GIVEN;
}

function isLikely(one: NameLevel): boolean {
  return isStrong(one) || one.level === INITIAL_GIVEN;
}

function asFamily(level: NameLevel): NameLevel {
  if (level.level === ANOTHER_GIVEN) return plain(DIFFERENT);
  if (level.level === SIMILAR_GIVEN) return plain(SIMILAR_FAMILY);
  if (level.level === INITIAL_GIVEN) return plain(INITIAL_FAMILY);
  return level;
}

let lastA: Prepared | null = null;
let lastB: Prepared | null = null;
let lastContext: CompareContext | null = null;
let lastAlignment: Alignment | null = null;

// Three comparisons look at one alignment: it is made once for each pair.
function alignment(a: Prepared, b: Prepared, context: CompareContext): Alignment {
  if (lastAlignment === null || lastA !== a || lastB !== b || lastContext !== context) {
    lastAlignment = align(a, b, context);
    lastA = a;
    lastB = b;
    lastContext = context;
  }
  return lastAlignment;
}

/** True where two persons bear given names that are no spelling of each other, in whatever order they stand. */
export function bearOtherNames(a: Prepared, b: Prepared, context: CompareContext): boolean {
  const found = alignment(a, b, context);
  return found.given.level >= DIFFERENT && !areUnreadable(a, b, found);
}

// Names that transliteration cannot hold against each other: that they differ tells nothing.
function areUnreadable(a: Prepared, b: Prepared, { given, family }: Alignment): boolean {
  return a.scripts !== b.scripts && !agrees(given) && !agrees(family) && areScriptsApart(a.scripts, b.scripts);
}

const givenName: Comparator = (a, b, context, out) => {
  const found = alignment(a, b, context);
  if (areUnreadable(a, b, found)) return missing(out);
  const { given } = found;
  set(out, given.level, given.frequency);
  if (out.wanted) tell(out, a.given.join(" "), b.given.join(" "));
};

const familyName: Comparator = (a, b, context, out) => {
  const found = alignment(a, b, context);
  if (areUnreadable(a, b, found)) return missing(out);
  const { family } = found;
  set(out, family.level, family.frequency);
  if (out.wanted) tell(out, a.familyParts.join(" "), b.familyParts.join(" "));
};

function agrees({ level }: NameLevel): boolean {
  return level >= 0 && level < DIFFERENT;
}

const nameOrder: Comparator = (a, b, context, out) => {
  const { given, family, swapped } = alignment(a, b, context);
  if (!swapped && !(agrees(given) && agrees(family))) return missing(out);
  set(out, swapped ? 1 : 0, 0);
  if (out.wanted) tell(out, fullName(a), fullName(b));
};

function fullName(one: PreparedName): string {
  return [...one.given, ...one.familyParts].join(" ");
}

const middleName: Comparator = (a, b, _context, out) => {
  if (a.middle === "" || b.middle === "") return missing(out);
  const fits = a.middle.startsWith(b.middle) || b.middle.startsWith(a.middle) || isSimilarWord(a.middle, b.middle);
  set(out, fits ? 0 : 1, 0, a.middle, b.middle);
};

const generation: Comparator = (a, b, _context, out) => {
  if (a.generation === "" && b.generation === "") return missing(out);
  const level = a.generation === b.generation ? 0 : a.generation === "" || b.generation === "" ? 1 : 2;
  set(out, level, 0, a.generation, b.generation);
};

/**
 * Levels of two dates as yyyymmdd: same, near (one digit, neighbours or day and month swapped), two parts or all but two
 * digits equal, different. Of dates with unknown digits ("-") the known ones are compared: at best near.
 */
export function dateLevel(left: string, right: string): number {
  if (left === right) return left.includes("-") ? 1 : 0;
  if (left.includes("-") || right.includes("-")) return partialLevel(left, right);
  const areOneYear = left.startsWith(right.slice(0, 4));
  const isSwapped = areOneYear && left.slice(4, 6) === right.slice(6) && left.slice(6) === right.slice(4, 6);
  if (isSwapped || isNearNumber(left, right) || isTransposed(left, right)) return 1;
  const areOneMonth = left.slice(4, 6) === right.slice(4, 6);
  const areOneDay = left.slice(6, 8) === right.slice(6, 8);
  const equal = Number(areOneYear) + Number(areOneMonth) + Number(areOneDay);
  if (equal >= 2 || digitsOff(left, right) <= 2) return 2;
  // Day and month changed over and a slip beside.
  const turned = left.slice(0, 4) + left.slice(6) + left.slice(4, 6);
  return digitsOff(turned, right) <= 1 ? 2 : 3;
}

function digitsOff(left: string, right: string): number {
  let off = 0;
  for (let at = 0; at < 8; at += 1) if (left[at] !== right[at]) off += 1;
  return off;
}

function partialLevel(left: string, right: string): number {
  let known = 0;
  let differ = 0;
  for (let at = 0; at < 8; at += 1) {
    if (left[at] === "-" || right[at] === "-") continue;
    known += 1;
    if (left[at] !== right[at]) differ += 1;
  }
  if (known === 0) return -1;
  if (differ === 0) return known >= 6 ? 1 : 2;
  // A year of birth is often reckoned from an age: off by one.
  const years = Math.abs(Number(left.slice(0, 4)) - Number(right.slice(0, 4)));
  return known === 4 && years <= 1 ? 2 : 3;
}

const birthDate: Comparator = (a, b, context, out) => {
  if (a.birth === "" || b.birth === "") return missing(out);
  const level = dateLevel(a.birth, b.birth);
  if (level < 0) return missing(out);
  set(out, level, level === 0 ? context.frequencies.of("birth", a.birth) : 0, a.birth, b.birth);
};

const gender: Comparator = (a, b, _context, out) => {
  if (a.gender === "" || b.gender === "") return missing(out);
  set(out, a.gender === b.gender ? 0 : 1, 0, a.gender, b.gender);
};

function plainText(read: (one: Prepared) => string, field: "birthPlace" | "occupation"): Comparator {
  return (a, b, context, out) => {
    const [left, right] = [read(a), read(b)];
    if (left === "" || right === "") return missing(out);
    if (left === right) return set(out, 0, context.frequencies.of(field, left), left, right);
    const isPart = left.startsWith(`${right} `) || right.startsWith(`${left} `);
    set(out, isPart || isSimilarWord(left, right) ? 1 : 2, 0, left, right);
  };
}

/** Comparisons that only persons have. */
export const PERSON_COMPARATORS: Readonly<Record<string, Comparator>> = {
  "given name": givenName,
  "family name": familyName,
  "name order": nameOrder,
  "middle name": middleName,
  generation,
  "birth date": birthDate,
  gender,
  "birth place": plainText((one) => one.birthPlace, "birthPlace"),
  occupation: plainText((one) => one.occupation, "occupation"),
};

const contactPerson: Comparator = (a, b, context, out: Outcome) => {
  const given = givenLevel(a.given, b.given, context).level;
  const family = familyTexts(a.family, a.familyParts, b.family, b.familyParts, context);
  if (given < 0 || family.level < 0) return missing(out);
  const isSame = given < DIFFERENT && family.level < DIFFERENT;
  set(out, isSame ? 0 : 1, isSame ? family.frequency : 0);
  if (out.wanted) tell(out, fullName(a), fullName(b));
};

/** The comparison of the persons named beside two firms. */
export const CONTACT_PERSON_COMPARATORS: Readonly<Record<string, Comparator>> = { "contact person": contactPerson };
