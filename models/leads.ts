import { suggestAction } from "./actions.ts";
import { byActivity, idOf } from "./probability-scores.ts";
import { sentence } from "./reason-words.ts";
import { numberOf, textOf } from "./words.ts";
import type { ValuePrediction } from "./lifetime.ts";
import type { Speaking } from "./reason-words.ts";
import type { FeatureRow, LeadRow, ReasonRow, ScorePart, ScoringInput } from "./scoring-types.ts";

/**
 * The ranked list: everybody who may and can be contacted. Scored customers come first, by the chance of a purchase
 * times what a purchase of theirs is worth; the others by latest activity and fullness of the profile.
 */
export function rankLeads(
  input: ScoringInput,
  lead: ScorePart,
  values: ReadonlyMap<string, ValuePrediction>,
): LeadRow[] {
  const speaking: Speaking = { mode: input.mode, currency: input.homeCurrency };
  const scores = new Map(lead.scores.map((score) => [score.customer_id, score]));
  const reasons = new Map<string, ReasonRow[]>();
  for (const reason of lead.reasons)
    reasons.set(reason.customer_id, [...(reasons.get(reason.customer_id) ?? []), reason]);
  const usual = median(input.current.map((row) => numberOf(row, "mean_spend")).filter((value) => value !== null));
  const worth = (row: FeatureRow): number => {
    const p = scores.get(idOf(row))?.value ?? null;
    if (p === null) return -1;
    return p * (values.get(idOf(row))?.spend ?? numberOf(row, "mean_spend") ?? usual);
  };
  return input.current
    .filter((row) => row.do_not_contact !== true && row.has_contact === true)
    .map((row) => ({ row, worth: worth(row) }))
    .sort((a, b) => b.worth - a.worth || byActivity(a.row, b.row))
    .map(({ row }, i) => {
      const score = scores.get(idOf(row));
      const texts = reasonTexts(row, score?.band ?? "not scored", reasons.get(idOf(row)) ?? [], speaking);
      return {
        rank: i + 1,
        customer_id: idOf(row),
        band: score?.band ?? "not scored",
        meaning: score?.meaning ?? "",
        reason_1: texts[0] ?? null,
        reason_2: texts[1] ?? null,
        reason_3: texts[2] ?? null,
        action: suggestAction(row, speaking),
        data_as_of: input.asOf,
      };
    });
}

function reasonTexts(row: FeatureRow, band: string, reasons: readonly ReasonRow[], speaking: Speaking): string[] {
  const outcome = textOf(row, "list_outcome");
  if (outcome !== null) {
    // What somebody wrote into the last list is the freshest thing known, and stands last in place of the weakest reason.
    return [
      ...reasonTexts({ ...row, list_outcome: null }, band, reasons, speaking).slice(0, 2),
      `On the last list: ${outcome}`,
    ];
  }
  if (reasons.length > 0) {
    // On a good lead a fact that speaks against it must not read like one that speaks for it.
    return reasons.map(({ direction, reason }) =>
      direction === "lowers" && band !== "Low" ? `But: ${reason}` : reason,
    );
  }
  const ways = [row.has_phone === true ? "telephone" : "", row.has_email === true ? "e-mail" : ""].filter(
    (way) => way !== "",
  );
  const complete = numberOf(row, "profile_completeness");
  return [
    sentence("rhythm", row, speaking),
    ways.length > 0 ? `Can be reached by ${ways.join(" and ")}` : "Can be reached by post only",
    complete === null
      ? sentence("contact", row, speaking)
      : `Profile is ${String(Math.round(100 * complete))}% complete`,
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 1;
}
