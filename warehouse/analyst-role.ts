import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { escapeIdentifier, escapeLiteral } from "pg";
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
  const secret = escapeLiteral(password);
  const owner = escapeIdentifier(found.role);
  const statements = [
    found.current ? "" : "create role analyst",
    `alter role analyst with login nosuperuser nocreatedb nocreaterole noinherit connection limit 10 password ${secret}`,
    "alter role analyst set default_transaction_read_only = on",
    "alter role analyst set statement_timeout = '10min'",
    `revoke temporary on database ${escapeIdentifier(found.database)} from public`,
    `grant connect on database ${escapeIdentifier(found.database)} to analyst`,
    "grant usage on schema customer_360, identity, ops to analyst",
    "grant select on all tables in schema customer_360 to analyst",
    `alter default privileges for role ${owner} in schema customer_360 grant select on tables to analyst`,
    ...READABLE.map((relation) => `grant select on ${relation} to analyst`),
  ];
  await client.query("begin");
  try {
    // Roles belong to the whole server: two databases must not change them at once.
    await client.query("select pg_advisory_xact_lock($1)", [3_600_362]);
    for (const statement of statements) if (statement !== "") await client.query(statement);
    await client.query("commit");
    return true;
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
