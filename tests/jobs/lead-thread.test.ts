import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { scoreCustomers } from "#models";
import type { FeatureRow, ScoringInput } from "#models";
import { openLeadThread } from "../../jobs/modelling/lead-thread.ts";

function evening(seed: number, size: number, labelled: boolean): FeatureRow[] {
  const random = seededRandom(seed);
  return Array.from({ length: size }, (_one, at) => {
    const recency = Math.floor(random() * 360);
    const bought = random() < 0.9 - recency / 400 ? 1 : 0;
    return {
      customer_id: `C${String(at)}`,
      do_not_contact: false,
      has_contact: true,
      has_phone: true,
      has_email: at % 3 === 0,
      profile_completeness: 0.5,
      last_activity: null,
      recency_days: recency,
      purchases_365: Math.floor(random() * 12),
      tenure_days: 400 + Math.floor(random() * 300),
      ...(labelled ? { label_purchased: bought, label_churned: 1 - bought } : {}),
    };
  });
}

const input: ScoringInput = {
  asOf: "2025-06-30",
  horizonDays: 90,
  homeCurrency: "JMD",
  seed: 1,
  mode: "shop",
  snapshots: [{ cutoff: "2025-04-01", rows: evening(5, 400, true) }],
  current: evening(6, 400, false),
  histories: [],
};

const thread = openLeadThread();
afterAll(() => thread.close());

describe("leads scored in a thread of their own", () => {
  it("are those that are scored here", async () => {
    const here = await scoreCustomers(input);
    expect(here.scores.filter(({ score, value }) => score === "lead" && value !== null)).toHaveLength(400);
    expect(await scoreCustomers(input, { leads: (one) => thread.score(one) })).toEqual(here);
  });

  it("fail with what went wrong in the thread", async () => {
    const wrong = { ...input, snapshots: [{ cutoff: "no date", rows: [] }] };
    await expect(thread.score(wrong)).rejects.toThrow("Invalid time value");
  });
});
