import type { Lexicon } from "./lexicon.ts";
import { lexiconIndex } from "./lexicon.ts";
import { alignTokens } from "./compare-names-align.ts";
import type { Alignment } from "./compare-names-align.ts";
import { nameTokens, isIdeographic } from "./compare-names-tokens.ts";
import type { NameTokens } from "./compare-names-tokens.ts";
import { nameOdds } from "./standardise/entity-type.ts";
import { countryCode } from "./places.ts";
import { splitLegalForms } from "./standardise/names-legal.ts";
import { fold, words } from "./text.ts";

/** Whose names they are; empty where the names themselves must tell. */
export type NameKind = "person" | "organisation" | "";

/** Whether two names are one name, and why. */
export interface NameComparison {
  /** Probability that somebody who bears one of the names may be meant by the other. */
  readonly probability: number;
  readonly same: boolean;
  /** How sure the answer is: STRONG means that no doubt is left by the names. */
  readonly tier: "STRONG" | "MEDIUM" | "WEAK";
  readonly reason: string;
}

/** Figures of an alignment that the answer is made from. */
export interface NameFeatures {
  /** Cost of the spelling differences in the words that were put together. */
  readonly edits: number;
  /** Largest share of one word that differs. */
  readonly worst: number;
  /** Weight of words that stand for each other without being alike. */
  readonly replaced: number;
  /** Weight of words that only one name has. */
  readonly omitted: number;
  /** Share of all words that found a partner. */
  readonly shared: number;
  /** 1 where the only word in common is one of several. */
  readonly thin: number;
  readonly initials: number;
  readonly nicknames: number;
  readonly swapped: number;
  /** 1 where numbers or generation marks differ. */
  readonly numbers: number;
  /** 1 where firms of one name bear different numbers in the same place. */
  readonly branches: number;
  /** 1 where only one name has a number or generation mark. */
  readonly oneNumber: number;
  /** Countries that only one of two firms is called after. */
  readonly countries: number;
  /** Length of the names in letters, as log2 over 16: a slip in a long name says less. */
  readonly size: number;
}

const FEATURES = [
  "edits",
  "worst",
  "replaced",
  "omitted",
  "shared",
  "thin",
  "initials",
  "nicknames",
  "swapped",
  "numbers",
  "branches",
  "oneNumber",
  "countries",
  "size",
] as const;

type Weights = Readonly<Record<(typeof FEATURES)[number] | "base", number>>;

/*
 * Log-odds for each figure. Fitted with a strong pull to zero on name pairs published by OpenSanctions
 * (nomenklatura, contrib/name_bench, MIT); rounded, since further places would be noise. Generation marks of persons
 * were too rare there: father and son are held apart by rule.
 */
const WEIGHTS: Readonly<Record<"person" | "organisation", Weights>> = {
  person: {
    base: 1.1,
    edits: -2,
    worst: -1,
    replaced: -6,
    omitted: -0.33,
    shared: 2.55,
    thin: 0,
    initials: -0.3,
    nicknames: -0.8,
    swapped: -1.2,
    numbers: -5,
    branches: 0,
    oneNumber: -1.5,
    countries: 0,
    size: -0.15,
  },
  organisation: {
    base: 0.4,
    edits: -1.95,
    worst: -1,
    replaced: -4.9,
    omitted: -0.05,
    shared: 2.55,
    thin: -1.4,
    initials: -0.3,
    nicknames: 0,
    swapped: -0.3,
    numbers: -2,
    branches: -1.6,
    oneNumber: -2.4,
    countries: -2.3,
    size: 0.13,
  },
};

/** Log-odds of names in scripts that cannot be compared, at least, and of initials alone, at most. */
const [UNREAD, NOBODY] = [-2, -0.3];
/** Probability beyond which an answer is sure. */
const STRONG = 0.97;
const MEDIUM = 0.75;

/**
 * Compares two names: words are put together in any order with nicknames, initials, transliteration, joined and split
 * words, titles, legal forms, acronyms and typing errors; what is replaced weighs against, what is left out little.
 * The order of the two names does not matter.
 */
export function compareNames(
  left: string,
  right: string,
  options: { readonly lexicon: Lexicon; readonly kind?: NameKind },
): NameComparison {
  const kind = kindOf(left, right, options);
  const [a, b] = left <= right ? [left, right] : [right, left];
  if (fold(a) === "" || fold(b) === "")
    return { probability: 0, same: false, tier: "WEAK", reason: "A name is missing." };
  if (fold(a) === fold(b)) return answer(0.995, "The names are spelt alike.");
  const whole = compareOne(a, b, kind, options.lexicon);
  const [ones, others] = [alternatives(a, kind, options.lexicon), alternatives(b, kind, options.lexicon)];
  if (ones.length === 1 && others.length === 1) return whole;
  const parts = ones.flatMap((one) => others.map((other) => compareOne(one, other, kind, options.lexicon)));
  // A name that stands beside another one ("t/a", "/") is a name of its own, a little less surely.
  const best = parts.reduce((most, one) => (one.probability > most.probability ? one : most));
  if (0.97 * best.probability <= whole.probability) return whole;
  return answer(0.97 * best.probability, `One of several names: ${best.reason}`);
}

const OTHER_NAME =
  /\s*(?:\/(?=\p{L}{3})|;|\b(?:a\.?k\.?a\.?|alias|formerly|also known as|trading as|doing business as|d\.?b\.?a\.?|t\/as?)(?=[\s:.]))\s*/iu;

function alternatives(text: string, kind: "person" | "organisation", lexicon: Lexicon): readonly string[] {
  const cut = kind === "person" ? text : text.replace(lexiconIndex(lexicon).tradingAs, " ; ");
  const parts = cut.split(OTHER_NAME).filter((part) => fold(part).length > 2);
  return parts.length === 0 ? [text] : parts;
}

function compareOne(a: string, b: string, kind: "person" | "organisation", lexicon: Lexicon): NameComparison {
  if (fold(a) === fold(b)) return answer(0.99, "The names are spelt alike.");
  const one = nameTokens(a, kind, lexicon);
  const other = nameTokens(b, kind, lexicon);
  const alignment = alignTokens(one, other, lexiconIndex(lexicon));
  const features = featuresOf(one, other, alignment);
  const weights = WEIGHTS[kind];
  let odds = weights.base;
  for (const name of FEATURES) odds += weights[name] * features[name];
  // A Chinese or Korean character is a syllable: another one is another name.
  if (isIdeographic(a) && isIdeographic(b))
    odds = Math.min(odds, a.replace(/\s/g, "") === b.replace(/\s/g, "") ? 4 : -2);
  // Such a character is read in one way in Chinese and in another in Japanese: no other spelling speaks against it.
  else if (isIdeographic(a) !== isIdeographic(b)) odds = Math.max(odds, UNREAD);
  // "M. F." may be anybody.
  if (alignment.matches.every(({ how, weight }) => how === "initial" || weight < 0.5)) odds = Math.min(odds, NOBODY);
  // Initials, nicknames and numbers leave a doubt that spelling cannot lift.
  const doubt = features.initials + features.nicknames + features.numbers + features.oneNumber > 0;
  const probability = 1 / (1 + Math.exp(-odds));
  // One strange word beside known ones may be a nickname that no table holds.
  const least = kind === "person" && features.shared >= 0.5 ? 0.035 : 0;
  const most = doubt ? 0.96 : 1;
  return answer(Math.max(least, Math.min(most, probability)), reasonOf(one, other, alignment, features));
}

function answer(probability: number, reason: string): NameComparison {
  const sure = Math.max(probability, 1 - probability);
  return {
    probability: Math.round(probability * 1e6) / 1e6,
    same: probability >= 0.5,
    tier: sure >= STRONG ? "STRONG" : sure >= MEDIUM ? "MEDIUM" : "WEAK",
    reason,
  };
}

function kindOf(
  left: string,
  right: string,
  { kind = "", lexicon }: { readonly lexicon: Lexicon; readonly kind?: NameKind },
): "person" | "organisation" {
  if (kind !== "") return kind;
  if (hasLegalForm(left) || hasLegalForm(right)) return "organisation";
  return nameOdds(left, lexicon) + nameOdds(right, lexicon) > 0 ? "organisation" : "person";
}

/** Legal forms that are nobody's name, at the end of a firm's name or written out. */
const UNMISTAKABLE = new Set(
  "gmbh kft zrt nyrt sarl srl ltda sro doo aps uab eood ood pjsc ojsc cjsc bvba kgaa llc llp plc ltd".split(" "),
);

function hasLegalForm(name: string): boolean {
  const list = words(fold(name));
  const { core, forms } = splitLegalForms(list);
  return forms.length > 0 && (UNMISTAKABLE.has(list.at(-1) ?? "") || list.length - core.length > 2);
}

/** The figures of two aligned names. */
export function featuresOf(one: NameTokens, other: NameTokens, alignment: Alignment): NameFeatures {
  const total = (list: NameTokens): number => list.tokens.reduce((sum, token) => sum + token.weight, 0);
  const [wide, narrow] = [Math.max(total(one), total(other)), Math.min(total(one), total(other))];
  const { matches, leftRest, rightRest } = alignment;
  const matched = matches.reduce((sum, match) => sum + match.weight, 0);
  const letters = Math.max(one.letters, other.letters);
  const differ = one.numbers.join(" ") !== other.numbers.join(" ");
  const isBoth = one.numbers.length > 0 && other.numbers.length > 0;
  return {
    edits: matches.reduce((sum, match) => sum + match.edits, 0),
    worst: matches.reduce((most, match) => Math.max(most, match.weight >= 0.5 ? match.cost : 0), 0),
    replaced: Math.min(leftRest, rightRest) + (alignment.swapped && isSonOf(one) && isSonOf(other) ? 0.5 : 0),
    omitted: Math.abs(leftRest - rightRest),
    shared: wide + narrow === 0 ? 0 : (2 * matched) / (wide + narrow),
    thin: matched <= 1.3 && wide > 1.3 && narrow <= 1.3 ? 1 : 0,
    initials: matches.filter(({ how }) => how === "initial").length,
    nicknames: matches.filter(({ how }) => how === "nickname").length,
    swapped: alignment.swapped ? 1 : 0,
    numbers: differ && isBoth ? 1 : 0,
    branches: differ && leftRest + rightRest === 0 && areCounted(one.counted, other.counted) ? 1 : 0,
    oneNumber: differ && !isBoth ? 1 : 0,
    countries: [...alignment.leftWords, ...alignment.rightWords].filter(isCountry).length,
    size: Math.log2(Math.max(4, letters)) - 4,
  };
}

// The same words before other numbers.
function areCounted(left: readonly string[], right: readonly string[]): boolean {
  const places = (list: readonly string[]): string => list.map((one) => one.slice(0, one.indexOf(" "))).join(" ");
  return left.join(" ") !== right.join(" ") && places(left) === places(right);
}

// "Ahmad bin Salim" is the father or the son of "Salim bin Ahmad".
function isSonOf({ tokens }: NameTokens): boolean {
  return tokens.some(
    ({ text }, at) => at > 0 && (text === "bin" || text === "ibn" || text === "ben" || text === "bint"),
  );
}

function isCountry(word: string): boolean {
  return word.length > 3 && countryCode(word) !== null;
}

function reasonOf(one: NameTokens, other: NameTokens, alignment: Alignment, features: NameFeatures): string {
  const parts: string[] = [];
  const words = (list: readonly { readonly left: string; readonly right: string }[]): string =>
    list.map(({ left, right }) => `${left}/${right}`).join(", ");
  const by = (how: string): readonly { left: string; right: string }[] =>
    alignment.matches.filter((match) => match.how === how);
  const same = by("same");
  if (same.length > 0) parts.push(`same: ${same.map(({ left }) => left).join(", ")}`);
  for (const [how, name] of [
    ["spelling", "like"],
    ["joined", "written together"],
    ["nickname", "nickname"],
    ["initial", "initial"],
    ["acronym", "acronym"],
    ["short", "abbreviated"],
  ] as const) {
    const found = by(how);
    if (found.length > 0) parts.push(`${name}: ${words(found)}`);
  }
  if (features.replaced > 0) parts.push(`replaced: ${alignment.leftWords.join(" ")}/${alignment.rightWords.join(" ")}`);
  else if (features.omitted > 0)
    parts.push(`only in one: ${[...alignment.leftWords, ...alignment.rightWords].join(" ")}`);
  if (features.swapped === 1) parts.push("other order");
  if (features.numbers + features.oneNumber > 0)
    parts.push(`numbers differ: ${one.numbers.join(" ") || "none"}/${other.numbers.join(" ") || "none"}`);
  return `${parts.join("; ")}.`;
}
