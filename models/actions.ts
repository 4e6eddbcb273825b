import { lexicon, money, numberOf, span, textOf } from "./words.ts";
import type { Speaking } from "./reason-words.ts";
import type { FeatureRow } from "./scoring-types.ts";

/** What to do next about a customer, in words: the first thing that applies. */
export function suggestAction(row: FeatureRow, speaking: Speaking): string {
  const call = row.has_phone === true ? "Call" : row.has_email === true ? "E-mail" : "Write or visit";
  return (
    trouble(row, speaking, call) ??
    afterList(row, call) ??
    rhythmAction(row, speaking, call) ??
    rest(row, speaking, call)
  );
}

function trouble(row: FeatureRow, { mode, currency }: Speaking, call: string): string | null {
  const complaint = numberOf(row, "complaint_days");
  if (complaint !== null && complaint <= 90) {
    const which = complaint === 0 ? "today's complaint" : `the complaint of ${span(complaint)} ago`;
    return `${call} about ${which} before anything else`;
  }
  const quote = numberOf(row, "quote_days");
  if (quote !== null && quote <= 60) {
    const since = `quoted ${span(quote)} ago, not ${lexicon(mode).ordered} since`;
    return mode === "shop" ? `Send the quote again: ${since}` : `Send the pledge letter again: ${since}`;
  }
  const overdue = numberOf(row, "overdue_balance") ?? 0;
  if (overdue > 0 && overdue > 0.5 * (numberOf(row, "mean_spend") ?? Infinity)) {
    return `${call} about the overdue ${money(overdue, currency)}, then about the next ${lexicon(mode).order}`;
  }
  return null;
}

/** What somebody wrote into the last list decides before how the customer buys. */
function afterList(row: FeatureRow, call: string): string | null {
  const told = textOf(row, "list_outcome");
  if (told === null) return null;
  const words = told.toLowerCase();
  const quoted = `the last list says "${told.length > 60 ? `${told.slice(0, 57)}...` : told}"`;
  if (/wrong|disconnect|not in service|no such number/.test(words)) return `Find the right telephone number: ${quoted}`;
  if (/not (interested|now)|do(n't| not) (call|contact)|no interest/.test(words))
    return `Leave alone for now: ${quoted}`;
  if (/will (order|buy|give|donate|pay)|interested|call back|follow.?up/.test(words))
    return `${call} to close it: ${quoted}`;
  return null;
}

function rhythmAction(row: FeatureRow, { mode }: Speaking, call: string): string | null {
  const { orders, order } = lexicon(mode);
  const recency = numberOf(row, "recency_days");
  const gap = numberOf(row, "gap_mean");
  if (recency === null || gap === null || gap < 2 || recency > 365) return null;
  const usual = `usually ${orders} every ${span(gap)}`;
  const late = recency - gap;
  if (late > 0.25 * gap && late >= 2) return `${call} this week: ${usual}, now ${span(late)} late`;
  if (recency > 0.7 * gap) return `${call} before the next ${order} is due: ${usual}, last ${span(recency)} ago`;
  return null;
}

function rest(row: FeatureRow, { mode }: Speaking, call: string): string {
  const { order, purchase } = lexicon(mode);
  const recency = numberOf(row, "recency_days");
  if ((numberOf(row, "campaign_clicks_180") ?? 0) > 0) return `${call} to follow up the answer to the last campaign`;
  if (recency === null) {
    return mode === "shop" ? `${call} to make first contact: has not bought yet` : `${call} to ask for a first gift`;
  }
  if (recency > 365) return `${call} to win back: last ${purchase} ${span(recency)} ago`;
  if (recency <= 30) {
    return mode === "shop"
      ? `Thank for the last ${order} and suggest what goes with it`
      : "Thank for the last gift and tell what it did";
  }
  return `${call} to ask about the next ${order}`;
}
