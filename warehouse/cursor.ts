import type { SqlClient, SqlValue } from "#core";

/** Rows that are fetched at a time: what is on the way stays within some megabytes. */
const BLOCK = 5000;

/**
 * Reads a query block by block, so that a large answer is never in memory twice. `tx` must be inside a transaction, which
 * holds one such cursor at a time.
 */
export async function* readBlocks<Row extends object>(
  tx: SqlClient,
  text: string,
  values: readonly SqlValue[] = [],
): AsyncGenerator<readonly Row[]> {
  // All rows will be fetched: a plan for the first few would be slower.
  await tx.query("set local cursor_tuple_fraction = 1");
  await tx.query(`declare blocks no scroll cursor for ${text}`, values);
  for (;;) {
    const { rows } = await tx.query<Row>(`fetch ${String(BLOCK)} from blocks`);
    if (rows.length > 0) yield rows;
    if (rows.length < BLOCK) break;
  }
  await tx.query("close blocks");
}
