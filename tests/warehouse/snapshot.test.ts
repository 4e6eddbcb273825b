import { existsSync, readdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PUBLISHED_TABLES, writeSnapshot } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { build, publishRun, seedContacts, seedCustomers, seedDocuments } from "./seed.ts";

let db: TestDatabase;
let dir: string;
beforeEach(async () => {
  db = await withDatabase();
  dir = mkdtempSync(join(tmpdir(), "c360-snapshot-"));
  await seedCustomers(db, [
    { id: "1", customerId: "CA", name: 'Quote " comma, and\nline \\N' },
    { id: "2", customerId: "CB", name: "\\N" },
    { id: "3", customerId: "CC", name: "" },
  ]);
  await seedDocuments(db, [{ id: "1", amount: "12345678901234.56", ref: { id: "1" } }]);
  await seedContacts(db, [{ id: "1", kind: "visit", at: "2026-05-05T10:00:00.123Z", ref: { id: "1" } }]);
  await build(db);
  await publishRun(db, "r1");
});
afterEach(async () => {
  rmSync(dir, { recursive: true, force: true });
  await db.drop();
});

async function query(path: string, sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const rows = reader.getRowObjectsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

describe("the snapshot", () => {
  it("keeps every value exactly, with types and comments", async () => {
    const { path, tables, rows } = await writeSnapshot(db, { dir, runId: "r1" });
    expect(tables).toBe(PUBLISHED_TABLES.filter((table) => table.content).length);
    expect(rows).toBe(3 + 1 + 1 + 3 + 3);
    expect(
      await query(
        path,
        "select display_name, email, data_sources, external_ids->>'$.quickbooks[0]' as id from customers order by customer_id",
      ),
    ).toEqual([
      { display_name: 'Quote " comma, and\nline \\N', email: null, data_sources: ["quickbooks"], id: "1" },
      { display_name: "\\N", email: null, data_sources: ["quickbooks"], id: "2" },
      { display_name: "", email: null, data_sources: ["quickbooks"], id: "3" },
    ]);
    const types = await query(
      path,
      "select typeof(amount) as a, typeof(date) as d, amount::varchar as v, date::varchar as day from customer_360.transactions",
    );
    expect(types).toEqual([{ a: "DECIMAL(18,2)", d: "DATE", v: "12345678901234.56", day: "2026-06-01" }]);
    expect(
      await query(
        path,
        "select typeof(interaction_date) as t, epoch_ms(interaction_date)::varchar as ms from customer_interactions",
      ),
    ).toEqual([{ t: "TIMESTAMP WITH TIME ZONE", ms: String(Date.parse("2026-05-05T10:00:00.123Z")) }]);
    const uncommented = await query(
      path,
      "select column_name from duckdb_columns() where schema_name in ('customer_360', 'identity') and comment is null",
    );
    expect(uncommented).toEqual([]);
    expect(await query(path, "select run_id, length(content_hash)::int as n from snapshot_info")).toEqual([
      { run_id: "r1", n: 64 },
    ]);
  });

  it("writes one Parquet file for each published table, equal to the database file", async () => {
    const { path } = await writeSnapshot(db, { dir, runId: "r1" });
    const names = PUBLISHED_TABLES.filter((table) => table.content).map(
      (table) => `${table.target.split(".")[1]}.parquet`,
    );
    expect(readdirSync(join(dir, "parquet")).sort()).toEqual(names.sort());
    const parquet = join(dir, "parquet", "customers.parquet");
    expect(
      await query(
        path,
        `select count(*)::int as n from (select * from customers except select * from read_parquet('${parquet}'))`,
      ),
    ).toEqual([{ n: 0 }]);
  });

  it("replaces the old file while somebody still reads it, and leaves nothing half-written behind", async () => {
    const { path } = await writeSnapshot(db, { dir, runId: "r1" });
    const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
    const connection = await instance.connect();
    await connection.run("select count(*) from customers");
    await db.query("update build.customers set city = 'Kingston'");
    await publishRun(db, "r2", "2026-07-02T00:00:00Z");
    await writeSnapshot(db, { dir, runId: "r2" });
    const old = await connection.runAndReadAll(
      "select count(city)::int as n, (select run_id from snapshot_info) as run from customers",
    );
    expect(old.getRowObjectsJS()).toEqual([{ n: 0, run: "r1" }]);
    connection.closeSync();
    instance.closeSync();
    expect(await query(path, "select count(city)::int as n from customers")).toEqual([{ n: 3 }]);
    expect(readdirSync(dir).sort()).toEqual(["customer360.duckdb", "parquet"]);
  });

  it("keeps the old snapshot when writing the new one fails", async () => {
    const { path } = await writeSnapshot(db, { dir, runId: "r1" });
    await db.query("alter table customer_360.items add column shape point");
    await expect(writeSnapshot(db, { dir, runId: "r1" })).rejects.toThrow("point");
    expect(existsSync(path)).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(["customer360.duckdb", "parquet"]);
  });
});
