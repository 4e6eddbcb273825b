import type { Lexicon } from "../lexicon.ts";
import { lexiconIndex } from "../lexicon.ts";
import { fold, nameCase, tidy, words } from "../text.ts";
import { withCountries } from "./country-words.ts";
import { withoutAsides } from "./name-asides.ts";

/** A person's name taken apart; spelling is kept, case mended where it was all upper or all lower. */
export interface PersonName {
  readonly titles: readonly string[];
  readonly given: string | null;
  readonly middle: string | null;
  readonly family: string | null;
  /** `jr`, `sr`, `ii`, `iii`, `iv`: tells father from son. */
  readonly suffix: string | null;
}

const GENERATION: Readonly<Record<string, string>> = {
  jr: "jr",
  jnr: "jr",
  junior: "jr",
  sr: "sr",
  snr: "sr",
  senior: "sr",
  ii: "ii",
  "2nd": "ii",
  iii: "iii",
  "3rd": "iii",
  iv: "iv",
};
const LETTERS_AFTER = new Set("phd md esq jp oj cd od qc kc mba bsc msc cpa dds mp obe mbe om rn pe".split(" "));
const PARTICLES = new Set(
  "de da do dos das del della di du la le van von der den ter ten bin ibn al el st saint mac".split(" "),
);

/**
 * Takes a person's name apart: titles (also two: "Rev. Dr."), "Last, First", generation suffixes, letters after the
 * name, nicknames in quotes, particles ("de la Cruz"), couples ("John & Mary Smith" gives John Smith).
 */
export function parseName(text: string, options: { readonly pack: Lexicon }): PersonName {
  const { titles: known } = lexiconIndex(options.pack);
  let rest = withoutAsides(text)
    .replace(/["“”][^"“”]*["“”]|\([^)]*\)/g, " ")
    .replace(/:.*$/, "");
  let suffix: string | null = null;
  const parts = rest.split(",").map((part) => {
    // "Klein, Morris II": the suffix stands at the end of its own part.
    const [, head, last] = /^(.*\S)\s+(\S+)$/.exec(part.trim()) ?? [];
    const generation = rest.includes(",") && last !== undefined ? GENERATION[bare(last)] : undefined;
    if (generation === undefined || head === undefined) return part.trim();
    suffix ??= generation;
    return head;
  });
  const names: string[] = [];
  for (const part of parts) {
    const plain = bare(part);
    if (GENERATION[plain] !== undefined) suffix ??= GENERATION[plain];
    else if (plain !== "" && !LETTERS_AFTER.has(plain)) names.push(part);
  }
  const inverted = names.length >= 2;
  rest = inverted ? `${names.slice(1).join(" ")} ${(names[0] ?? "").replace(/ /g, "\uE000")}` : (names[0] ?? "");
  const tokens = rest.split(/[\s]+/).filter((token) => isJoiner(token) || bare(token.replace(/\uE000/g, "")) !== "");
  const titles: string[] = [];
  while (tokens.length > 1 && (known.has(bare(tokens[0] ?? "")) || isJoiner(tokens[0]))) {
    const title = bare(tokens.shift() ?? "");
    if (known.has(title)) titles.push(title);
  }
  suffix = takeSuffix(tokens, suffix);
  dropSecondOfCouple(tokens);
  return { titles, suffix, ...splitTokens(tokens, inverted) };
}

function isJoiner(token: string | undefined): boolean {
  return token !== undefined && /^(?:&|(?:and|&)\/or|and|or)$/i.test(token);
}

function bare(token: string): string {
  return fold(token).replace(/[^a-z0-9]/g, "");
}

function takeSuffix(tokens: string[], before: string | null): string | null {
  let suffix = before;
  for (;;) {
    const at = tokens.length - 1;
    const last = tokens[at]?.replace(/\uE000/g, " ") ?? "";
    const inner = /^(.*)\s+(\S+)$/.exec(last);
    const word = bare(inner?.[2] ?? last);
    if (tokens.length < 2 && inner === null) return suffix;
    if (GENERATION[word] === undefined && !LETTERS_AFTER.has(word)) return suffix;
    // "Om" and "Od" are names as well; letters after a name are written in capitals.
    if (GENERATION[word] === undefined && (inner?.[2] ?? last) !== (inner?.[2] ?? last).toUpperCase()) return suffix;
    suffix ??= GENERATION[word] ?? null;
    if (inner?.[1] === undefined) tokens.pop();
    else tokens[at] = inner[1].replace(/ /g, "\uE000");
  }
}

function dropSecondOfCouple(tokens: string[]): void {
  const at = tokens.findIndex((token) => isJoiner(token));
  if (at <= 0) return;
  const family = tokens.at(-1);
  tokens.length = at;
  if (at === 1 && family !== undefined) tokens.push(family);
}

function splitTokens(
  tokens: readonly string[],
  inverted: boolean,
): { given: string | null; middle: string | null; family: string | null } {
  const show = (list: readonly string[]): string | null =>
    list.length === 0
      ? null
      : nameCase(
          list
            .join(" ")
            .replace(/\uE000/g, " ")
            .replace(/[.,]+$/, ""),
        );
  if (tokens.length === 0) return { given: null, middle: null, family: null };
  if (tokens.length === 1) {
    return inverted
      ? { given: null, middle: null, family: show(tokens) }
      : { given: show(tokens), middle: null, family: null };
  }
  const familyStart = (from: number): number =>
    from > 1 && PARTICLES.has(bare(tokens[from - 1] ?? "")) ? familyStart(from - 1) : from;
  const from = inverted ? tokens.length - 1 : familyStart(tokens.length - 1);
  return { given: show(tokens.slice(0, 1)), middle: show(tokens.slice(1, from)), family: show(tokens.slice(from)) };
}

/** A firm's name with what it trades as. */
export interface OrganisationName {
  readonly name: string;
  readonly tradingAs: string | null;
}

/** Splits "Brown Holdings Ltd t/a Island Grill" into both names. */
export function parseOrganisation(text: string, options: { readonly pack: Lexicon }): OrganisationName {
  const plain = tidy(text).replace(/\s*\(deleted\)\s*$/i, "");
  const found = lexiconIndex(options.pack).tradingAs.exec(plain);
  if (found === null || found.index === 0) return { name: nameCase(plain), tradingAs: null };
  const name = plain.slice(0, found.index).replace(/[\s,;(]+$/, "");
  const other = plain
    .slice(found.index + found[0].length)
    .replace(/^[\s:]+/, "")
    .replace(/\)\s*$/, "");
  if (name === "" || other === "") return { name: nameCase(plain), tradingAs: null };
  return { name: nameCase(name), tradingAs: nameCase(other) };
}

const SPELLINGS: Readonly<Record<string, string>> = {
  svcs: "services",
  svc: "service",
  intl: "international",
  mfg: "manufacturing",
  mgmt: "management",
  dist: "distributors",
  ent: "enterprises",
  ents: "enterprises",
  assoc: "associates",
  assocs: "associates",
  bros: "brothers",
  centre: "center",
  ctr: "center",
  tyre: "tire",
  tyres: "tires",
  bldrs: "builders",
  const: "construction",
  tech: "technologies",
  univ: "university",
  dept: "department",
  natl: "national",
  hosp: "hospital",
  pharm: "pharmacy",
  whse: "warehouse",
  eng: "engineering",
  supp: "supplies",
  rest: "restaurant",
  jewellers: "jewelers",
  jewellery: "jewelry",
};
const EMPTY_WORDS = new Set([
  "the",
  "and",
  "of",
  "a",
  "an",
  "de",
  "la",
  "el",
  "at",
  "for",
  "in",
  "jamaica",
  "ja",
  "jm",
]);

/** The words that tell one firm from another: legal forms, articles and possessives dropped, abbreviations written out. */
export function organisationTokens(text: string, lexicon: Lexicon): string[] {
  const { legalWords, countries } = lexiconIndex(lexicon);
  const plain = fold(text)
    .replace(/\s*\((?:jamaica|ja|jm|deleted)\)/g, " ")
    .replace(/['`]s\b/g, "s");
  const all = withCountries(words(plain), countries).map((word) => SPELLINGS[word] ?? word);
  const core = all.filter((word) => !legalWords.has(word) && !EMPTY_WORDS.has(word));
  // Single letters that stand together are initials: "c s g computers" is "csg computers".
  const joined: string[] = [];
  for (const [at, word] of core.entries()) {
    const before = joined.at(-1);
    const isRun = word.length === 1 && before !== undefined && at > 0 && (core[at - 1]?.length ?? 0) === 1;
    if (isRun) joined[joined.length - 1] = before + word;
    else joined.push(word);
  }
  if (joined.length > 0) return joined;
  return all.length > 0 ? all : [];
}
