// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort } from "node:worker_threads";
import { scoreLeads } from "#models";
import type { ScoringInput } from "#models";

/** Nothing (is the thread ready?), or what to score. */
parentPort?.on("message", (input: ScoringInput | null) => {
  if (input === null) {
    parentPort?.postMessage({ answer: true });
    return;
  }
  scoreLeads(input).then(
    (answer) => parentPort?.postMessage({ answer }),
    (error: unknown) => parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
