import { sentence, topicOf } from "./reason-words.ts";
import type { Speaking } from "./reason-words.ts";
import type { Effect } from "./score.ts";
import type { FeatureRow, ReasonRow, ScoreName } from "./scoring-types.ts";

/** Topics to speak of when a score rests on fewer than three things. */
const BACKGROUND = ["rhythm", "buying", "spend", "tenure", "contact"];

/**
 * The three strongest reasons of a score. Effects of features that speak of one thing are added first, so that three
 * reasons are three things; a reason against the score needs twice the weight to come before one for it.
 */
export function topReasons(
  effects: readonly Effect[],
  customer: { readonly row: FeatureRow; readonly score: ScoreName },
  speaking: Speaking,
): ReasonRow[] {
  const topics = new Map<string, { effect: number; feature: string; strongest: number }>();
  let total = 0;
  for (const { feature, effect } of effects) {
    const topic = topicOf(feature);
    const found = topics.get(topic) ?? { effect: 0, feature, strongest: -1 };
    const stronger = Math.abs(effect) > found.strongest;
    topics.set(topic, {
      effect: found.effect + effect,
      feature: stronger ? feature : found.feature,
      strongest: Math.max(found.strongest, Math.abs(effect)),
    });
    total += effect;
  }
  for (const topic of BACKGROUND) {
    if (topics.size < 3 && !topics.has(topic)) topics.set(topic, { effect: 0, feature: topic, strongest: 0 });
  }
  const weight = (effect: number): number => Math.abs(effect) * (effect > 0 === total > 0 ? 1 : 0.5);
  return [...topics]
    .sort(([a, x], [b, y]) => weight(y.effect) - weight(x.effect) || (a < b ? -1 : 1))
    .slice(0, 3)
    .map(([topic, { effect, feature }], i) => ({
      customer_id: String(customer.row.customer_id),
      score: customer.score,
      position: i + 1,
      feature,
      effect,
      direction: effect < 0 ? "lowers" : "raises",
      reason: sentence(topic, customer.row, speaking, feature),
    }));
}
