import type { SqlClient } from "#core";

/** One nightly run. */
export interface Run {
  readonly run_id: string;
  readonly kind: string;
  readonly status: "running" | "published" | "published_partial" | "failed";
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly data_as_of: string | null;
  readonly content_hash: string | null;
  readonly rows_changed: number | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly error_hint: string | null;
}

/** One step of a run. */
export interface RunStep {
  readonly step: string;
  readonly status: "running" | "done" | "failed";
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** What became of one stream's records in one run. */
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

/** A read that did not end well. */
export interface FailedRead {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly outcome: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly error_hint: string | null;
}

/** When a stream was last read whole. */
export interface Freshness {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly last_success_at: string | null;
  readonly live_records: number;
}

/** Something worth knowing about a stream. */
export interface Notice {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
}

/** A check made before publishing. */
export interface AuditResult {
  readonly audit: string;
  readonly severity: "error" | "warning";
  readonly passed: boolean;
  readonly detail: string;
}

/** What the operator should hear about. */
export interface Alert {
  readonly id: number;
  readonly run_id: string | null;
  readonly severity: string;
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly hint: string;
  readonly at: string;
  readonly resolved_at: string | null;
}

const runColumns = `run_id, kind, status, started_at, finished_at, data_as_of, content_hash, rows_changed, error_code,
  error_message, error_hint`;

/** Runs, newest first. */
export async function recentRuns(
  db: SqlClient,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly Run[]> {
  const { rows } = await db.query<Run>(
    `select ${runColumns} from ops.runs order by started_at desc, run_id desc limit $1 offset $2`,
    [page.limit, page.offset],
  );
  return rows;
}

/** One run, or null. */
export async function runById(db: SqlClient, runId: string): Promise<Run | null> {
  const { rows } = await db.query<Run>(`select ${runColumns} from ops.runs where run_id = $1`, [runId]);
  return rows[0] ?? null;
}

/** Steps of a run, in order. */
export async function runSteps(db: SqlClient, runId: string): Promise<readonly RunStep[]> {
  const { rows } = await db.query<RunStep>(
    `select step, status, started_at, finished_at from ops.run_steps where run_id = $1 order by position, step`,
    [runId],
  );
  return rows;
}

/** The balance of every stream of a run. */
export async function sourceBalances(db: SqlClient, runId: string): Promise<readonly SourceBalance[]> {
  const { rows } = await db.query<SourceBalance>(
    `select source, account, stream, read, loaded, unchanged, quarantined, filtered
     from ops.source_balance where run_id = $1 order by source, account, stream`,
    [runId],
  );
  return rows;
}

/** Reads of a run that failed or stopped early. */
export async function failedReads(db: SqlClient, runId: string): Promise<readonly FailedRead[]> {
  const { rows } = await db.query<FailedRead>(
    `select source, account, stream, outcome, error_code, error_message, error_hint from ops.stream_reads
     where run_id = $1 and (outcome in ('failed', 'partial') or error_code is not null)
     order by source, account, stream, attempt limit 200`,
    [runId],
  );
  return rows;
}

/** Every stream, the longest unread first. */
export async function freshness(db: SqlClient): Promise<readonly Freshness[]> {
  const { rows } = await db.query<Freshness>(
    `select source, account, stream, last_success_at, live_records from ops.freshness
     order by last_success_at nulls first, source, account, stream limit 500`,
  );
  return rows;
}

/** Notices of a run. */
export async function runNotices(db: SqlClient, runId: string): Promise<readonly Notice[]> {
  const { rows } = await db.query<Notice>(
    `select source, account, stream, code, severity, subject, message from ops.notices
     where run_id = $1 order by source, account, stream, id limit 500`,
    [runId],
  );
  return rows;
}

/** Checks of a run, failures first. */
export async function auditResults(db: SqlClient, runId: string): Promise<readonly AuditResult[]> {
  const { rows } = await db.query<AuditResult>(
    `select audit, severity, passed, detail from ops.audit_results
     where run_id = $1 order by passed, severity, audit limit 500`,
    [runId],
  );
  return rows;
}

/** Alerts of a run. */
export async function runAlerts(db: SqlClient, runId: string): Promise<readonly Alert[]> {
  const { rows } = await db.query<Alert>(
    `select id, run_id, severity, code, subject, message, hint, at, resolved_at from ops.alerts
     where run_id = $1 order by id limit 200`,
    [runId],
  );
  return rows;
}

/** Alerts that nobody has resolved yet, the grave ones first, then the newest. */
export async function openAlerts(db: SqlClient, limit: number): Promise<readonly Alert[]> {
  const { rows } = await db.query<Alert>(
    `select id, run_id, severity, code, subject, message, hint, at, resolved_at from ops.alerts
     where resolved_at is null
     order by severity in ('error', 'critical') desc, id desc limit $1`,
    [limit],
  );
  return rows;
}
