import { rateInWords } from "#models";
import type { ModelWatch } from "#warehouse";

const SCORES: Readonly<Record<string, string>> = {
  churn: "Likely to leave",
  lead: "Likely to buy",
  lifetime_value: "Lifetime value",
};

const DECISIONS: Readonly<Record<string, string>> = {
  first: "the first one",
  refreshed: "fitted to newer data",
  promoted: "took the place of the one before",
  kept: "stays",
  rolled_back: "a person went back to it",
  released: "may change again",
};

/** What makes each score and why, as rows of a table: score, model, learnt from data up to, decision. */
export function modelRows({ models }: ModelWatch): readonly (readonly string[])[] {
  return models.map(({ model, kind, data_as_of: day, decision, reason, challenger }) => [
    SCORES[model] ?? model,
    kind,
    day,
    decision === null ? "fitted anew each night" : `${DECISIONS[decision] ?? decision}: ${reason ?? ""}`,
    challenger === null ? "" : `${challenger} is watched beside it`,
  ]);
}

/** Whether the words of each band came true, as rows of a table: score, band, said on, customers, said, seen, verdict. */
export function outcomeRows({ outcomes }: ModelWatch): readonly (readonly string[])[] {
  return outcomes.map(({ score, band, data_as_of: day, customers, expected, observed, holds }) => [
    SCORES[score] ?? score,
    band,
    day,
    customers.toLocaleString("en"),
    rateInWords(expected),
    rateInWords(observed),
    holds ? "holds" : "does not hold",
  ]);
}

/** What moved more than it usually does, in a sentence for each score; nothing where nothing did. */
export function driftLines({ drifted }: ModelWatch): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { model, feature } of drifted) {
    const name = feature === "(score)" ? "the score itself" : feature.replaceAll("_", " ");
    names.set(model, [...(names.get(model) ?? []), name]);
  }
  return [...names].map(
    ([model, features]) => `${SCORES[model] ?? model}: moved more than usual since it learnt: ${features.join(", ")}.`,
  );
}
