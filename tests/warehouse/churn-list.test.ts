import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listChurn } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

interface Customer {
  readonly id: string;
  readonly chance: number | null;
  readonly band: string;
  readonly worth: number | null;
  readonly phone?: string | null;
  readonly silent?: boolean;
}

let db: TestDatabase;

async function add({ id, chance, band, worth, phone = "+18765550000", silent = false }: Customer): Promise<void> {
  await db.query(
    `insert into customer_360.customers (customer_id, entity_type, display_name, phone, external_ids, data_sources,
       record_count, identity_confidence, do_not_contact, active, data_quality_score, profile_completeness, home_currency,
       total_sales, total_paid, sales_without_rate, purchases, interactions, customer_segment, lifetime_value)
     values ($1, 'person', 'Name ' || $1, $2, '{}', '{x}', 1, 1, $3, true, 1, 1, 'JMD', 0, 0, 0, 0, 0, 'active', $4)`,
    [id, phone, silent, worth],
  );
  await db.query(
    `insert into customer_360.customer_scores (customer_id, score, value, unit, rank, band, meaning, not_scored_reason,
       model_version, model_kind, data_as_of, horizon_days)
     values ($1, 'churn', $2, 'probability', 1, $3, 'about 5 in 10 like this buy nothing within 90 days',
             case when $2::double precision is null then 'too few' end, 'v', 'additive', '2026-06-30', 90)`,
    [id, chance, band],
  );
  for (const [position, direction] of [
    [1, "raises"],
    [2, "lowers"],
    [3, "raises"],
  ] as const) {
    await db.query(
      `insert into customer_360.score_reasons (customer_id, score, position, feature, effect, direction, reason)
       values ($1, 'churn', $2::int, 'f' || $2::int, 1, $3, 'Reason ' || $2::int)`,
      [id, position, direction],
    );
  }
}

describe("the churn list", () => {
  beforeAll(async () => {
    db = await withDatabase();
    await add({ id: "CA", chance: 0.5, band: "Medium", worth: 1000 });
    await add({ id: "CB", chance: 0.9, band: "High", worth: 100 });
    await add({ id: "CC", chance: 0.9, band: "High", worth: null, phone: null });
    await add({ id: "CD", chance: 0.9, band: "High", worth: 5000, silent: true });
    await add({ id: "CE", chance: 0.1, band: "Low", worth: 9000 });
    await add({ id: "CF", chance: null, band: "not scored", worth: 9000 });
    await db.query(
      `insert into customer_360.leads (rank, customer_id, customer, band, meaning, reason_1, reason_3, action, data_as_of)
       values (1, 'CA', 'Name CA', 'High', 'm', 'r', 'On the last list: No answer', 'Call again', '2026-06-30')`,
    );
  });
  afterAll(() => db.drop());

  it("ranks those who may leave by what a year of theirs is worth; who cannot or may not be reached is not on it", async () => {
    const rows = await listChurn(db, { limit: 10 });
    expect(rows.map(({ rank, customer_id: id, band }) => [rank, id, band])).toEqual([
      [1, "CA", "Medium"],
      [2, "CB", "High"],
    ]);
    expect((await listChurn(db, { limit: 1 })).map(({ customer_id: id }) => id)).toEqual(["CA"]);
  });

  it("gives three reasons, says which speak against the score, and tells what came of the last list", async () => {
    const [a, b] = await listChurn(db, { limit: 10 });
    expect(a).toMatchObject({
      reason_1: "Reason 1",
      reason_2: "But: Reason 2",
      reason_3: "On the last list: No answer",
      action: "Call again",
      meaning: "about 5 in 10 like this buy nothing within 90 days",
    });
    expect(b).toMatchObject({ reason_3: "Reason 3", action: "Contact before they are gone" });
  });
});
