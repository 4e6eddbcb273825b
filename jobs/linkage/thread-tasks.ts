import type {
  CandidatePairs,
  dateOrders,
  KindWork,
  Lexicon,
  LinkageSettings,
  RecordTable,
  RowOptions,
} from "#identity";
import type { DraftColumns, PreparedColumns } from "./row-columns.ts";

/** What every part is read by. */
export interface RowWork extends Omit<RowOptions, "ids"> {
  readonly orders: ReturnType<typeof dateOrders>;
  /** Words that records are prepared by as well; null where they are only read. */
  readonly lexicon: Lexicon | null;
}

/** Some rows of one table, as a thread gets them. */
export interface RowPart {
  readonly number: number;
  readonly table: RecordTable;
  readonly ids: readonly string[];
}

/** What a thread made of a part. */
export interface RowAnswer {
  readonly number: number;
  /** True for a thread that says it has started: it can be given parts. */
  readonly ready?: boolean;
  readonly drafts?: DraftColumns;
  readonly prepared?: PreparedColumns | null;
  readonly problem?: string;
}

/** The records that a linkage works on, for a thread that keeps those of all parts. */
export interface KeptOrder {
  /** Which of the rows kept each record is. */
  readonly places: Int32Array;
  /** Records that are no longer what was kept, and where they stand. */
  readonly changed: PreparedColumns;
  readonly at: Int32Array;
}

/** The part of the settings that is told before they are used. */
export type KnownSettings = Pick<LinkageSettings, "lexicon" | "frequencies">;

/** The rest of them. */
export type TeamSettings = Omit<LinkageSettings, keyof KnownSettings>;

/** What a thread is told or asked. `keeps` is true for the one that helps with the linkage: it keeps all prepared records. */
export type TeamTask =
  | { readonly name: "work"; readonly work: RowWork; readonly keeps: boolean }
  | { readonly name: "rows"; readonly part: RowPart }
  | { readonly name: "keep"; readonly number: number; readonly columns: PreparedColumns }
  | { readonly name: "order"; readonly order: KeptOrder }
  | { readonly name: "shared" }
  | { readonly name: "keys" }
  | { readonly name: "know"; readonly known: KnownSettings }
  | { readonly name: "fit"; readonly settings: TeamSettings; readonly work: KindWork }
  | { readonly name: "weigh"; readonly settings: TeamSettings; readonly pairs: CandidatePairs };

/** A task with the number of what is asked by it; null where nothing is. */
export interface TeamMessage {
  readonly task: TeamTask;
  readonly asked: number | null;
}
