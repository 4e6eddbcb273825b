import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "#core";
import { AUDITS, runAudits, startRun } from "#warehouse";
import type { AuditResult } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { build, publishRun, seedCustomers, seedDocuments } from "./seed.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await withDatabase();
  await seedCustomers(
    db,
    Array.from({ length: 40 }, (_x, i) => ({ id: String(i), customerId: `C${i}`, emails: [`c${i}@e.com`] })),
  );
  await seedDocuments(
    db,
    Array.from({ length: 100 }, (_x, i) => ({ id: String(i), amount: "10.10", ref: { id: String(i % 40) } })),
  );
  await build(db);
});
afterEach(() => db.drop());

async function audit(options: { overrides?: string[]; acceptDrop?: string[] } = {}): Promise<readonly AuditResult[]> {
  await startRun(db, { runId: "r2", kind: "nightly", at: "2026-07-02T00:00:00Z" });
  return runAudits(db, { runId: "r2", clock: systemClock, ...options });
}

async function read(row: {
  stream?: string;
  attempt?: string;
  outcome: string | null;
  read: number;
  snapshot?: boolean;
  totals?: object;
}): Promise<void> {
  await startRun(db, { runId: "r2", kind: "nightly", at: "2026-07-02T00:00:00Z" });
  await db.query(
    `insert into ops.stream_reads (run_id, source_name, source, account, stream, attempt, outcome, read, snapshot, vendor_totals, started_at)
     values ('r2', 'books', 'quickbooks', 'books', $1, $2, $3, $4, $5, $6::jsonb, now())`,
    [
      row.stream ?? "invoices",
      row.attempt ?? "a1",
      row.outcome,
      row.read,
      row.snapshot ?? false,
      row.totals === undefined ? null : JSON.stringify(row.totals),
    ],
  );
}

async function outcome(name: string, records: number, attempt = "a1"): Promise<void> {
  await db.query("insert into ops.stream_outcomes values ('r2', 'quickbooks', 'books', 'invoices', $1, $2, '', $3)", [
    attempt,
    name,
    records,
  ]);
}

async function failure(options: { overrides?: string[]; acceptDrop?: string[] } = {}): Promise<unknown> {
  return audit(options).then(
    () => "passed",
    (error: { code: string; details: { audit: string } }) => `${error.code} ${error.details.audit}`,
  );
}

describe("the audits", () => {
  it("pass over sound candidates and leave one result for each check", async () => {
    await publishRun(db, "r1");
    const results = await audit();
    expect(results.filter((one) => !one.passed)).toEqual([]);
    const { rows } = await db.query("select count(*) as n from ops.audit_results where run_id = 'r2' and passed");
    expect(rows).toEqual([{ n: AUDITS.length }]);
  });

  it("pass on the first run, when nothing is published yet", async () => {
    expect(await failure()).toBe("passed");
  });

  it("hold the run back when a connector says it read more than arrived", async () => {
    await read({ outcome: "complete", read: 10 });
    await outcome("loaded", 6);
    await outcome("unchanged", 2);
    await outcome("quarantined", 1);
    expect(await failure()).toBe("AUDIT_FAILED balance");
    await outcome("filtered", 1);
    expect(await failure()).toBe("passed");
    const { rows } = await db.query(
      "select stream, read, loaded, unchanged, quarantined, filtered from ops.source_balance where run_id = 'r2'",
    );
    expect(rows).toEqual([{ stream: "invoices", read: 10, loaded: 6, unchanged: 2, quarantined: 1, filtered: 1 }]);
  });

  it("count what arrived for an attempt that was cut off, beside the one that went to the end", async () => {
    await read({ outcome: null, read: 0, attempt: "a1" });
    await read({ outcome: "complete", read: 10, attempt: "a2" });
    await outcome("loaded", 4, "a1");
    await outcome("loaded", 6, "a2");
    await outcome("unchanged", 4, "a2");
    expect(await failure()).toBe("passed");
    const { rows } = await db.query("select read, loaded, unchanged from ops.source_balance where run_id = 'r2'");
    expect(rows).toEqual([{ read: 14, loaded: 10, unchanged: 4 }]);
  });

  it("hold the run back when a table that had rows would be empty, or a stream would lose too many", async () => {
    await publishRun(db, "r1");
    await db.query("delete from build.transactions; delete from stage.transactions");
    expect(await failure()).toBe("AUDIT_FAILED zero_rows");
    await seedDocuments(
      db,
      Array.from({ length: 60 }, (_x, i) => ({ id: String(i), amount: "10.10", ref: { id: "1" } })),
    );
    await build(db);
    expect(await failure()).toBe("AUDIT_FAILED row_drop");
    expect(await failure({ overrides: ["row_drop"] })).toBe("AUDIT_FAILED mass_delete");
    expect(await failure({ overrides: ["row_drop"], acceptDrop: ["invoices"] })).toBe("passed");
    const { rows } = await db.query(
      "select actor, action, subject, detail->>'run_id' as run from gov.audit order by id",
    );
    expect(rows.at(-1)).toEqual({ actor: "operator", action: "audit_override", subject: "row_drop", run: "r2" });
  });

  it("hold the run back when a key column falls empty", async () => {
    await publishRun(db, "r1");
    await db.query("update build.customers set email = null where customer_id < 'C3'");
    expect(await failure()).toBe("AUDIT_FAILED null_rate");
  });

  it("hold the run back when something names a customer that is not there", async () => {
    await db.query("update build.transactions set customer_id = 'CX' where transaction_key like '%:5'");
    expect(await failure()).toBe("AUDIT_FAILED referential_integrity");
  });

  it("hold the run back when a customer stands on no record or on a retired id, and when a key stands twice", async () => {
    await db.query("delete from build.crosswalk where customer_id = 'C9'");
    expect(await failure()).toBe("AUDIT_FAILED customers_without_record");
    await db.query("insert into build.customers select * from build.customers where customer_id = 'C8'");
    expect(await failure({ overrides: ["customers_without_record"] })).toBe("AUDIT_FAILED duplicates");
  });

  it("hold the run back when a document's money is lost on the way", async () => {
    await db.query("update build.transactions set amount = amount - 0.01 where transaction_key like '%:5'");
    expect(await failure()).toBe("AUDIT_FAILED money_kept");
  });

  it("tie a full read to the vendor's own totals to the cent", async () => {
    await read({ outcome: "complete", read: 100, snapshot: true, totals: { invoice: { JMD: "1010.01" } } });
    await outcome("loaded", 100);
    expect(await failure()).toBe("AUDIT_FAILED vendor_totals");
    await db.query(`update ops.stream_reads set vendor_totals = '{"invoice": {"JMD": "1010.00"}}'`);
    expect(await failure()).toBe("passed");
  });

  it("let waiting records explain a difference to the vendor's totals, and say what does", async () => {
    await read({ outcome: "complete", read: 101, snapshot: true, totals: { invoice: { JMD: "985.50" } } });
    await outcome("loaded", 100);
    await outcome("quarantined", 1);
    const key = "quickbooks:books:invoices:bad";
    await db.query(
      `insert into ops.quarantine (key, source, account, stream, source_id, run_id, reason, detail, raw, raw_hash, record, first_seen_at)
       values ($1, 'quickbooks', 'books', 'invoices', 'bad', 'r2', 'negative_total', 'x', '{"TotalAmt": -24.50, "Line": []}', 'h', '{}', now())`,
      [key],
    );
    await db.query(
      `insert into stage.record_state (key, source, account, stream, raw_hash, mapping_hash, version, outcome, updated_run_id)
       values ($1, 'quickbooks', 'books', 'invoices', 'h', 'm', 'v', 'quarantined', 'r2')`,
      [key],
    );
    const results = await audit();
    expect(results.find((one) => one.audit === "vendor_totals")).toMatchObject({
      passed: true,
      measured: 0,
      detail: "quickbooks/books/invoices differs by -24.50, which 1 waiting records make up",
    });
  });

  it("warn of documents without a rate without stopping", async () => {
    await seedDocuments(db, [{ id: "usd", amount: "5", currency: "USD", ref: { id: "1" } }]);
    await build(db);
    expect((await audit()).filter((one) => !one.passed)).toMatchObject([
      { audit: "rates_known", severity: "warning", measured: 1 },
    ]);
  });
});
