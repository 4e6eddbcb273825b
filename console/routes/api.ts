// oxlint-disable oxc/no-async-endpoint-handlers -- Fastify awaits its handlers; the rule speaks of Express.
import { z } from "zod";
import type { AddRoutes } from "../context.ts";
import {
  contactPoints,
  customerRecords,
  customerScores,
  fieldSources,
  relatedCustomers,
} from "../queries/customers.ts";
import { nextTask, reviewProgress } from "../queries/review.ts";
import { readStatus } from "../queries/status.ts";
import { reviewView } from "../review-view.ts";
import type { ReviewView } from "../review-view.ts";
import { sessionOf } from "../security.ts";
import { answerTask, undoDecision, undoLast } from "../steward-acts.ts";
import { findCustomer } from "./customers.ts";
import { readChoice } from "./review.ts";

const answerSchema = z.object({ decision: z.enum(["must_link", "cannot_link", "skip"]) });
const idSchema = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });

/** The JSON surface that the pages' script uses; same session, same guards. */
export const addApiRoutes: AddRoutes = (app, context) => {
  app.get("/api/status", async () => readStatus(context.db));
  app.get("/api/review/next", async (request) => {
    const choice = readChoice(request.query);
    const task = await nextTask(context.db, choice);
    return {
      progress: await reviewProgress(context.db, choice),
      next: task === null ? null : question(await reviewView(context.db, task, context.words)),
    };
  });
  app.post<{ Params: { task: string } }>("/api/review/:task/decision", async (request) => {
    const session = sessionOf(request);
    const { decision } = answerSchema.parse(request.body);
    const answered = await answerTask(context, session, { taskId: request.params.task, decision });
    return { said: answered.said, decision_id: answered.decisionId };
  });
  app.post("/api/review/undo", async (request) => {
    const undone = await undoLast(context, sessionOf(request));
    return { said: undone.said, task_id: undone.taskId };
  });
  app.post("/api/decisions/:id/undo", async (request) => {
    const undone = await undoDecision(context, sessionOf(request), idSchema.parse(request.params).id);
    return { said: undone.said, task_id: undone.taskId };
  });
  app.get<{ Params: { id: string } }>("/api/customers/:id", async (request) => {
    const customer = await findCustomer(context, request.params.id);
    const id = customer.customer_id;
    const [fields, contacts, records, scores, related] = await Promise.all([
      fieldSources(context.db, id),
      contactPoints(context.db, id),
      customerRecords(context.db, id),
      customerScores(context.db, id),
      relatedCustomers(context.db, id),
    ]);
    return {
      customer,
      fields: [...fields.values()],
      contact_points: contacts,
      records,
      scores,
      relationships: related,
    };
  });
};

function question(view: ReviewView): object {
  const { task, ...rest } = view;
  return {
    task_id: task.task_id,
    kind: task.kind,
    status: task.status,
    left_key: task.left_key,
    right_key: task.right_key,
    match_probability: task.probability,
    value_at_stake: task.value_at_stake,
    ...rest,
  };
}
