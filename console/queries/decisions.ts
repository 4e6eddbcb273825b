import { C360Error, isoNow } from "#core";
import type { Clock, Database, SqlClient } from "#core";

/** Answers that bind: both records are one customer, or never. */
export type Decision = "must_link" | "cannot_link";

/** One answer as the history shows it. */
export interface DecisionRow {
  readonly id: number;
  readonly task_id: string | null;
  readonly left_key: string;
  readonly right_key: string;
  readonly decision: Decision;
  readonly steward: string;
  readonly note: string;
  readonly decided_at: string;
  readonly undone_at: string | null;
  readonly undone_by: string | null;
  readonly left_name: string | null;
  readonly right_name: string | null;
}

/** Who acts, and when. */
export interface Actor {
  readonly steward: string;
  readonly clock: Clock;
}

/**
 * Writes an answer, closes its question and the audit trail's line, all or nothing; gives the decision's id.
 * An earlier contrary answer about the same two records is set aside, and comes back when this one is undone.
 * Throws CONSOLE_NOT_FOUND, or CONSOLE_ANSWERED when another tab was faster.
 */
export function decide(db: Database, actor: Actor, taskId: string, decision: Decision): Promise<number> {
  return db.transaction(async (tx) => {
    const task = await closeTask(tx, taskId, "answered", ["open", "skipped"]);
    const at = isoNow(actor.clock);
    const { rows } = await tx.query<{ id: number }>(
      `insert into identity.steward_decisions (task_id, left_key, right_key, decision, steward, decided_at)
       values ($1, $2, $3, $4, $5, $6) returning id`,
      [taskId, task.left_key, task.right_key, decision, actor.steward, at],
    );
    const id = Number(rows[0]?.id);
    await tx.query(
      `update identity.steward_decisions set undone_at = $3, undone_by = $4
       where undone_at is null and decision <> $5
         and ((left_key = $1 and right_key = $2) or (left_key = $2 and right_key = $1))`,
      [task.left_key, task.right_key, at, supersededBy(id), decision],
    );
    await audit(tx, actor, decision === "must_link" ? "review.must_link" : "review.cannot_link", taskId, {
      decision_id: id,
      left_key: task.left_key,
      right_key: task.right_key,
    });
    return id;
  });
}

/** Puts a question aside. Throws CONSOLE_NOT_FOUND, or CONSOLE_ANSWERED when it is no longer open. */
export function skip(db: Database, actor: Actor, taskId: string): Promise<void> {
  return db.transaction(async (tx) => {
    await closeTask(tx, taskId, "skipped", ["open"]);
    await audit(tx, actor, "review.skip", taskId, {});
  });
}

/** Takes a skip back; nothing happens when the question was answered meanwhile. */
export function unskip(db: Database, actor: Actor, taskId: string): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.query(`update identity.review_tasks set status = 'open' where task_id = $1 and status = 'skipped'`, [
      taskId,
    ]);
    await audit(tx, actor, "review.unskip", taskId, {});
  });
}

/**
 * Takes an answer back, at any later date: marks it undone, reopens its question where it is still there, and brings
 * back the answers that it had set aside. Gives the question's id. Throws CONSOLE_NOT_FOUND or CONSOLE_ANSWERED.
 */
export function undo(db: Database, actor: Actor, decisionId: number): Promise<string | null> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ task_id: string | null; left_key: string; right_key: string }>(
      `update identity.steward_decisions set undone_at = $2, undone_by = $3
       where id = $1 and undone_at is null returning task_id, left_key, right_key`,
      [decisionId, isoNow(actor.clock), actor.steward],
    );
    const decision = rows[0];
    if (decision === undefined) return refuseUndo(tx, decisionId);
    const restored = await tx.query(
      `update identity.steward_decisions set undone_at = null, undone_by = null where undone_by = $1`,
      [supersededBy(decisionId)],
    );
    // While an earlier answer about the pair stands again, the question has its answer.
    if (decision.task_id !== null && restored.rowCount === 0) {
      await tx.query(`update identity.review_tasks set status = 'open' where task_id = $1 and status = 'answered'`, [
        decision.task_id,
      ]);
    }
    await audit(tx, actor, "review.undo", decision.task_id ?? String(decisionId), {
      decision_id: decisionId,
      left_key: decision.left_key,
      right_key: decision.right_key,
    });
    return decision.task_id;
  });
}

/** Answers, newest first, from before an id; one row more than the page tells that there are older ones. */
export async function decisionHistory(
  db: SqlClient,
  before: number | null,
  limit: number,
): Promise<readonly DecisionRow[]> {
  const { rows } = await db.query<DecisionRow>(
    `select d.id, d.task_id, d.left_key, d.right_key, d.decision, d.steward, d.note, d.decided_at, d.undone_at,
            d.undone_by, l.display_name as left_name, r.display_name as right_name
     from identity.steward_decisions d
     left join stage.customers l on l.key = d.left_key
     left join stage.customers r on r.key = d.right_key
     where $1::bigint is null or d.id < $1
     order by d.id desc limit $2`,
    [before, limit],
  );
  return rows;
}

/** The id of the newer answer that set a decision aside, or null when a person undid it. */
export function supersededId(undoneBy: string | null): number | null {
  const match = /^superseded:(\d+)$/.exec(undoneBy ?? "");
  return match === null ? null : Number(match[1]);
}

function supersededBy(decisionId: number): string {
  return `superseded:${decisionId}`;
}

/** The row lock makes the second of two tabs wait, see the new status and be refused. */
async function closeTask(
  tx: SqlClient,
  taskId: string,
  to: "answered" | "skipped",
  from: readonly string[],
): Promise<{ readonly left_key: string; readonly right_key: string }> {
  const { rows } = await tx.query<{ left_key: string; right_key: string }>(
    `update identity.review_tasks set status = $2 where task_id = $1 and status = any($3)
     returning left_key, right_key`,
    [taskId, to, from],
  );
  const task = rows[0];
  if (task !== undefined) return task;
  const { rows: found } = await tx.query<{ status: string }>(
    `select status from identity.review_tasks where task_id = $1`,
    [taskId],
  );
  if (found[0] === undefined) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "question" });
  throw new C360Error("CONSOLE_ANSWERED", { state: `This question is ${found[0].status} already.` });
}

async function refuseUndo(tx: SqlClient, decisionId: number): Promise<never> {
  const { rows } = await tx.query(`select 1 from identity.steward_decisions where id = $1`, [decisionId]);
  if (rows.length === 0) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "decision" });
  throw new C360Error("CONSOLE_ANSWERED", { state: "This decision is undone already." });
}

async function audit(
  tx: SqlClient,
  actor: Actor,
  action: string,
  subject: string,
  detail: Readonly<Record<string, string | number>>,
): Promise<void> {
  await tx.query(`insert into gov.audit (at, actor, action, subject, detail) values ($1, $2, $3, $4, $5)`, [
    isoNow(actor.clock),
    actor.steward,
    action,
    subject,
    JSON.stringify(detail),
  ]);
}
