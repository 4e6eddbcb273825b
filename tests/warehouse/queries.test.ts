import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  finishRun,
  finishStep,
  finishStreamRead,
  inputHash,
  knownStreams,
  latestPublishedRun,
  latestRun,
  listAlerts,
  listBalance,
  listKeptOut,
  listLivingKeys,
  listQuarantine,
  listSteps,
  markStreamRead,
  readSetting,
  readStreamState,
  recordAlert,
  recordNotice,
  saveStreamState,
  showQuarantine,
  startRun,
  startStep,
  startStreamRead,
  unfinishedRun,
  writeSetting,
} from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { build, publishRun, seedCustomers } from "./seed.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await withDatabase();
});
afterEach(() => db.drop());

const at = "2026-07-01T00:00:00.000Z";
const later = "2026-07-02T00:00:00.000Z";
const where = { source: "quickbooks", account: "b:1", stream: "customers" };

describe("runs", () => {
  it("are taken up again when they were cut off, and failed ones only when asked for", async () => {
    expect(await unfinishedRun(db, { includeFailed: true })).toBeNull();
    await startRun(db, { runId: "r1", kind: "nightly", at });
    expect(await unfinishedRun(db, { includeFailed: false })).toMatchObject({ runId: "r1", kind: "nightly" });
    await finishRun(db, {
      runId: "r1",
      status: "failed",
      at,
      error: { code: "DISK_FULL", message: "full", hint: "free some" },
    });
    expect(await unfinishedRun(db, { includeFailed: false })).toBeNull();
    expect(await unfinishedRun(db, { includeFailed: true })).toMatchObject({ errorCode: "DISK_FULL" });
    await startRun(db, { runId: "r1", kind: "nightly", at: later });
    expect(await latestRun(db)).toMatchObject({ status: "running", errorCode: null, startedAt: at });
  });

  it("remember their steps, and begin a step again after a crash", async () => {
    await startRun(db, { runId: "r1", kind: "nightly", at });
    await startStep(db, { runId: "r1", step: "land", position: 1, at });
    await startStep(db, { runId: "r1", step: "sync", position: 0, at });
    await finishStep(db, { runId: "r1", step: "sync", detail: { records: 3 }, at });
    await finishStep(db, { runId: "r1", step: "land", failed: true, detail: {}, at });
    await startStep(db, { runId: "r1", step: "land", position: 1, at: later });
    expect(await listSteps(db, "r1")).toMatchObject([
      { step: "sync", status: "done", detail: { records: 3 } },
      { step: "land", status: "running", startedAt: later, finishedAt: null },
    ]);
  });

  it("carry the hash of what is up when a night had nothing to publish, but a failed one carries none", async () => {
    await seedCustomers(db, [{ id: "1", customerId: "CA" }]);
    await build(db);
    const { contentHash } = await publishRun(db, "r1", at);
    await finishRun(db, { runId: "r1", status: "published", at });
    await startRun(db, { runId: "r2", kind: "nightly", at: later });
    await finishRun(db, { runId: "r2", status: "published", at: later });
    expect(await latestPublishedRun(db)).toMatchObject({
      runId: "r2",
      contentHash,
      rowsChanged: 0,
      dataAsOf: "2026-06-30",
    });
    await startRun(db, { runId: "r3", kind: "nightly", at: "2026-07-03T00:00:00Z" });
    await finishRun(db, { runId: "r3", status: "failed", at: later });
    expect(await latestPublishedRun(db)).toMatchObject({ runId: "r2" });
  });

  it("settle old alerts when a later run publishes, and a step's alert when the step is tried again", async () => {
    const alert = { severity: "error", message: "m", hint: "h", at };
    await startRun(db, { runId: "r1", kind: "nightly", at });
    await startStep(db, { runId: "r1", step: "sync", position: 0, at });
    await finishStep(db, { runId: "r1", step: "sync", detail: {}, at });
    await startStep(db, { runId: "r1", step: "audit", position: 7, at });
    await finishStep(db, { runId: "r1", step: "audit", failed: true, detail: {}, at });
    await recordAlert(db, { ...alert, runId: "r1", code: "VENDOR_DOWN", subject: "books: invoices" });
    await recordAlert(db, { ...alert, runId: "r1", code: "VENDOR_DOWN", subject: "books: invoices" });
    await recordAlert(db, { ...alert, runId: "r1", code: "AUDIT_FAILED", subject: "audit" });
    expect(await listAlerts(db, "r1")).toHaveLength(2);
    await startRun(db, { runId: "r1", kind: "nightly", at });
    expect(await listAlerts(db, "r1")).toMatchObject([{ code: "VENDOR_DOWN" }]);
    await startRun(db, { runId: "r2", kind: "nightly", at: later });
    await finishRun(db, { runId: "r2", status: "published", at: later });
    expect(await listAlerts(db, "r1")).toEqual([]);
  });
});

describe("streams", () => {
  it("keep their checkpoint and columns, and a freshness that knows of no checkpoint gives none", async () => {
    await markStreamRead(db, { ...where, runId: "r1", at });
    expect(await readStreamState(db, where)).toBeNull();
    await saveStreamState(db, { ...where, state: { v: 1, since: "x" }, columns: ["a", "b"], runId: "r1", at });
    await saveStreamState(db, { ...where, state: { v: 1, since: "y" }, columns: ["a", "c"], runId: "r2", at: later });
    expect(await readStreamState(db, where)).toEqual({ v: 1, since: "y" });
    expect(await knownStreams(db, { source: "quickbooks", account: "b:1" })).toEqual([
      { name: "customers", columns: ["a", "c"] },
    ]);
    const { rows } = await db.query("select last_success_at, last_run_id from ops.freshness");
    expect(rows).toEqual([{ last_success_at: at, last_run_id: "r2" }]);
  });

  it("tell which records still live, with their id as the source writes it", async () => {
    await db.copyIn(
      db,
      "stage.record_state",
      ["key", "source", "account", "stream", "raw_hash", "mapping_hash", "version", "outcome", "updated_run_id"],
      ["loaded", "deleted", "quarantined"].map((outcome, i) => [
        `quickbooks:b%3A1:customers:a%2Fb%20${i}`,
        "quickbooks",
        "b:1",
        "customers",
        `h${i}`,
        "m",
        "v",
        outcome,
        "r1",
      ]),
    );
    expect(await listLivingKeys(db, where)).toEqual([
      { key: "quickbooks:b%3A1:customers:a%2Fb%200", sourceId: "a/b 0", hash: "h0" },
      { key: "quickbooks:b%3A1:customers:a%2Fb%202", sourceId: "a/b 2", hash: "h2" },
    ]);
  });

  it("show in a run's balance how the last attempt ended", async () => {
    await startRun(db, { runId: "r1", kind: "nightly", at });
    const read = { ...where, runId: "r1", sourceName: "books", title: "Customers" };
    await startStreamRead(db, { ...read, attempt: "a1", at });
    await startStreamRead(db, { ...read, attempt: "a2", at: later });
    await finishStreamRead(db, {
      ...read,
      attempt: "a2",
      outcome: "partial",
      snapshot: false,
      read: 5,
      deletes: 1,
      requests: 2,
      vendorTotals: null,
      error: { class: "transient", code: "VENDOR_DOWN", message: "gone", hint: "wait" },
      at: later,
    });
    await db.query(
      "insert into ops.stream_outcomes values ('r1', 'quickbooks', 'b:1', 'customers', 'a2', 'loaded', '', 5)",
    );
    expect(await listBalance(db, "r1")).toEqual([
      {
        ...where,
        title: "Customers",
        outcome: "partial",
        read: 5,
        loaded: 5,
        unchanged: 0,
        quarantined: 0,
        filtered: 0,
        problem: "gone",
      },
    ]);
    await finishRun(db, { runId: "r1", status: "failed", at: later });
    expect((await db.query("select read, loaded from ops.source_balance")).rows).toEqual([{ read: 5, loaded: 5 }]);
  });

  it("note a thing once for each subject in a run", async () => {
    const notice = { ...where, runId: "r1", code: "columns_moved", severity: "info", subject: "Sheet1", at };
    await recordNotice(db, { ...notice, message: "one" });
    await recordNotice(db, { ...notice, message: "two" });
    expect((await db.query("select message from ops.notices")).rows).toEqual([{ message: "two" }]);
  });
});

describe("what is kept out", () => {
  it("is listed by place and counted by reason, and is shown whole", async () => {
    await db.query(
      `insert into ops.quarantine (key, source, account, stream, source_id, run_id, reason, detail, file, row_number, raw, raw_hash, record, status, first_seen_at)
       values ('k1', 'excel', 'a', 's', '1', 'r1', 'bad_date', 'd', 'b.xlsx', 9, '{"x": 1}', 'h', '{}', 'open', now()),
              ('k2', 'excel', 'a', 's', '2', 'r1', 'bad_date', 'd', 'b.xlsx', 2, '{}', 'h', '{}', 'open', now()),
              ('k3', 'excel', 'a', 's', '3', 'r1', 'bad_amount', 'd', 'a.xlsx', 5, '{}', 'h', '{}', 'resolved', now()),
              ('k4', 'quickbooks', 'a', 's', '4', 'r1', 'bad_amount', 'd', null, null, '{}', 'h', '{}', 'open', now())`,
    );
    const rows = await listQuarantine(db);
    expect(rows.map((row) => row.source_id)).toEqual(["2", "1", "4"]);
    expect((await listQuarantine(db, { reason: "bad_amount" })).map((row) => row.source_id)).toEqual(["4"]);
    expect((await listQuarantine(db, { source: "excel", limit: 1 })).map((row) => row.source_id)).toEqual(["2"]);
    expect(await showQuarantine(db, rows[1]?.id ?? 0)).toMatchObject({ source_id: "1", raw: { x: 1 }, row_number: 9 });
    expect(await showQuarantine(db, 999)).toBeNull();
    expect(await listKeptOut(db)).toEqual([
      { source: "excel", reason: "bad_date", records: 2 },
      { source: "quickbooks", reason: "bad_amount", records: 1 },
    ]);
  });
});

describe("the input hash and settings", () => {
  it("change with records and with standing decisions only", async () => {
    const empty = await inputHash(db);
    await db.query(
      "insert into identity.steward_decisions (left_key, right_key, decision, steward, decided_at) values ('a', 'b', 'must_link', 's', now())",
    );
    const decided = await inputHash(db);
    expect(decided).not.toBe(empty);
    await db.query("update identity.steward_decisions set undone_at = now()");
    expect(await inputHash(db)).toBe(empty);
    await db.query("insert into stage.record_state values ('k', 's', 'a', 't', 'h', 'm', 'v', 'loaded', '{}', 'r1')");
    const loaded = await inputHash(db);
    expect(loaded).not.toBe(empty);
    await db.query("update stage.record_state set updated_run_id = 'r9'");
    expect(await inputHash(db)).toBe(loaded);
  });

  it("keep any JSON value", async () => {
    expect(await readSetting(db, "x")).toBeNull();
    await writeSetting(db, "x", { a: [1, "two"] }, at);
    expect(await readSetting(db, "x")).toEqual({ a: [1, "two"] });
    await writeSetting(db, "x", "text", at);
    expect(await readSetting(db, "x")).toBe("text");
  });
});
