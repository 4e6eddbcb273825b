import type { Rng } from "./random.ts";

/** A place to live or trade. */
export interface Address {
  readonly street: string;
  readonly town: string;
  readonly parish: string;
}

/** One real-world customer: the truth that sources know only in part. */
export interface Entity {
  readonly id: string;
  readonly index: number;
  readonly type: "person" | "organisation";
  /** Person's names; for a firm those of its contact. */
  given: string;
  middle: string;
  family: string;
  suffix: string;
  sex: "f" | "m";
  /** Firm's legal name; empty for a person. */
  firm: string;
  /** Name over the door where it differs from the legal one. */
  trade: string;
  category: string;
  phone: string;
  phone2: string;
  oldPhone: string;
  email: string;
  address: Address;
  oldAddress: Address | null;
  /** On the mailing list. */
  subscribed: boolean;
  website: string;
  handle: string;
  usd: boolean;
  /** True where the Montego Bay branch serves the customer: its sales go through the branch's till. */
  west: boolean;
  /** First day known to the company. */
  since: number;
  readonly rng: Rng;
}

/** A relation between two customers that are not the same one. */
export interface Relation {
  readonly left: string;
  readonly right: string;
  readonly relation: "household" | "owner_firm" | "branch_parent" | "father_son";
}

/** Entities that look alike without being related: for counting false merges. */
export interface Trap {
  readonly trap: "shared_phone" | "shared_email" | "namesake";
  readonly group: string;
  readonly entity: string;
}

/** Everybody, and how they hang together. */
export interface Population {
  readonly entities: readonly Entity[];
  readonly relations: readonly Relation[];
  readonly traps: readonly Trap[];
}

/** A purchase before it becomes a document. */
interface Purchase {
  readonly day: number;
  /** Wanted value in JMD. */
  readonly value: number;
  /** Days until it is paid; null when it never is. */
  readonly payAfter: number | null;
}

/** A visit, call or e-mail. */
export interface Contact {
  readonly day: number;
  readonly minute: number;
  readonly kind: "visit" | "call" | "email";
  readonly outcome: string;
  readonly direction: "in" | "out";
}

/** What happened between the company and one customer, and why. */
export interface Life {
  readonly purchases: Purchase[];
  readonly contacts: Contact[];
  readonly quotes: number[];
  readonly returns: number[];
  /** By campaign index: what the customer did with it. */
  readonly campaigns: Map<number, "none" | "open" | "click" | "bounce">;
  churnCause: string;
  leadCause: string;
  /** Probability of no purchase in the 90 days after the sample day. */
  churnProbability: number;
  purchaseProbability: number;
  /** Expected purchases in the 12 months after the sample day, JMD. */
  value12: number;
}

/** A cell of a sheet or file: text, number, a date or money in cents. */
export type Cell = string | number | null | { readonly date: number } | { readonly cents: number };

/** A cell's text; dates and money, which have no plain text, give none. */
export function textOf(cell: Cell | undefined): string {
  return typeof cell === "string" || typeof cell === "number" ? String(cell) : "";
}

/** A row of a table with its truth. */
export interface Row {
  readonly cells: readonly Cell[];
  /** First day on which it is there. */
  readonly from: number;
  /** First day on which it is gone. */
  readonly until?: number;
  readonly entity?: string;
  readonly entityType?: string;
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly defect?: string;
}

/** One planted defect as truth tells it. */
export interface Defect {
  readonly day: number;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly file: string;
  readonly row: string;
  readonly sourceId: string;
  readonly reason: string;
  readonly expected: "quarantined" | "filtered" | "notice";
}

/** Why a customer stops buying. */
export type ChurnCause = "complaint" | "overdue" | "neglect" | "competitor" | "one_off";

/** What a customer is doing, week by week: hidden from every source. */
export interface State {
  phase: "none" | "buying" | "declining";
  /** Weekly purchase rate when all is well. */
  readonly rate: number;
  /** Mean value of a purchase, JMD. */
  readonly value: number;
  cause: ChurnCause | "";
  /** Week in which the cause set in. */
  onset: number;
  lead: { readonly cause: string; readonly week: number; readonly converts: boolean; readonly start: number } | null;
  risingUntil: number;
  readonly mayReturn: boolean;
  /** Buys once or twice and goes. */
  readonly oneOff: boolean;
}
