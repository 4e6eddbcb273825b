import type { Database, SqlClient } from "#core";

/** What became of the records of one stream in one run. */
export interface SourceBalance {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly read: number;
  readonly loaded: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly filtered: number;
}

/**
 * Computes `ops.source_balance` of a run. `read` is the connector's own count for attempts that ended, and what arrived
 * for attempts that were cut off (they could not count). Deletes are part of it.
 */
export function writeSourceBalance(db: Database, runId: string): Promise<readonly SourceBalance[]> {
  return db.transaction(async (tx) => {
    await tx.query("delete from ops.source_balance where run_id = $1", [runId]);
    await tx.query(
      `insert into ops.source_balance (run_id, source, account, stream, read, loaded, unchanged, quarantined, filtered)
       select run_id, source, account, stream, read, loaded, unchanged, quarantined, filtered
         from ops.run_balance where run_id = $1`,
      [runId],
    );
    await tx.query(
      `update ops.stream_state s set live_records = n.records
         from (select source, account, stream, count(*) filter (where outcome <> 'deleted') as records
                 from stage.record_state group by source, account, stream) n
        where n.source = s.source and n.account = s.account and n.stream = s.stream and s.live_records <> n.records`,
    );
    return readSourceBalance(tx, runId);
  });
}

/** The balance of a run, by source and stream. */
export async function readSourceBalance(db: SqlClient, runId: string): Promise<readonly SourceBalance[]> {
  const { rows } = await db.query<SourceBalance>(
    `select source, account, stream, read, loaded, unchanged, quarantined, filtered
       from ops.source_balance where run_id = $1 order by source, account, stream`,
    [runId],
  );
  return rows;
}
