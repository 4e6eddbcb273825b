import type { SqlClient } from "#core";

/** A record that waits for mending. */
export interface QuarantineRow {
  readonly id: number;
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly source_id: string;
  readonly reason: string;
  readonly detail: string;
  readonly field: string | null;
  readonly file: string | null;
  readonly sheet: string | null;
  readonly row_number: number | null;
  readonly raw: unknown;
  readonly status: string;
  readonly first_seen_at: string;
}

const COLUMNS =
  "id, key, source, account, stream, source_id, reason, detail, field, file, sheet, row_number, raw, status, first_seen_at";

/** Open rows of the quarantine, oldest first. */
export async function listQuarantine(
  db: SqlClient,
  options: { readonly reason?: string; readonly source?: string; readonly limit?: number } = {},
): Promise<readonly QuarantineRow[]> {
  const { rows } = await db.query<QuarantineRow>(
    `select ${COLUMNS} from ops.quarantine
      where status = 'open' and ($1::text is null or reason = $1) and ($2::text is null or source = $2)
      order by id limit $3`,
    [options.reason ?? null, options.source ?? null, options.limit ?? 1_000_000],
  );
  return rows;
}

/** One row of the quarantine, open or not; null when there is none. */
export async function showQuarantine(db: SqlClient, id: number): Promise<QuarantineRow | null> {
  const { rows } = await db.query<QuarantineRow>(`select ${COLUMNS} from ops.quarantine where id = $1`, [id]);
  return rows[0] ?? null;
}
