import type { CountryPack } from "#core";
import type { Lexicon } from "./lexicon.ts";
import { lexiconOf } from "./lexicon.ts";

/** Which evidence is weighed: between two persons, or between two firms. */
export type PairKind = "person" | "organisation";

/** One outcome of comparing a field, with how often it happens in each class of pairs. */
export interface ComparisonLevel {
  readonly name: string;
  /** Probability among pairs that are the same customer. */
  readonly m: number;
  /** Probability among random pairs; where a value agrees exactly, that value's own frequency stands in its place. */
  readonly u: number;
  /** Probability among related but different customers, by class; absent where it is as among random pairs. */
  readonly related: Readonly<Record<string, number>>;
}

/** A field's comparison. The first level is the best agreement, the last one disagreement. */
export interface ComparisonSettings {
  readonly name: string;
  /** Pairs that the starting values count for in the fit, where they are better known than the data can tell. */
  readonly hold?: number;
  readonly levels: readonly ComparisonLevel[];
}

/** A class of pairs that share things without being the same: a household, tenants of one building, branches. */
export interface RelatedClass {
  readonly name: string;
  /** Share of such pairs among all pairs. */
  readonly rate: number;
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
  readonly tables: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One definition of a match, as data: kept, exported, imported, and evaluated alike everywhere. */
export interface LinkageSettings {
  readonly version: 1;
  readonly lexicon: Lexicon;
  readonly models: Readonly<Record<PairKind, KindModel>>;
  readonly thresholds: {
    /** Pairs at or above this probability are links. */
    readonly link: number;
    /** Pairs at or above this one are possible links. */
    readonly possible: number;
    /** Average weight (bits) above which clusters join. */
    readonly cluster: number;
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
  readonly calibration: { readonly scale: number; readonly shift: number };
  /** Null before the first fit. */
  readonly frequencies: FrequencyTables | null;
}

type LevelRow = readonly [name: string, m: number, u: number, ...related: readonly (number | null)[]];

function comparison(
  name: string,
  classes: readonly string[],
  rows: readonly LevelRow[],
  hold?: number,
): ComparisonSettings {
  const levels = rows.map(([level, m, u, ...shares]) => ({
    name: level,
    m,
    u,
    related: Object.fromEntries(
      classes.flatMap((one, at) => {
        const share = shares[at];
        return share === null || share === undefined ? [] : [[one, share] as const];
      }),
    ),
  }));
  return hold === undefined ? { name, levels } : { name, hold, levels };
}

const PERSON = ["household", "shared contact"];
const FIRM = ["shared premises", "branch"];

/*
 * Starting values. m and the related shares come from what is generally known of customer files (about 5% of surnames
 * change, one telephone number in three is out of date, ...); the fit moves them to what the data show, u is measured.
 */
const PERSON_COMPARISONS: readonly ComparisonSettings[] = [
  comparison("given name", PERSON, [
    ["same", 0.72, 0.01, 0.03, null],
    ["nickname", 0.06, 0.004, 0.006, null],
    ["initial", 0.09, 0.05, 0.06, null],
    ["similar", 0.09, 0.006, 0.014, null],
    ["different", 0.04, 0.93, 0.89, null],
  ]),
  comparison("family name", PERSON, [
    ["same", 0.76, 0.005, 0.82, null],
    ["part", 0.04, 0.001, 0.03, null],
    ["similar", 0.1, 0.005, 0.05, null],
    ["initial", 0.05, 0.05, 0.02, null],
    ["different", 0.05, 0.94, 0.08, null],
  ]),
  comparison("name order", PERSON, [
    ["straight", 0.97, 0.8, 0.95, 0.8],
    ["swapped", 0.03, 0.2, 0.05, 0.2],
  ]),
  comparison("middle name", PERSON, [
    ["same", 0.9, 0.1, null, null],
    ["different", 0.1, 0.9, null, null],
  ]),
  comparison(
    "generation",
    PERSON,
    [
      ["same", 0.5, 0.2, 0.05, null],
      ["one only", 0.49, 0.6, 0.35, null],
      ["different", 0.00003, 0.2, 0.6, null],
    ],
    5000,
  ),
  comparison("birth date", PERSON, [
    ["same", 0.82, 0.0005, 0.03, null],
    ["near", 0.1, 0.004, 0.005, null],
    ["two parts", 0.03, 0.03, 0.03, null],
    ["different", 0.05, 0.966, 0.935, null],
  ]),
  comparison("phone", PERSON, [
    ["same", 0.62, 0.0005, 0.55, 0.8],
    ["near", 0.05, 0.0005, 0.01, 0.01],
    ["different", 0.33, 0.999, 0.44, 0.19],
  ]),
  comparison("email", PERSON, [
    ["same", 0.56, 0.0003, 0.04, 0.2],
    ["same mailbox name", 0.05, 0.0005, 0.005, 0.005],
    ["similar", 0.08, 0.001, 0.015, 0.005],
    ["different", 0.31, 0.998, 0.94, 0.79],
  ]),
  comparison("handle", PERSON, [
    ["same", 0.5, 0.0003, 0.02, 0.02],
    ["similar", 0.1, 0.001, 0.02, 0.01],
    ["different", 0.4, 0.998, 0.96, 0.97],
  ]),
  comparison("street", PERSON, [
    ["same door", 0.7, 0.0005, 0.78, 0.5],
    ["unit unknown", 0.06, 0.0002, 0.06, 0.1],
    ["other unit", 0.02, 0.0002, 0.02, 0.25],
    ["near", 0.1, 0.003, 0.06, 0.05],
    ["different", 0.12, 0.996, 0.08, 0.1],
  ]),
  comparison("place", PERSON, [
    ["same", 0.8, 0.05, 0.9, 0.9],
    ["same region", 0.08, 0.05, 0.05, 0.05],
    ["different", 0.12, 0.9, 0.05, 0.05],
  ]),
  comparison("tax number", PERSON, [
    ["same", 0.9, 0.0001, null, null],
    ["near", 0.06, 0.0005, null, null],
    ["different", 0.04, 0.999, null, null],
  ]),
];

const FIRM_COMPARISONS: readonly ComparisonSettings[] = [
  comparison("firm name", FIRM, [
    ["same", 0.64, 0.001, null, 0.88],
    ["strong", 0.2, 0.001, null, 0.08],
    ["part", 0.08, 0.004, null, 0.02],
    ["weak", 0.03, 0.03, null, 0.01],
    ["different", 0.05, 0.96, null, 0.01],
  ]),
  comparison("contact person", FIRM, [
    ["same", 0.55, 0.002, 0.01, 0.1],
    ["different", 0.45, 0.998, 0.99, 0.9],
  ]),
  comparison("phone", FIRM, [
    ["same", 0.62, 0.0005, 0.8, 0.1],
    ["near", 0.05, 0.0005, 0.01, 0.03],
    ["different", 0.33, 0.999, 0.19, 0.87],
  ]),
  comparison("email", FIRM, [
    ["same", 0.55, 0.0003, 0.04, 0.12],
    ["same mailbox name", 0.03, 0.002, 0.01, 0.02],
    ["similar", 0.06, 0.001, 0.01, 0.02],
    ["different", 0.36, 0.997, 0.94, 0.84],
  ]),
  comparison("domain", FIRM, [
    ["same", 0.9, 0.0005, 0.01, 0.85],
    ["different", 0.1, 0.9995, 0.99, 0.15],
  ]),
  comparison("handle", FIRM, [
    ["same", 0.7, 0.0003, 0.01, 0.3],
    ["similar", 0.15, 0.001, 0.01, 0.1],
    ["different", 0.15, 0.998, 0.98, 0.6],
  ]),
  comparison("street", FIRM, [
    ["same door", 0.72, 0.0005, 0.45, 0.01],
    ["unit unknown", 0.08, 0.0002, 0.12, 0.005],
    ["other unit", 0.03, 0.0002, 0.35, 0.005],
    ["near", 0.1, 0.003, 0.04, 0.01],
    ["different", 0.07, 0.996, 0.04, 0.97],
  ]),
  comparison("place", FIRM, [
    ["same", 0.86, 0.05, 0.95, 0.25],
    ["same region", 0.06, 0.05, 0.03, 0.15],
    ["different", 0.08, 0.9, 0.02, 0.6],
  ]),
  comparison("tax number", FIRM, [
    ["same", 0.93, 0.0001, null, 0.4],
    ["near", 0.03, 0.0005, null, 0.01],
    ["different", 0.04, 0.999, null, 0.59],
  ]),
];

/** Settings before anything was seen; the fit fills rates, m, u and frequencies. */
export function defaultSettings(lexicon: Lexicon | CountryPack): LinkageSettings {
  return {
    version: 1,
    lexicon: lexiconOf(lexicon as CountryPack),
    models: {
      person: {
        rate: 0.0005,
        related: PERSON.map((name) => ({ name, rate: 0.0002 })),
        comparisons: PERSON_COMPARISONS,
      },
      organisation: {
        rate: 0.0005,
        related: FIRM.map((name) => ({ name, rate: 0.0002 })),
        comparisons: FIRM_COMPARISONS,
      },
    },
    thresholds: { link: 0.9, possible: 0.2, cluster: 0 },
    limits: { maxBlock: 40, maxCandidates: 16, unscored: -2, floor: -8, ceiling: 10 },
    calibration: { scale: 1, shift: 0 },
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
  titles: [],
  streetTypes: {},
  unitWords: [],
};
