import type { LinkConstraint, LinkOptions, LinkRecord } from "./link-types.ts";
import type { LinkageSettings } from "./settings.ts";

/** What a live index starts from. */
export interface LiveIndexOptions {
  /** Fitted settings: the same that a batch run used. */
  readonly settings: LinkageSettings;
  readonly records: readonly LinkRecord[];
  readonly constraints?: readonly LinkConstraint[];
  readonly oneRecordPerEntity?: LinkOptions["oneRecordPerEntity"];
}

/** A record that another one was held against. */
export interface LiveMatch {
  readonly key: string;
  /** Bits. */
  readonly weight: number;
  readonly probability: number;
}

/** What a compared pair weighs, and what that is worth once it is calibrated and its rivals are heard. */
export interface PairWorth {
  /** Bits. */
  readonly weight: number;
  /** log2 of the odds that the two are one customer. */
  readonly bits: number;
  readonly probability: number;
}

/** Where a record belongs, and whose place changed with it. */
export interface Resolution {
  readonly key: string;
  /** Smallest key of its cluster. */
  readonly clusterAnchor: string;
  readonly members: readonly string[];
  /** Records that it was compared with, heaviest first. */
  readonly matches: readonly LiveMatch[];
  /** Other records whose cluster is another one now. */
  readonly moved: readonly string[];
}
