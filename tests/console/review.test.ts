import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { ask, publish, stage, testConsole } from "./fixture.ts";
import type { SignedIn, TestConsole } from "./fixture.ts";

const LEFT = "quickbooks:co1:customers:1";
const RIGHT = "excel:crm:contacts:9";
let db: TestDatabase;
let console360: TestConsole;
let steward: SignedIn;
let told = 0;

beforeAll(async () => {
  db = await withDatabase();
  console360 = await testConsole(db, {
    steward: "Ann",
    onDecision: () => {
      told += 1;
      return Promise.resolve();
    },
  });
});
afterAll(async () => {
  await console360.app.close();
  await db.drop();
});
beforeEach(async () => {
  await db.query(`truncate identity.review_tasks, identity.steward_decisions, identity.crosswalk, identity.customer_ids,
    stage.customers, gov.audit, customer_360.customers cascade`);
  told = 0;
  console360.clock.advance(61_000);
  steward = await console360.signIn();
  await stage(db, {
    key: LEFT,
    name: "Marcia Brown",
    family: "Brown",
    phones: ["+18765550101"],
    street: "12 Hope Road",
    birthDate: "1980-02-03",
    emails: [],
  });
  await stage(db, {
    key: RIGHT,
    name: "marcia  BROWN",
    family: "Brown",
    phones: ["+18765550101", "+18765550199"],
    street: "3 Palm Close",
    emails: ["mb@example.com.jm"],
  });
  await ask(db, {
    id: "t1",
    left: LEFT,
    right: RIGHT,
    gain: 9,
    probability: 0.72,
    evidence: [
      { comparison: "phone", level: "exact", weight: 8.2, left: "a", right: "a", text: "Same phone, rare" },
      { comparison: "birth_date", level: "year_differs", weight: -4.4, left: "1980", right: "1981" },
      "nonsense",
      null,
      { weight: 1 },
    ],
  });
});

async function decisions() {
  const { rows } = await db.query(
    `select task_id, decision, steward, undone_at is not null as undone, undone_by
     from identity.steward_decisions order by id`,
  );
  return rows;
}

async function statusOf(task: string): Promise<unknown> {
  return (await db.query(`select status from identity.review_tasks where task_id = $1`, [task])).rows[0]?.["status"];
}

describe("the question", () => {
  test("shows both records with their differences marked by a sign and a word", async () => {
    const { body } = await steward.get("/review");
    const rows = [
      ...body.matchAll(
        /<span class="field-label">([^<]*)<\/span>\s*<span class="mark [^"]*"><span aria-hidden="true">(.)<\/span>\s*([^<]*)<\/span>/g,
      ),
    ].map(([, label, sign, word]) => `${label} ${sign} ${word?.trim()}`);
    expect(rows).toEqual(
      expect.arrayContaining([
        "Name = same",
        "Family name = same",
        "Phone ≈ partly",
        "Street ≠ differs",
        "E-mail ◐ one side",
        "Date of birth ◐ one side",
      ]),
    );
    expect(body).toContain("QuickBooks, customers, record 1");
  });

  test("tells evidence, probability and sources in words, and skips evidence that it cannot read", async () => {
    const { body } = await steward.get("/review");
    expect(body).toContain("More likely the same customer than not: about 72 in 100");
    expect(body).toContain("Same phone, rare");
    expect(body).toContain("speaks very strongly for the same customer");
    expect(body).toContain("speaks strongly for two customers");
    expect(body.match(/class="(for|against|neutral)"/g)).toHaveLength(2);
  });

  test("tells what a merge would do to ids and money, to the cent", async () => {
    await publish(db, {
      id: "Cbig",
      name: "Marcia Brown",
      keys: [LEFT, "x:y:z:1"],
      sales: "1234567.50",
      purchases: 14,
    });
    await publish(db, {
      id: "Csmall",
      name: "M Brown",
      keys: [RIGHT],
      sales: "0.75",
      purchases: 1,
      doNotContact: true,
    });
    const { body } = await steward.get("/review");
    expect(body).toContain(
      "Customer Cbig (Marcia Brown) is expected to keep its id; Csmall (M Brown) will lead to it.",
    );
    expect(body).toContain("1 purchase worth JMD 0.75 move to Cbig.");
    expect(body).toContain("3 records, 15 purchases, JMD 1,234,568.25.");
    expect(body).toContain("will not be contacted");
  });

  test("counts what is left, and asks what is worth most first", async () => {
    await ask(db, { id: "t2", left: LEFT, right: RIGHT, gain: 50 });
    await ask(db, { id: "t3", left: LEFT, right: RIGHT, gain: 1 });
    expect((await steward.get("/review")).body).toMatch(/3 of 3 left/);
    const order: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { next } = (await steward.get("/api/review/next")).json<{ next: { task_id: string } }>();
      order.push(next.task_id);
      await steward.json(`/api/review/${next.task_id}/decision`, { decision: "cannot_link" });
    }
    expect(order).toEqual(["t2", "t1", "t3"]);
    const done = (await steward.get("/api/review/next")).json<{ next: unknown; progress: object }>();
    expect(done).toEqual({ next: null, progress: { open: 0, skipped: 0, total: 3 } });
    expect((await steward.get("/review")).body).toContain("No question is open");
  });

  test("can be chosen by source pair and reason, in either order of the pair", async () => {
    await ask(db, { id: "t2", left: "directory:d:p:1", right: LEFT, gain: 50, reason: "shared_phone" });
    const next = async (query: string) =>
      (await steward.get(`/api/review/next?${query}`)).json<{ next: { task_id: string } | null; progress: object }>();
    expect((await next("pair=quickbooks|excel")).next?.task_id).toBe("t1");
    expect((await next("pair=excel|quickbooks")).next?.task_id).toBe("t1");
    expect((await next("reason=shared_phone")).next?.task_id).toBe("t2");
    expect(await next("reason=shared_phone&pair=excel|quickbooks")).toMatchObject({
      next: null,
      progress: { open: 0 },
    });
    const { body } = await steward.get("/review?pair=excel|quickbooks");
    expect(body).toContain("1 of 1 left");
    expect(body).toContain('<input type="hidden" name="pair" value="excel|quickbooks"');
  });

  test("whose record has gone from its source can only be skipped", async () => {
    await db.query(`delete from stage.customers where key = $1`, [RIGHT]);
    const { body, status } = await steward.get("/review");
    expect(status).toBe(200);
    expect(body).toContain("no longer has one of the two records");
    expect(body.match(/<button[^>]*value="(must|cannot)_link"[^>]*disabled/g)).toHaveLength(2);
  });
});

describe("an answer", () => {
  test.each([
    ["must_link", "review.must_link"],
    ["cannot_link", "review.cannot_link"],
  ])("%s binds, closes the question, is audited and told to others", async (decision, action) => {
    const answer = await steward.json("/api/review/t1/decision", { decision });
    expect(answer.status).toBe(200);
    expect(await decisions()).toEqual([{ task_id: "t1", decision, steward: "Ann", undone: false, undone_by: null }]);
    expect(await statusOf("t1")).toBe("answered");
    const { rows } = await db.query(`select actor, action, subject, detail from gov.audit`);
    expect(rows).toEqual([
      {
        actor: "Ann",
        action,
        subject: "t1",
        detail: { decision_id: expect.any(Number), left_key: LEFT, right_key: RIGHT },
      },
    ]);
    await console360.settled();
    expect(told).toBe(1);
  });

  test("works by a plain form, without scripts, and keeps the filter", async () => {
    const answer = await steward.form("/review/t1", { decision: "must_link", pair: "excel|quickbooks" });
    expect(answer.status).toBe(303);
    expect(answer.headers["location"]).toBe("/review?pair=excel%7Cquickbooks");
    expect(await decisions()).toHaveLength(1);
    expect((await steward.get("/review")).body).toContain("Merged: Marcia Brown and marcia  BROWN");
  });

  test("skip puts the question aside without a decision, and it can be asked again", async () => {
    await steward.json("/api/review/t1/decision", { decision: "skip" });
    expect(await statusOf("t1")).toBe("skipped");
    expect(await decisions()).toEqual([]);
    expect((await steward.get("/review")).body).toContain("Ask the 1 skipped question again");
    await steward.form("/review/reopen-skipped");
    expect(await statusOf("t1")).toBe("open");
  });

  test("is taken from one of two tabs only, however close they are", async () => {
    const other = await console360.signIn();
    for (let round = 0; round < 5; round += 1) {
      await db.query(`update identity.review_tasks set status = 'open'`);
      await db.query(`truncate identity.steward_decisions, gov.audit`);
      const answers = await Promise.all([
        steward.json("/api/review/t1/decision", { decision: "must_link" }),
        other.json("/api/review/t1/decision", { decision: "cannot_link" }),
        other.json("/api/review/t1/decision", { decision: "skip" }),
      ]);
      const won = answers.filter((answer) => answer.status === 200);
      // A skip that came first may still be answered; two answers never stand.
      expect(answers.filter((answer) => answer.status === 409).length).toBeGreaterThanOrEqual(1);
      expect(won.length).toBeGreaterThanOrEqual(1);
      expect(await decisions()).toHaveLength(1);
    }
  });

  test("given a second time tells that the question is answered", async () => {
    await steward.json("/api/review/t1/decision", { decision: "must_link" });
    const again = await steward.json("/api/review/t1/decision", { decision: "must_link" });
    expect(again.status).toBe(409);
    expect(again.json<{ error: { code: string } }>().error.code).toBe("CONSOLE_ANSWERED");
    expect((await steward.json("/api/review/unknown/decision", { decision: "must_link" })).status).toBe(404);
  });

  test("stays when telling others fails", async () => {
    const deaf = await testConsole(db, { onDecision: () => Promise.reject(new Error("log is down")) });
    const other = await deaf.signIn();
    expect((await other.json("/api/review/t1/decision", { decision: "must_link" })).status).toBe(200);
    await deaf.settled();
    expect(await decisions()).toHaveLength(1);
    await deaf.app.close();
  });

  test("is not half written when the audit trail cannot be written", async () => {
    await db.query(`alter table gov.audit add constraint full_disk check (false) not valid`);
    try {
      expect((await steward.json("/api/review/t1/decision", { decision: "must_link" })).status).toBe(500);
      expect(await statusOf("t1")).toBe("open");
      expect(await decisions()).toEqual([]);
    } finally {
      await db.query(`alter table gov.audit drop constraint full_disk`);
    }
  });
});

describe("undo", () => {
  test("reopens the question, keeps the decision's row, is audited and told to others", async () => {
    const { decision_id: id } = (await steward.json("/api/review/t1/decision", { decision: "must_link" })).json<{
      decision_id: number;
    }>();
    const answer = await steward.json(`/api/decisions/${id}/undo`);
    expect(answer.json()).toMatchObject({ task_id: "t1" });
    expect(await decisions()).toEqual([
      { task_id: "t1", decision: "must_link", steward: "Ann", undone: true, undone_by: "Ann" },
    ]);
    expect(await statusOf("t1")).toBe("open");
    const { rows } = await db.query(`select action from gov.audit order by id`);
    expect(rows.map((row) => row["action"])).toEqual(["review.must_link", "review.undo"]);
    await console360.settled();
    expect(told).toBe(2);
    expect((await steward.json(`/api/decisions/${id}/undo`)).status).toBe(409);
    expect((await steward.json(`/api/decisions/999999/undo`)).status).toBe(404);
  });

  test("takes back the last acts of the session one after the other, skips among them", async () => {
    await ask(db, { id: "t2", left: LEFT, right: RIGHT, gain: 1 });
    await steward.json("/api/review/t1/decision", { decision: "must_link" });
    await steward.json("/api/review/t2/decision", { decision: "skip" });
    const first = await steward.form("/review/undo");
    expect(first.headers["location"]).toBe("/review/t2");
    expect(await statusOf("t2")).toBe("open");
    expect(await statusOf("t1")).toBe("answered");
    const second = await steward.json("/api/review/undo");
    expect(second.json()).toMatchObject({ task_id: "t1" });
    expect(await statusOf("t1")).toBe("open");
    expect((await steward.json("/api/review/undo")).status).toBe(409);
  });

  test("works from the history at any later date, also when the question is gone", async () => {
    await steward.json("/api/review/t1/decision", { decision: "cannot_link" });
    await db.query(`delete from identity.review_tasks`);
    console360.clock.advance(30 * 86_400_000);
    const later = await console360.signIn();
    const { body } = await later.get("/decisions");
    const path = /action="(\/decisions\/\d+\/undo)"/.exec(body)?.[1] ?? "";
    expect((await later.form(path)).status).toBe(303);
    expect((await later.get("/decisions")).body).toContain("Undone by Ann");
    expect(await decisions()).toMatchObject([{ undone: true }]);
  });

  test("brings back the earlier answer that the undone one had replaced", async () => {
    await steward.json("/api/review/t1/decision", { decision: "cannot_link" });
    // A later run asks about the same two records again, the other way round.
    await ask(db, { id: "t2", left: RIGHT, right: LEFT, gain: 1 });
    const { decision_id: id } = (await steward.json("/api/review/t2/decision", { decision: "must_link" })).json<{
      decision_id: number;
    }>();
    expect(await decisions()).toMatchObject([
      { decision: "cannot_link", undone: true, undone_by: `superseded:${id}` },
      { decision: "must_link", undone: false },
    ]);
    expect((await steward.get("/decisions")).body).toContain("Replaced by a later answer");
    await steward.json(`/api/decisions/${id}/undo`);
    expect(await decisions()).toMatchObject([
      { decision: "cannot_link", undone: false, undone_by: null },
      { decision: "must_link", undone: true },
    ]);
  });
});

test("the next question is found by an index, and nothing is loaded whole, with 100,000 questions waiting", async () => {
  await db.query(
    `insert into identity.review_tasks (task_id, left_key, right_key, kind, probability, gain, reason, evidence, created_run_id)
     select 'g' || i, 'quickbooks:co1:customers:' || i, 'excel:crm:contacts:' || i, 'join', 0.5, i, 'possible_link', '[]', 'r1'
     from generate_series(1, 100000) i`,
  );
  await db.query("analyze identity.review_tasks");
  let plan = "";
  let largest = 0;
  const watched = await testConsole({
    ...db,
    query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      const result = await db.query<Row>(text, values);
      largest = Math.max(largest, result.rows.length);
      if (text.includes("order by gain")) {
        const explained = await db.query<{ "QUERY PLAN": string }>(`explain ${text}`, values);
        plan = explained.rows.map((row) => row["QUERY PLAN"]).join("\n");
      }
      return result;
    },
  });
  const other = await watched.signIn();
  const answer = await other.get("/review");
  expect(answer.body).toContain("100,001 of 100,001 left");
  expect(plan).toMatch(/Index Scan using review_tasks_gain/);
  expect(plan).not.toMatch(/Seq Scan|Sort/);
  expect(largest).toBeLessThan(20);
  await watched.app.close();
});
