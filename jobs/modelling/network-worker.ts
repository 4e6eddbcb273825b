// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { workerData } from "node:worker_threads";
import { openBackend, trainFold } from "#models";
import { ANSWERED, DEALT } from "./network-crew.ts";
import type { CrewAnswer, CrewThread } from "./network-crew.ts";

const { data, counts, port } = workerData as CrewThread;

const backend = await openBackend();
for (let fold = Atomics.add(counts, DEALT, 1); fold < data.foldCount; fold = Atomics.add(counts, DEALT, 1)) {
  port.postMessage(answerOf(fold));
  Atomics.add(counts, ANSWERED, 1);
  Atomics.notify(counts, ANSWERED);
}

function answerOf(fold: number): CrewAnswer {
  try {
    return { made: trainFold(backend, data, fold) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
