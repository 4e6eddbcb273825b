import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { Client } from "pg";
import type { QueryResult, QueryResultRow } from "pg";
import { describe, expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";
import type { RunAnswer } from "../support/c360.ts";

const SCALE = ["--scale", "0.05"];

describe("c360 demo", () => {
  it("goes from the vendors to a reasoned lead list, and finds nothing to change when run again", async () => {
    await withWorkspace(async (dir) => {
      const demo = await c360(["demo", ...SCALE, "--workspace", dir, "--json"]);
      const first = demo.json<RunAnswer>();
      expect(demo.status, demo.stderr).toBe(0);
      expect(first.outcome).toBe("published");
      expect(first.customers).toBeGreaterThan(100);
      expect(first.records).toBeGreaterThan(first.customers);
      expect(first.leads).toHaveLength(10);
      for (const one of first.sources) {
        expect(one.read, `${one.source} ${one.stream}`).toBe(
          one.loaded + one.unchanged + one.quarantined + one.filtered,
        );
      }
      await expectFiles(first);
      await expectWarehouse(dir, first);

      const again = (await c360(["demo", ...SCALE, "--workspace", dir, "--json"])).json<RunAnswer>();
      expect(again).toMatchObject({ nothing_changed: true, rows_changed: 0, content_hash: first.content_hash });

      // The same content comes out when everything is computed anew from what has landed.
      const rebuilt = await c360(["nightly", "--no-sync", "--rebuild", "--workspace", dir, "--json"]);
      expect(rebuilt.status, rebuilt.stderr).toBe(0);
      expect(rebuilt.json<RunAnswer>()).toMatchObject({ rows_changed: 0, content_hash: first.content_hash });
    });
  });

  it("takes in what further days bring, and keeps the ids of whom they do not touch", async () => {
    await withWorkspace(async (dir) => {
      const words = ["demo", ...SCALE, "--days", "2", "--workspace", dir, "--json"];
      const answer = (await c360(words)).json<RunAnswer & { days: readonly RunAnswer[] }>();
      expect(answer.days).toHaveLength(3);
      expect(new Set(answer.days.map((day) => day.content_hash)).size).toBe(3);
      for (const day of answer.days.slice(1)) expect(day.rows_changed).toBeGreaterThan(0);
      const { rows } = await query<{ retired: number; active: number }>(
        dir,
        `select count(*) filter (where status = 'retired')::int as retired,
                count(*) filter (where status = 'active')::int as active from identity.customer_ids`,
      );
      // A day changes few customers: merged ones retire an id, nobody else loses theirs.
      expect(rows[0]?.retired).toBeLessThan((rows[0]?.active ?? 0) * 0.05);
    });
  });

  it("answers wrong use with a word on what to type", async () => {
    await withWorkspace(async (dir) => {
      expect((await c360(["demo", "--days", "x", "--workspace", dir])).status).toBe(2);
      await c360(["init", "--workspace", dir]);
      const own = await c360(["demo", "--workspace", dir]);
      expect(own.status).toBe(2);
      expect(own.stderr).toContain("--workspace");
    });
  });
});

async function expectFiles(run: RunAnswer): Promise<void> {
  const csv = await readFile(run.files.csv, "utf8");
  expect(csv.split("\r\n")[0]).toBe(
    "rank,customer_id,customer,phone,last_contact,band,reason_1,reason_2,reason_3,action",
  );
  expect((await stat(run.files.xlsx)).size).toBeGreaterThan(5000);
  expect(await readFile(run.files.report, "utf8")).toContain("Best leads");
  const instance = await DuckDBInstance.create(run.files.snapshot, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const found = await connection.runAndReadAll("select count(*)::int as n from customers");
  expect(found.getRowObjects()[0]?.["n"]).toBe(run.customers);
  connection.closeSync();
  instance.closeSync();
}

async function expectWarehouse(dir: string, run: RunAnswer): Promise<void> {
  const status = (await c360(["status", "--json", "--workspace", dir])).json();
  expect(status).toMatchObject({ run_id: run.run_id, outcome: "published", content_hash: run.content_hash });
  expect(status["snapshot_path"]).toBe(join(dir, "warehouse", "customer360.duckdb"));
  const balance = await query(
    dir,
    "select run_id, source, stream, read, loaded, unchanged, quarantined, filtered from ops.source_balance",
  );
  expect(balance.rowCount).toBe(run.sources.length);
  const orphans = await query(
    dir,
    `select x.key from identity.crosswalk x left join customer_360.customers c using (customer_id) where c.customer_id is null`,
  );
  expect(orphans.rowCount).toBe(0);
  const unexplained = await query(
    dir,
    `select s.customer_id from customer_360.customer_scores s
      where s.value is not null and not exists
        (select from customer_360.score_reasons r where r.customer_id = s.customer_id and r.score = s.score)`,
  );
  expect(unexplained.rowCount).toBe(0);
}

/** Asks the workspace's own server, as psql would. */
async function query<Row extends QueryResultRow>(dir: string, sql: string): Promise<QueryResult<Row>> {
  await c360(["db", "start", "--workspace", dir]);
  const { stdout } = await c360(["db", "url", "--workspace", dir]);
  const client = new Client({ connectionString: stdout.trim() });
  await client.connect();
  try {
    return await client.query<Row>(sql);
  } finally {
    await client.end();
    await c360(["db", "stop", "--workspace", dir]);
  }
}
