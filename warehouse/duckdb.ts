import { mkdir } from "node:fs/promises";
import { BIGINT, BOOLEAN, DOUBLE, DuckDBDataChunk, DuckDBInstance, INTEGER, VARCHAR } from "@duckdb/node-api";
import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { C360Error } from "#core";
import type { AnalyticalEngine, AnalyticalType, TableShape } from "#core";

/** Rows of one data chunk: the engine's own vector size. */
const CHUNK_ROWS = 2048;

const TYPES: Readonly<Record<AnalyticalType, DuckDBType>> = {
  text: VARCHAR,
  int: INTEGER,
  bigint: BIGINT,
  double: DOUBLE,
  boolean: BOOLEAN,
};

/**
 * Opens an engine in memory. It never goes to the network: extensions are neither installed nor loaded by themselves.
 * What does not fit into `memoryLimitMb` is spilled to `tempDir`.
 */
export async function openAnalyticalEngine(options: {
  readonly memoryLimitMb: number;
  readonly threads: number;
  readonly tempDir: string;
}): Promise<AnalyticalEngine> {
  await mkdir(options.tempDir, { recursive: true });
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${options.memoryLimitMb}MB`,
    threads: String(options.threads),
    temp_directory: options.tempDir,
    ...OFFLINE,
  });
  const connection = await instance.connect();
  return {
    exec: async (sql) => {
      await guarded(connection.run(sql));
    },
    rows: async <Row extends object>(sql: string) => {
      const reader = await guarded(connection.runAndReadAll(sql));
      return reader.getRowObjectsJS().map((row) => plain(row) as Row);
    },
    columns: (sql) => readColumns(connection, sql),
    load: (table, shape, rows) => load(connection, table, shape, rows),
    close: () => {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}

/** Settings that keep the engine off the network. */
export const OFFLINE: Readonly<Record<string, string>> = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

async function readColumns(
  connection: DuckDBConnection,
  sql: string,
): Promise<Readonly<Record<string, Float64Array | readonly (string | null)[]>>> {
  const result = await guarded(connection.stream(sql));
  const names = result.columnNames();
  const texts = names.map((_name, i) => isText(result.columnType(i)));
  const parts: (Float64Array | (string | null)[])[][] = names.map(() => []);
  for (;;) {
    const chunk = await guarded(result.fetchChunk());
    if (chunk === null || chunk.rowCount === 0) break;
    for (let i = 0; i < names.length; i += 1) {
      const values = chunk.getColumnValues(i);
      parts[i]?.push(texts[i] === true ? values.map(asText) : numbers(values));
    }
  }
  return Object.fromEntries(names.map((name, i) => [name, join(parts[i] ?? [], texts[i] === true)]));
}

function isText(type: DuckDBType): boolean {
  return !/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w*INT\w*|FLOAT|DOUBLE|BOOLEAN|DECIMAL)/.test(type.toString());
}

function asText(value: DuckDBValue): string | null {
  return value === null ? null : typeof value === "string" ? value : String(value);
}

/** Null becomes NaN; 64-bit integers become numbers; true is 1. */
function numbers(values: readonly DuckDBValue[]): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i];
    if (value === null || value === undefined) out[i] = Number.NaN;
    else if (typeof value === "number") out[i] = value;
    else out[i] = typeof value === "bigint" || typeof value === "boolean" ? Number(value) : Number(value.toString());
  }
  return out;
}

function join(
  parts: readonly (Float64Array | (string | null)[])[],
  text: boolean,
): Float64Array | readonly (string | null)[] {
  if (text) return (parts as (string | null)[][]).flat();
  const arrays = parts as Float64Array[];
  const whole = new Float64Array(arrays.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of arrays) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function load(
  connection: DuckDBConnection,
  table: string,
  shape: TableShape,
  rows: Iterable<readonly (string | number | boolean | null)[]>,
): Promise<number> {
  const columns = Object.entries(shape);
  const list = columns.map(([name, type]) => `${quoted(name)} ${TYPES[type].toString()}`).join(", ");
  await guarded(connection.run(`create or replace table ${quoted(table)} (${list})`));
  const appender = await guarded(connection.createAppender(table));
  const types = columns.map(([, type]) => TYPES[type]);
  const bigints = columns.map(([, type]) => type === "bigint");
  let buffer: DuckDBValue[][] = columns.map(() => []);
  let count = 0;
  const flush = (): void => {
    if (buffer[0] === undefined || buffer[0].length === 0) return;
    const chunk = DuckDBDataChunk.create(types, buffer[0].length);
    chunk.setColumns(buffer);
    appender.appendDataChunk(chunk);
    buffer = columns.map(() => []);
  };
  try {
    for (const row of rows) {
      for (let i = 0; i < columns.length; i += 1) {
        const value = row[i] ?? null;
        buffer[i]?.push(bigints[i] === true && value !== null ? BigInt(value) : value);
      }
      count += 1;
      if (count % CHUNK_ROWS === 0) flush();
    }
    flush();
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
  return count;
}

/** A name as the engine's SQL wants it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  }
  return value;
}

async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (/no space left|ENOSPC/i.test(message)) {
      throw new C360Error("DISK_FULL", { path: "the analytical engine's temporary files" }, { cause: error });
    }
    throw error;
  }
}
