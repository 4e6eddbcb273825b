import type { ScorePart, ScoringInput } from "#models";
import { ask, openThread } from "./threads.ts";

/** Scores leads in a thread of its own. Gives what `scoreLeads` gives; throws where the thread fails. */
export async function scoreLeadsInThread(input: ScoringInput): Promise<ScorePart> {
  // Histories serve lifetime values alone.
  const order: ScoringInput = { ...input, histories: [] };
  const worker = openThread(new URL("./lead-worker.ts", import.meta.url), {});
  try {
    return await ask<ScorePart>(worker, order);
  } finally {
    await worker.terminate();
  }
}
