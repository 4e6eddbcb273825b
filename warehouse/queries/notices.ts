import type { SqlClient } from "#core";
import type { StreamPlace } from "./streams.ts";

/** Something that the operator should hear about. */
export interface AlertRow {
  readonly severity: string;
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly hint: string;
}

/** Notes something about a stream that stopped nothing; once for each subject in a run. */
export async function recordNotice(
  db: SqlClient,
  notice: StreamPlace & {
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
     on conflict (run_id, source, account, stream, code, subject) do update
       set severity = excluded.severity, message = excluded.message, at = excluded.at`,
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

/** Raises an alert, once for each code and subject of a run while it stands. */
export async function recordAlert(
  db: SqlClient,
  alert: AlertRow & { readonly runId: string; readonly at: string },
): Promise<void> {
  await db.query(
    `insert into ops.alerts (run_id, severity, code, subject, message, hint, at)
     select $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::timestamptz
      where not exists (
        select 1 from ops.alerts
         where run_id = $1 and code = $3 and subject = $4 and message = $5 and resolved_at is null)`,
    [alert.runId, alert.severity, alert.code, alert.subject, alert.message, alert.hint, alert.at],
  );
}

/** Alerts of a run that still stand, errors first. */
export async function listAlerts(db: SqlClient, runId: string): Promise<readonly AlertRow[]> {
  const { rows } = await db.query<AlertRow>(
    `select severity, code, subject, message, hint from ops.alerts
      where run_id = $1 and resolved_at is null order by severity <> 'error', id`,
    [runId],
  );
  return rows;
}
