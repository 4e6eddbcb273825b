import { z } from "zod";
import type { FastifyRequest } from "fastify";
import { C360Error } from "#core";
import type { AddRoutes, ConsoleContext } from "../context.ts";
import { sendPage } from "../context.ts";
import { decisionsPage } from "../pages/decisions-page.ts";
import { withQuery } from "../pages/parts.ts";
import { reviewPage } from "../pages/review-page.ts";
import { decisionHistory } from "../queries/decisions.ts";
import { nextTask, reopenSkipped, reviewFacets, reviewProgress, taskById } from "../queries/review.ts";
import type { ReviewFacets, ReviewFilter, ReviewTask } from "../queries/review.ts";
import { reviewView } from "../review-view.ts";
import { sessionOf } from "../security.ts";
import { answerTask, undoDecision, undoLast } from "../steward-acts.ts";
import { plural } from "../words.ts";

/** Counting 100,000 questions by source takes longer than answering one: filters may be this old. */
const FACETS_MS = 60_000;
const DECISIONS_PER_PAGE = 50;

const choiceSchema = z.object({ pair: z.string().max(200).optional(), reason: z.string().max(500).optional() });
const answerSchema = z.object({ decision: z.enum(["must_link", "cannot_link", "skip"]) });
const idSchema = z.object({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) });
const beforeSchema = z.object({ before: idSchema.shape.id.optional() });

/** Reads the filter from a query or a form; an empty field means all. */
export function readChoice(input: unknown): ReviewFilter {
  const choice = choiceSchema.parse(input ?? {});
  return { pair: choice.pair || null, reason: choice.reason || null };
}

/** The review queue and the history of decisions. */
export const addReviewRoutes: AddRoutes = (app, context) => {
  const facets = cachedFacets(context);
  async function showTask(request: FastifyRequest, task: ReviewTask | null, choice: ReviewFilter) {
    const session = sessionOf(request);
    return reviewPage({
      view: task === null ? null : await reviewView(context.db, task, context.words),
      progress: await reviewProgress(context.db, choice),
      facets: await facets(),
      choice,
      csrf: session.csrf,
      lastAct: session.acts.at(-1) ?? null,
    });
  }
  app.get("/review", async (request, reply) => {
    const choice = readChoice(request.query);
    const body = await showTask(request, await nextTask(context.db, choice), choice);
    return sendPage(request, reply, context, { title: "Review", current: "review", body });
  });
  app.get<{ Params: { task: string } }>("/review/:task", async (request, reply) => {
    const task = await taskById(context.db, request.params.task);
    if (task === null) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "question" });
    const body = await showTask(request, task, readChoice(request.query));
    return sendPage(request, reply, context, { title: "Review", current: "review", body });
  });
  app.post<{ Params: { task: string } }>("/review/:task", async (request, reply) => {
    const session = sessionOf(request);
    const { decision } = answerSchema.parse(request.body);
    const answered = await answerTask(context, session, { taskId: request.params.task, decision });
    session.flash = answered.said;
    return reply.redirect(withQuery("/review", { ...readChoice(request.body) }), 303);
  });
  app.post("/review/undo", async (request, reply) => {
    const session = sessionOf(request);
    const undone = await undoLast(context, session);
    session.flash = undone.said;
    const choice = { ...readChoice(request.body) };
    const path = undone.taskId === null ? "/review" : `/review/${encodeURIComponent(undone.taskId)}`;
    return reply.redirect(withQuery(path, choice), 303);
  });
  app.post("/review/reopen-skipped", async (request, reply) => {
    const reopened = await reopenSkipped(context.db);
    sessionOf(request).flash = `${plural(reopened, "question")} asked again.`;
    return reply.redirect(withQuery("/review", { ...readChoice(request.body) }), 303);
  });
  addDecisionRoutes(app, context);
};

const addDecisionRoutes: AddRoutes = (app, context) => {
  app.get("/decisions", async (request, reply) => {
    const { before } = beforeSchema.parse(request.query);
    const rows = await decisionHistory(context.db, before ?? null, DECISIONS_PER_PAGE + 1);
    const body = decisionsPage({
      rows: rows.slice(0, DECISIONS_PER_PAGE),
      older: rows.length > DECISIONS_PER_PAGE ? (rows[DECISIONS_PER_PAGE - 1]?.id ?? null) : null,
      first: before === undefined,
      csrf: sessionOf(request).csrf,
      words: context.words,
    });
    return sendPage(request, reply, context, { title: "Decisions", current: "decisions", body });
  });
  app.post("/decisions/:id/undo", async (request, reply) => {
    const session = sessionOf(request);
    const undone = await undoDecision(context, session, idSchema.parse(request.params).id);
    session.flash = undone.said;
    return reply.redirect("/decisions", 303);
  });
};

/** The first reader waits for the counts; later ones get the last counts while newer ones are made. */
function cachedFacets(context: ConsoleContext): () => Promise<ReviewFacets> {
  let kept: { readonly at: number; readonly facets: ReviewFacets } | null = null;
  let refreshing = false;
  async function refresh(): Promise<ReviewFacets> {
    const facets = await reviewFacets(context.db);
    kept = { at: context.clock.now(), facets };
    return facets;
  }
  return async () => {
    if (kept === null) return refresh();
    if (!refreshing && context.clock.now() - kept.at > FACETS_MS) {
      refreshing = true;
      refresh()
        // Old counts do no harm; the next reader tries again.
        .catch(() => undefined)
        .finally(() => {
          refreshing = false;
        });
    }
    return kept.facets;
  };
}
