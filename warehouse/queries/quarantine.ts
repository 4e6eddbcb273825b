import type { SqlClient } from "#core";

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
  readonly status: "open" | "resolved" | "retried";
  readonly first_seen_at: string;
}

/** How many records wait for one reason. */
export interface QuarantineCount {
  readonly source: string;
  readonly stream: string;
  readonly reason: string;
  readonly records: number;
}

/** Which rows; null means all. */
export interface QuarantineFilter {
  readonly runId: string | null;
  readonly source: string | null;
  readonly reason: string | null;
  /** Only rows with a smaller id: the next page of the newest. */
  readonly before: number | null;
}

/** How many records one reason keeps out of one source. */
export interface KeptOut {
  readonly source: string;
  readonly reason: string;
  readonly records: number;
}

const COLUMNS = `id, source, account, stream, source_id, run_id, reason, detail, field, file, sheet, row_number, raw, status,
  first_seen_at`;

/** Open rows, by source, stream, file and place. */
export async function listQuarantine(
  db: SqlClient,
  filter: { readonly reason?: string; readonly source?: string; readonly limit?: number } = {},
): Promise<readonly QuarantineRow[]> {
  const { rows } = await db.query<QuarantineRow>(
    `select ${COLUMNS} from ops.quarantine
      where status = 'open' and ($1::text is null or reason = $1) and ($2::text is null or source = $2)
      order by source, account, stream, file nulls first, sheet nulls first, row_number nulls first, id
      limit $3`,
    [filter.reason ?? null, filter.source ?? null, filter.limit ?? null],
  );
  return rows;
}

/** Open rows, newest first. */
export async function newestQuarantine(
  db: SqlClient,
  choice: QuarantineFilter,
  limit: number,
): Promise<readonly QuarantineRow[]> {
  const { rows } = await db.query<QuarantineRow>(
    `select ${COLUMNS} from ops.quarantine
      where status = 'open' and ($1::text is null or run_id = $1) and ($2::text is null or source = $2)
        and ($3::text is null or reason = $3) and ($4::bigint is null or id < $4)
      order by id desc limit $5`,
    [choice.runId, choice.source, choice.reason, choice.before, limit],
  );
  return rows;
}

/** Open rows by source, stream and reason, most first; of one run or of all. */
export async function countQuarantine(db: SqlClient, runId: string | null): Promise<readonly QuarantineCount[]> {
  const { rows } = await db.query<QuarantineCount>(
    `select source, stream, reason, count(*) as records from ops.quarantine
      where status = 'open' and ($1::text is null or run_id = $1)
      group by source, stream, reason order by count(*) desc, source, stream, reason`,
    [runId],
  );
  return rows;
}

/** One row, whatever its status; null when there is none of that id. */
export async function showQuarantine(db: SqlClient, id: number): Promise<QuarantineRow | null> {
  const { rows } = await db.query<QuarantineRow>(`select ${COLUMNS} from ops.quarantine where id = $1`, [id]);
  return rows[0] ?? null;
}

/** What is kept out now, and why: quarantined records that wait and records left out on purpose, most first. */
export async function listKeptOut(db: SqlClient): Promise<readonly KeptOut[]> {
  const { rows } = await db.query<KeptOut>(
    `select source, reason, sum(records)::bigint as records
       from (select source, reason, count(*) as records from ops.quarantine where status = 'open' group by source, reason
             union all
             select f.source, f.reason, count(*)
               from ops.filtered f join stage.record_state s on s.key = f.key and s.outcome = 'filtered' and s.raw_hash = f.raw_hash
              group by f.source, f.reason) r
      group by source, reason order by records desc, source, reason`,
  );
  return rows;
}
