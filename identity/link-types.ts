import type { AnalyticalEngine, CountryPack, CustomerRecord, EntityType } from "#core";
import type { LinkageSettings, PairKind } from "./settings.ts";

/** Kinds of values that linkage weighs beside those that a CustomerRecord has a place for. */
export type ExtraKind =
  | "any_name"
  | "person_name"
  | "org_name"
  | "name_list"
  | "birth_year"
  | "birth_month"
  | "birth_day"
  | "gender"
  | "birth_place"
  | "street"
  | "tax_id"
  | "person_id"
  | "title"
  | "text"
  | "category"
  | "amount"
  | "date";

/**
 * A value as it was written, with its column. Further names of a record (`any_name`, `person_name`, `org_name` after the
 * first), further tax numbers and everything without a place in CustomerRecord travel this way. Two values of one kind
 * are compared column with column, save names and numbers, which are compared all with all.
 */
export interface ExtraValue {
  readonly kind: ExtraKind;
  readonly column: string;
  readonly value: string;
}

/**
 * A cleansed customer record with the parts of its key: what linkage works on. Kinds of a field map go where they
 * belong: names, contacts, address, `birth_date`, `tax_id` (the first), `occupation`, `category` (the first),
 * `latitude`, `longitude` into the CustomerRecord (`house_number` at the head of `street`), all others into `extra`.
 */
export interface LinkRecord extends CustomerRecord {
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly extra?: readonly ExtraValue[];
}

/** What is still needed of a record once it is prepared. */
export type RecordHead = Pick<
  LinkRecord,
  "key" | "source" | "entityType" | "entityTypeProbability" | "parentKey" | "isJob"
>;

/** A steward's word on two records. */
export interface LinkConstraint {
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
}

/** What one linkage run needs. */
export interface LinkOptions {
  readonly records: readonly LinkRecord[];
  /** True where the list is handed over: it is emptied once it is read, so that its memory serves the rest. */
  readonly consume?: boolean;
  /** Where given, candidates are found by its SQL; otherwise in this process. Both find the same pairs. */
  readonly engine?: AnalyticalEngine;
  readonly constraints: readonly LinkConstraint[];
  /** Share of true pairs that unattended merges must keep, 0 to 1; .995 by default. */
  readonly precision?: number;
  /** Sources that hold every customer once (`true`: all do): two of their records are never one customer. */
  readonly oneRecordPerEntity?: readonly string[] | true;
  /** Threads that the work may be spread over. The result is the same for any number. */
  readonly threads?: number;
  /** Fitted settings are used as they are; unfitted ones (or none) are fitted to the records. */
  readonly settings?: LinkageSettings;
  /** Nicknames, legal forms and placeholders, where no settings bring them. */
  readonly pack?: CountryPack;
  readonly seed: number;
  readonly onProgress?: (phase: LinkPhase, done: number, total: number) => void;
  /** Milliseconds from any start, for the report; without it phases are not timed. */
  readonly now?: () => number;
}

/** Steps of a run, in order. */
export type LinkPhase = "prepare" | "candidates" | "compare" | "estimate" | "cluster" | "relations";

/** One record's place in the partition. */
export interface ClusterRow {
  readonly key: string;
  /** Smallest key of its cluster in the most probable partition. */
  readonly clusterAnchor: string;
  /** Smallest key of the cluster that would be merged unattended at the asked precision. */
  readonly autoAnchor: string;
  /** Probability (0 to 1) that the record belongs where it is. */
  readonly confidence: number;
  readonly entityType: EntityType;
}

/** One piece of evidence; the weights of a pair's pieces add up to its weight. */
export interface EvidenceTerm {
  readonly field: string;
  readonly level: string;
  readonly left: string;
  readonly right: string;
  /** Bits: positive speaks for one customer, negative for two. */
  readonly weight: number;
  /** How often two different customers agree so: the rarity that the weight was made with; absent where none was. */
  readonly chance?: number;
  /** The evidence in words. */
  readonly words: string;
}

/** Whether a pair is one customer. */
export type MatchDecision = "link" | "possible_link" | "non_link";

/** A compared pair with its evidence; `left` is the smaller key. */
export interface LinkPair {
  readonly left: string;
  readonly right: string;
  readonly kind: PairKind;
  readonly weight: number;
  readonly probability: number;
  readonly decision: MatchDecision;
  readonly evidence: readonly EvidenceTerm[];
}

/** A question for a steward, about two groups of records. */
export interface LinkQuestion {
  /** 1 for the question whose answer is worth most. */
  readonly rank: number;
  /** Stays the same while the two groups do. */
  readonly questionId: string;
  /** `join`: two clusters, perhaps one customer; `split`: two parts of a cluster, perhaps two. */
  readonly kind: "join" | "split";
  /** The two records that tell most, one of each group; an answer is given about them. */
  readonly left: string;
  readonly right: string;
  /** The groups, keys in order. */
  readonly leftKeys: readonly string[];
  readonly rightKeys: readonly string[];
  /** Probability that both groups are one customer. */
  readonly probability: number;
  /** Pairs of records that the answer is expected to set right. */
  readonly gain: number;
  readonly reason: string;
}

/** Two different customers that belong together. For owner_firm the person is left, for branch_parent the branch. */
export interface LinkRelation {
  readonly left: string;
  readonly right: string;
  readonly relation: "household" | "owner_firm" | "employee" | "branch_parent" | "referral";
  readonly probability: number;
  readonly evidence: string;
}

/** A figure with the interval that holds it with 95% probability. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What is merged unattended among pairs of one kind, and what that is expected to be worth. */
export interface AutoPolicy {
  readonly kind: PairKind;
  /** Least probability of a pair merged unattended; null where the engine abstains. */
  readonly threshold: number | null;
  /** Pairs above it. */
  readonly pairs: number;
  readonly expectedPrecision: Estimate | null;
  readonly expectedRecall: Estimate | null;
}

/** A kind of pairs about which nothing is merged unattended, and why. */
export interface Abstention {
  readonly kind: PairKind;
  readonly reason: string;
}

/** Compared pairs by band of probability: how many, and the share expected to be true. */
export interface CalibrationBin {
  readonly kind: PairKind;
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly meanProbability: number;
  /** Share that steward answers confirmed, where there are any in the band. */
  readonly confirmed: number | null;
}

/** Figures of a run. */
export interface LinkReport {
  readonly rows: number;
  readonly entityTypes: Readonly<Record<EntityType, number>>;
  readonly candidates: number;
  readonly clusters: number;
  readonly autoClusters: number;
  readonly links: number;
  readonly possibleLinks: number;
  /** Seconds by phase. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly precision: number;
  readonly thresholds: LinkageSettings["thresholds"];
  readonly policies: readonly AutoPolicy[];
  readonly abstentions: readonly Abstention[];
  readonly calibration: readonly CalibrationBin[];
  /** Values borne by so many different names that they say little, most shared first. */
  readonly genericValues: readonly { readonly field: string; readonly value: string; readonly names: number }[];
  /** Sources found to hold every customer once, or declared so. */
  readonly oneRecordPerEntity: readonly string[];
  /** Constraints that contradict others and were left out: steward answers that cannot all hold. */
  readonly contradictions: readonly LinkConstraint[];
}

/** Every pair compared, by position in `keys`; `left` is the smaller. */
export interface ComparedPairs {
  readonly keys: readonly string[];
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Bits. */
  readonly weight: Float64Array;
  /** Position of its kind in PAIR_KINDS, or -1 for two that can only be related. */
  readonly kind: Int8Array;
  /** log2 of the odds that the two are one customer, after calibration. */
  readonly bits: Float64Array;
}

/** What a linkage run gives. */
export interface LinkResult {
  readonly clusters: readonly ClusterRow[];
  /** Links and possible links with their evidence. */
  readonly pairs: readonly LinkPair[];
  readonly candidates: ComparedPairs;
  readonly questions: readonly LinkQuestion[];
  readonly relations: readonly LinkRelation[];
  readonly settings: LinkageSettings;
  readonly report: LinkReport;
}
