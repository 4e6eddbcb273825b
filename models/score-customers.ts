import { rankLeads } from "./leads.ts";
import { byId, scoreOutcome } from "./probability-scores.ts";
import { openBackend } from "./runtime.ts";
import { scoreValue } from "./value-scores.ts";
import { numberOf } from "./words.ts";
import type { OutcomeSpec } from "./probability-scores.ts";
import type { Backend } from "./runtime.ts";
import type { FeatureRow, ScoringInput, ScoringResult } from "./scoring-types.ts";

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

/**
 * Scores everybody for a night: churn, lead and lifetime value with reasons, and the ranked list. Nothing is read from
 * a clock and rows are put in order of their ids first, so that the same input gives the same rows.
 */
export async function scoreCustomers(
  given: ScoringInput,
  options: { readonly backend?: Backend } = {},
): Promise<ScoringResult> {
  const backend = options.backend ?? (await openBackend());
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
  const churn = scoreOutcome(backend, CHURN, input, training);
  const lead = scoreOutcome(backend, LEAD, input, training);
  const value = scoreValue(input);
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

function endOf(cutoff: string, days: number): string {
  return new Date(Date.parse(`${cutoff}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
