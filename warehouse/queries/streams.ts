import type { SqlClient, StreamState } from "#core";

/** Names one stream of one account. */
export interface StreamKey {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
}

/** The checkpoint of a stream; null before its first. */
export async function readStreamState(db: SqlClient, key: StreamKey): Promise<StreamState | null> {
  const { rows } = await db.query<{ state: StreamState }>(
    "select state from ops.stream_state where source = $1 and account = $2 and stream = $3",
    [key.source, key.account, key.stream],
  );
  return rows[0]?.state ?? null;
}

/** Saves the checkpoint of a stream. Called only after the log acknowledged everything before it. */
export async function saveStreamState(
  db: SqlClient,
  entry: StreamKey & {
    readonly state: Readonly<Record<string, unknown>>;
    readonly columns: readonly string[];
    readonly runId: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.stream_state (source, account, stream, state, columns, last_run_id, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (source, account, stream) do update
       set state = excluded.state, columns = excluded.columns, last_run_id = excluded.last_run_id, updated_at = excluded.updated_at`,
    [
      entry.source,
      entry.account,
      entry.stream,
      JSON.stringify(entry.state),
      JSON.stringify(entry.columns),
      entry.runId,
      entry.at,
    ],
  );
}

/** Tables of an account that were read before, with their columns. */
export async function knownStreams(
  db: SqlClient,
  key: { readonly source: string; readonly account: string },
): Promise<readonly { readonly name: string; readonly columns: readonly string[] }[]> {
  const { rows } = await db.query<{ name: string; columns: string[] }>(
    "select stream as name, columns from ops.stream_state where source = $1 and account = $2 order by stream",
    [key.source, key.account],
  );
  return rows;
}

/** Every living record of a stream: the keys that a full read must show again. */
export async function listLivingKeys(
  db: SqlClient,
  key: StreamKey,
): Promise<readonly { readonly key: string; readonly sourceId: string; readonly hash: string }[]> {
  const { rows } = await db.query<{ key: string; sourceId: string; hash: string }>(
    `select key, source_id as "sourceId", hash
       from (select distinct on (key) key, source_id, hash, op
               from raw.records
              where source = $1 and account = $2 and stream = $3
              order by key, id desc) latest
      where op = 'upsert'
      order by key`,
    [key.source, key.account, key.stream],
  );
  return rows;
}

/** Records that a stream is being read. */
export async function startStreamRead(
  db: SqlClient,
  read: StreamKey & {
    readonly runId: string;
    readonly sourceName: string;
    readonly attempt: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.stream_reads (run_id, source_name, source, account, stream, attempt, started_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (run_id, source, account, stream, attempt) do nothing`,
    [read.runId, read.sourceName, read.source, read.account, read.stream, read.attempt, read.at],
  );
}

/** Records how the read of a stream ended, with the connector's own counts. */
export async function finishStreamRead(
  db: SqlClient,
  read: StreamKey & {
    readonly runId: string;
    readonly attempt: string;
    readonly outcome: string;
    readonly snapshot: boolean;
    readonly read: number;
    readonly deletes: number;
    readonly requests: number;
    readonly vendorTotals: unknown;
    readonly error: {
      readonly class: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    } | null;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `update ops.stream_reads
        set outcome = $6, snapshot = $7, read = $8, deletes = $9, requests = $10, vendor_totals = $11,
            error_class = $12, error_code = $13, error_message = $14, error_hint = $15, finished_at = $16
      where run_id = $1 and source = $2 and account = $3 and stream = $4 and attempt = $5`,
    [
      read.runId,
      read.source,
      read.account,
      read.stream,
      read.attempt,
      read.outcome,
      read.snapshot,
      read.read,
      read.deletes,
      read.requests,
      read.vendorTotals === null ? null : JSON.stringify(read.vendorTotals),
      read.error?.class ?? null,
      read.error?.code ?? null,
      read.error?.message ?? null,
      read.error?.hint ?? null,
      read.at,
    ],
  );
}

/** Marks a stream as read whole, and counts its living records. */
export async function markStreamRead(
  db: SqlClient,
  entry: StreamKey & { readonly runId: string; readonly at: string },
): Promise<void> {
  await db.query(
    `insert into ops.stream_state (source, account, stream, state, last_success_at, last_run_id, updated_at)
     values ($1, $2, $3, '{"v":0}', $5, $4, $5)
     on conflict (source, account, stream) do update
       set last_success_at = excluded.last_success_at, last_run_id = excluded.last_run_id`,
    [entry.source, entry.account, entry.stream, entry.runId, entry.at],
  );
}

/** Records something worth knowing about a stream; the same thing once a run. */
export async function recordNotice(
  db: SqlClient,
  notice: StreamKey & {
    readonly runId: string;
    readonly code: string;
    readonly severity: string;
    readonly subject: string;
    readonly message: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.notices (run_id, source, account, stream, code, severity, subject, message, at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (run_id, source, account, stream, code, subject) do nothing`,
    [
      notice.runId,
      notice.source,
      notice.account,
      notice.stream,
      notice.code,
      notice.severity,
      notice.subject,
      notice.message,
      notice.at,
    ],
  );
}

/** Counts the living records of every stream into its state, for the freshness view. */
export async function refreshLiveRecords(db: SqlClient): Promise<void> {
  await db.query(
    `update ops.stream_state state set live_records = counted.records
       from (select source, account, stream, count(*) filter (where outcome = 'loaded') as records
               from stage.record_state group by source, account, stream) counted
      where (state.source, state.account, state.stream) = (counted.source, counted.account, counted.stream)
        and state.live_records <> counted.records`,
  );
}
