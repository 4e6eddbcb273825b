import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "#core";
import { scoreCustomers } from "#models";
import type { ScoringInput, ScoringResult } from "#models";
import { readFeatures, readPurchases, readTrainingCutoffs, trainingShare } from "../../warehouse/features.ts";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { fillBuild } from "./fill-build.ts";
import { isoDay, LAST_DAY, simulateCustomers } from "./simulated.ts";

const AS_OF = isoDay(LAST_DAY);

async function addCustomer(db: Database, id: string, since: string | null): Promise<void> {
  await db.query(
    `insert into build.golden (customer_id, entity_type, display_name, phone, external_ids, data_sources, record_count,
       identity_confidence, do_not_contact, active, customer_since, data_quality_score, profile_completeness)
     values ($1, 'person', $1, '+18765550000', '{}', '{x}', 1, 1, false, true, $2, 1, 0.5)`,
    [id, since],
  );
}

async function addDocument(
  db: Database,
  id: string,
  kind: string,
  date: string,
  amount: number | null,
  due: string | null = null,
): Promise<void> {
  await db.query(
    `insert into build.transactions (transaction_key, customer_id, kind, date, due_date, currency, amount, rate_source, home_amount,
       voided, source, account) values ($1, $2, $3, $4, $5, 'JMD', 1, 'home', $6, false, 'x', 'a')`,
    [`${id}:${kind}:${date}`, id, kind, date, due, amount],
  );
}

async function addAct(db: Database, id: string, type: string, at: string, outcome: string): Promise<void> {
  await db.query(
    `insert into build.customer_interactions (interaction_key, customer_id, interaction_type, interaction_date, outcome, source, account)
     values ($1, $2, $3, $4, $5, 'x', 'a')`,
    [`${id}:${type}:${at}`, id, type, at, outcome],
  );
}

describe("features as of a cut-off", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await withDatabase();
    await addCustomer(db, "A", "2024-01-01");
    await addDocument(db, "A", "invoice", "2024-03-01", 100, "2024-03-31");
    await addDocument(db, "A", "invoice", "2024-03-31", 300, "2024-04-30");
    await addDocument(db, "A", "invoice", "2024-04-30", 200, "2024-05-30");
    await addDocument(db, "A", "invoice", "2024-05-01", null);
    await addDocument(db, "A", "payment", "2024-04-02", 150);
    await addDocument(db, "A", "credit_memo", "2024-04-20", 20);
    await addDocument(db, "A", "invoice", "2024-07-30", 999);
    await addAct(db, "A", "call", "2024-04-21T10:00:00Z", "Complaint - unresolved");
    await addAct(db, "A", "call", "2024-04-25T10:00:00Z", "Complaint - resolved");
    await addAct(db, "A", "visit", "2024-06-03T10:00:00Z", "Quote requested");
    await addCustomer(db, "B", null);
    await addDocument(db, "B", "sale", "2024-06-20", 50);
    await addCustomer(db, "D", "2024-02-01");
  });
  afterAll(() => db.drop());
  const at = { cutoff: "2024-05-01", horizonDays: 90, knownUntil: "2024-12-31" };

  it("rest on the days up to and with the cut-off", async () => {
    const [a] = await readFeatures(db, at);
    expect(a).toMatchObject({
      customer_id: "A",
      frequency: 4,
      recency_days: 0,
      spend_total: 600,
      purchases_30: 3 - 1,
      credit_memos_365: 1,
      complaint_days: 10,
      complaints_180: 1,
      quote_days: null,
      tenure_days: 121,
    });
    expect(a?.gap_mean).toBeCloseTo(61 / 3, 9);
    // Due by then: 100 + 300, and the one without a due date has no amount; paid 150, credited 20.
    expect(a?.overdue_balance).toBe(230);
    // What was paid settles the first invoice and a part of the second, which fell due on the day before.
    expect(a?.overdue_days).toBe(1);
    expect(a?.spell_purchases).toBe(4);
  });

  it("count purchases since the last long pause", async () => {
    await addDocument(db, "D", "invoice", "2024-02-02", 10);
    await addDocument(db, "D", "invoice", "2024-02-09", 10);
    await addDocument(db, "D", "invoice", "2024-09-20", 10);
    const spells = async (cutoff: string) => {
      const row = (await readFeatures(db, { cutoff, horizonDays: 30 })).find((one) => one.customer_id === "D");
      return [row?.["frequency"], row?.["spell_purchases"]];
    };
    expect(await spells("2024-05-01")).toEqual([2, 2]);
    expect(await spells("2024-10-01")).toEqual([3, 1]);
    await db.query("delete from build.transactions where customer_id = 'D'");
  });

  it("hear a complaint, a price and a reminder wherever they are written: outcome, subject or note", async () => {
    const heard = async (): Promise<unknown> => {
      const row = (await readFeatures(db, at)).find((one) => one.customer_id === "D");
      return [row?.["complaints_180"], row?.["price_objections_180"], row?.["reminders_180"]];
    };
    const write = (subject: string, n: number) =>
      db.query(
        `insert into build.customer_interactions (interaction_key, customer_id, interaction_type, interaction_date, subject,
           source, account) values ($1, 'D', 'email', '2024-04-11T10:00:00Z', $2, 'x', 'a')`,
        [`said:${String(n)}`, subject],
      );
    expect(await heard()).toEqual([0, 0, 0]);
    await write("Price too high - comparing", 1);
    await write("Complaint: not resolved", 2);
    await write("Re: complaint, now resolved", 3);
    await write("Final demand", 4);
    expect(await heard()).toEqual([1, 1, 1]);
    await db.query("delete from build.customer_interactions where interaction_key like 'said:%'");
  });

  it("read a share of the customers, the same ones at every cut-off", async () => {
    const ids = async (share: number, cutoff: string) =>
      (await readFeatures(db, { cutoff, horizonDays: 90, share })).map((row) => row.customer_id);
    expect(await ids(1, "2024-05-01")).toEqual(["A", "B", "D"]);
    const half = await ids(0.5, "2024-05-01");
    expect(half.length).toBeGreaterThan(0);
    expect(half.length).toBeLessThan(3);
    expect(await ids(0.5, "2024-06-30")).toEqual(half);
    expect(await trainingShare(db, 4)).toBe(1);
  });

  it("label only what happened after it, up to and with the last day of the horizon", async () => {
    const labels = async (horizonDays: number) =>
      (await readFeatures(db, { ...at, horizonDays })).map((r) => [r.customer_id, r.label_purchased, r.label_churned]);
    expect(await labels(89)).toEqual([
      ["A", 0, 1],
      ["D", 0, null],
    ]);
    expect(await labels(90)).toEqual([
      ["A", 1, 0],
      ["D", 0, null],
    ]);
  });

  it("leave out of training whoever was not known yet, and score everybody", async () => {
    expect((await readFeatures(db, at)).map((r) => r.customer_id)).toEqual(["A", "D"]);
    const now = await readFeatures(db, { cutoff: "2024-05-01", horizonDays: 90 });
    expect(now.map((r) => r.customer_id)).toEqual(["A", "B", "D"]);
    expect(now.every((r) => r.label_purchased === null && r.label_churned === null)).toBe(true);
  });

  it("are the same digits however the rows lie on disk", async () => {
    const amounts = Array.from({ length: 200 }, (_, i) => Math.round(1e5 * Math.abs(Math.sin(i + 1))) / 100 + i * 1000);
    const sums = async (ordered: readonly number[]) => {
      await db.query("delete from build.transactions where customer_id = 'F'");
      for (const amount of ordered) {
        const day = isoDay(Date.UTC(2024, 0, 1 + Math.floor(amount / 1000 / 2)) / 86_400_000);
        await addDocument(db, "F", "invoice", day, amount);
        await addDocument(db, "F", "payment", day, amount / 10);
      }
      return (await readFeatures(db, { cutoff: "2024-12-31", horizonDays: 90 })).filter((r) => r.customer_id === "F");
    };
    await addCustomer(db, "F", "2024-02-01");
    expect(await sums([...amounts].reverse())).toEqual(await sums(amounts));
    await db.query("delete from build.transactions where customer_id = 'F'");
    await db.query("delete from build.golden where customer_id = 'F'");
  });

  it("do not change when the future does", async () => {
    const features = async () =>
      (await readFeatures(db, at)).map((r) => ({ ...r, label_purchased: 0, label_churned: 0, label_spend: 0 }));
    const before = await features();
    await addDocument(db, "A", "invoice", "2024-05-02", 5000);
    await addAct(db, "A", "call", "2024-05-02T09:00:00Z", "Complaint - unresolved");
    expect(await features()).toEqual(before);
    await db.query("delete from build.transactions where date = '2024-05-02'");
    await db.query("delete from build.customer_interactions where interaction_date::date = '2024-05-02'");
  });

  it("refuse a label window that runs past what is known", async () => {
    await expect(readFeatures(db, { ...at, knownUntil: "2024-06-30" })).rejects.toThrow(RangeError);
  });

  it("give purchases and returns by customer, and count documents without a rate instead of adding them", async () => {
    const { histories, documentsWithoutRate } = await readPurchases(db, { until: "2024-06-30" });
    expect(documentsWithoutRate).toBe(1);
    expect(histories.map((h) => [h.customerId, h.purchases.length, h.returns.length])).toEqual([
      ["A", 3, 1],
      ["B", 1, 0],
    ]);
  });
});

describe("a night of scores over simulated customers", () => {
  let db: TestDatabase;
  let input: ScoringInput;
  let result: ScoringResult;
  let cutoffs: readonly string[];
  const customers = simulateCustomers(900, 17);
  beforeAll(async () => {
    db = await withDatabase();
    await fillBuild(db, customers);
    cutoffs = await readTrainingCutoffs(db, { asOf: AS_OF, horizonDays: 90 });
    const snapshots = [];
    for (const cutoff of cutoffs) {
      snapshots.push({ cutoff, rows: await readFeatures(db, { cutoff, horizonDays: 90, knownUntil: AS_OF }) });
    }
    const current = await readFeatures(db, { cutoff: AS_OF, horizonDays: 90 });
    const { histories } = await readPurchases(db, { until: AS_OF });
    const shared = { asOf: AS_OF, horizonDays: 90, homeCurrency: "JMD", seed: 7, histories };
    input = { ...shared, mode: "shop", snapshots, current };
    result = await scoreCustomers(input);
  });
  afterAll(() => db.drop());

  it("trains on four cut-offs whose outcomes are over by the scoring date", async () => {
    expect(cutoffs).toEqual([
      isoDay(LAST_DAY - 90),
      isoDay(LAST_DAY - 180),
      isoDay(LAST_DAY - 270),
      isoDay(LAST_DAY - 360),
    ]);
  });

  it("finds the planted cause: high-risk customers who complained are told so", async () => {
    const recent = new Set(
      customers
        .filter((c) => c.complaint !== null && c.complaint > LAST_DAY - 180 && c.complaint <= LAST_DAY)
        .map((c) => c.id),
    );
    const high = result.scores
      .filter((s) => s.score === "churn" && s.band === "High" && recent.has(s.customer_id))
      .map((s) => s.customer_id);
    expect(high.length).toBeGreaterThan(20);
    const named = high.filter((id) =>
      result.reasons.some((r) => r.customer_id === id && r.score === "churn" && r.reason.startsWith("Complained")),
    );
    expect(named.length / high.length).toBeGreaterThanOrEqual(0.8);
    const kind = result.versions.find((v) => v.model === "churn")?.kind;
    expect(kind).toBe("additive");
  });

  it("gives three reasons to every score, no NaN anywhere, ranks from 1 on, and a calibrated meaning", async () => {
    expect(result.scores).toHaveLength(3 * input.current.length);
    for (const name of ["churn", "lead", "lifetime_value"]) {
      const rows = result.scores.filter((s) => s.score === name);
      expect(rows.map((s) => s.rank)).toEqual(rows.map((_unused, i) => i + 1));
      const values = rows.map((s) => s.value).filter((v) => v !== null);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      const reasons = result.reasons.filter((r) => r.score === name);
      expect(reasons).toHaveLength(3 * values.length);
      expect(new Set(reasons.map((r) => `${r.customer_id} ${String(r.position)}`)).size).toBe(reasons.length);
    }
    expect(
      JSON.stringify(result, (_key, value: unknown) =>
        typeof value === "number" && !Number.isFinite(value) ? "broken" : value,
      ),
    ).not.toContain("broken");
    expect(result.metrics.every((m) => Number.isFinite(m.value))).toBe(true);
    expect(result.scores.find((s) => s.score === "lead" && s.value !== null)?.meaning).toMatch(
      /like this buy within 90 days$/,
    );
  });

  it("lists everybody who may be contacted, once, by the chance times what a purchase is worth", async () => {
    const donors = await scoreCustomers({ ...input, mode: "nonprofit", snapshots: input.snapshots.slice(0, 1) });
    const wanted = input.current
      .filter((r) => r.do_not_contact === false && r.has_contact === true)
      .map((r) => r.customer_id);
    expect(donors.leads.map((l) => l.customer_id).sort()).toEqual(wanted);
    expect(donors.leads.map((l) => l.rank)).toEqual(wanted.map((_unused, i) => i + 1));
    const words = donors.leads
      .map((l) => `${l.meaning} ${l.reason_1 ?? ""} ${l.reason_2 ?? ""} ${l.reason_3 ?? ""} ${l.action}`)
      .join(" ");
    expect(words).not.toMatch(/bought|purchase|order/);
  });

  it("gives the same rows whatever the order of the input", async () => {
    const turned = {
      ...input,
      current: [...input.current].reverse(),
      histories: [...input.histories].reverse(),
      snapshots: [...input.snapshots].reverse().map((s) => ({ ...s, rows: [...s.rows].reverse() })),
    };
    expect(await scoreCustomers(turned)).toEqual(result);
  });
});
