import { rankLeads } from "./leads.ts";
import { byId, scoreOutcome } from "./probability-scores.ts";
import { openBackend } from "./runtime.ts";
import { scoreValue } from "./value-scores.ts";
import { numberOf } from "./words.ts";
import type { OutcomeSpec } from "./probability-scores.ts";
import type { Backend } from "./runtime.ts";
import type { FeatureRow, ScorePart, ScoringInput, ScoringResult } from "./scoring-types.ts";

const CHURN: OutcomeSpec = {
  score: "churn",
  label: "label_churned",
  excluded: (row) => {
    const recency = numberOf(row, "recency_days");
    if (recency === null) return "no purchase yet, so there is nothing to lose";
    return recency >= 365 ? "no purchase for a year: already gone" : null;
  },
};

const LEAD: OutcomeSpec = {
  score: "lead",
  label: "label_purchased",
  excluded: (row) => (row.has_contact === true ? null : "no telephone number, e-mail or address to reach the customer"),
};

/** What a night's scores may use beside the input. */
export interface ScoringMeans {
  readonly backend?: Backend;
  /** Scores leads elsewhere, meanwhile: {@link scoreLeads} on the same input gives the same. */
  readonly leads?: (input: ScoringInput) => Promise<ScorePart>;
}

/**
 * Scores everybody for a night: churn, lead and lifetime value with reasons, and the ranked list. Nothing is read from
 * a clock and rows are put in order of their ids first, so that the same input gives the same rows.
 */
export async function scoreCustomers(given: ScoringInput, means: ScoringMeans = {}): Promise<ScoringResult> {
  const elsewhere = means.leads?.(given);
  // Awaited below; what fails here first must not leave its failure unheard.
  elsewhere?.catch(() => undefined);
  const backend = means.backend ?? (await openBackend());
  const { input, training, notices } = inOrder(given);
  const churn = scoreOutcome(backend, CHURN, input, training);
  const value = scoreValue(input);
  const lead = elsewhere === undefined ? scoreOutcome(backend, LEAD, input, training) : await elsewhere;
  const parts = [churn, lead, value];
  return {
    scores: parts.flatMap(({ scores }) => scores),
    reasons: parts.flatMap(({ reasons }) => reasons),
    versions: parts.flatMap(({ versions }) => versions),
    metrics: parts.flatMap(({ metrics }) => metrics),
    decisions: parts.flatMap(({ decisions }) => decisions),
    shadows: parts.flatMap(({ shadows }) => shadows),
    drift: parts.flatMap(({ drift }) => drift),
    leads: rankLeads(input, lead, value.predictions),
    notices: [...notices, ...parts.flatMap((part) => part.notices)],
  };
}

/** The lead scores of {@link scoreCustomers} alone. */
export async function scoreLeads(given: ScoringInput): Promise<ScorePart> {
  const backend = await openBackend();
  const { input, training } = inOrder(given);
  return scoreOutcome(backend, LEAD, input, training);
}

/** Rows in order of their ids, and the training tables whose outcomes are known by the scoring date. */
function inOrder(given: ScoringInput): {
  readonly input: ScoringInput;
  readonly training: readonly (readonly FeatureRow[])[];
  readonly notices: readonly string[];
} {
  const notices: string[] = [];
  const input: ScoringInput = { ...given, current: [...given.current].sort(byId) };
  const training = input.snapshots
    .filter((snapshot) => {
      const matured = endOf(snapshot.cutoff, input.horizonDays) <= input.asOf;
      if (!matured)
        notices.push(`the training table of ${snapshot.cutoff} is left out: its outcomes run past ${input.asOf}`);
      return matured;
    })
    .sort((a, b) => (a.cutoff < b.cutoff ? -1 : 1))
    .map((snapshot): readonly FeatureRow[] => [...snapshot.rows].sort(byId));
  return { input, training, notices };
}

function endOf(cutoff: string, days: number): string {
  return new Date(Date.parse(`${cutoff}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
