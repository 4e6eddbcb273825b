import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "#core";
import { contentHash, openDatabase, publish } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { build, publishRun, seedCustomers, seedDocuments } from "./seed.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await withDatabase();
});
afterEach(() => db.drop());

const customers = Array.from({ length: 40 }, (_x, i) => ({
  id: String(i),
  customerId: `C${i}`,
  emails: [`c${i}@example.com`],
}));
const documents = Array.from({ length: 200 }, (_x, i) => ({
  id: String(i),
  amount: `${i + 1}.25`,
  ref: { id: String(i % 40) },
}));

async function seedAll(): Promise<void> {
  await seedCustomers(db, customers);
  await seedDocuments(db, documents);
  await build(db);
}

async function rowVersions(): Promise<unknown> {
  const { rows } = await db.query(
    `select 'c' || customer_id as key, xmin::text from customer_360.customers
     union all select transaction_key, xmin::text from customer_360.transactions
     union all select key, xmin::text from identity.crosswalk
     union all select customer_id, xmin::text from identity.customer_ids
     union all select task_id, xmin::text from identity.review_tasks order by 1`,
  );
  return rows;
}

describe("publishing", () => {
  it("carries everything over at first and touches no row when nothing changed", async () => {
    await seedAll();
    const first = await publishRun(db, "r1");
    expect(first.rowsChanged).toBe(40 + 200 + 40 + 40);
    const before = await rowVersions();
    await db.query("truncate build.customers, build.transactions");
    await build(db);
    const second = await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    expect(second.rowsChanged).toBe(0);
    expect(second.contentHash).toBe(first.contentHash);
    expect(await rowVersions()).toEqual(before);
  });

  it("inserts, updates and deletes exactly the rows that differ and counts them", async () => {
    await seedAll();
    await publishRun(db, "r1");
    await db.query("update build.customers set email = null where customer_id = 'C3'");
    await db.query("delete from build.transactions where transaction_key like '%:7'");
    await db.query("insert into build.items (item_key, name, active) values ('i1', 'Rum cake', true)");
    const { tables, rowsChanged } = await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    expect(rowsChanged).toBe(3);
    expect(tables.filter((one) => one.inserted + one.updated + one.deleted > 0)).toEqual([
      { table: "customer_360.customers", inserted: 0, updated: 1, deleted: 0 },
      { table: "customer_360.transactions", inserted: 0, updated: 0, deleted: 1 },
      { table: "customer_360.items", inserted: 1, updated: 0, deleted: 0 },
    ]);
    const { rows } = await db.query(
      "select table_name, rows, updated from ops.publications where run_id = 'r2' and table_name like '%.customers'",
    );
    expect(rows).toEqual([{ table_name: "customer_360.customers", rows: 40, updated: 1 }]);
  });

  it("leaves everything as it was when it dies before the end", async () => {
    await seedAll();
    await publishRun(db, "r1");
    const hash = await contentHash(db);
    await db.query("delete from build.customer_fields; update build.customers set city = 'Kingston'");
    const dying = publish(db, {
      runId: "r1",
      clock: systemClock,
      faultPoint: (name) => {
        if (name === "publish.before_commit") throw new Error("power cut");
      },
    });
    await expect(dying).rejects.toThrow("power cut");
    expect(await contentHash(db)).toBe(hash);
  });

  it("shows a reader who looks all the time either the old state or the new one, never a mixture", async () => {
    await seedAll();
    await publishRun(db, "r1");
    await db.query("update build.customers set total_sales = total_sales + 9000");
    await db.query("update build.transactions set amount = amount + 9000, home_amount = home_amount + 9000");
    const reader = await openDatabase(db.url, { max: 1 });
    const seen = new Set<string>();
    const watch = { done: false };
    let started: () => void = () => undefined;
    const firstLook = new Promise<void>((resolve) => (started = resolve));
    const reading = (async () => {
      while (!watch.done) {
        const { rows } = await reader.query<{ c: string; t: string }>(
          `select (select string_agg(distinct (total_sales > 5000)::text, '+') from customer_360.customers) as c,
                  (select string_agg(distinct (amount > 5000)::text, '+') from customer_360.transactions) as t`,
        );
        seen.add(`${rows[0]?.c} ${rows[0]?.t}`);
        started();
      }
    })();
    await firstLook;
    await publish(db, { runId: "r1", clock: systemClock, asOf: "2026-06-30" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    watch.done = true;
    await reading;
    await reader.close();
    expect([...seen].sort()).toEqual(["false false", "true true"]);
  });

  it("keeps a question answered while the decision stands, opens it when undone, and removes it when it is asked no more", async () => {
    await seedAll();
    const task =
      "insert into build.review_tasks (task_id, left_key, right_key, kind, probability, gain, reason, evidence, created_run_id) values";
    await db.query(
      `${task} ('t1', 'a', 'b', 'join', 0.5, 1, 'name', '{}', 'r1'), ('t2', 'c', 'd', 'join', 0.5, 1, 'name', '{}', 'r1')`,
    );
    await publishRun(db, "r1");
    await db.query(
      "insert into identity.steward_decisions (task_id, left_key, right_key, decision, steward, decided_at) values ('t1', 'b', 'a', 'cannot_link', 's', now())",
    );
    await db.query("update identity.review_tasks set status = 'skipped' where task_id = 't2'");
    await db.query("update build.review_tasks set created_run_id = 'r2', status = 'open'");
    await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    const read = async () =>
      (await db.query("select task_id, status, created_run_id from identity.review_tasks order by task_id")).rows;
    expect(await read()).toEqual([
      { task_id: "t1", status: "answered", created_run_id: "r1" },
      { task_id: "t2", status: "skipped", created_run_id: "r1" },
    ]);
    await db.query("update identity.steward_decisions set undone_at = now()");
    await db.query("delete from build.review_tasks where task_id = 't2'");
    await publishRun(db, "r3", "2026-07-03T00:00:00Z");
    expect(await read()).toEqual([{ task_id: "t1", status: "open", created_run_id: "r1" }]);
  });

  it("lets two customers exchange their anchors, and writes each change of the ledger once", async () => {
    await seedAll();
    await publishRun(db, "r1");
    await db.query(
      `update build.customer_ids a set anchor_key = b.anchor_key from (select customer_id, anchor_key from build.customer_ids) b
        where (a.customer_id, b.customer_id) in (('C1', 'C2'), ('C2', 'C1'))`,
    );
    await db.query(
      "insert into build.customer_id_events values ('C1', 'anchor_moved', null, 'a'), ('C2', 'anchor_moved', null, 'a')",
    );
    await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    expect(
      (await db.query("select customer_id, event, run_id from identity.customer_id_events order by id")).rows,
    ).toEqual([
      { customer_id: "C1", event: "anchor_moved", run_id: "r2" },
      { customer_id: "C2", event: "anchor_moved", run_id: "r2" },
    ]);
  });
});

describe("the content hash", () => {
  it("does not depend on the order of rows on disk, nor on run facts", async () => {
    await seedAll();
    await publishRun(db, "r1");
    const hash = await contentHash(db);
    await db.query("update identity.crosswalk set file = '/somewhere/else.xlsx'");
    await db.query("update identity.customer_ids set minted_run_id = 'another'");
    await db.query(
      "update customer_360.transactions set description = 'x' where transaction_key like '%1'; update customer_360.transactions set description = null",
    );
    expect(await contentHash(db)).toBe(hash);
  });

  it("changes with any published value", async () => {
    await seedAll();
    await publishRun(db, "r1");
    const hash = await contentHash(db);
    await db.query("update customer_360.customers set city = '' where customer_id = 'C5'");
    const other = await contentHash(db);
    expect(other).not.toBe(hash);
    await db.query("update customer_360.customers set city = null where customer_id = 'C5'");
    expect(await contentHash(db)).toBe(hash);
  });
});
