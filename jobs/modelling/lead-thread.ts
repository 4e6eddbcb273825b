import type { ScorePart, ScoringInput } from "#models";
import { ask, openThread } from "./threads.ts";

/** A thread that scores leads. */
export interface LeadThread {
  /** Gives what `scoreLeads` gives; throws where the thread fails. */
  score(input: ScoringInput): Promise<ScorePart>;
  close(): Promise<void>;
}

/** Opens the thread: it loads what it needs while its input is read. */
export function openLeadThread(): LeadThread {
  const worker = openThread(new URL("./lead-worker.ts", import.meta.url), {});
  const ready = ask<true>(worker, null);
  // Told to whoever asks for scores.
  ready.catch(() => undefined);
  return {
    async score(input) {
      await ready;
      // Histories serve lifetime values alone.
      const order: ScoringInput = { ...input, histories: [] };
      return ask<ScorePart>(worker, order);
    },
    async close() {
      await worker.terminate();
    },
  };
}
