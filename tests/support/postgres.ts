import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { silentLogger, systemClock } from "#core";
import type { Database } from "#core";
import { migrate, openDatabase, startServer, stopServer } from "#warehouse";
import type { RunningServer } from "#warehouse";

const TEMPLATE = "c360_template";
const LOCK = 7_360;

/** A migrated database of its own for one test file. */
export interface TestDatabase extends Database {
  readonly url: string;
  readonly name: string;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

/**
 * Gives a fresh database with every migration applied, cloned from a template in about 0.1 s. One server serves the
 * whole test run: it is started by the first caller and ended by `postgres-global.ts`.
 */
export async function withDatabase(options: { readonly max?: number } = {}): Promise<TestDatabase> {
  const { url, name } = await createTestDatabase();
  const db = await openDatabase(url, { applicationName: "c360-test", max: options.max ?? 8 });
  return {
    ...db,
    url,
    name,
    drop: async () => {
      await db.close();
      await dropTestDatabase(name);
    },
  };
}

/** URL of a fresh migrated database, for child processes; `empty` for one without any table. */
export async function createTestDatabase(
  options: { readonly empty?: boolean } = {},
): Promise<{ readonly url: string; readonly name: string }> {
  const server = await testServer();
  const admin = await openDatabase(databaseUrl(server.url, "postgres"), { max: 1 });
  const name = `t_${process.pid}_${randomBytes(4).toString("hex")}`;
  try {
    await admin.session(async (client) => {
      // One at a time: a template may not be in use while it is cloned.
      await client.query("select pg_advisory_lock($1)", [LOCK]);
      try {
        if (options.empty === true) {
          await client.query(`create database ${name}`);
          return;
        }
        const found = await client.query("select 1 from pg_database where datname = $1", [TEMPLATE]);
        if (found.rowCount === 0) {
          await makeTemplate(server.url);
          await client.query(`alter database ${TEMPLATE}_draft rename to ${TEMPLATE}`);
        }
        await client.query(`create database ${name} template ${TEMPLATE}`);
      } finally {
        await client.query("select pg_advisory_unlock($1)", [LOCK]);
      }
    });
  } finally {
    await admin.close();
  }
  return { url: databaseUrl(server.url, name), name };
}

/** Drops a database made by `createTestDatabase`, ending whoever is still in it. */
export async function dropTestDatabase(name: string): Promise<void> {
  const server = await testServer();
  const admin = await openDatabase(databaseUrl(server.url, "postgres"), { max: 1 });
  try {
    await admin.query(`drop database if exists ${name} with (force)`);
  } finally {
    await admin.close();
  }
}

/** The same server with another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function makeTemplate(serverUrl: string): Promise<void> {
  const admin = await openDatabase(databaseUrl(serverUrl, "postgres"), { max: 1 });
  try {
    await admin.query(`drop database if exists ${TEMPLATE}_draft with (force)`);
    await admin.query(`create database ${TEMPLATE}_draft`);
  } finally {
    await admin.close();
  }
  const draft = await openDatabase(databaseUrl(serverUrl, `${TEMPLATE}_draft`), { max: 1 });
  try {
    await migrate(draft, { clock: systemClock });
  } finally {
    await draft.close();
  }
}

let server: Promise<RunningServer> | null = null;

function testServer(): Promise<RunningServer> {
  server ??= startServer(serverPlace());
  return server;
}

function serverPlace(): Parameters<typeof startServer>[0] {
  let dir = process.env["C360_TEST_POSTGRES"];
  if (dir === undefined) {
    // Without the global set-up (a single file run by hand) the server belongs to this process.
    dir = mkdtempSync(join(tmpdir(), "c360-test-pg-own-"));
    // The server of a root user runs as somebody else, who must be able to enter.
    chmodSync(dir, 0o711);
    const own = dir;
    process.once("beforeExit", () => void stopTestServer(own));
  }
  return {
    dataDir: join(dir, "data"),
    stateDir: join(dir, "state"),
    clock: systemClock,
    log: silentLogger,
    // The folder is thrown away: nothing here needs to survive a power cut.
    settings: { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "100" },
    sharedHomes: [join(dir, "shared")],
  };
}

/** Ends the server of a folder and removes the folder. */
export async function stopTestServer(dir: string): Promise<void> {
  await stopServer({ dataDir: join(dir, "data"), stateDir: join(dir, "state"), clock: systemClock });
  rmSync(dir, { recursive: true, force: true });
}
