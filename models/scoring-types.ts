import type { PurchaseHistory } from "./purchases.ts";

/**
 * Features of one customer by name, as of one evening. `customer_id` names the customer; `label_purchased` and
 * `label_churned` (0, 1 or null) tell what happened afterwards; the columns of {@link CONTEXT_COLUMNS} are for people.
 */
export type FeatureRow = Readonly<Record<string, string | number | boolean | null>>;

/** Columns that say something about a customer but are never learnt from. */
export const CONTEXT_COLUMNS = [
  "customer_id",
  "do_not_contact",
  "has_phone",
  "has_email",
  "has_contact",
  "profile_completeness",
  "last_activity",
  "list_outcome",
  "label_purchased",
  "label_churned",
  "label_spend",
] as const;

/** `shop` speaks of purchases, `nonprofit` of gifts. */
export type Mode = "shop" | "nonprofit";

/** Everything that a night's scores are made from. */
export interface ScoringInput {
  /** ISO date: the last day that the data know. */
  readonly asOf: string;
  readonly horizonDays: number;
  /** Days ahead that lifetime value speaks of; 365 where absent. */
  readonly valueHorizonDays?: number;
  /** ISO 4217. */
  readonly homeCurrency: string;
  readonly seed: number;
  readonly mode: Mode;
  /** Training tables at earlier cut-offs, with labels. */
  readonly snapshots: readonly { readonly cutoff: string; readonly rows: readonly FeatureRow[] }[];
  /** Everybody today, without labels. */
  readonly current: readonly FeatureRow[];
  readonly histories: readonly PurchaseHistory[];
  /** Versions that ship now, from the registry; none where absent. */
  readonly champions?: readonly ChampionRecord[];
  /** Columns whose values must not be treated differently than what they do: a warning, never a feature. */
  readonly groups?: readonly string[];
}

/** The version that ships, as the registry holds it. */
export interface ChampionRecord {
  readonly model: ScoreName;
  readonly version: string;
  readonly kind: string;
  readonly artefact: Uint8Array | null;
  /** A person rolled back to it. */
  readonly pinned: boolean;
}

/** What is scored. */
export type ScoreName = "churn" | "lead" | "lifetime_value";

/** A row of customer_360.customer_scores. */
export interface ScoreRow {
  readonly customer_id: string;
  readonly score: ScoreName;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly rank: number;
  readonly band: string;
  readonly meaning: string;
  readonly not_scored_reason: string | null;
  readonly model_version: string;
  readonly model_kind: string;
  readonly data_as_of: string;
  readonly horizon_days: number;
}

/** A row of customer_360.score_reasons. */
export interface ReasonRow {
  readonly customer_id: string;
  readonly score: ScoreName;
  readonly position: number;
  readonly feature: string;
  readonly effect: number;
  readonly direction: "raises" | "lowers";
  readonly reason: string;
}

/** A row of ops.model_versions, without the facts of the run. */
export interface VersionRow {
  readonly version: string;
  readonly model: ScoreName;
  readonly kind: string;
  readonly data_as_of: string;
  readonly data_hash: string;
  readonly features: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly artefact: Uint8Array | null;
  readonly seed: number;
  readonly backend: string;
  readonly alias: "champion" | "challenger";
  readonly calibration: Readonly<Record<string, unknown>> | null;
  readonly drift_baseline: Readonly<Record<string, unknown>> | null;
}

/** A row of ops.model_decisions, without the facts of the run. */
export interface DecisionRow {
  readonly model: ScoreName;
  readonly champion: string;
  readonly challenger: string | null;
  readonly decision: "first" | "refreshed" | "promoted" | "kept";
  readonly reason: string;
  readonly gates: Readonly<Record<string, unknown>>;
}

/** A row of ops.shadow_scores. */
export interface ShadowRow {
  readonly model: ScoreName;
  readonly customer_id: string;
  readonly version: string;
  readonly value: number;
}

/** A row of ops.model_drift. */
export interface DriftReportRow {
  readonly model: ScoreName;
  readonly data_as_of: string;
  readonly feature: string;
  readonly version: string;
  readonly effect: number;
  readonly usual: number;
  readonly drifted: boolean;
}

/** A row of ops.model_metrics. */
export interface MetricRow {
  readonly version: string;
  readonly metric: string;
  readonly segment: string;
  readonly value: number;
}

/** A row of customer_360.leads without what the warehouse knows itself (name, telephone, last contact). */
export interface LeadRow {
  readonly rank: number;
  readonly customer_id: string;
  readonly band: string;
  readonly meaning: string;
  readonly reason_1: string | null;
  readonly reason_2: string | null;
  readonly reason_3: string | null;
  readonly action: string;
  readonly data_as_of: string;
}

/** A night's scores. Rows are in order of score, then rank; equal input gives equal rows. */
export interface ScoringResult {
  readonly scores: readonly ScoreRow[];
  readonly reasons: readonly ReasonRow[];
  readonly versions: readonly VersionRow[];
  readonly metrics: readonly MetricRow[];
  readonly leads: readonly LeadRow[];
  readonly decisions: readonly DecisionRow[];
  readonly shadows: readonly ShadowRow[];
  readonly drift: readonly DriftReportRow[];
  /** Things worth telling the operator: what was left out, what looks like leakage. */
  readonly notices: readonly string[];
}

/** One kind of score for all customers, before it is put together with the others. */
export interface ScorePart {
  readonly scores: readonly ScoreRow[];
  readonly reasons: readonly ReasonRow[];
  /** The version that ships; a challenger may follow. */
  readonly versions: readonly VersionRow[];
  readonly metrics: readonly MetricRow[];
  readonly decisions: readonly DecisionRow[];
  readonly shadows: readonly ShadowRow[];
  readonly drift: readonly DriftReportRow[];
  readonly notices: readonly string[];
}
