import type { KnownStream, SqlClient, StreamOutcome, StreamState } from "#core";

/** Names one stream of one account. */
export interface StreamPlace {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
}

/** A record that its source still has, as far as we know. */
export interface LivingKey {
  readonly key: string;
  readonly sourceId: string;
  /** Hash of its last raw version. */
  readonly hash: string;
}

/** Checkpoint of a stream; null when it was never read, or its connector keeps none. */
export async function readStreamState(db: SqlClient, where: StreamPlace): Promise<StreamState | null> {
  const { rows } = await db.query<{ state: StreamState | Readonly<Record<string, never>> }>(
    "select state from ops.stream_state where source = $1 and account = $2 and stream = $3",
    [where.source, where.account, where.stream],
  );
  const state = rows[0]?.state;
  return state !== undefined && typeof state["v"] === "number" ? (state as StreamState) : null;
}

/** Saves a checkpoint. To be called once the log has acknowledged every record before it. */
export async function saveStreamState(
  db: SqlClient,
  save: StreamPlace & {
    readonly state: Readonly<Record<string, unknown>>;
    readonly columns: readonly string[];
    readonly runId: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.stream_state (source, account, stream, state, columns, last_run_id, updated_at)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, $6, $7)
     on conflict (source, account, stream) do update
       set state = excluded.state, columns = excluded.columns, last_run_id = excluded.last_run_id,
           updated_at = excluded.updated_at`,
    [
      save.source,
      save.account,
      save.stream,
      JSON.stringify(save.state),
      JSON.stringify(save.columns),
      save.runId,
      save.at,
    ],
  );
}

/** Notes that a stream was read whole: its freshness. */
export async function markStreamRead(
  db: SqlClient,
  mark: StreamPlace & { readonly runId: string; readonly at: string },
): Promise<void> {
  await db.query(
    `insert into ops.stream_state (source, account, stream, state, last_success_at, last_run_id, updated_at)
     values ($1, $2, $3, '{}', $5, $4, $5)
     on conflict (source, account, stream) do update
       set last_success_at = excluded.last_success_at, last_run_id = excluded.last_run_id`,
    [mark.source, mark.account, mark.stream, mark.runId, mark.at],
  );
}

/** Streams of an account that were read before, with their columns, by name. */
export async function knownStreams(
  db: SqlClient,
  where: { readonly source: string; readonly account: string },
): Promise<readonly KnownStream[]> {
  const { rows } = await db.query<KnownStream>(
    `select stream as name, columns from ops.stream_state where source = $1 and account = $2 order by stream`,
    [where.source, where.account],
  );
  return rows;
}

/** Records of a stream that were there at the last read: what is absent from a full read now was deleted. */
export async function listLivingKeys(db: SqlClient, where: StreamPlace): Promise<readonly LivingKey[]> {
  const { rows } = await db.query<{ key: string; hash: string }>(
    `select key, raw_hash as hash from stage.record_state
      where source = $1 and account = $2 and stream = $3 and outcome <> 'deleted' order by key collate "C"`,
    [where.source, where.account, where.stream],
  );
  return rows.map((row) => ({ ...row, sourceId: decodeURIComponent(row.key.slice(row.key.lastIndexOf(":") + 1)) }));
}

/** Notes that an attempt to read a stream begins. */
export async function startStreamRead(
  db: SqlClient,
  read: StreamPlace & {
    readonly runId: string;
    readonly sourceName: string;
    /** What people call the stream: a tab's or file's title. */
    readonly title: string;
    readonly attempt: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.stream_reads (run_id, source_name, source, account, stream, title, attempt, started_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (run_id, source, account, stream, attempt) do nothing`,
    [read.runId, read.sourceName, read.source, read.account, read.stream, read.title, read.attempt, read.at],
  );
}

/** Notes how an attempt to read a stream ended, with the connector's own counts. */
export async function finishStreamRead(
  db: SqlClient,
  read: StreamPlace & {
    readonly runId: string;
    readonly attempt: string;
    readonly outcome: StreamOutcome;
    readonly snapshot: boolean;
    /** Records, deletes included. */
    readonly read: number;
    readonly deletes: number;
    readonly requests: number;
    readonly vendorTotals: Readonly<Record<string, unknown>> | null;
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
        set outcome = $6, snapshot = $7, read = $8, deletes = $9, requests = $10, vendor_totals = $11::jsonb,
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
