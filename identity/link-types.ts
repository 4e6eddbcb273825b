import type { AnalyticalEngine, CountryPack, CustomerRecord, EntityType } from "#core";
import type { LinkageSettings, PairKind } from "./settings.ts";

/** A cleansed customer record with the parts of its key: what linkage works on. */
export interface LinkRecord extends CustomerRecord {
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
}

/** A steward's word on two records. */
export interface LinkConstraint {
  readonly left: string;
  readonly right: string;
  readonly same: boolean;
}

/** What one linkage run needs. */
export interface LinkOptions {
  readonly records: readonly LinkRecord[];
  readonly engine: AnalyticalEngine;
  readonly constraints: readonly LinkConstraint[];
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
  /** Smallest key of its cluster. */
  readonly clusterAnchor: string;
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

/** A question for a steward. */
export interface LinkQuestion {
  readonly left: string;
  readonly right: string;
  readonly kind: "join" | "split";
  readonly probability: number;
  /** Pairs of records that the answer is expected to set right. */
  readonly gain: number;
  readonly reason: string;
}

/** Two different customers that belong together. For owner_firm the person is left, for branch_parent the branch. */
export interface LinkRelation {
  readonly left: string;
  readonly right: string;
  readonly relation: "household" | "owner_firm" | "employee" | "branch_parent";
  readonly probability: number;
  readonly evidence: string;
}

/** Figures of a run. */
export interface LinkReport {
  readonly rows: number;
  readonly entityTypes: Readonly<Record<EntityType, number>>;
  readonly candidates: number;
  readonly clusters: number;
  readonly links: number;
  readonly possibleLinks: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly thresholds: LinkageSettings["thresholds"];
  /** Values borne by so many different names that they say little, most shared first. */
  readonly genericValues: readonly { readonly field: string; readonly value: string; readonly names: number }[];
  /** Constraints that contradict others and were left out: steward answers that cannot all hold. */
  readonly contradictions: readonly LinkConstraint[];
}

/** What a linkage run gives. */
export interface LinkResult {
  readonly clusters: readonly ClusterRow[];
  readonly pairs: readonly LinkPair[];
  readonly questions: readonly LinkQuestion[];
  readonly relations: readonly LinkRelation[];
  readonly settings: LinkageSettings;
  readonly report: LinkReport;
}
