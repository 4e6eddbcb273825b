import { describe, expect, it } from "vitest";
import { scoreCustomers } from "#models";
import type { FeatureRow, ScoringInput } from "#models";
import { suggestAction } from "../../models/actions.ts";
import { sentence } from "../../models/reason-words.ts";
import { topReasons } from "../../models/reasons.ts";
import { shapleyOfProduct } from "../../models/value-scores.ts";
import { money, span } from "../../models/words.ts";

const SHOP = { mode: "shop", currency: "JMD" } as const;

function row(id: string, rest: FeatureRow = {}): FeatureRow {
  return {
    customer_id: id,
    do_not_contact: false,
    has_phone: true,
    has_email: true,
    has_contact: true,
    profile_completeness: 0.5,
    last_activity: null,
    recency_days: null,
    ...rest,
  };
}

function input(current: readonly FeatureRow[], rest: Partial<ScoringInput> = {}): ScoringInput {
  return {
    asOf: "2025-06-30",
    horizonDays: 90,
    homeCurrency: "JMD",
    seed: 1,
    mode: "shop",
    snapshots: [],
    current,
    histories: [],
    ...rest,
  };
}

describe("thin data", () => {
  const current = [
    row("C3", { profile_completeness: 0.9 }),
    row("C1", { last_activity: "2025-06-01", recency_days: 29 }),
    row("C2", { do_not_contact: true, last_activity: "2025-06-20" }),
    row("C4", { has_contact: false, has_phone: false, has_email: false }),
    row("C5", { profile_completeness: 0.7, has_phone: false }),
  ];

  it("give no score but a ranked list: latest activity first, then the fuller profile", async () => {
    const { leads, scores, versions } = await scoreCustomers(input(current));
    expect(leads.map((lead) => [lead.rank, lead.customer_id, lead.band])).toEqual([
      [1, "C1", "not scored"],
      [2, "C3", "not scored"],
      [3, "C5", "not scored"],
    ]);
    expect(leads[0]?.meaning).toBe("No score: only 0 customers with a known outcome; at least 200 are needed");
    expect(
      leads.every(
        (lead) => lead.reason_1 !== null && lead.reason_2 !== null && lead.reason_3 !== null && lead.action !== "",
      ),
    ).toBe(true);
    expect(scores).toHaveLength(15);
    expect(
      scores.every((score) => score.band === "not scored" && score.value === null && score.not_scored_reason !== null),
    ).toBe(true);
    expect(versions.map(({ model, kind }) => `${model} ${kind}`)).toEqual([
      "churn rule: none",
      "lead rule: recency and completeness",
      "lifetime_value rule: none",
    ]);
  });

  it("keep out of the list whoever asked not to be contacted, but score them like the others", async () => {
    const { leads, scores } = await scoreCustomers(input(current));
    expect(leads.some((lead) => lead.customer_id === "C2")).toBe(false);
    expect(scores.some((score) => score.customer_id === "C2" && score.score === "lead")).toBe(true);
  });

  it("of nobody at all give nothing, without falling over", async () => {
    const result = await scoreCustomers(input([]));
    expect([result.scores, result.reasons, result.leads]).toEqual([[], [], []]);
  });

  it("refuse a training table whose outcomes run past the scoring date", async () => {
    const rows = Array.from({ length: 700 }, (_unused, i) =>
      row(`C${String(i)}`, { recency_days: i, label_purchased: i % 2, label_churned: i % 3 === 0 ? 1 : 0 }),
    );
    const late = await scoreCustomers(input(current, { snapshots: [{ cutoff: "2025-05-15", rows }] }));
    expect(late.notices).toContain("the training table of 2025-05-15 is left out: its outcomes run past 2025-06-30");
    expect(late.scores.every((score) => score.value === null)).toBe(true);
    const early = await scoreCustomers(input(current, { snapshots: [{ cutoff: "2025-04-01", rows }] }));
    expect(early.scores.some((score) => score.value !== null)).toBe(true);
  });
});

describe("words", () => {
  it("say the customer's own values", () => {
    expect(sentence("rhythm", { recency_days: 12, gap_mean: 30 }, SHOP)).toBe(
      "Last bought 12 days ago; usually every 30 days",
    );
    expect(sentence("rhythm", { recency_days: null }, SHOP)).toBe("Has never bought");
    expect(sentence("rhythm", { recency_days: 40, gap_mean: null }, { ...SHOP, mode: "nonprofit" })).toBe(
      "Gave once, 40 days ago",
    );
    const once = { recency_days: 240, gap_mean: null, frequency: 1, spell_purchases: 1 };
    expect(sentence("rhythm", once, SHOP)).toBe("One-off buyer so far: bought once, 8 months ago");
    const thrice = { recency_days: 240, gap_mean: 10, frequency: 3, spell_purchases: 3 };
    expect(sentence("rhythm", thrice, SHOP)).toBe("One-off buyer so far: 3 purchases, the last 8 months ago");
    expect(sentence("rhythm", { ...thrice, recency_days: 15 }, SHOP)).toBe(
      "Last bought 15 days ago; usually every 10 days",
    );
    const back = { recency_days: 40, gap_mean: 50, frequency: 12, spell_purchases: 1 };
    expect(sentence("rhythm", back, SHOP)).toBe("Bought only once after a pause of over half a year, 40 days ago");
    const owing = { overdue_balance: 5000, overdue_days: 95, reminders_180: 2, mean_spend: 1000 };
    expect(sentence("overdue", owing, SHOP)).toBe(
      "JMD 5,000 overdue for 3 months, reminded 2 times in the last half year",
    );
    // A remainder of a few dollars is nothing to call about.
    expect(sentence("overdue", { overdue_balance: 5, overdue_days: 95, mean_spend: 1000 }, SHOP)).toBe(
      "Nothing overdue",
    );
    expect(sentence("complaints", { complaint_days: 20 }, SHOP)).toBe("Complained 20 days ago");
    expect(sentence("some_own_column", { some_own_column: 4 }, SHOP)).toBe("some own column: 4");
  });

  it("tell what happened before how somebody buys, and that nobody was in touch before where they live", () => {
    const customer = {
      customer_id: "C1",
      recency_days: 150,
      gap_mean: 20,
      frequency: 30,
      complaint_days: 170,
      complaints_since_last: 1,
      contact_days: 170,
      parish: "Portland",
    };
    const effects = [
      { feature: "recency_days", effect: 2 },
      { feature: "purchases_365", effect: 1 },
      { feature: "parish", effect: 0.5 },
      { feature: "tenure_days", effect: 0.4 },
      { feature: "complaints_since_last", effect: 0.2 },
      { feature: "contact_days", effect: 0.15 },
    ];
    expect(topReasons(effects, { row: customer, score: "churn" }, SHOP).map(({ reason }) => reason)).toEqual([
      "Last bought 5 months ago; usually every 20 days",
      "Complained 6 months ago, not settled",
      "No contact for 6 months",
    ]);
    // What pulls the other way is no reason for this score, and what hardly weighs is none at all.
    const faint = effects.map(({ feature, effect }) => ({
      feature,
      effect: feature === "complaints_since_last" ? -0.2 : feature === "contact_days" ? 0.01 : effect,
    }));
    expect(topReasons(faint, { row: customer, score: "churn" }, SHOP).map(({ feature }) => feature)).toEqual([
      "recency_days",
      "purchases_365",
      "parish",
    ]);
  });

  it("write money and spans as people do", () => {
    expect([money(999.6, "JMD"), money(12_345, "JMD"), money(1_234_567, "JMD"), money(0, "USD")]).toEqual([
      "JMD 1,000",
      "JMD 12,300",
      "JMD 1,230,000",
      "USD 0",
    ]);
    expect([span(1), span(45), span(120), span(800)]).toEqual(["1 day", "45 days", "4 months", "2 years"]);
  });

  it("suggest what to do next, the most urgent thing first", () => {
    const late = row("C1", { recency_days: 75, gap_mean: 30 });
    expect(suggestAction(late, SHOP)).toBe("Call this week: usually orders every 30 days, now 45 days late");
    expect(suggestAction({ ...late, has_phone: false }, SHOP)).toContain("E-mail this week");
    expect(suggestAction({ ...late, quote_days: 9 }, SHOP)).toContain("Send the quote again");
    expect(suggestAction({ ...late, complaint_days: 9 }, SHOP)).toContain("complaint");
    expect(suggestAction({ ...late, complaint_days: 0 }, SHOP)).toBe(
      "Call about today's complaint before anything else",
    );
    expect(suggestAction({ ...late, list_outcome: "Wrong number" }, SHOP)).toContain("Find the right telephone number");
    expect(suggestAction({ ...late, list_outcome: "Will order on Friday" }, SHOP)).toBe(
      'Call to close it: the last list says "Will order on Friday"',
    );
    expect(suggestAction({ ...late, list_outcome: "Not interested" }, SHOP)).toContain("Leave alone for now");
    expect(suggestAction({ ...late, list_outcome: "No answer" }, SHOP)).toContain("Call this week");
    expect(suggestAction(row("C2", { recency_days: 500 }), SHOP)).toContain("win back");
    expect(suggestAction(late, { ...SHOP, mode: "nonprofit" })).toBe(
      "Call this week: usually gives every 30 days, now 45 days late",
    );
    expect(suggestAction(row("C3"), { ...SHOP, mode: "nonprofit" })).toBe("Call to ask for a first gift");
  });
});

describe("shares of a product", () => {
  it("add up to the difference from the usual product, and belong to what differs", () => {
    const shares = shapleyOfProduct([0.9, 4, 120, 1], [0.6, 2, 100, 1]);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(0.9 * 4 * 120 - 0.6 * 2 * 100, 9);
    expect(shares[3]).toBeCloseTo(0, 12);
    expect(shares.slice(0, 3).every((share) => share > 0)).toBe(true);
  });
});
