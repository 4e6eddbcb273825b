import type { CountryPack } from "#core";
import type { ComparisonSettings } from "./comparison-settings.ts";
import type { Lexicon } from "./lexicon.ts";
import { lexiconOf } from "./lexicon.ts";
import { FIRM, FIRM_COMPARISONS, ITEM, ITEM_COMPARISONS, PERSON, PERSON_COMPARISONS } from "./default-models.ts";

/** Which evidence is weighed: between two persons, two firms, or two things that are neither (works, goods). */
export type PairKind = "person" | "organisation" | "item";

/** All kinds, in the order in which they are fitted and reported. */
export const PAIR_KINDS: readonly PairKind[] = ["person", "organisation", "item"];

/** A class of pairs that share things without being the same: a household, tenants of one building, branches. */
export interface RelatedClass {
  readonly name: string;
  /** Share of such pairs among all pairs. */
  readonly rate: number;
  /** Such pairs for each record of a list about which nothing is known; .008 where absent. */
  readonly expected?: number;
}

/** Everything that decides the weight of a pair of one kind. */
export interface KindModel {
  /** Share of pairs that are the same customer, among all pairs of this kind. */
  readonly rate: number;
  readonly related: readonly RelatedClass[];
  readonly comparisons: readonly ComparisonSettings[];
}

/** Value frequencies: how many different names share a value (or records bear a name), where more than one does. */
export interface FrequencyTables {
  /** Records that the tables were made from. */
  readonly records: number;
  /** Sources that the records came from. */
  readonly sources: number;
  readonly tables: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** From weight to log-odds, both in bits: `weight * scale + shift`. */
export interface Calibration {
  readonly scale: number;
  readonly shift: number;
  /** The same for the best partner that a record has in a source that holds everybody once; absent where none is known. */
  readonly best?: { readonly scale: number; readonly shift: number };
}

/** One definition of a match, as data: kept, exported, imported, and evaluated alike everywhere. */
export interface LinkageSettings {
  readonly version: 2;
  readonly lexicon: Lexicon;
  readonly models: Readonly<Record<PairKind, KindModel>>;
  readonly thresholds: {
    /** Pairs at or above this probability are links. */
    readonly link: number;
    /** Pairs at or above this one are possible links. */
    readonly possible: number;
    /** Average weight (bits) above which clusters join. */
    readonly cluster: number;
    /** Least probability of a pair that is merged unattended; null where the data cannot tell. */
    readonly auto: Readonly<Record<PairKind, number | null>>;
  };
  readonly limits: {
    /** A key value borne by more records than this makes no candidates. */
    readonly maxBlock: number;
    /** Candidates kept for each record, best keys first. */
    readonly maxCandidates: number;
    /** Bits counted in a cluster for two records that were never compared. */
    readonly unscored: number;
    /** Weights are cut to this range before clusters average them. */
    readonly floor: number;
    readonly ceiling: number;
  };
  /** Scale and shift (bits) from weight to log-odds. */
  readonly calibration: Readonly<Record<PairKind, Calibration>>;
  /** Null before the first fit. */
  readonly frequencies: FrequencyTables | null;
}

const NEUTRAL: Calibration = { scale: 1, shift: 0 };

/** Settings before anything was seen; the fit fills rates, m, u and frequencies. */
export function defaultSettings(lexicon: Lexicon | CountryPack): LinkageSettings {
  return {
    version: 2,
    lexicon: lexiconOf(lexicon as CountryPack),
    models: {
      person: {
        rate: 0.0005,
        related: PERSON.map((name) => ({ name, rate: 0.0002, ...(name === "namesake" ? { expected: 0.006 } : {}) })),
        comparisons: PERSON_COMPARISONS,
      },
      organisation: {
        rate: 0.0005,
        related: FIRM.map((name) => ({ name, rate: 0.0002 })),
        comparisons: FIRM_COMPARISONS,
      },
      item: {
        rate: 0.0005,
        related: ITEM.map((name) => ({ name, rate: 0.0002 })),
        comparisons: ITEM_COMPARISONS,
      },
    },
    thresholds: { link: 0.9, possible: 0.2, cluster: 0, auto: { person: null, organisation: null, item: null } },
    limits: { maxBlock: 40, maxCandidates: 12, unscored: -2, floor: -8, ceiling: 10 },
    calibration: { person: NEUTRAL, organisation: NEUTRAL, item: NEUTRAL },
    frequencies: null,
  };
}

/** Words used where no country pack is given: none. Names then compare by spelling alone. */
export const EMPTY_LEXICON: Lexicon = {
  legalForms: [],
  organisationWords: [],
  tradingAs: [],
  placeholders: [],
  nicknames: [],
  commonNames: { given: {}, family: {} },
  countryNames: [],
  homeWords: [],
  handleEnds: [],
  titles: [],
  streetTypes: {},
  unitWords: [],
};
