import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { escapeIdentifier, Pool } from "pg";
import type { PoolClient, QueryResult, QueryResultRow } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { C360Error } from "#core";
import type { Database, SqlClient, SqlValue } from "#core";
import { columnEncoders, copyChunks } from "./copy-text.ts";
import { typeParsers } from "./sql-types.ts";

/** Connections behind the clients that are lent, for bulk copies. */
const connections = new WeakMap<SqlClient, PoolClient>();

/**
 * Opens a pool of connections. Fails at once with POSTGRES_UNREACHABLE where nobody answers, and with POSTGRES_UNFIT
 * where the server is too old or the database is not in UTF-8. Every session runs in UTC, so that text of times is the
 * same on every machine.
 */
export async function openDatabase(
  url: string,
  options: { readonly applicationName?: string; readonly max?: number } = {},
): Promise<Database> {
  const host = hostOf(url);
  if (host === null)
    throw new C360Error("POSTGRES_UNFIT", { host: "DATABASE_URL", reason: "that is no address of a database." });
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 8,
    application_name: options.applicationName ?? "c360",
    options: "-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c client_min_messages=warning",
    connectionTimeoutMillis: 15_000,
    idleTimeoutMillis: 30_000,
    types: typeParsers,
  });
  // An idle connection that breaks is replaced by the pool; the next statement tells if the server is gone.
  pool.on("error", () => undefined);
  const lend = <T>(work: (connection: PoolClient, client: SqlClient) => Promise<T>): Promise<T> =>
    lendConnection(pool, host, work);
  const database: Database = {
    query: (text, values) => runQuery(pool, host, text, values),
    transaction: (work) => lend((connection, client) => inTransaction(connection, host, () => work(client))),
    session: (work) => lend((_connection, client) => work(client)),
    copyIn: (tx, table, columns, rows) => copyIn(tx, { table, columns, rows, lend, host }),
    close: () => pool.end(),
  };
  try {
    await checkFit(database, host);
  } catch (error) {
    await pool.end().catch(() => undefined);
    throw error;
  }
  return database;
}

const OLDEST_VERSION = 15;

async function checkFit(database: Database, host: string): Promise<void> {
  const found = await database.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::int / 10000 as version,
            pg_encoding_to_char(encoding) as encoding
     from pg_database where datname = current_database()`,
  );
  const { version = OLDEST_VERSION, encoding = "UTF8" } = found.rows[0] ?? {};
  const reason =
    version < OLDEST_VERSION
      ? `it is Postgres ${version}.`
      : encoding === "UTF8"
        ? null
        : `its encoding is ${encoding}. \`create database NAME encoding 'UTF8' template template0\` makes one that can.`;
  if (reason !== null) throw new C360Error("POSTGRES_UNFIT", { host, reason });
}

/**
 * The raw connection behind a lent client, for streams out of the server.
 * Throws a TypeError for anything that `transaction` or `session` did not lend.
 */
export function connectionOf(client: SqlClient): PoolClient {
  const connection = connections.get(client);
  if (connection === undefined) throw new TypeError("not a client lent by transaction() or session()");
  return connection;
}

async function lendConnection<T>(
  pool: Pool,
  host: string,
  work: (connection: PoolClient, client: SqlClient) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect().catch((error: unknown) => {
    throw mapped(error, host);
  });
  let broken = false;
  const onError = (): void => {
    broken = true;
  };
  connection.on("error", onError);
  const client: SqlClient = { query: (text, values) => runQuery(connection, host, text, values) };
  connections.set(client, connection);
  try {
    return await work(connection, client);
  } catch (error) {
    broken ||= isConnectionLost(error);
    throw error;
  } finally {
    connections.delete(client);
    connection.off("error", onError);
    connection.release(broken);
  }
}

async function inTransaction<T>(connection: PoolClient, host: string, work: () => Promise<T>): Promise<T> {
  await runQuery(connection, host, "begin");
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await connection.query("rollback").catch(() => undefined);
    throw error;
  }
  await runQuery(connection, host, "commit");
  return result;
}

async function runQuery<Row extends object>(
  target: Pool | PoolClient,
  host: string,
  text: string,
  values?: readonly SqlValue[],
): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number }> {
  try {
    const result = await target.query<QueryResultRow>(text, values === undefined ? undefined : [...values]);
    // A text of several statements gives one result for each; the last one speaks.
    const last = Array.isArray(result) ? (result as QueryResult[]).at(-1) : result;
    return { rows: (last?.rows ?? []) as unknown as Row[], rowCount: last?.rowCount ?? 0 };
  } catch (error) {
    throw mapped(error, host);
  }
}

async function copyIn(
  tx: SqlClient,
  job: {
    readonly table: string;
    readonly columns: readonly string[];
    readonly rows: Iterable<readonly SqlValue[]>;
    readonly lend: <T>(work: (connection: PoolClient, client: SqlClient) => Promise<T>) => Promise<T>;
    readonly host: string;
  },
): Promise<number> {
  const connection = connections.get(tx);
  if (connection === undefined) {
    return job.lend((_own, client) => copyIn(client, job));
  }
  const encoders = await columnEncoders(tx, job.table, job.columns);
  const list = job.columns.map((column) => escapeIdentifier(column)).join(", ");
  const stream = connection.query(copyFrom(`copy ${quoteTable(job.table)} (${list}) from stdin`));
  try {
    await pipeline(
      Readable.from(copyChunks(job.rows, encoders), { objectMode: false, highWaterMark: 1 << 18 }),
      stream,
    );
  } catch (error) {
    throw mapped(error, job.host);
  }
  return stream.rowCount;
}

/** Quotes `schema.table` part by part. */
export function quoteTable(table: string): string {
  return table
    .split(".")
    .map((part) => escapeIdentifier(part))
    .join(".");
}

function isConnectionLost(error: unknown): boolean {
  return error instanceof C360Error && error.code === "POSTGRES_UNREACHABLE";
}

/** Unreachable servers and full disks get their code; values of rows are taken out of what the server says of them. */
function mapped(error: unknown, host: string): unknown {
  if (error instanceof C360Error) return error;
  const found = error as { code?: unknown; message?: string; detail?: unknown; where?: unknown } | null;
  const code = typeof found?.code === "string" ? found.code : "";
  if (code === "53100" || code === "ENOSPC")
    return new C360Error("DISK_FULL", { path: "the database" }, { cause: error });
  if (UNREACHABLE.test(code) || CONNECTION_WORDS.test(found?.message ?? "")) {
    const reason = REASONS[code] ?? (code === "" ? (found?.message ?? "no answer") : code);
    return new C360Error("POSTGRES_UNREACHABLE", { host, reason }, { cause: withoutValues(error) });
  }
  return withoutValues(error);
}

const UNREACHABLE =
  /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|08\w{3}|57P0[1-3]|28\w{3}|3D000|53300)$/;
const CONNECTION_WORDS =
  /connection terminated|timeout exceeded when trying to connect|connection ended|not queryable/i;
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there",
  ENOTFOUND: "no such host",
  "28P01": "the user name or password is wrong",
  "28000": "this user may not connect",
  "3D000": "there is no database of that name",
  "53300": "it has too many connections",
  "57P01": "the server was stopped",
  "57P03": "the server is starting up",
};

function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error) || !("code" in error)) return error;
  const found = error as Error & { code?: string; detail?: string | undefined; where?: string | undefined };
  if ("detail" in found) found.detail = undefined;
  if ("where" in found) found.where = undefined;
  if (found.code?.startsWith("22") === true) found.message = found.message.replace(/"[^"]*"/g, '"…"');
  return found;
}

/** The host and port of an address, without its password; null for what is no address. */
function hostOf(url: string): string | null {
  try {
    const parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) return null;
    return parsed.host === "" ? "the local socket" : parsed.host;
  } catch {
    return null;
  }
}
