import type { Lexicon } from "../lexicon.ts";
import { lexiconIndex } from "../lexicon.ts";
import { bareForm, beforeColon, fold, nameCase, tidy, words } from "../text.ts";
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

const GENERATION: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);
const JOINERS: ReadonlySet<string> = new Set(["&", "and/or", "&/or", "and", "or"]);
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
  const parts = partsOf(text);
  const { names } = parts;
  const inverted = names.length >= 2;
  const whole = inverted ? `${names.slice(1).join(" ")} ${(names[0] ?? "").replace(/ /g, "\uE000")}` : (names[0] ?? "");
  const tokens = whole.split(/\s+/).filter((token) => isJoiner(token) || hasLetterOrDigit(token));
  const titles: string[] = [];
  while (tokens.length > 1 && (known.has(bareForm(tokens[0] ?? "")) || isJoiner(tokens[0]))) {
    const title = bareForm(tokens.shift() ?? "");
    if (known.has(title)) titles.push(title);
  }
  const suffix = takeSuffix(tokens, parts.suffix);
  dropSecondOfCouple(tokens);
  return { titles, suffix, ...splitTokens(tokens, inverted) };
}

// A name's parts between commas, without what stands around it and behind it, and the generation that one of them tells.
function partsOf(text: string): { readonly names: readonly string[]; readonly suffix: string | null } {
  let rest = withoutAsides(text);
  if (/["“”(]/.test(rest)) rest = rest.replace(/["“”][^"“”]*["“”]|\([^)]*\)/g, " ");
  rest = beforeColon(rest);
  let suffix: string | null = null;
  const names: string[] = [];
  const hasComma = rest.includes(",");
  for (const part of hasComma ? rest.split(",") : [rest]) {
    let name = part.trim();
    // "Klein, Morris II": the suffix stands at the end of its own part.
    const [, head, last] = hasComma ? (/^(.*\S)\s+(\S+)$/.exec(name) ?? []) : [];
    const generation = last === undefined ? undefined : GENERATION.get(bareForm(last));
    if (generation !== undefined && head !== undefined) {
      suffix ??= generation;
      name = head;
    }
    const plain = bareForm(name);
    const mark = GENERATION.get(plain);
    if (mark !== undefined) suffix ??= mark;
    else if (plain !== "" && !LETTERS_AFTER.has(plain)) names.push(name);
  }
  return { names, suffix };
}

function isJoiner(token: string | undefined): boolean {
  return token !== undefined && token.length <= 6 && JOINERS.has(token.toLowerCase());
}

function hasLetterOrDigit(token: string): boolean {
  // Most begin with a plain letter.
  const code = token.charCodeAt(0) | 32;
  return (code >= 97 && code <= 122) || bareForm(token.replace(/\uE000/g, "")) !== "";
}

function takeSuffix(tokens: string[], before: string | null): string | null {
  let suffix = before;
  for (;;) {
    const at = tokens.length - 1;
    const token = tokens[at] ?? "";
    const last = token.includes("\uE000") ? token.replace(/\uE000/g, " ") : token;
    const inner = last === token ? null : /^(.*)\s+(\S+)$/.exec(last);
    if (tokens.length < 2 && inner === null) return suffix;
    const [, head, end = last] = inner ?? [];
    const word = bareForm(end);
    const mark = GENERATION.get(word);
    // "Om" and "Od" are names as well; letters after a name are written in capitals.
    if (mark === undefined && (!LETTERS_AFTER.has(word) || end !== end.toUpperCase())) return suffix;
    suffix ??= mark ?? null;
    if (head === undefined) tokens.pop();
    else tokens[at] = head.replace(/ /g, "\uE000");
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
  if (tokens.length === 0) return { given: null, middle: null, family: null };
  if (tokens.length === 1) {
    return inverted
      ? { given: null, middle: null, family: show(tokens, 0) }
      : { given: show(tokens, 0), middle: null, family: null };
  }
  let from = tokens.length - 1;
  if (!inverted) while (from > 1 && PARTICLES.has(bareForm(tokens[from - 1] ?? ""))) from -= 1;
  return { given: show(tokens, 0, 1), middle: show(tokens, 1, from), family: show(tokens, from) };
}

function show(tokens: readonly string[], from: number, to: number = tokens.length): string | null {
  if (to <= from) return null;
  let text = to === from + 1 ? (tokens[from] ?? "") : tokens.slice(from, to).join(" ");
  if (text.includes("\uE000")) text = text.replace(/\uE000/g, " ");
  return nameCase(text.endsWith(".") || text.endsWith(",") ? text.replace(/[.,]+$/, "") : text);
}

/** A firm's name with what it trades as. */
export interface OrganisationName {
  readonly name: string;
  readonly tradingAs: string | null;
}

/** Splits "Brown Holdings Ltd t/a Island Grill" into both names. */
export function parseOrganisation(text: string, options: { readonly pack: Lexicon }): OrganisationName {
  const whole = tidy(text);
  const plain = whole.includes("(") ? whole.replace(/\s*\(deleted\)\s*$/i, "") : whole;
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

const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
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
  }),
);
const EMPTY_WORDS = new Set(["the", "and", "of", "a", "an", "de", "la", "el", "at", "for", "in"]);

/** The words that tell one firm from another: legal forms, articles and possessives dropped, abbreviations written out. */
export function organisationTokens(text: string, lexicon: Lexicon): string[] {
  const { legalWords, homeWords, countries } = lexiconIndex(lexicon);
  let plain = fold(text);
  if (plain.includes("(")) plain = plain.replace(/\s*\(deleted\)/g, " ");
  if (plain.includes("'") || plain.includes("`")) plain = plain.replace(/['`]s\b/g, "s");
  const all: string[] = [];
  const core: string[] = [];
  for (const found of withCountries(words(plain), countries)) {
    const word = SPELLINGS.get(found) ?? found;
    all.push(word);
    if (!legalWords.has(word) && !EMPTY_WORDS.has(word) && !homeWords.has(word)) core.push(word);
  }
  // Single letters that stand together are initials: "c s g computers" is "csg computers".
  const joined: string[] = [];
  for (const [at, word] of core.entries()) {
    const before = joined.at(-1);
    const isRun = word.length === 1 && before !== undefined && at > 0 && (core[at - 1]?.length ?? 0) === 1;
    if (isRun) joined[joined.length - 1] = before + word;
    else joined.push(word);
  }
  if (joined.length > 0) return joined;
  return all;
}
