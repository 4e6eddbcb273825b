import type { SqlClient } from "#core";

/** How many records wait for one reason. */
export interface QuarantineCount {
  readonly source: string;
  readonly stream: string;
  readonly reason: string;
  readonly records: number;
}

/** A record that waits for mending. */
export interface QuarantineRow {
  readonly id: number;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly source_id: string;
  readonly run_id: string;
  readonly reason: string;
  readonly detail: string;
  readonly field: string | null;
  readonly file: string | null;
  readonly sheet: string | null;
  readonly row_number: number | null;
  readonly raw: unknown;
  readonly first_seen_at: string;
}

/** Which rows; null means all. */
export interface QuarantineFilter {
  readonly runId: string | null;
  readonly source: string | null;
  readonly reason: string | null;
  /** Only rows with a smaller id: the next page. */
  readonly before: number | null;
}

/** Open records by source, stream and reason, most first; of one run or of all. */
export async function quarantineCounts(db: SqlClient, runId: string | null): Promise<readonly QuarantineCount[]> {
  const { rows } = await db.query<QuarantineCount>(
    `select source, stream, reason, count(*) as records from ops.quarantine
     where status = 'open' and ($1::text is null or run_id = $1)
     group by source, stream, reason order by count(*) desc, source, stream, reason`,
    [runId],
  );
  return rows;
}

/** Open records, newest first. */
export async function quarantineRows(
  db: SqlClient,
  choice: QuarantineFilter,
  limit: number,
): Promise<readonly QuarantineRow[]> {
  const { rows } = await db.query<QuarantineRow>(
    `select id, source, account, stream, source_id, run_id, reason, detail, field, file, sheet, row_number, raw,
            first_seen_at
     from ops.quarantine
     where status = 'open' and ($1::text is null or run_id = $1) and ($2::text is null or source = $2)
       and ($3::text is null or reason = $3) and ($4::bigint is null or id < $4)
     order by id desc limit $5`,
    [choice.runId, choice.source, choice.reason, choice.before, limit],
  );
  return rows;
}
