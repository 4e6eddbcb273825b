import { contentHash } from "#core";
import { scoreLifetime } from "./lifetime.ts";
import { byActivity, idOf } from "./probability-scores.ts";
import { sentence } from "./reason-words.ts";
import { count, lexicon, money, span } from "./words.ts";
import type { LifetimeResult, ValuePrediction } from "./lifetime.ts";
import type { FeatureRow, ReasonRow, ScorePart, ScoreRow, ScoringInput } from "./scoring-types.ts";

/** Days ahead that lifetime value speaks of, unless told otherwise. */
const VALUE_HORIZON = 365;

/** Lifetime value of everybody who bought, with what it is made of as reasons; and the predictions themselves. */
export function scoreValue(
  input: ScoringInput,
): ScorePart & { readonly predictions: ReadonlyMap<string, ValuePrediction> } {
  const horizonDays = input.valueHorizonDays ?? VALUE_HORIZON;
  const asOf = Math.round(Date.parse(`${input.asOf}T00:00:00Z`) / 86_400_000);
  const result = scoreLifetime(input.histories, { asOf, horizonDays, seed: input.seed });
  const predictions = new Map(result.status === "scored" ? result.predictions.map((p) => [p.customerId, p]) : []);
  const rows = new Map(input.current.map((row) => [idOf(row), row]));
  const version =
    result.status === "scored" ? result.version : `unscored-${contentHash({ seed: input.seed }).slice(0, 12)}`;
  const shared = {
    score: "lifetime_value" as const,
    unit: input.homeCurrency,
    model_version: `value-${version}`,
    model_kind: result.status === "scored" ? result.kind : "rule: none",
    data_as_of: input.asOf,
    horizon_days: horizonDays,
  };
  const known = [...predictions.values()]
    .filter(({ customerId }) => rows.has(customerId))
    .sort((a, b) => b.value - a.value || (a.customerId < b.customerId ? -1 : 1));
  const scores: ScoreRow[] = known.map((p, i) => {
    const { band, meaning } = bandAt(i / Math.max(1, known.length), p, input, horizonDays);
    const { value, low, high } = p;
    return {
      ...shared,
      customer_id: p.customerId,
      value,
      low,
      high,
      rank: i + 1,
      band,
      meaning,
      not_scored_reason: null,
    };
  });
  for (const row of input.current.filter((r) => !predictions.has(idOf(r))).sort(byActivity)) {
    const reason = result.status === "scored" ? `has not ${lexicon(input.mode).ordered} yet` : result.reason;
    const about = { customer_id: idOf(row), value: null, low: null, high: null, rank: scores.length + 1 };
    scores.push({ ...shared, ...about, band: "not scored", meaning: `No score: ${reason}`, not_scored_reason: reason });
  }
  return {
    scores,
    reasons: valueReasons(known, rows, input),
    ...record(result, shared.model_version, input),
    notices: result.status === "scored" ? [] : [`lifetime value is not scored: ${result.reason}`],
    predictions,
  };
}

function bandAt(
  share: number,
  p: ValuePrediction,
  input: ScoringInput,
  days: number,
): { band: string; meaning: string } {
  const band = share < 0.2 ? "High" : share < 0.6 ? "Medium" : "Low";
  const where = { High: "the highest fifth", Medium: "the middle two fifths", Low: "the lowest two fifths" }[band];
  const expected = `expected to ${lexicon(input.mode).spend} about ${money(p.value, input.homeCurrency)}`;
  const range = `8 in 10 end between ${money(p.low, input.homeCurrency)} and ${money(p.high, input.homeCurrency)}`;
  return { band, meaning: `${expected} within ${String(days)} days (${range}); among ${where}` };
}

const PARTS = ["probability_alive", "purchases_expected", "amount_expected", "recent_spending"] as const;

/**
 * Value is a product of three parts and, where the mean with past spend ships, a part from recent spending. Each part's
 * effect is its Shapley share of the difference from the usual customer, in money.
 */
function valueReasons(
  known: readonly ValuePrediction[],
  rows: ReadonlyMap<string, FeatureRow>,
  input: ScoringInput,
): ReasonRow[] {
  const factors = known.map((p) => [p.probabilityAlive, p.purchasesIfAlive, p.spend]);
  const share = 1 / Math.max(1, known.length);
  const means = [0, 1, 2].map((k) => factors.reduce((sum, own) => sum + own[k]! * share, 0));
  const recent = known.reduce((sum, p) => sum + p.recent * share, 0);
  return known.flatMap((p, i) => {
    const effects = [...shapleyOfProduct(factors[i]!, means).map((e) => e * p.factor), p.recent - recent];
    const row = rows.get(p.customerId)!;
    return PARTS.map((feature, k) => ({ feature, effect: effects[k]!, reason: partSentence(feature, p, row, input) }))
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.feature < b.feature ? -1 : 1))
      .slice(0, 3)
      .map(({ feature, effect, reason }, at) => ({
        customer_id: p.customerId,
        score: "lifetime_value" as const,
        position: at + 1,
        feature,
        effect,
        direction: effect < 0 ? ("lowers" as const) : ("raises" as const),
        reason,
      }));
  });
}

/** Shapley shares of a product's difference from the product of the means; they add up to it exactly. */
export function shapleyOfProduct(own: readonly number[], means: readonly number[]): number[] {
  const n = own.length;
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  const shares = own.map(() => 0);
  for (let set = 0; set < 2 ** n; set += 1) {
    let product = 1;
    let size = 0;
    for (let k = 0; k < n; k += 1) {
      const inside = (set >> k) % 2 === 1;
      product *= inside ? own[k]! : means[k]!;
      size += inside ? 1 : 0;
    }
    for (let k = 0; k < n; k += 1) {
      const inside = (set >> k) % 2 === 1;
      const weight = inside ? factorial(size - 1) * factorial(n - size) : -factorial(size) * factorial(n - size - 1);
      shares[k] = shares[k]! + (weight * product) / factorial(n);
    }
  }
  return shares;
}

function partSentence(part: (typeof PARTS)[number], p: ValuePrediction, row: FeatureRow, input: ScoringInput): string {
  const speaking = { mode: input.mode, currency: input.homeCurrency };
  const words = lexicon(input.mode);
  const days = input.valueHorizonDays ?? VALUE_HORIZON;
  if (part === "probability_alive") {
    return `${String(Math.round(100 * p.probabilityAlive))}% likely to be still a ${words.customer.toLowerCase()}: ${lower(sentence("rhythm", row, speaking))}`;
  }
  if (part === "purchases_expected") {
    const n = p.purchasesIfAlive;
    const many =
      n >= 1.5
        ? `About ${count(Math.round(n), words.purchase)}`
        : n >= 0.5
          ? `About 1 ${words.purchase}`
          : `Less than 1 ${words.purchase}`;
    return `${many} to be expected in ${span(days)}`;
  }
  if (part === "amount_expected") return `About ${money(p.spend, input.homeCurrency)} each time`;
  return sentence("spend", row, speaking);
}

function record(
  result: LifetimeResult,
  version: string,
  input: ScoringInput,
): Pick<ScorePart, "versions" | "metrics" | "decisions" | "shadows" | "drift"> {
  const shared = {
    version,
    model: "lifetime_value" as const,
    data_as_of: input.asOf,
    artefact: null,
    seed: input.seed,
    alias: "champion" as const,
    calibration: null,
    drift_baseline: null,
  };
  const aside = { decisions: [], shadows: [], drift: [] };
  if (result.status === "not scored") {
    const parameters = { reason: result.reason };
    const nothing = { kind: "rule: none", data_hash: contentHash(""), features: [], parameters, backend: "none" };
    return { versions: [{ ...shared, ...nothing }], metrics: [], ...aside };
  }
  const { kind, dataHash, parameters, metrics } = result;
  const features = ["frequency", "recency", "age", "mean", "recentSpend"];
  return {
    ...aside,
    versions: [{ ...shared, kind, data_hash: dataHash, features, parameters, backend: "float64" }],
    metrics: Object.entries(metrics)
      .filter(([, value]) => Number.isFinite(value))
      .map(([metric, value]) => ({ version, metric, segment: "", value })),
  };
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
