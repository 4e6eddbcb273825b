import { C360Error } from "#core";
import type { ConsoleContext } from "./context.ts";
import { decide, skip, undo, unskip } from "./queries/decisions.ts";
import type { Decision } from "./queries/decisions.ts";
import { stagedRecords, taskById } from "./queries/review.ts";
import { remember } from "./sessions.ts";
import type { Session } from "./sessions.ts";

/** What came of an undo. */
export interface Undone {
  /** The question that is open again, where there is one. */
  readonly taskId: string | null;
  readonly said: string;
}

const DONE: Readonly<Record<Decision | "skip", string>> = {
  must_link: "Merged",
  cannot_link: "Kept apart",
  skip: "Skipped",
};

/** Answers or skips a question for a session; gives what to say and the decision's id. Throws as `decide` and `skip` do. */
export async function answerTask(
  context: ConsoleContext,
  session: Session,
  answer: { readonly taskId: string; readonly decision: Decision | "skip" },
): Promise<{ readonly said: string; readonly decisionId: number | null }> {
  const { taskId, decision } = answer;
  const label = `${DONE[decision]}: ${await pairName(context, taskId)}`;
  if (decision === "skip") {
    await skip(context.db, context.actor, taskId);
    remember(session, { kind: "skip", taskId, label });
    return { said: label, decisionId: null };
  }
  const decisionId = await decide(context.db, context.actor, taskId, decision);
  remember(session, { kind: "decision", decisionId, taskId, label });
  context.decided();
  return { said: label, decisionId };
}

/** Takes back the session's last act. Throws CONSOLE_ANSWERED when there is none. */
export async function undoLast(context: ConsoleContext, session: Session): Promise<Undone> {
  const act = session.acts.at(-1);
  if (act === undefined) {
    throw new C360Error("CONSOLE_ANSWERED", { state: "There is nothing to undo in this session; see Decisions." });
  }
  if (act.kind === "decision") return undoDecision(context, session, act.decisionId);
  await unskip(context.db, context.actor, act.taskId);
  session.acts.pop();
  return { taskId: act.taskId, said: `Undone. ${act.label}` };
}

/** Takes an answer back, whenever it was given. Throws as `undo` does. */
export async function undoDecision(context: ConsoleContext, session: Session, decisionId: number): Promise<Undone> {
  const at = session.acts.findIndex((act) => act.kind === "decision" && act.decisionId === decisionId);
  const label = session.acts[at]?.label;
  // Whatever comes of it, `u` must not meet this answer again: another tab may have undone it.
  if (at >= 0) session.acts.splice(at, 1);
  const reopened = await undo(context.db, context.actor, decisionId);
  context.decided();
  const task = reopened === null ? null : await taskById(context.db, reopened);
  return { taskId: task?.task_id ?? null, said: label === undefined ? "Undone." : `Undone. ${label}` };
}

async function pairName(context: ConsoleContext, taskId: string): Promise<string> {
  const task = await taskById(context.db, taskId);
  if (task === null) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "question" });
  const records = await stagedRecords(context.db, [task.left_key, task.right_key]);
  const name = (key: string): string => records.get(key)?.display_name ?? key;
  return `${name(task.left_key)} and ${name(task.right_key)}`;
}
