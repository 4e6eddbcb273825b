import { z } from "zod";
import { C360Error } from "#core";
import { countQuarantine, listLeads, newestQuarantine } from "#warehouse";
import type { AddRoutes, ConsoleContext } from "../context.ts";
import { sendPage } from "../context.ts";
import { homePage } from "../pages/home-page.ts";
import { quarantinePage } from "../pages/quarantine-page.ts";
import { runPage, runsPage } from "../pages/runs-pages.ts";
import type { RunDetail } from "../pages/runs-pages.ts";
import {
  auditResults,
  failedReads,
  freshness,
  recentRuns,
  runAlerts,
  runById,
  runNotices,
  runSteps,
  sourceBalances,
} from "../queries/runs.ts";
import type { Run } from "../queries/runs.ts";
import { readStatus } from "../queries/status.ts";
import { sessionOf } from "../security.ts";

const RUNS_PER_PAGE = 50;
const QUARANTINE_PER_PAGE = 50;
const HOME_LEADS = 5;

const pageSchema = z.object({ page: z.coerce.number().int().min(1).max(100_000).default(1) });
const quarantineSchema = z.object({
  run: z.string().max(200).optional(),
  source: z.string().max(200).optional(),
  reason: z.string().max(200).optional(),
  before: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
});

/** Start page, runs and quarantine. */
export const addOperationRoutes: AddRoutes = (app, context) => {
  app.get("/", async (request, reply) => {
    const body = homePage({
      status: await readStatus(context.db),
      topLeads: await listLeads(context.db, { limit: HOME_LEADS }),
      words: context.words,
      csrf: sessionOf(request).csrf,
      workspaceName: context.workspaceName,
    });
    return sendPage(request, reply, context, { title: "Home", current: "home", body });
  });
  app.get("/runs", async (request, reply) => {
    const { page } = pageSchema.parse(request.query);
    const rows = await recentRuns(context.db, { offset: (page - 1) * RUNS_PER_PAGE, limit: RUNS_PER_PAGE + 1 });
    const shown = { number: page, more: rows.length > RUNS_PER_PAGE };
    const body = runsPage(rows.slice(0, RUNS_PER_PAGE), context.words, shown);
    return sendPage(request, reply, context, { title: "Runs", current: "runs", body });
  });
  app.get<{ Params: { id: string } }>("/runs/:id", async (request, reply) => {
    const run = await runById(context.db, request.params.id);
    if (run === null) throw new C360Error("CONSOLE_NOT_FOUND", { subject: "run" });
    const body = runPage(await gatherRun(context, run), context.words);
    return sendPage(request, reply, context, { title: "Run", current: "runs", body });
  });
  app.get("/quarantine", async (request, reply) => {
    const query = quarantineSchema.parse(request.query);
    const choice = {
      runId: query.run ?? null,
      source: query.source ?? null,
      reason: query.reason ?? null,
      before: query.before ?? null,
    };
    const [counts, rows] = await Promise.all([
      countQuarantine(context.db, choice.runId),
      newestQuarantine(context.db, choice, QUARANTINE_PER_PAGE + 1),
    ]);
    const body = quarantinePage({
      counts,
      rows: rows.slice(0, QUARANTINE_PER_PAGE),
      choice,
      older: rows.length > QUARANTINE_PER_PAGE ? (rows[QUARANTINE_PER_PAGE - 1]?.id ?? null) : null,
      words: context.words,
    });
    return sendPage(request, reply, context, { title: "Quarantine", current: "quarantine", body });
  });
};

async function gatherRun(context: ConsoleContext, run: Run): Promise<RunDetail> {
  const { db } = context;
  const id = run.run_id;
  const [steps, balances, reads, fresh, notices, audits, alerts, counts, quarantined] = await Promise.all([
    runSteps(db, id),
    sourceBalances(db, id),
    failedReads(db, id),
    freshness(db),
    runNotices(db, id),
    auditResults(db, id),
    runAlerts(db, id),
    countQuarantine(db, id),
    newestQuarantine(db, { runId: id, source: null, reason: null, before: null }, 20),
  ]);
  return {
    run,
    steps,
    balances,
    failedReads: reads,
    freshness: fresh,
    notices,
    audits,
    alerts,
    quarantineCounts: counts,
    quarantined,
  };
}
