import { join } from "node:path";
import { C360Error, EXIT, faultPoint, isoNow, toC360Error } from "#core";
import type { Clock, EventLog } from "#core";
import {
  diskFullError,
  finishRun,
  finishStep,
  latestPublishedRun,
  listSteps,
  recordAlert,
  startRun,
  startStep,
  unfinishedRun,
} from "#warehouse";
import { takeRunLock } from "./lock.ts";
import { createRecordMapper } from "./mappings.ts";
import type { RunSummary } from "./outputs/screen.ts";
import { openLog, openStores } from "./runtime.ts";
import type { Stores } from "./runtime.ts";
import { configuredSources } from "./sources.ts";
import type { Source } from "./sources.ts";
import type { RunOptions, StepContext, StepResult } from "./step-context.ts";
import { STEP_WORK } from "./step-work.ts";
import { FIRST_CANDIDATE_STEP, STEPS } from "./steps.ts";
import type { StepName } from "./steps.ts";
import { summarise } from "./summary.ts";
import type { Workspace } from "./workspace.ts";

/** Does a run from lock to summary. Throws C360Error when nothing could be published; yesterday's data then stay up. */
export async function runNightly(
  workspace: Workspace,
  options: RunOptions,
): Promise<{ summary: RunSummary; exit: number }> {
  const release = await takeRunLock(workspace.paths.state, workspace.clock);
  const stop = new AbortController();
  const onSignal = (): void =>
    stop.abort(new C360Error("RUN_UNFINISHED", { step: "run", reason: "the run was asked to stop" }));
  process.once("SIGTERM", onSignal);
  process.once("SIGINT", onSignal);
  try {
    const sources = configuredSources(workspace, options.only);
    const stores = await openStores(workspace);
    try {
      const log = await openLog(workspace, stores.db);
      try {
        return await runSteps(workspace, stores, log, sources, options, stop.signal);
      } finally {
        await log.close();
      }
    } finally {
      await stores.close();
    }
  } finally {
    process.off("SIGTERM", onSignal);
    process.off("SIGINT", onSignal);
    await release();
  }
}

async function runSteps(
  workspace: Workspace,
  stores: Stores,
  log: EventLog,
  sources: readonly Source[],
  options: RunOptions,
  signal: AbortSignal,
): Promise<{ summary: RunSummary; exit: number }> {
  const started = workspace.clock.now();
  const { runId, resumed } = await chooseRun(workspace, stores, options);
  const attempt = isoNow(workspace.clock);
  const mapper = createRecordMapper(workspace, sources);
  const context: StepContext = {
    workspace,
    stores,
    log,
    runId,
    attempt,
    options,
    sources,
    mapper,
    signal,
    handled: new Map(),
  };
  const done = resumed ? await finishedSteps(stores, runId) : new Set<string>();
  if (resumed) workspace.out.line(`Going on with run ${runId}.`);
  let step: StepName = STEPS[0];
  let nothingChanged = false;
  try {
    for (step of STEPS) {
      if (nothingChanged && step !== "lists") continue;
      if (!done.has(step)) nothingChanged = (await runStep(context, step)).nothingChanged ?? nothingChanged;
      if (step === options.until) break;
    }
  } catch (thrown) {
    throw await failRun(context, step, thrown);
  }
  const summary = await summarise(context, { seconds: (workspace.clock.now() - started) / 1000, nothingChanged });
  await finishRun(stores.db, {
    runId,
    status: options.until === "lists" ? summary.outcome : "synced",
    at: isoNow(workspace.clock),
  });
  return { summary, exit: summary.outcome === "published" ? EXIT.ok : EXIT.partial };
}

/** One step, recorded before and after, with an injection point at each boundary. */
async function runStep(context: StepContext, step: StepName): Promise<StepResult> {
  const { workspace, stores, runId } = context;
  const log = workspace.log.child({ run: runId, step });
  faultPoint(`${step}.before`);
  await startStep(stores.db, { runId, step, position: STEPS.indexOf(step), at: isoNow(workspace.clock) });
  workspace.out.step(step);
  log.info({}, "step begins");
  context.signal.throwIfAborted();
  const result = await STEP_WORK[step](context);
  await finishStep(stores.db, { runId, step, detail: result.detail ?? {}, at: isoNow(workspace.clock) });
  faultPoint(`${step}.after`);
  workspace.out.done(result.summary);
  log.info({}, "step done");
  return result;
}

async function chooseRun(
  workspace: Workspace,
  stores: Stores,
  options: RunOptions,
): Promise<{ runId: string; resumed: boolean }> {
  const open = await unfinishedRun(stores.db, { includeFailed: options.mode === "resume" });
  if (open !== null) {
    await startRun(stores.db, { runId: open.runId, kind: open.kind, at: isoNow(workspace.clock) });
    return { runId: open.runId, resumed: true };
  }
  if (options.mode === "resume") throw new C360Error("RUN_NOTHING_TO_RESUME");
  const runId = newRunId(workspace.clock, await latestPublishedRun(stores.db));
  await startRun(stores.db, {
    runId,
    kind: options.until === "lists" ? "nightly" : "sync",
    at: isoNow(workspace.clock),
  });
  return { runId, resumed: false };
}

/** Time of the start, made unique against the run before: readable, sortable, and a run fact only. */
function newRunId(clock: Clock, latest: { readonly runId: string } | null): string {
  const base = isoNow(clock).replace(/[-:]/g, "").replace(".", "");
  return latest?.runId === base ? `${base}x` : base;
}

/** Steps that need not be done again. Candidate tables do not outlive a server crash, so before publication they are built anew. */
async function finishedSteps(stores: Stores, runId: string): Promise<ReadonlySet<string>> {
  const done = new Set(
    (await listSteps(stores.db, runId)).filter((one) => one.status === "done").map((one) => one.step),
  );
  if (done.has("publish")) return done;
  const keep = STEPS.slice(0, STEPS.indexOf(FIRST_CANDIDATE_STEP));
  return new Set(keep.filter((step) => done.has(step)));
}

async function failRun(context: StepContext, step: StepName, thrown: unknown): Promise<C360Error> {
  const cause = lostServer(context, toC360Error(thrown, context.workspace.paths.dir));
  const error =
    cause.code === "INTERNAL"
      ? new C360Error("RUN_UNFINISHED", { step, reason: cause.message }, { cause: thrown })
      : cause;
  const at = isoNow(context.workspace.clock);
  context.workspace.log.error({ run: context.runId, step, code: error.code }, "run failed");
  try {
    await finishStep(context.stores.db, { runId: context.runId, step, failed: true, detail: { code: error.code }, at });
    await finishRun(context.stores.db, { runId: context.runId, status: "failed", error, at });
    await recordAlert(context.stores.db, {
      runId: context.runId,
      severity: "error",
      code: error.code,
      subject: step,
      message: error.message,
      hint: error.hint,
      at,
    });
  } catch {
    // The database itself may be what failed; the error that led here is the one to tell.
  }
  return error;
}

/** A server that a full disk has ended can only be missed by its clients: what it said last tells why. */
function lostServer({ workspace, stores }: StepContext, error: C360Error): C360Error {
  if (error.code !== "POSTGRES_UNREACHABLE" || !stores.embedded) return error;
  return diskFullError({ dataDir: join(workspace.paths.data, "postgres"), stateDir: workspace.paths.state }) ?? error;
}
