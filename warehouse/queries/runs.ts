import type { Database, SqlClient } from "#core";
import { writeSourceBalance } from "../source-balance.ts";

/** One run. */
export interface RunRow {
  readonly runId: string;
  readonly kind: string;
  readonly status: "running" | "synced" | "published" | "published_partial" | "failed";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly dataAsOf: string | null;
  readonly contentHash: string | null;
  readonly rowsChanged: number | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly errorHint: string | null;
}

/** One step of a run. */
export interface StepRow {
  readonly step: string;
  readonly status: "running" | "done" | "failed";
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

const COLUMNS = `run_id as "runId", kind, status, started_at as "startedAt", finished_at as "finishedAt",
  data_as_of as "dataAsOf", content_hash as "contentHash", rows_changed as "rowsChanged", error_code as "errorCode",
  error_message as "errorMessage", error_hint as "errorHint"`;

/**
 * Begins a run, or goes on with one: its error is cleared, and so are alerts that the repeated steps will raise again if
 * they still hold.
 */
export async function startRun(
  db: Database,
  run: { readonly runId: string; readonly kind: string; readonly at: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `insert into ops.runs (run_id, kind, status, started_at) values ($1, $2, 'running', $3)
       on conflict (run_id) do nothing`,
      [run.runId, run.kind, run.at],
    );
    if (rowCount > 0) return;
    await tx.query(
      `update ops.runs set status = 'running', finished_at = null, error_code = null, error_message = null, error_hint = null
        where run_id = $1`,
      [run.runId],
    );
    await tx.query(
      `update ops.alerts set resolved_at = $2
        where run_id = $1 and resolved_at is null
          and (subject in (select step from ops.run_steps where run_id = $1 and status = 'failed')
            or not exists (select 1 from ops.run_steps where run_id = $1 and step = 'sync' and status = 'done'))`,
      [run.runId, run.at],
    );
  });
}

/**
 * Ends a run and keeps its balance. A nightly run that had nothing to publish carries the hash and date of what is up.
 * Alerts of earlier runs are settled by a run that published.
 */
export async function finishRun(
  db: Database,
  run: {
    readonly runId: string;
    readonly status: "synced" | "published" | "published_partial" | "failed";
    readonly at: string;
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  },
): Promise<void> {
  await writeSourceBalance(db, run.runId);
  await db.transaction(async (tx) => {
    await tx.query(
      `update ops.runs set status = $2, finished_at = $3, error_code = $4, error_message = $5, error_hint = $6
        where run_id = $1`,
      [run.runId, run.status, run.at, run.error?.code ?? null, run.error?.message ?? null, run.error?.hint ?? null],
    );
    if (run.status === "failed") return;
    await tx.query(
      `update ops.runs r set content_hash = p.content_hash, data_as_of = p.data_as_of, rows_changed = 0
         from ops.latest_publication p
        where r.run_id = $1 and r.kind <> 'sync' and r.content_hash is null`,
      [run.runId],
    );
    await tx.query("update ops.alerts set resolved_at = $2 where run_id <> $1 and resolved_at is null", [
      run.runId,
      run.at,
    ]);
  });
}

/** The latest run, whatever became of it. */
export async function latestRun(db: SqlClient): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from ops.runs order by started_at desc, run_id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** The run whose data are up; null before the first publication. */
export async function latestPublishedRun(db: SqlClient): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from ops.runs where content_hash is not null order by started_at desc, run_id desc limit 1`,
  );
  return rows[0] ?? null;
}

/** The latest run when it was cut off, or failed and failed runs are asked for; else null. */
export async function unfinishedRun(
  db: SqlClient,
  options: { readonly includeFailed: boolean },
): Promise<RunRow | null> {
  const run = await latestRun(db);
  if (run === null) return null;
  return run.status === "running" || (options.includeFailed && run.status === "failed") ? run : null;
}

/** Begins a step, or begins it again. */
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

/** Ends a step with facts for programs. */
export async function finishStep(
  db: SqlClient,
  step: {
    readonly runId: string;
    readonly step: string;
    readonly failed?: boolean;
    readonly detail: Readonly<Record<string, unknown>>;
    readonly at: string;
  },
): Promise<void> {
  await db.query(
    "update ops.run_steps set status = $3, detail = $4::jsonb, finished_at = $5 where run_id = $1 and step = $2",
    [step.runId, step.step, step.failed === true ? "failed" : "done", JSON.stringify(step.detail), step.at],
  );
}

/** Steps of a run, in order. */
export async function listSteps(db: SqlClient, runId: string): Promise<readonly StepRow[]> {
  const { rows } = await db.query<StepRow>(
    `select step, status, started_at as "startedAt", finished_at as "finishedAt", detail
       from ops.run_steps where run_id = $1 order by position`,
    [runId],
  );
  return rows;
}
