import type { RawColumn } from "./columns.ts";
import type { Part } from "./parts.ts";
import type { Table } from "./table.ts";

/** Kinds of models, from simple to elaborate. */
export type ModelKind = "rule" | "logistic" | "additive" | "boosted" | "network" | "mean";

/** What every candidate learns from. */
export interface TrainingData {
  readonly table: Table;
  readonly columns: readonly RawColumn[];
  readonly labels: Float64Array;
  /** Fold of each row, 0 to `foldCount` - 1; no customer is in two. */
  readonly folds: Int32Array;
  readonly foldCount: number;
  readonly rule: { readonly recency: string; readonly frequency: string } | null;
  readonly seed: number;
}

/** A trained candidate: what scores, and what it said of rows that it had not seen. */
export interface Candidate {
  readonly kind: ModelKind;
  readonly name: string;
  /** Logits. */
  readonly outOfFold: Float64Array;
  readonly logLoss: number;
  readonly parts: readonly Part[];
  readonly settings: Readonly<Record<string, number>>;
}
