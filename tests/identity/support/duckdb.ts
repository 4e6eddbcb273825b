import { DuckDBDataChunk, DuckDBInstance, DOUBLE, INTEGER, BIGINT, VARCHAR, BOOLEAN } from "@duckdb/node-api";
import type { AnalyticalEngine, AnalyticalType } from "#core";

const TYPES = { text: VARCHAR, int: INTEGER, bigint: BIGINT, double: DOUBLE, boolean: BOOLEAN };
const SQL: Record<AnalyticalType, string> = {
  text: "varchar",
  int: "integer",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
};

/** A small in-memory engine for the tests of linkage. */
export async function openDuckdb(threads = 1): Promise<AnalyticalEngine> {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads) });
  const connection = await instance.connect();
  return {
    exec: async (sql) => {
      await connection.run(sql);
    },
    rows: async <Row extends object>(sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS() as Row[],
    columns: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      const columns = reader.getColumns();
      return Object.fromEntries(
        reader.columnNames().map((name, at) => {
          const values = columns[at] ?? [];
          const isText = values.some((value) => typeof value === "string");
          return [name, isText ? (values as (string | null)[]) : Float64Array.from(values, Number)];
        }),
      );
    },
    load: async (table, shape, rows) => {
      const names = Object.keys(shape);
      const types = Object.values(shape);
      await connection.run(
        `create or replace table ${table} (${names.map((name, at) => `${name} ${SQL[types[at] ?? "text"]}`).join(", ")})`,
      );
      const appender = await connection.createAppender(table);
      const chunkTypes = types.map((type) => TYPES[type]);
      let buffer: (string | number | boolean | null)[][] = names.map(() => []);
      let count = 0;
      const flush = (): void => {
        if (buffer[0]?.length === 0) return;
        const chunk = DuckDBDataChunk.create(chunkTypes);
        chunk.setColumns(buffer);
        appender.appendDataChunk(chunk);
        buffer = names.map(() => []);
      };
      for (const row of rows) {
        row.forEach((value, at) => buffer[at]?.push(value));
        count += 1;
        if (buffer[0]?.length === 2048) flush();
      }
      flush();
      appender.closeSync();
      return count;
    },
    close: async () => {
      connection.closeSync();
      await Promise.resolve();
    },
  };
}
