import type { SqlClient } from "#core";
import { openAlerts, recentRuns } from "./runs.ts";
import type { Alert, Run } from "./runs.ts";

/** What matters now, for the home page and `/api/status`. */
export interface Status {
  readonly lastRun: Run | null;
  readonly customers: number;
  readonly records: number;
  readonly openQuestions: number;
  readonly quarantined: number;
  readonly leads: number;
  readonly alerts: readonly Alert[];
}

/** Gathers the state of the workspace. */
export async function readStatus(db: SqlClient): Promise<Status> {
  const [runs, alerts, counts] = await Promise.all([
    recentRuns(db, { offset: 0, limit: 1 }),
    openAlerts(db, 20),
    db.query<Record<"customers" | "records" | "open_questions" | "quarantined" | "leads", number>>(
      `select (select count(*) from customer_360.customers) as customers,
              (select count(*) from identity.crosswalk) as records,
              (select count(*) from identity.review_tasks where status = 'open') as open_questions,
              (select count(*) from ops.quarantine where status = 'open') as quarantined,
              (select count(*) from customer_360.leads) as leads`,
    ),
  ]);
  const row = counts.rows[0];
  return {
    lastRun: runs[0] ?? null,
    alerts,
    customers: row?.customers ?? 0,
    records: row?.records ?? 0,
    openQuestions: row?.open_questions ?? 0,
    quarantined: row?.quarantined ?? 0,
    leads: row?.leads ?? 0,
  };
}
