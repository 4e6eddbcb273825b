import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { C360Error, isoNow, sha256 } from "#core";
import type { Clock, Database, Logger, SqlClient } from "#core";
import { ensureAnalyst } from "./analyst-role.ts";

/** Number of the advisory lock that keeps two processes from migrating one database at once. */
const LOCK = 3_600_360;

/** A numbered SQL file. */
interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/**
 * Brings the schema forward: every numbered file that was not applied yet, in order, each in a transaction of its own.
 * Gives the names applied now. Throws MIGRATION_EDITED when an applied file was changed since, DATABASE_NEWER when the
 * database knows a migration that this release does not have.
 */
export async function migrate(
  db: Database,
  options: {
    readonly clock: Clock;
    readonly log?: Logger;
    readonly dir?: string;
    /** Folder that keeps the analyst's password: the read-only role is made as well. */
    readonly stateDir?: string;
  },
): Promise<readonly string[]> {
  const migrations = await readMigrations(options.dir ?? fileURLToPath(new URL("./migrations/", import.meta.url)));
  return db.session(async (client) => {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    try {
      const done = await applyMissing(client, migrations, options.clock);
      if (done.length > 0) options.log?.info({ migrations: done.length }, "schema brought forward");
      if (options.stateDir !== undefined) await ensureAnalyst(client, options.stateDir, options.log);
      return done;
    } finally {
      await client.query("select pg_advisory_unlock($1)", [LOCK]);
    }
  });
}

async function applyMissing(
  client: SqlClient,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<readonly string[]> {
  await client.query(`create schema if not exists ops`);
  await client.query(
    `create table if not exists ops.migrations (
       name text primary key, checksum text not null, applied_at timestamptz not null)`,
  );
  const { rows } = await client.query<{ name: string; checksum: string }>("select name, checksum from ops.migrations");
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  refuseChangedHistory(migrations, applied);
  const done: string[] = [];
  for (const migration of migrations) {
    if (applied.has(migration.name)) continue;
    await client.query("begin");
    try {
      await client.query(migration.sql);
      await client.query("insert into ops.migrations (name, checksum, applied_at) values ($1, $2, $3)", [
        migration.name,
        migration.checksum,
        isoNow(clock),
      ]);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback").catch(() => undefined);
      throw error;
    }
    done.push(migration.name);
  }
  return done;
}

function refuseChangedHistory(migrations: readonly Migration[], applied: ReadonlyMap<string, string>): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of [...applied].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ours = known.get(name);
    if (ours === undefined) throw new C360Error("DATABASE_NEWER", { name });
    if (ours !== checksum) throw new C360Error("MIGRATION_EDITED", { name });
  }
  const last = [...applied.keys()].sort().at(-1) ?? "";
  const skipped = migrations.find((migration) => migration.name < last && !applied.has(migration.name));
  if (skipped !== undefined) throw new C360Error("MIGRATION_EDITED", { name: skipped.name });
}

async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const names = (await readdir(dir)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      // Line ends differ between checkouts; the meaning does not.
      const sql = (await readFile(join(dir, name), "utf8")).replaceAll("\r\n", "\n");
      return { name, sql, checksum: sha256(sql) };
    }),
  );
}
