// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort, workerData } from "node:worker_threads";
import { workSplit } from "./split-job.ts";
import type { SplitJob, SplitWork } from "./split-job.ts";

const work = workerData as SplitWork;

parentPort?.on("message", (job: SplitJob) => {
  workSplit(work, job).then(
    (answer) => parentPort?.postMessage({ answer }),
    (error: unknown) => parentPort?.postMessage({ problem: error instanceof Error ? error.message : String(error) }),
  );
});
