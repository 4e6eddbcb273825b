import { createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import type { DuckDBConnection } from "@duckdb/node-api";
import { to as copyTo } from "pg-copy-streams";
import { C360Error } from "#core";
import type { Database, SqlClient } from "#core";
import { connectionOf } from "./database.ts";
import { OFFLINE, quoted } from "./duckdb.ts";
import { columnsOf, PUBLISHED_TABLES } from "./published-tables.ts";
import type { PublishedTable, TableColumn } from "./published-tables.ts";

/** Name of the snapshot's database file. */
const FILE = "customer360.duckdb";

/** What was written. */
export interface Snapshot {
  /** The DuckDB file. */
  readonly path: string;
  readonly tables: number;
  readonly rows: number;
}

/**
 * Writes every published table into `customer360.duckdb` and `parquet/<table>.parquet` below `dir`, in key order, with
 * types and comments. Everything is written beside the old files first and then swapped in by rename: whoever has the
 * old file open goes on reading it. In DuckDB the tables are called as in Postgres, and `customers` works as well.
 */
export async function writeSnapshot(
  db: Database,
  options: { readonly dir: string; readonly runId: string },
): Promise<Snapshot> {
  const dir = resolve(options.dir);
  const draft = join(dir, `.draft-${process.pid}`);
  try {
    await mkdir(dir, { recursive: true });
    await clearDrafts(dir);
    await mkdir(join(draft, "parquet"), { recursive: true });
    const counts = await writeDraft(db, draft, options.runId);
    await swapIn(dir, draft);
    return { path: join(dir, FILE), ...counts };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOSPC" || /no space left/i.test((error as Error).message)) {
      throw new C360Error("DISK_FULL", { path: dir }, { cause: error });
    }
    if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
      throw new C360Error("PERMISSION", { action: "Writing to", path: dir }, { cause: error });
    }
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function writeDraft(db: Database, draft: string, runId: string): Promise<{ tables: number; rows: number }> {
  const instance = await DuckDBInstance.create(join(draft, FILE), { threads: "2", memory_limit: "512MB", ...OFFLINE });
  const connection = await instance.connect();
  try {
    await connection.run("create schema customer_360; create schema identity;");
    await connection.run("set preserve_insertion_order = true");
    const tables = PUBLISHED_TABLES.filter((table) => table.content);
    const rows = await db.transaction(async (tx) => {
      // One state of the world for all tables.
      await tx.query("set transaction isolation level repeatable read, read only");
      let total = 0;
      for (const table of tables) total += await writeTable(tx, connection, draft, table);
      await writeInfo(tx, connection, runId);
      return total;
    });
    await connection.run("checkpoint");
    return { tables: tables.length, rows };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function writeTable(
  tx: SqlClient,
  connection: DuckDBConnection,
  draft: string,
  table: PublishedTable,
): Promise<number> {
  const columns = await columnsOf(tx, table.target);
  const [schema = "", name = ""] = table.target.split(".");
  const csv = join(draft, `${name}.csv`);
  const list = columns.map(outgoing).join(", ");
  const order = table.key
    .map((key) => `${quoted(key)} collate "C"`.replace(/ collate "C"$/, collation(columns, key)))
    .join(", ");
  const source = copyTo(
    `copy (select ${list} from ${table.target} order by ${order}) to stdout with (format csv, null '\\N')`,
  );
  await pipeline(connectionOf(tx).query(source), createWriteStream(csv));
  const shape = columns.map((column) => `'${column.name}': '${incomingType(column)}'`).join(", ");
  const select = columns.map(incoming).join(", ");
  await connection.run(
    `create table ${table.target} as select ${select} from read_csv(${text(csv)}, header = false, columns = {${shape}},
       delim = ',', quote = '"', escape = '"', nullstr = '\\N', allow_quoted_nulls = false, auto_detect = false,
       parallel = false, strict_mode = true, new_line = '\\n')`,
  );
  await rm(csv);
  await comment(tx, connection, table.target, columns);
  await connection.run(`create view main.${quoted(name)} as select * from ${schema}.${quoted(name)}`);
  const parquet = join(draft, "parquet", `${name}.parquet`);
  await connection.run(`copy (select * from ${table.target}) to ${text(parquet)} (format parquet, compression zstd)`);
  const reader = await connection.runAndReadAll(`select count(*)::int as n from ${table.target}`);
  return Number(reader.getRowObjectsJS()[0]?.["n"] ?? 0);
}

function collation(columns: readonly TableColumn[], key: string): string {
  return columns.find((column) => column.name === key)?.type === "text" ? ' collate "C"' : "";
}

async function comment(
  tx: SqlClient,
  connection: DuckDBConnection,
  table: string,
  columns: readonly TableColumn[],
): Promise<void> {
  const { rows } = await tx.query<{ comment: string | null }>(
    "select obj_description($1::regclass, 'pg_class') as comment",
    [table],
  );
  await connection.run(`comment on table ${table} is ${text(rows[0]?.comment ?? "")}`);
  for (const column of columns) {
    if (column.comment === null) continue;
    await connection.run(`comment on column ${table}.${quoted(column.name)} is ${text(column.comment)}`);
  }
}

async function writeInfo(tx: SqlClient, connection: DuckDBConnection, runId: string): Promise<void> {
  const { rows } = await tx.query<{ content_hash: string | null; data_as_of: string | null }>(
    "select content_hash, data_as_of from ops.runs where run_id = $1",
    [runId],
  );
  const value = (found: string | null | undefined): string => (found == null ? "null" : text(found));
  await connection.run(
    `create table main.snapshot_info as select ${text(runId)} as run_id, ${value(rows[0]?.content_hash)}::varchar as content_hash,
            ${value(rows[0]?.data_as_of)}::date as data_as_of`,
  );
  await connection.run("comment on table main.snapshot_info is 'Run that wrote this file.'");
}

/** How a column leaves Postgres: arrays as JSON, the rest in its own text. */
function outgoing(column: TableColumn): string {
  return column.type.endsWith("[]") ? `to_json(${quoted(column.name)})::text` : quoted(column.name);
}

function incomingType(column: TableColumn): string {
  return column.type.endsWith("[]") || column.type === "jsonb" ? "VARCHAR" : analyticalType(column.type);
}

function incoming(column: TableColumn): string {
  const name = quoted(column.name);
  if (column.type.endsWith("[]"))
    return `from_json(${name}, '["${analyticalType(column.type.slice(0, -2))}"]') as ${name}`;
  return column.type === "jsonb" ? `${name}::json as ${name}` : name;
}

function analyticalType(type: string): string {
  const numeric = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (numeric !== null) return `DECIMAL(${numeric[1]},${numeric[2]})`;
  const found = TYPES[type];
  if (found === undefined)
    throw new TypeError(`a published column has the type ${type}, which the snapshot does not know`);
  return found;
}

const TYPES: Readonly<Record<string, string>> = {
  text: "VARCHAR",
  integer: "INTEGER",
  bigint: "BIGINT",
  "double precision": "DOUBLE",
  numeric: "DOUBLE",
  boolean: "BOOLEAN",
  date: "DATE",
  "timestamp with time zone": "TIMESTAMPTZ",
};

async function swapIn(dir: string, draft: string): Promise<void> {
  const old = join(dir, `.old-${process.pid}`);
  await rename(join(draft, FILE), join(dir, FILE));
  await rename(join(dir, "parquet"), old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(join(draft, "parquet"), join(dir, "parquet"));
  await rm(old, { recursive: true, force: true });
}

/** Removes what a killed run left: half-written drafts and old files that were moved aside. */
async function clearDrafts(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (/^\.(draft|old)-\d+$/.test(name)) await rm(join(dir, name), { recursive: true, force: true });
  }
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
