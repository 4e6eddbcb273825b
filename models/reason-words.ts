import { count, lexicon, money, numberOf, span, textOf } from "./words.ts";
import type { FeatureRow, Mode } from "./scoring-types.ts";

/** What a sentence is made from. */
export interface Speaking {
  readonly mode: Mode;
  readonly currency: string;
}

interface Topic {
  /** Features that speak of one thing; their effects are added and one sentence is said. */
  readonly features: readonly string[];
  readonly say: (row: FeatureRow, speaking: Speaking, feature: string) => string;
}

const RECENT = "in the last 90 days";

const TOPICS: Readonly<Record<string, Topic>> = {
  rhythm: {
    features: ["recency_days", "gap_mean", "gap_sd", "days_late", "lateness", "frequency", "spell_purchases"],
    say: rhythm,
  },
  buying: { features: ["purchases_30", "purchases_90", "purchases_365"], say: buying },
  spend: { features: ["spend_30", "spend_90", "spend_365", "spend_total", "mean_spend", "spend_trend"], say: spending },
  complaints: { features: ["complaints_180", "complaint_days", "complaints_since_last"], say: complaints },
  returns: {
    features: ["credit_memos_365", "credit_share_365"],
    say: (row) => {
      const n = numberOf(row, "credit_memos_365") ?? 0;
      return n > 0 ? `${count(n, "credit note")} in the last year` : "No credit note in the last year";
    },
  },
  overdue: {
    features: ["overdue_balance", "overdue_days", "reminders_180", "reminders_since_last"],
    say: overdue,
  },
  quotes: {
    features: ["quote_days"],
    say: (row, { mode }) => {
      const days = numberOf(row, "quote_days");
      return days === null ? "No open quote" : `Quoted ${span(days)} ago, not ${lexicon(mode).ordered} since`;
    },
  },
  contact: {
    features: [
      "contact_days",
      "visits_90",
      "calls_90",
      "emails_90",
      "contacts_365",
      "inbound_90",
      "contacts_since_last",
    ],
    say: contacts,
  },
  interest: {
    features: ["interest_180"],
    say: (row) => {
      const n = numberOf(row, "interest_180") ?? 0;
      return n > 0
        ? `Showed interest ${count(n, "time")} in the last half year`
        : "No interest noted in the last half year";
    },
  },
  price: {
    features: ["price_objections_180", "price_objections_since_last"],
    say: (row, { mode }) => {
      const n = numberOf(row, "price_objections_180") ?? 0;
      const around = numberOf(row, "price_objections_since_last") ?? 0;
      const what = "Found the price too high or compared with competitors";
      if (n > 0) return `${what} ${count(n, "time")} in the last half year`;
      return around > 0
        ? `${what} about the time of the last ${lexicon(mode).purchase}`
        : "No objection to prices noted";
    },
  },
  campaigns: { features: ["campaign_opens_180", "campaign_clicks_180"], say: campaigns },
  unsubscribed: {
    features: ["unsubscribed"],
    say: (row) => (row.unsubscribed === true ? "Unsubscribed from campaigns" : "Still receives campaigns"),
  },
  posts: {
    features: ["posts_90"],
    say: (row) => {
      const n = numberOf(row, "posts_90") ?? 0;
      return n > 0 ? `${count(n, "social post")} ${RECENT}` : `No social post ${RECENT}`;
    },
  },
  tenure: {
    features: ["tenure_days"],
    say: (row, { mode }) => {
      const days = numberOf(row, "tenure_days");
      return days === null ? "Not known since when" : `${lexicon(mode).customer} for ${span(Math.max(0, days))}`;
    },
  },
  assortment: { features: ["top_category", "top_category_share", "categories_365"], say: assortment },
  type: {
    features: ["entity_type"],
    say: (row) =>
      row.entity_type === "organisation"
        ? "A firm"
        : row.entity_type === "person"
          ? "A person"
          : "Person or firm is not known",
  },
  place: { features: ["parish"], say: (row) => placeOf(textOf(row, "parish")) },
  industry: { features: ["industry"], say: (row) => industryOf(textOf(row, "industry")) },
};

const TOPIC_OF = new Map(
  Object.entries(TOPICS).flatMap(([topic, { features }]) => features.map((name) => [name, topic])),
);

/** The topic of a feature; a feature of its own where none is known. */
export function topicOf(feature: string): string {
  return TOPIC_OF.get(feature) ?? feature;
}

/** Topics that all tell how somebody buys: the outcome's own past, which is no cause of it. */
export const HISTORY_TOPICS: ReadonlySet<string> = new Set(["rhythm", "buying", "spend", "tenure"]);

/** Whether something happened that a topic speaks of, other than buying: what a person can still do something about. */
export function hasHappened(topic: string, row: FeatureRow): boolean {
  const above = (name: string): boolean => (numberOf(row, name) ?? 0) > 0;
  switch (topic) {
    case "complaints":
      return numberOf(row, "complaint_days") !== null;
    case "overdue":
      return above("reminders_180") || above("reminders_since_last") || owes(row);
    case "rhythm":
      return isOneOff(row) || (numberOf(row, "spell_purchases") ?? Infinity) <= FEW_PURCHASES;
    case "price":
      return above("price_objections_180") || above("price_objections_since_last");
    case "returns":
      return above("credit_memos_365");
    case "quotes":
      return numberOf(row, "quote_days") !== null;
    case "unsubscribed":
      return row.unsubscribed === true;
    case "interest":
      return above("interest_180");
    case "campaigns":
      return above("campaign_clicks_180");
    default:
      return false;
  }
}

/** Purchases up to which nobody buys regularly. */
const FEW_PURCHASES = 2;

/** Once or twice, or three times within a short stretch that lies far back. */
function isOneOff(row: FeatureRow): boolean {
  const all = numberOf(row, "frequency");
  const recency = numberOf(row, "recency_days");
  if (recency === null || all === null || all > FEW_PURCHASES + 1) return false;
  const stretch = (numberOf(row, "gap_mean") ?? 0) * (all - 1);
  return all <= FEW_PURCHASES || (recency > FORGOTTEN_DAYS && recency > 3 * stretch);
}

/** The feature that a topic's sentence is really about where that is not the strongest one; null elsewhere. */
export function featureTold(topic: string, row: FeatureRow): string | null {
  return topic === "rhythm" && hasHappened(topic, row) ? "spell_purchases" : null;
}

/** Days without a contact after which somebody may feel forgotten. */
const FORGOTTEN_DAYS = 90;

/** Whether nobody has been in touch with a customer who bought: what is missing is told after what happened. */
export function isForgotten(topic: string, row: FeatureRow): boolean {
  if (topic !== "contact" || numberOf(row, "recency_days") === null) return false;
  return (numberOf(row, "contact_days") ?? Infinity) > FORGOTTEN_DAYS;
}

/** A plain sentence on a topic with the customer's own values; `feature` is the one of the topic that weighs most. */
export function sentence(topic: string, row: FeatureRow, speaking: Speaking, feature = topic): string {
  const known = TOPICS[topic];
  if (known !== undefined) return known.say(row, speaking, feature);
  const value = row[topic];
  const name = topic.replaceAll("_", " ");
  return value === null || value === undefined ? `${name} is not known` : `${name}: ${String(value)}`;
}

function rhythm(row: FeatureRow, { mode }: Speaking): string {
  const { bought, purchase } = lexicon(mode);
  const recency = numberOf(row, "recency_days");
  const gap = numberOf(row, "gap_mean");
  if (recency === null) return `Has never ${mode === "shop" ? "bought" : "given"}`;
  const ago = recency === 0 ? "today" : `${span(recency)} ago`;
  const all = numberOf(row, "frequency") ?? Infinity;
  const spell = numberOf(row, "spell_purchases") ?? all;
  if (isOneOff(row)) {
    const kind = mode === "shop" ? "One-off buyer so far" : "One-off donor so far";
    return all <= 1 ? `${kind}: ${bought} once, ${ago}` : `${kind}: ${count(all, purchase)}, the last ${ago}`;
  }
  if (spell <= FEW_PURCHASES) {
    const times = spell <= 1 ? "once" : "twice";
    return `${capital(bought)} only ${times} after a pause of over half a year, ${spell <= 1 ? ago : `last ${ago}`}`;
  }
  if (gap === null) return `${capital(bought)} once, ${ago}`;
  return `Last ${bought} ${ago}; usually every ${gap < 1.5 ? "day" : span(gap)}`;
}

function buying(row: FeatureRow, { mode }: Speaking): string {
  const { purchase } = lexicon(mode);
  const recent = numberOf(row, "purchases_90") ?? 0;
  const year = numberOf(row, "purchases_365") ?? 0;
  if (recent > 0) return `${count(recent, purchase)} ${RECENT}`;
  return year > 0 ? `${count(year, purchase)} in the last year, none ${RECENT}` : `No ${purchase} in the last year`;
}

function spending(row: FeatureRow, { mode, currency }: Speaking): string {
  const words = lexicon(mode);
  const year = numberOf(row, "spend_365") ?? 0;
  const trend = numberOf(row, "spend_trend");
  if (!(year > 0)) return `${words.spent} nothing in the last year`;
  const turn = trend === null ? "" : trend < 0.6 ? ", less of late" : trend > 1.5 ? ", more of late" : "";
  return `${words.spent} ${money(year, currency)} in the last year${turn}`;
}

function complaints(row: FeatureRow): string {
  const days = numberOf(row, "complaint_days");
  if (days === null) return "No complaint in the last year";
  const open = (numberOf(row, "complaints_since_last") ?? 0) > 0 ? ", not settled" : "";
  return `Complained ${days === 0 ? "today" : `${span(days)} ago`}${open}`;
}

function overdue(row: FeatureRow, { mode, currency }: Speaking): string {
  const open = numberOf(row, "overdue_balance");
  const days = numberOf(row, "overdue_days");
  const recent = numberOf(row, "reminders_180") ?? 0;
  const around = numberOf(row, "reminders_since_last") ?? 0;
  const when =
    recent > 0
      ? `${count(recent, "time")} in the last half year`
      : `${count(around, "time")} since about the last ${lexicon(mode).purchase}`;
  const reminded = recent > 0 || around > 0;
  if (owes(row)) {
    const since = days === null ? "" : ` for ${span(days)}`;
    return `${money(open ?? 0, currency)} overdue${since}${reminded ? `, reminded ${when}` : ""}`;
  }
  if (reminded) return `Reminded of an overdue payment ${when}`;
  return open === null ? "It is not known whether anything is overdue" : "Nothing overdue";
}

/** Whether more is overdue than a remainder: a tenth of a usual purchase. */
function owes(row: FeatureRow): boolean {
  const open = numberOf(row, "overdue_balance") ?? 0;
  return open > 0 && open >= 0.1 * (numberOf(row, "mean_spend") ?? 0);
}

function contacts(row: FeatureRow): string {
  const kinds: readonly [string, string][] = [
    ["visits_90", "visit"],
    ["calls_90", "call"],
    ["emails_90", "e-mail"],
  ];
  const parts = kinds.flatMap(([name, noun]) => {
    const n = numberOf(row, name) ?? 0;
    return n > 0 ? [count(n, noun)] : [];
  });
  if (parts.length > 0) return `${parts.join(", ")} ${RECENT}`;
  const days = numberOf(row, "contact_days");
  return days === null ? "No contact on record" : `No contact for ${span(days)}`;
}

function campaigns(row: FeatureRow): string {
  const clicks = numberOf(row, "campaign_clicks_180") ?? 0;
  const opens = numberOf(row, "campaign_opens_180") ?? 0;
  if (clicks > 0) return `Answered ${count(clicks, "campaign message")} in the last half year`;
  return opens > 0
    ? `Opened ${count(opens, "campaign message")} in the last half year`
    : "No answer to campaigns in the last half year";
}

function assortment(row: FeatureRow, { mode }: Speaking): string {
  const top = textOf(row, "top_category");
  const share = numberOf(row, "top_category_share");
  if (top === null) return `No category of ${lexicon(mode).purchase} is known`;
  const part = share === null ? "" : ` (${String(Math.round(100 * share))}%)`;
  return mode === "shop" ? `Mostly buys ${top}${part}` : `Mostly gives to ${top}${part}`;
}

function placeOf(parish: string | null): string {
  return parish === null ? "Place is not known" : `In ${parish}`;
}

function industryOf(industry: string | null): string {
  return industry === null ? "Line of business is not known" : `Line of business: ${industry}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
