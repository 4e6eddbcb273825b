import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { escapeIdentifier, escapeLiteral } from "pg";
import { sha256 } from "#core";
import type { Logger, SqlClient } from "#core";
import { readOrMakePassword } from "./postgres-home.ts";

/** Schemas and relations that the analyst may read; nothing else. */
const READABLE = [
  "identity.crosswalk",
  "identity.customer_ids",
  "ops.source_balance",
  "ops.freshness",
  "ops.latest_publication",
];

/**
 * Makes the read-only role `analyst`: it reads `customer_360`, the crosswalk and the public views of `ops`, and has no
 * other right. Its password lies in `<stateDir>/analyst.password`. On a server whose owner lets us make no roles it is
 * left out with a warning; its administrator can grant the same.
 */
export async function ensureAnalyst(client: SqlClient, stateDir: string, log?: Logger): Promise<boolean> {
  await mkdir(stateDir, { recursive: true });
  const password = await readOrMakePassword(join(stateDir, "analyst.password"));
  const { rows } = await client.query<{ role: string; may: boolean; database: string; current: boolean }>(
    `select r.rolname::text as role, r.rolsuper or r.rolcreaterole as may, current_database()::text as database,
            exists (select 1 from pg_roles where rolname = 'analyst') as current
       from pg_roles r where r.rolname = current_user`,
  );
  const found = rows[0];
  if (found === undefined || !found.may) {
    log?.warn({ role: "analyst" }, "the read-only role was not made: this user may not make roles");
    return false;
  }
  const statements = rights(found.role, found.database, password);
  // Settled once: the same statements need not run at every start.
  const settled = sha256(statements.join(";"));
  const { rows: kept } = await client.query<{ value: unknown }>(
    "select value from ops.settings where name = 'analyst'",
  );
  if (found.current && kept[0]?.value === settled) return true;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await grant(client, found.current ? statements : ["create role analyst", ...statements], settled);
      return true;
    } catch (error) {
      // Roles belong to the whole server: another database may be making the same change in this moment.
      const code = (error as { code?: string }).code ?? "";
      if (attempt >= 5 || !["XX000", "42710", "23505"].includes(code)) throw error;
      found.current ||= code !== "XX000";
    }
  }
}

function rights(role: string, database: string, password: string): readonly string[] {
  const owner = escapeIdentifier(role);
  const here = escapeIdentifier(database);
  return [
    `alter role analyst with login nosuperuser nocreatedb nocreaterole noinherit connection limit 10
       password ${escapeLiteral(password)}`,
    "alter role analyst set default_transaction_read_only = on",
    "alter role analyst set statement_timeout = '10min'",
    `revoke temporary on database ${here} from public`,
    `grant connect on database ${here} to analyst`,
    "grant usage on schema customer_360, identity, ops to analyst",
    "grant select on all tables in schema customer_360 to analyst",
    `alter default privileges for role ${owner} in schema customer_360 grant select on tables to analyst`,
    ...READABLE.map((relation) => `grant select on ${relation} to analyst`),
  ];
}

async function grant(client: SqlClient, statements: readonly string[], settled: string): Promise<void> {
  await client.query("begin");
  try {
    for (const statement of statements) await client.query(statement);
    await client.query(
      `insert into ops.settings (name, value, updated_at) values ('analyst', $1::jsonb, now())
       on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`,
      [JSON.stringify(settled)],
    );
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
}

/** Connection address of the analyst, made from the owner's. */
export async function analystUrl(ownerUrl: string, stateDir: string): Promise<string> {
  const url = new URL(ownerUrl);
  url.username = "analyst";
  url.password = await readOrMakePassword(join(stateDir, "analyst.password"));
  return url.href;
}
