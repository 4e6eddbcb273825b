// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort, workerData } from "node:worker_threads";
import { openBackend, openScorer, parseModel } from "#models";
import type { ScoringOrder, ScoringThread } from "./score-pool.ts";

const { model } = workerData as ScoringThread;
const scorer = openBackend().then((backend) => openScorer(backend, parseModel(model)));

async function work({ columns, from, to, out }: ScoringOrder): Promise<true> {
  const score = await scorer;
  score(columns, from, to, out);
  return true;
}

parentPort?.on("message", (order: ScoringOrder) => {
  work(order).then(
    (answer) => parentPort?.postMessage({ answer }),
    (error: unknown) => parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
