import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "#core";
import type { AnalyticalEngine, EventLog, RawRecord } from "#core";
import { createEmbeddedLog, resolveStage } from "#pipelines";
import type { ResolveSummary } from "#pipelines";
import { openAnalyticalEngine } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { append, customer, flow, pack, rawRecord } from "./flow.ts";

let db: TestDatabase;
let engine: AnalyticalEngine;
let log: EventLog;
const tempDir = mkdtempSync(join(tmpdir(), "c360-resolve-"));
beforeAll(async () => {
  db = await withDatabase();
  engine = await openAnalyticalEngine({ memoryLimitMb: 256, threads: 1, tempDir });
});
afterAll(async () => {
  await engine?.close();
  await db?.drop();
  rmSync(tempDir, { recursive: true, force: true });
});
beforeEach(async () => {
  await db.query(
    `truncate log.messages, log.partitions, log.topics, ops.consumer_offsets, ops.stream_outcomes, ops.settings,
       raw.records, stage.record_state, stage.customers, identity.steward_decisions, identity.customer_ids,
       identity.crosswalk, build.crosswalk, build.clusters, build.pairs, build.review_tasks, build.customer_ids,
       build.customer_id_events, build.golden, build.customer_fields, build.contact_points, build.relationships cascade`,
  );
  await db.query("delete from ops.settings where name like 'resolve.%'");
  log = createEmbeddedLog(db, { clock: systemClock });
});

function resolve(more: Partial<Parameters<typeof resolveStage>[0]> = {}): Promise<ResolveSummary> {
  return resolveStage({ db, engine, pack, clock: systemClock, runId: "r1", asOf: "2026-03-10", seed: 7, log, ...more });
}

const GIVEN = "Andre Bianca Carlton Denise Errol Fiona Garfield Hyacinth Ian Jacqueline Kemar Latoya".split(" ");
const FAMILY = "Anderson Bailey Campbell Davidson Ellis Francis Gordon Henry Irving Johnson Knight Lawrence".split(" ");

/** Persons in a book, every third of them in a sheet as well. */
function people(): readonly RawRecord[] {
  return GIVEN.flatMap((given, i) =>
    FAMILY.slice(0, 5).flatMap((family, j) => {
      const n = String(i * 5 + j).padStart(4, "0");
      const more = {
        phones: [`876-55${(i + j) % 10}-${n}`],
        emails: [`${given}.${family}${n}@example.com`.toLowerCase()],
      };
      const book = rawRecord(`b${n}`, customer(`${given} ${family}`, more));
      const sheet = rawRecord(`s${n}`, customer(`${family}, ${given}`, more), { source: "excel", stream: "list" });
      return (i + j) % 3 === 0 ? [book, sheet] : [book];
    }),
  );
}

/** The candidate tables as text, without the run. */
async function candidates(): Promise<Record<string, unknown>> {
  const tables = ["crosswalk", "clusters", "pairs", "customer_ids", "golden", "customer_fields", "contact_points"];
  const found: Record<string, unknown> = {};
  for (const table of tables) {
    found[table] = (await db.query<{ row: string }>(`select t::text as row from build.${table} t order by 1`)).rows;
  }
  return found;
}

/** What the publishing step does to ledger and crosswalk. */
async function publishLedger(): Promise<void> {
  await db.query("delete from identity.customer_ids");
  await db.query("insert into identity.customer_ids select * from build.customer_ids");
  await db.query("delete from identity.crosswalk");
  await db.query("insert into identity.crosswalk select * from build.crosswalk");
}

async function count(table: string): Promise<number> {
  return (await db.query<{ n: number }>(`select count(*) as n from ${table}`)).rows[0]?.n ?? -1;
}

describe("resolving", () => {
  it("puts records of one person together and fills every candidate table", async () => {
    await append(log, people());
    await flow(db, log);
    const summary = await resolve();
    expect(summary).toMatchObject({ skipped: false, records: 80, customers: 60, changed: 60 });
    expect(await count("build.crosswalk")).toBe(80);
    expect(await count("build.customer_ids")).toBe(60);
    expect(await count("build.customer_id_events")).toBe(60);
    const found = await db.query(
      `select g.display_name, g.record_count, g.data_sources from build.golden g
       join build.crosswalk x using (customer_id) where x.source_id = 'b0000'`,
    );
    expect(found.rows).toEqual([{ display_name: "Andre Anderson", record_count: 2, data_sources: ["excel", "shop"] }]);
    const messages = await log.offsets("customer.resolved");
    expect(messages.reduce((sum, { high }) => sum + high, 0)).toBe(60);
  });

  it("gives the same rows whatever the order of arrival", async () => {
    await append(log, people());
    await flow(db, log);
    await resolve();
    const first = await candidates();
    await db.query(
      "truncate log.messages, log.partitions, log.topics, ops.consumer_offsets, stage.customers, stage.record_state cascade",
    );
    const again = createEmbeddedLog(db, { clock: systemClock });
    await append(again, [...people()].reverse());
    await flow(db, again);
    await db.query("delete from ops.settings");
    await resolve();
    expect(await candidates()).toEqual(first);
  });

  it("skips the work while nothing changed, and only then", async () => {
    await append(log, people());
    await flow(db, log);
    const first = await resolve();
    expect(await resolve({ runId: "r2" })).toMatchObject({ skipped: true, customers: first.customers });
    expect(await count("build.customer_id_events")).toBe(60);
    await publishLedger();
    expect(await resolve({ runId: "r3" })).toMatchObject({ skipped: true });
    // What was told of the ledger is not told again by the next run.
    expect(await count("build.customer_id_events")).toBe(0);
    await append(log, [rawRecord("new", customer("Zoe Newcomer", { phones: ["876-555-7777"] }))]);
    await flow(db, log);
    expect(await resolve({ runId: "r4" })).toMatchObject({ skipped: false, customers: 61, changed: 1 });
    expect(await count("build.customer_id_events")).toBe(1);
  });

  it("works again when a crash of the server emptied the candidates", async () => {
    await append(log, people());
    await flow(db, log);
    await resolve();
    await publishLedger();
    await db.query("truncate build.golden");
    expect(await resolve({ runId: "r2" })).toMatchObject({ skipped: false, customers: 60 });
    expect(await count("build.golden")).toBe(60);
    expect(await count("build.customer_id_events")).toBe(0);
  });

  it("lets a steward's decision bind, keeps the ids, and undoing it restores what was", async () => {
    await append(log, people());
    await flow(db, log);
    await resolve();
    await publishLedger();
    const before = await candidates();
    const pair = await db.query<{ left_key: string; right_key: string }>(
      `select a.key as left_key, b.key as right_key from build.crosswalk a join build.crosswalk b using (customer_id)
       where a.key < b.key order by 1 limit 1`,
    );
    const { left_key: left, right_key: right } = pair.rows[0] ?? { left_key: "", right_key: "" };
    await db.query(
      `insert into identity.steward_decisions (left_key, right_key, decision, steward, decided_at)
       values ($1, $2, 'cannot_link', 'ann', now())`,
      [right, left],
    );
    expect(await resolve({ runId: "r2" })).toMatchObject({ customers: 61, changed: 2 });
    const split = await db.query<{ customer_id: string }>(
      "select customer_id from build.crosswalk where key in ($1, $2)",
      [left, right],
    );
    expect(new Set(split.rows.map((row) => row.customer_id)).size).toBe(2);
    await db.query("update identity.steward_decisions set undone_at = now(), undone_by = 'ann'");
    await resolve({ runId: "r3" });
    expect(await candidates()).toEqual(before);
  });

  it("keeps the fitted settings for later nights, and fits anew when the list has become another one", async () => {
    const fit = async (): Promise<{ records: number; document: string } | undefined> =>
      (
        await db.query<{ value: { records: number; document: string } }>(
          "select value from ops.settings where name = 'resolve.linkage_settings'",
        )
      ).rows[0]?.value;
    await append(log, people());
    await flow(db, log);
    await resolve({ runId: "r1" });
    const first = await fit();
    expect(first?.records).toBe(80);
    await append(log, [rawRecord("new1", customer("Marva Wright", { phones: ["876-555-9999"] }))]);
    await flow(db, log);
    expect((await resolve({ runId: "r2" })).skipped).toBe(false);
    expect(await fit()).toEqual(first);
    const more = Array.from({ length: 12 }, (_one, n) => rawRecord(`more${n}`, customer(`Marva Wright${n}`)));
    await append(log, more);
    await flow(db, log);
    await resolve({ runId: "r3" });
    expect((await fit())?.records).toBe(93);
  });

  it("leaves cash sales and the like out, and works on an empty stage", async () => {
    expect(await resolve()).toMatchObject({ records: 0, customers: 0 });
    await append(log, [rawRecord("1", customer("Cash Sale", { phones: [] }))]);
    await flow(db, log);
    expect(await count("stage.customers")).toBe(1);
    expect(await resolve()).toMatchObject({ records: 0, customers: 0 });
  });
});
