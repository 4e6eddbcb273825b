import { toC360Error } from "#core";
import { runStage } from "#pipelines";
import type { Stage } from "#pipelines";
import { usesKafka } from "./runtime.ts";
import type { StepContext } from "./step-context.ts";

/**
 * Does `work` while `stage` handles what the work puts into the log: one mostly waits while the other computes. What
 * is left over, and an error of the stage, are for the step of the stage, which follows. Gives what the work gives. On
 * Kafka the stage waits for its step: joining a group twice in a run takes longer than is won.
 */
export async function beside<Result>(context: StepContext, stage: Stage, work: () => Promise<Result>): Promise<Result> {
  if (usesKafka(context.workspace)) return work();
  const enough = new AbortController();
  const signal = AbortSignal.any([context.signal, enough.signal]);
  const meanwhile = runStage(stage, { ...stageOptions(context), signal, until: "never" })
    .then((result) => count(context, stage, result.handled))
    .catch((error: unknown) => {
      const { code } = toC360Error(error);
      context.workspace.log.warn({ stage: stage.name, code }, "a stage stopped before its step; the step goes on");
    });
  try {
    return await work();
  } finally {
    enough.abort();
    await meanwhile;
  }
}

/** Runs a stage to the end of the log. Gives the number of messages that it handled in this run, those beside others too. */
export async function runThrough(context: StepContext, stage: Stage): Promise<number> {
  const result = await runStage(stage, {
    ...stageOptions(context),
    onProgress: (done) => context.workspace.out.progress(done, undefined, "messages"),
  });
  return count(context, stage, result.handled);
}

function count(context: StepContext, stage: Stage, handled: number): number {
  const all = (context.handled.get(stage.name) ?? 0) + handled;
  context.handled.set(stage.name, all);
  return all;
}

function stageOptions(context: StepContext): Parameters<typeof runStage>[1] {
  const { workspace, stores, log, signal } = context;
  return { db: stores.db, log, clock: workspace.clock, logger: workspace.log, signal };
}
