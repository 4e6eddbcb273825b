import { countryPackSchema } from "#core";
import type { CountryPack } from "#core";
import { commonNames } from "./common-names.ts";
import type { CommonNames } from "./common-names.ts";
import { countryPhrases } from "./standardise/country-words.ts";
import type { CountryPhrase } from "./standardise/country-words.ts";
import { fold, words } from "./text.ts";

/** The words of a country pack that names and comparisons need; kept in the linkage settings. */
export type Lexicon = Pick<
  CountryPack,
  | "legalForms"
  | "organisationWords"
  | "tradingAs"
  | "placeholders"
  | "nicknames"
  | "commonNames"
  | "countryNames"
  | "homeWords"
  | "handleEnds"
  | "titles"
  | "streetTypes"
  | "unitWords"
>;

/** Look-ups over a lexicon. */
export interface LexiconIndex {
  readonly titles: ReadonlySet<string>;
  readonly organisationWords: ReadonlySet<string>;
  readonly placeholders: ReadonlySet<string>;
  /** Legal-form words, to be dropped from the end (or anywhere, for the unmistakable ones) of a firm's name. */
  readonly legalWords: ReadonlySet<string>;
  /** Nickname groups by name. */
  readonly nicknames: ReadonlyMap<string, readonly number[]>;
  /** Share (0 to 1) of people who bear a given or family name; names without an entry are rare. */
  readonly commonNames: CommonNames;
  /** Names of countries by their first word, longest first. */
  readonly countries: ReadonlyMap<string, readonly CountryPhrase[]>;
  readonly homeWords: ReadonlySet<string>;
  /** Matches what a handle ends in that says nothing of its owner. */
  readonly handleEnd: RegExp;
  readonly streetTypes: ReadonlyMap<string, string>;
  /** Street types as they are written out. */
  readonly streetTypeNames: ReadonlySet<string>;
  readonly unitWords: ReadonlySet<string>;
  /** Matches what stands between a firm's legal name and the name over its door. */
  readonly tradingAs: RegExp;
}

const indexes = new WeakMap<object, LexiconIndex>();

/** Validates a country pack read from a file. Throws a ZodError that names the wrong field. */
export function loadPack(json: unknown): CountryPack {
  return countryPackSchema.parse(json);
}

/** Look-ups for a lexicon or pack; made once for each object. */
export function lexiconIndex(lexicon: Lexicon): LexiconIndex {
  const known = indexes.get(lexicon);
  if (known !== undefined) return known;
  const nicknames = new Map<string, number[]>();
  lexicon.nicknames.forEach((group, number) => {
    for (const name of group) {
      const plain = fold(name).replace(/[^a-z]/g, "");
      for (const spelling of spellings(plain)) {
        const known = nicknames.get(spelling) ?? [];
        if (!known.includes(number)) nicknames.set(spelling, [...known, number]);
      }
    }
  });
  const legalWords = new Set<string>();
  for (const { form, aliases } of lexicon.legalForms) {
    for (const text of [form, ...aliases]) {
      const parts = words(text);
      if (parts.length === 1 && parts[0] !== undefined) legalWords.add(parts[0]);
    }
  }
  const trading = lexicon.tradingAs.map((text) => fold(text).replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const index: LexiconIndex = {
    titles: new Set(lexicon.titles.map((title) => fold(title).replace(/\./g, ""))),
    organisationWords: new Set(lexicon.organisationWords.map(fold)),
    placeholders: new Set(lexicon.placeholders.map(placeholderForm)),
    legalWords,
    nicknames,
    commonNames: commonNames(lexicon),
    countries: countryPhrases(lexicon.countryNames),
    homeWords: new Set(lexicon.homeWords.map(fold)),
    handleEnd: handleEnd(lexicon.handleEnds),
    streetTypes: new Map(Object.entries(lexicon.streetTypes)),
    streetTypeNames: new Set(Object.values(lexicon.streetTypes)),
    unitWords: new Set(lexicon.unitWords.map(fold)),
    tradingAs: new RegExp(`(?:^|[\\s,;(])(?:${trading.length === 0 ? "t/a" : trading.join("|")})(?=[\\s:)]|$)`, "i"),
  };
  indexes.set(lexicon, index);
  return index;
}

/** What handles end in anywhere. */
const USUAL_ENDS = ["official", "ltd", "online"];

function handleEnd(own: readonly string[]): RegExp {
  return new RegExp(`_?(?:${[...USUAL_ENDS, ...own].join("|")})$`);
}

// "Peggy" and "Peggie".
function spellings(name: string): readonly string[] {
  const [, stem] = /^(.{3,})(?:y|ie)$/.exec(name) ?? [];
  return stem === undefined ? [name] : [`${stem}y`, `${stem}ie`];
}

/** The lexicon inside a pack, for settings. */
export function lexiconOf(pack: CountryPack): Lexicon {
  return {
    legalForms: pack.legalForms,
    organisationWords: pack.organisationWords,
    tradingAs: pack.tradingAs,
    placeholders: pack.placeholders,
    nicknames: pack.nicknames,
    commonNames: pack.commonNames,
    countryNames: pack.countryNames,
    homeWords: pack.homeWords,
    handleEnds: pack.handleEnds,
    titles: pack.titles,
    streetTypes: pack.streetTypes,
    unitWords: pack.unitWords,
  };
}

function placeholderForm(text: string): string {
  const plain = fold(text)
    .replace(/[^a-z0-9/]+/g, " ")
    .trim();
  return plain === "" ? fold(text) : plain;
}

/** Answers of {@link isPlaceholder}: a record's name is asked about several times over. */
const answers = new WeakMap<LexiconIndex, Map<string, boolean>>();
const MOST_ANSWERS = 4096;

/** True for a text that stands for "nobody in particular": "Cash Customer", "Walk-in", "N/A", "test". */
export function isPlaceholder(text: string, index: LexiconIndex): boolean {
  let known = answers.get(index);
  if (known === undefined) answers.set(index, (known = new Map()));
  const before = known.get(text);
  if (before !== undefined) return before;
  const found = standsForNobody(text, index);
  if (known.size >= MOST_ANSWERS) known.clear();
  known.set(text, found);
  return found;
}

function standsForNobody(text: string, index: LexiconIndex): boolean {
  const plain = placeholderForm(text);
  if (plain === "" || index.placeholders.has(plain)) return true;
  // Numbered counters: "Walk-in 3", "Cash Customer 2".
  const bare = plain.replace(/[\s#]*\d+$/, "").trim();
  return bare !== plain && bare.length > 2 && index.placeholders.has(bare);
}

/** True where two given names may belong to one person by custom ("Bob", "Robert"). Names in lower-case ASCII. */
export function areNicknames(left: string, right: string, index: LexiconIndex): boolean {
  const a = index.nicknames.get(left);
  const b = index.nicknames.get(right);
  return a !== undefined && b !== undefined && a.some((group) => b.includes(group));
}
