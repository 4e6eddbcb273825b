import { sha256 } from "#core";
import type { SqlClient } from "#core";
import { columnsOf, PUBLISHED_TABLES } from "./published-tables.ts";
import { RUN_FACTS } from "./run-facts.ts";
import { quoted } from "./duckdb.ts";

/** Hash of one table's content. */
export interface TableHash {
  readonly table: string;
  readonly rows: number;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
}

/**
 * One SHA-256 over every published table, in key order and without the run facts of `run-facts.ts`: equal content gives
 * an equal hash, wherever the rows lie on disk and in whatever order the columns were made.
 */
export async function contentHash(client: SqlClient): Promise<string> {
  return combine(await tableHashes(client));
}

/** The hash over the hashes of tables. */
export function combine(tables: readonly TableHash[]): string {
  return sha256(
    [...tables]
      .map((one) => `${one.table} ${one.rows} ${one.hash}`)
      .sort()
      .join("\n"),
  );
}

/** Hash of each published table. */
export async function tableHashes(client: SqlClient): Promise<readonly TableHash[]> {
  const hashes: TableHash[] = [];
  for (const table of PUBLISHED_TABLES.filter((one) => one.content)) {
    const leftOut = new Set(RUN_FACTS[table.target] ?? []);
    const names = (await columnsOf(client, table.target))
      .map((column) => column.name)
      .filter((name) => !leftOut.has(name));
    // The text of a row is the same everywhere: sessions run in UTC with ISO dates and shortest exact doubles.
    const row = [...names].sort().map(quoted).join(", ");
    const order = table.key.map((name) => `${quoted(name)}::text collate "C"`).join(", ");
    const { rows } = await client.query<{ rows: number; hash: string }>(
      `select count(*) as rows,
              encode(sha256(coalesce(string_agg(sha256(convert_to(row(${row})::text, 'UTF8')), ''::bytea order by ${order}),
                                     ''::bytea)), 'hex') as hash
         from ${table.target}`,
    );
    hashes.push({ table: table.target, rows: rows[0]?.rows ?? 0, hash: rows[0]?.hash ?? "" });
  }
  return hashes;
}
