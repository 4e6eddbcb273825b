import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLogger, systemClock } from "#core";
import type { Database } from "#core";
import { analystUrl, dataDictionary, ensureAnalyst, migrate, openDatabase, readDictionary } from "#warehouse";
import { createTestDatabase, dropTestDatabase, withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

const released = new URL("../../warehouse/migrations/", import.meta.url).pathname;
let work: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), "c360-migrate-"));
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("migrations", () => {
  let db: Database;
  let name: string;
  let url: string;
  let dir: string;
  beforeEach(async () => {
    const made = await createTestDatabase({ empty: true });
    ({ name, url } = made);
    db = await openDatabase(url);
    dir = mkdtempSync(join(work, "m-"));
    cpSync(released, dir, { recursive: true });
  });
  afterEach(async () => {
    await db.close();
    await dropTestDatabase(name);
  });

  it("run forward from every earlier version to the same schema", async () => {
    const names = readdirSync(released)
      .filter((file) => file.endsWith(".sql"))
      .sort();
    const applied: string[] = [];
    for (const count of names.keys()) {
      const step = mkdtempSync(join(work, "s-"));
      for (const file of names.slice(0, count + 1)) cpSync(join(released, file), join(step, file));
      applied.push(...(await migrate(db, { clock: systemClock, dir: step })));
    }
    expect(applied).toEqual(names);
    expect(await migrate(db, { clock: systemClock })).toEqual([]);
  });

  it("are applied once when two processes come at the same time", async () => {
    const second = await openDatabase(url);
    const results = await Promise.all([migrate(db, { clock: systemClock }), migrate(second, { clock: systemClock })]);
    await second.close();
    expect(results.map((one) => one.length).sort((a, b) => a - b)[0]).toBe(0);
  });

  it("refuse a file that was edited after it had been applied, but not other line ends", async () => {
    await migrate(db, { clock: systemClock, dir });
    const file = join(dir, "0001_stores.sql");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replaceAll("\n", "\r\n"));
    expect(await migrate(db, { clock: systemClock, dir })).toEqual([]);
    writeFileSync(file, `${text}-- more\n`);
    await expect(migrate(db, { clock: systemClock, dir })).rejects.toMatchObject({ code: "MIGRATION_EDITED" });
  });

  it("refuse a database that a newer release made", async () => {
    writeFileSync(join(dir, "9999_later.sql"), "select 1;");
    await migrate(db, { clock: systemClock, dir });
    await expect(migrate(db, { clock: systemClock })).rejects.toMatchObject({ code: "DATABASE_NEWER" });
  });

  it("leave nothing of a file that fails half way", async () => {
    writeFileSync(join(dir, "9999_broken.sql"), "create table public.half (id int); select no_such_function();");
    await expect(migrate(db, { clock: systemClock, dir })).rejects.toThrow("no_such_function");
    expect((await db.query("select to_regclass('public.half') as t")).rows).toEqual([{ t: null }]);
    expect((await db.query("select 1 from ops.migrations where name like '9999%'")).rowCount).toBe(0);
  });
});

describe("the analyst", () => {
  let db: TestDatabase;
  let analyst: Database;
  beforeAll(async () => {
    db = await withDatabase();
    await db.session((client) => ensureAnalyst(client, work, silentLogger));
    analyst = await openDatabase(await analystUrl(db.url, work));
  });
  afterAll(async () => {
    await analyst.close();
    await db.drop();
  });

  it("reads what is published, the crosswalk and the balances", async () => {
    for (const table of [
      "customer_360.customers",
      "customer_360.leads",
      "identity.crosswalk",
      "ops.source_balance",
      "ops.freshness",
      "ops.latest_publication",
    ]) {
      expect((await analyst.query(`select * from ${table}`)).rowCount).toBe(0);
    }
  });

  it("reads tables of customer_360 that are made later", async () => {
    await db.query("create table customer_360.later (id int)");
    expect((await analyst.query("select * from customer_360.later")).rowCount).toBe(0);
    await db.query("drop table customer_360.later");
  });

  it("has no other right", async () => {
    const denied = [
      "select * from stage.customers",
      "select * from raw.records",
      "select * from identity.steward_decisions",
      "select * from ops.quarantine",
      "select * from build.customers",
      "select * from log.messages",
      "select * from gov.audit",
      "update customer_360.customers set city = ''",
      "delete from identity.crosswalk",
      "create table public.mine (id int)",
      "create table customer_360.mine (id int)",
      "create temporary table mine (id int)",
      "select pg_read_file('/etc/passwd')",
      "copy (select 1) to program 'true'",
      "create role another",
    ];
    for (const statement of denied) {
      const tried = analyst.session(async (client) => {
        // The default can be switched off by its owner: the rights must hold without it.
        await client.query("set default_transaction_read_only = off");
        await client.query(statement);
      });
      await expect(tried, statement).rejects.toMatchObject({ code: "42501" });
    }
  });

  it("is made by two databases of one server at the same time", async () => {
    const others = await Promise.all([withDatabase(), withDatabase()]);
    await Promise.all(others.map((one) => one.session((client) => ensureAnalyst(client, work))));
    for (const one of others) {
      const reader = await openDatabase(await analystUrl(one.url, work));
      expect((await reader.query("select * from customer_360.customers")).rowCount).toBe(0);
      await reader.close();
      await one.drop();
    }
  });

  it("keeps its password in a file that only its owner reads, and the same one when asked again", async () => {
    const file = join(work, "analyst.password");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, "utf8");
    await db.session((client) => ensureAnalyst(client, work));
    expect(readFileSync(file, "utf8")).toBe(before);
    expect((await analyst.query("select 1")).rowCount).toBe(1);
  });
});

describe("the data dictionary", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await withDatabase();
  });
  afterAll(() => db.drop());

  it("has a comment for every table and every column that people may read", async () => {
    const tables = await readDictionary(db);
    const missing = tables.flatMap((table) => [
      ...((table.comment ?? "").length > 0 ? [] : [table.name]),
      ...table.columns
        .filter((column) => (column.comment ?? "").length === 0)
        .map((column) => `${table.name}.${column.name}`),
    ]);
    expect(missing).toEqual([]);
    const inSchema = await db.query<{ n: number }>(
      "select count(*) as n from pg_class where relnamespace = 'customer_360'::regnamespace and relkind in ('r', 'v')",
    );
    expect(tables.filter((table) => table.name.startsWith("customer_360."))).toHaveLength(inSchema.rows[0]?.n ?? -1);
    expect(tables.map((table) => table.name)).toEqual(
      expect.arrayContaining(["identity.crosswalk", "ops.source_balance", "ops.freshness"]),
    );
  });

  it("shows keys, types and escaped meanings in Markdown and HTML", async () => {
    await db.query("comment on column customer_360.items.sku is 'a <b> | c'");
    const { markdown, html } = await dataDictionary(db);
    expect(markdown).toContain("| sku | text | yes | a <b> \\| c |");
    expect(markdown).toContain("| item_key (key) | text | no | Key of the source record. |");
    expect(html).toContain("a &lt;b&gt; | c");
    expect(html).toContain('<section id="customer_360.customers">');
  });
});
