import { featureTold, hasHappened, HISTORY_TOPICS, isForgotten, sentence, topicOf } from "./reason-words.ts";
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
  for (const { feature } of effects) {
    const topic = topicOf(feature);
    const found = topics.get(topic);
    if (found !== undefined && featureTold(topic, customer.row) === feature) topics.set(topic, { ...found, feature });
  }
  const weight = (effect: number): number => Math.abs(effect) * (effect > 0 === total > 0 ? 1 : 0.5);
  const ranked = [...topics].sort(([a, x], [b, y]) => weight(y.effect) - weight(x.effect) || (a < b ? -1 : 1));
  return selected(ranked, customer.row, total)
    .sort(([a, x], [b, y]) => weight(y.effect) - weight(x.effect) || (a < b ? -1 : 1))
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

type Topic = readonly [string, { readonly effect: number; readonly feature: string }];

/** Share of the strongest topic's effect below which an event is not worth a reason. */
const WORTH_TELLING = 0.04;

/**
 * Three topics of a ranking: the strongest, then what happened to the customer and pulls the same way as the score (it
 * says why, where buying less says only that), then that nobody was in touch, then the strongest of the rest; how
 * somebody buys fills two at most.
 */
function selected(ranked: readonly Topic[], row: FeatureRow, total: number): Topic[] {
  const strongest = Math.abs(ranked[0]?.[1].effect ?? 0);
  const telling = ranked.filter(
    ([, { effect }]) => effect > 0 === total > 0 && Math.abs(effect) >= WORTH_TELLING * strongest,
  );
  const chosen: Topic[] = ranked.slice(0, 1);
  const add = (candidates: readonly Topic[], upTo: number): void => {
    for (const candidate of candidates) {
      if (chosen.length >= upTo) return;
      if (!chosen.includes(candidate)) chosen.push(candidate);
    }
  };
  add(
    telling.filter(([topic]) => hasHappened(topic, row)),
    3,
  );
  add(
    telling.filter(([topic]) => isForgotten(topic, row)),
    3,
  );
  const history = (topics: readonly Topic[]): number => topics.filter(([topic]) => HISTORY_TOPICS.has(topic)).length;
  add(
    ranked.filter(([topic]) => !HISTORY_TOPICS.has(topic) || history(chosen) < 1),
    2,
  );
  add(ranked, 3);
  return chosen;
}
