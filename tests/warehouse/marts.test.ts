import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyScores, dataAsOf } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { build, seedContacts, seedCustomers, seedDocuments } from "./seed.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await withDatabase();
});
afterEach(() => db.drop());

async function customerOf(id: string): Promise<string | null> {
  const { rows } = await db.query<{ customer_id: string | null }>(
    "select customer_id from build.transactions where transaction_key like '%:' || $1",
    [id],
  );
  expect(rows).toHaveLength(1);
  return rows[0]?.customer_id ?? null;
}

describe("the marts", () => {
  it("find a document's customer by key, id, account number, e-mail, telephone, then name", async () => {
    await seedCustomers(db, [
      { id: "1", customerId: "CA", name: "José Núñez-O'Brien", emails: ["jose@example.com"], phones: ["+18765550101"] },
      { id: "2", customerId: "CB", name: "Blue Mountain Traders Ltd.", accountNumber: "AC-77" },
      { id: "3", customerId: "CC", name: "Marcia Campbell" },
    ]);
    const shop = { source: "excel", account: "sales", stream: "s1" };
    await seedDocuments(db, [
      { id: "d1", amount: "1", ref: { key: "quickbooks:books:customers:1", name: "Marcia Campbell" } },
      { id: "d2", amount: "1", ref: { id: "2" } },
      { id: "d3", amount: "1", ref: { id: "ac-77 " }, ...shop },
      { id: "d4", amount: "1", ref: { email: "Jose@Example.com" }, ...shop },
      { id: "d5", amount: "1", ref: { phone: "+18765550101", name: "Marcia Campbell" }, ...shop },
      { id: "d6", amount: "1", ref: { name: "JOSE  NUNEZ OBRIEN" }, ...shop },
      { id: "d7", amount: "1", ref: { name: "blue mountain traders ltd" }, ...shop },
      { id: "d8", amount: "1", ref: { key: "quickbooks:books:customers:99", name: "Marcia Campbell" } },
      { id: "d9", amount: "1", ref: { name: "Nobody We Know" } },
      { id: "d10", amount: "1", ref: {} },
    ]);
    const counts = await build(db);
    const found = await Promise.all(["d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10"].map(customerOf));
    expect(found).toEqual(["CA", "CB", "CB", "CA", "CA", "CA", "CB", "CC", null, null]);
    expect(counts).toMatchObject({ transactions: 10, transactionsWithoutCustomer: 2, customers: 3 });
  });

  it("take the same account's answer before another's, and none where two customers fit", async () => {
    await seedCustomers(db, [
      { id: "7", customerId: "CA", name: "John Brown" },
      { id: "7", customerId: "CB", name: "John Brown", source: "excel", account: "north" },
      { id: "8", customerId: "CC", name: "John Brown", source: "excel", account: "south" },
      { id: "9", customerId: "CD", name: "Two Records" },
      { id: "9", customerId: "CD", name: "Two Records", source: "excel", account: "north" },
    ]);
    await seedDocuments(db, [
      { id: "d1", amount: "1", ref: { id: "7" } },
      { id: "d2", amount: "1", ref: { id: "7" }, source: "excel", account: "north" },
      { id: "d3", amount: "1", ref: { id: "7" }, source: "sheets", account: "x" },
      { id: "d4", amount: "1", ref: { name: "John Brown" }, source: "excel", account: "south" },
      { id: "d5", amount: "1", ref: { name: "John Brown" }, source: "sheets", account: "x" },
      { id: "d6", amount: "1", ref: { id: "9" }, source: "sheets", account: "x" },
    ]);
    await build(db);
    expect(await Promise.all(["d1", "d2", "d3", "d4", "d5", "d6"].map(customerOf))).toEqual([
      "CA",
      "CB",
      null,
      "CC",
      null,
      "CD",
    ]);
  });

  it("tell what hangs on a question: the lesser customer's sales for a join, all sales for a split", async () => {
    await seedCustomers(db, [
      { id: "1", customerId: "CA" },
      { id: "2", customerId: "CB" },
      { id: "3", customerId: "CB" },
      { id: "4", customerId: "CC" },
    ]);
    await seedDocuments(db, [
      { id: "d1", amount: "100.50", ref: { id: "1" } },
      { id: "d2", amount: "900", ref: { id: "2" } },
    ]);
    const key = (id: string): string => `quickbooks:books:customers:${id}`;
    const asked = [
      ["q1", "1", "2", "join"],
      ["q2", "2", "3", "split"],
      ["q3", "2", "4", "join"],
    ] as const;
    for (const [id, left, right, kind] of asked) {
      await db.query(
        `insert into build.review_tasks (task_id, left_key, right_key, kind, probability, gain, reason, evidence, created_run_id)
         values ($1, $2, $3, $4, 0.5, 1, 'x', '[]', 'r1')`,
        [id, key(left), key(right), kind],
      );
    }
    await build(db);
    const { rows } = await db.query("select task_id, value_at_stake from build.review_tasks order by task_id");
    expect(rows.map((row) => [row["task_id"], row["value_at_stake"]])).toEqual([
      ["q1", "100.50"],
      ["q2", "900.00"],
      ["q3", "0.00"],
    ]);
  });

  it("convert by the document's rate, else the latest dated one, and never add what has none", async () => {
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    const ref = { id: "1" };
    await seedDocuments(db, [
      { id: "home", amount: "100.00", ref },
      { id: "own", amount: "10.00", currency: "USD", rate: "155.5", ref },
      { id: "dated", amount: "10.00", currency: "USD", date: "2026-03-10", ref },
      { id: "early", amount: "10.00", currency: "USD", date: "2025-12-31", ref },
      { id: "none", amount: "10.00", currency: "GBP", ref },
    ]);
    const counts = await build(db, [
      { date: "2026-01-01", currency: "USD", rate: "150" },
      { date: "2026-03-01", currency: "USD", rate: "152.25" },
      { date: "2026-04-01", currency: "USD", rate: "160" },
    ]);
    const { rows } = await db.query(
      "select number, home_amount, rate_source, exchange_rate from build.transactions order by transaction_key",
    );
    expect(rows.map((row: Record<string, unknown>) => [row["home_amount"], row["rate_source"]])).toEqual([
      ["1522.50", "rates_file"],
      [null, "none"],
      ["100.00", "home"],
      [null, "none"],
      ["1555.00", "document"],
    ]);
    expect(counts.transactionsWithoutRate).toBe(2);
    const customer = await db.query("select total_sales, sales_without_rate, purchases from build.customers");
    expect(customer.rows).toEqual([{ total_sales: "3177.50", sales_without_rate: 2, purchases: 5 }]);
  });

  it("sum invoices, sales and gifts less credits and refunds, leave voided ones out, and keep payments apart", async () => {
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    const ref = { id: "1" };
    await seedDocuments(db, [
      { id: "a", amount: "100.00", ref },
      { id: "b", kind: "sale", amount: "20.00", ref },
      { id: "c", kind: "gift", amount: "3.00", ref },
      { id: "d", kind: "credit_memo", amount: "10.00", ref },
      { id: "e", kind: "refund", amount: "2.50", ref },
      { id: "f", kind: "payment", amount: "60.00", ref },
      { id: "g", kind: "estimate", amount: "999.00", ref },
      { id: "h", amount: "500.00", ref, voided: true, date: "2026-06-29" },
    ]);
    await build(db);
    const { rows } = await db.query("select total_sales, total_paid, purchases, last_purchase from build.customers");
    expect(rows).toEqual([{ total_sales: "110.50", total_paid: "60.00", purchases: 3, last_purchase: "2026-06-01" }]);
    const voided = await db.query("select amount, home_amount from build.transactions where voided");
    expect(voided.rows).toEqual([{ amount: "0.00", home_amount: "0.00" }]);
  });

  it("put customers into segments by recency and frequency", async () => {
    const dates: Record<string, string[]> = {
      prospect: [],
      new: ["2026-05-01"],
      active: ["2025-01-01", "2026-05-01"],
      loyal: ["2025-08-01", "2025-09-01", "2025-10-01", "2025-11-01", "2025-12-01", "2026-06-01"],
      slipping: ["2025-01-01", "2026-02-01"],
      lapsed: ["2025-01-01"],
    };
    await seedCustomers(
      db,
      Object.keys(dates).map((id) => ({ id, customerId: id })),
    );
    await seedDocuments(
      db,
      Object.entries(dates).flatMap(([id, days]) =>
        days.map((date, i) => ({ id: `${id}${i}`, amount: "5", date, ref: { id } })),
      ),
    );
    await build(db);
    const { rows } = await db.query<{ customer_id: string; customer_segment: string }>(
      "select customer_id, customer_segment from build.customers",
    );
    for (const row of rows) expect(row.customer_segment).toBe(row.customer_id);
    expect(rows).toHaveLength(6);
  });

  it("count contacts, campaign responses and the engagement of posts whose likes can be seen", async () => {
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    await db.copyIn(
      db,
      "stage.campaigns",
      ["key", "source", "account", "stream", "source_id", "observed_at", "raw_hash", "name", "spend", "conversions"],
      [["campaigns:m:c:77", "campaigns", "m", "c", "77", "2026-06-30", "h", "Easter", "100.00", 3]],
    );
    await db.copyIn(
      db,
      "stage.social_profiles",
      [
        "key",
        "source",
        "account",
        "stream",
        "source_id",
        "observed_at",
        "raw_hash",
        "platform",
        "username",
        "followers",
        "customer_ref",
      ],
      [
        [
          "social:ig:profiles:1",
          "social",
          "ig",
          "profiles",
          "1",
          "2026-06-30",
          "h",
          "instagram",
          "one",
          200,
          { id: "1" },
        ],
      ],
    );
    await seedContacts(db, [
      { id: "1", kind: "visit", at: "2026-05-05T10:00:00Z", ref: { id: "1" } },
      { id: "2", kind: "campaign_response", at: "2026-06-05T10:00:00Z", ref: { id: "1" }, campaign: "77" },
      { id: "3", kind: "campaign_response", at: "2026-06-05T10:00:00Z", ref: { id: "nobody" }, campaign: "77" },
      {
        id: "4",
        kind: "social_post",
        at: "2026-06-06T10:00:00Z",
        ref: { id: "1" },
        likes: 18,
        comments: 2,
        source: "social",
      },
      { id: "5", kind: "social_post", at: "2026-06-06T10:00:00Z", ref: { id: "1" }, source: "social" },
    ]);
    await build(db);
    expect((await db.query("select last_contact, interactions from build.customers")).rows).toEqual([
      { last_contact: "2026-05-05", interactions: 4 },
    ]);
    expect((await db.query("select responses, cost_per_acquisition from build.marketing_campaigns")).rows).toEqual([
      { responses: 1, cost_per_acquisition: "33.33" },
    ]);
    expect((await db.query("select customer_id, engagement_rate from build.social_media_profiles")).rows).toEqual([
      { customer_id: "CA", engagement_rate: 0.1 },
    ]);
  });

  it("date the data by the latest document or contact that does not lie in the future", async () => {
    expect(await dataAsOf(db)).toBeNull();
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    expect(await dataAsOf(db)).toBe("2026-06-30");
    await seedDocuments(db, [
      { id: "a", amount: "1", date: "2026-05-01", ref: {} },
      { id: "b", amount: "1", date: "2027-01-01", ref: {} },
    ]);
    expect(await dataAsOf(db)).toBe("2026-05-01");
  });

  it("write the scores into the customers' rows, and take them out again when they are gone", async () => {
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    await build(db);
    const columns = [
      "customer_id",
      "score",
      "value",
      "unit",
      "band",
      "meaning",
      "model_version",
      "model_kind",
      "data_as_of",
      "horizon_days",
    ];
    await db.copyIn(db, "build.customer_scores", columns, [
      ["CA", "churn", 0.25, "probability", "Low", "m", "v", "rule", "2026-06-30", 90],
      ["CA", "lifetime_value", 1234.567, "JMD", "High", "m", "v", "rule", "2026-06-30", 365],
    ]);
    await db.transaction(applyScores);
    const read = () => db.query("select lifetime_value, churn_probability, lead_score from build.customers");
    expect((await read()).rows).toEqual([{ lifetime_value: "1234.57", churn_probability: 0.25, lead_score: null }]);
    await db.query("truncate build.customer_scores");
    await db.transaction(applyScores);
    expect((await read()).rows).toEqual([{ lifetime_value: null, churn_probability: null, lead_score: null }]);
  });
});
