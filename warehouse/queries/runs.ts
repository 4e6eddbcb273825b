import type { SqlClient } from "#core";

/** A run as ops.runs knows it. Times are ISO text. */
export interface RunRow {
  readonly runId: string;
  readonly kind: string;
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly dataAsOf: string | null;
  readonly contentHash: string | null;
  readonly rowsChanged: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly errorHint: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
}

const COLUMNS = `run_id as "runId", kind, status, started_at as "startedAt", finished_at as "finishedAt",
  data_as_of as "dataAsOf", content_hash as "contentHash", rows_changed as "rowsChanged",
  error_code as "errorCode", error_message as "errorMessage", error_hint as "errorHint", summary`;

/** Records that a run begins; a run that goes on is marked as running again. */
export async function startRun(
  db: SqlClient,
  run: { readonly runId: string; readonly kind: string; readonly at: string },
): Promise<void> {
  await db.query(
    `insert into ops.runs (run_id, kind, status, started_at) values ($1, $2, 'running', $3)
     on conflict (run_id) do update
       set status = 'running', error_code = null, error_message = null, error_hint = null, finished_at = null`,
    [run.runId, run.kind, run.at],
  );
}

/** Records how a run ended. */
export async function finishRun(
  db: SqlClient,
  run: {
    readonly runId: string;
    readonly status: "synced" | "published" | "published_partial" | "failed";
    readonly at: string;
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
    readonly summary?: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  await db.query(
    `update ops.runs
        set status = $2, finished_at = $3, error_code = $4, error_message = $5, error_hint = $6,
            summary = coalesce($7::jsonb, summary)
      where run_id = $1`,
    [
      run.runId,
      run.status,
      run.at,
      run.error?.code ?? null,
      run.error?.message ?? null,
      run.error?.hint ?? null,
      run.summary === undefined ? null : JSON.stringify(run.summary),
    ],
  );
}

/** Records what a run published: the day of its data, the content hash, and how many rows changed. */
export async function recordContent(
  db: SqlClient,
  run: {
    readonly runId: string;
    readonly dataAsOf: string | null;
    readonly contentHash: string;
    readonly rowsChanged: number;
  },
): Promise<void> {
  await db.query("update ops.runs set data_as_of = $2, content_hash = $3, rows_changed = $4 where run_id = $1", [
    run.runId,
    run.dataAsOf,
    run.contentHash,
    run.rowsChanged,
  ]);
}

/** The latest run that was cut off, or (on request) the latest run if it failed; null when there is none. */
export async function unfinishedRun(
  db: SqlClient,
  options: { readonly includeFailed: boolean },
): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from ops.runs
      where status = 'running'
         or ($1 and status = 'failed' and run_id = (select run_id from ops.runs order by started_at desc, run_id desc limit 1))
      order by started_at desc, run_id desc limit 1`,
    [options.includeFailed],
  );
  return rows[0] ?? null;
}

/** The latest run whose content is published; null before the first. */
export async function latestPublishedRun(db: SqlClient): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from ops.runs
      where content_hash is not null and status in ('published', 'published_partial')
      order by started_at desc, run_id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** The latest run of any kind; null before the first. */
export async function latestRun(db: SqlClient): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from ops.runs order by started_at desc, run_id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** Records that a step begins, also when it begins again. */
export async function startStep(
  db: SqlClient,
  step: { readonly runId: string; readonly step: string; readonly position: number; readonly at: string },
): Promise<void> {
  await db.query(
    `insert into ops.run_steps (run_id, step, position, status, started_at) values ($1, $2, $3, 'running', $4)
     on conflict (run_id, step) do update
       set status = 'running', started_at = excluded.started_at, finished_at = null, detail = '{}'`,
    [step.runId, step.step, step.position, step.at],
  );
}

/** Records that a step ended. */
export async function finishStep(
  db: SqlClient,
  step: {
    readonly runId: string;
    readonly step: string;
    readonly detail: Readonly<Record<string, unknown>>;
    readonly failed?: boolean;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    "update ops.run_steps set status = $3, finished_at = $4, detail = $5 where run_id = $1 and step = $2",
    [step.runId, step.step, step.failed === true ? "failed" : "done", step.at, JSON.stringify(step.detail)],
  );
}

/** Steps of a run, in order. */
export async function listSteps(
  db: SqlClient,
  runId: string,
): Promise<
  readonly { readonly step: string; readonly status: string; readonly detail: Readonly<Record<string, unknown>> }[]
> {
  const { rows } = await db.query<{ step: string; status: string; detail: Record<string, unknown> }>(
    "select step, status, detail from ops.run_steps where run_id = $1 order by position",
    [runId],
  );
  return rows;
}

/** Tells the operator something; the same alert of the same run is told once. */
export async function recordAlert(
  db: SqlClient,
  alert: {
    readonly runId: string;
    readonly severity: "error" | "warning";
    readonly code: string;
    readonly subject: string;
    readonly message: string;
    readonly hint: string;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    `insert into ops.alerts (run_id, severity, code, subject, message, hint, at)
     select $1, $2, $3, $4, $5, $6, $7
      where not exists (select from ops.alerts where run_id = $1 and code = $3 and subject = $4 and resolved_at is null)`,
    [alert.runId, alert.severity, alert.code, alert.subject, alert.message, alert.hint, alert.at],
  );
}

/** Open alerts of a run, worst first. */
export async function listAlerts(
  db: SqlClient,
  runId: string,
): Promise<readonly { severity: string; code: string; subject: string; message: string; hint: string }[]> {
  const { rows } = await db.query<{ severity: string; code: string; subject: string; message: string; hint: string }>(
    `select severity, code, subject, message, hint from ops.alerts
      where run_id = $1 and resolved_at is null order by severity, id`,
    [runId],
  );
  return rows;
}

/** Marks the alerts of a run as settled: a resumed run begins with a clean slate. */
export async function resolveAlerts(db: SqlClient, runId: string, at: string): Promise<void> {
  await db.query("update ops.alerts set resolved_at = $2 where run_id = $1 and resolved_at is null", [runId, at]);
}
