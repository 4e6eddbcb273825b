// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { availableParallelism } from "node:os";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { workSplit } from "./split-job.ts";
import type { SplitAnswer, SplitJob, SplitWork } from "./split-job.ts";

/** Works splits, one thread for each processor; one split is worked here. Answers come in the order of the jobs. */
export async function workSplits(
  work: SplitWork,
  jobs: readonly SplitJob[],
  onDone: (done: number) => void,
): Promise<SplitAnswer[]> {
  if (jobs.length === 1) return [await workSplit(work, jobs[0]!)];
  const answers: SplitAnswer[] = [];
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    const worker = openWorker(work);
    try {
      while (next < jobs.length) {
        const at = next;
        next += 1;
        answers[at] = await ask(worker, jobs[at]!);
        done += 1;
        onDone(done);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism(), 8) }, lane));
  return answers;
}

/** A thread does not inherit a loader that was registered by call, so it registers its own before it loads its work. */
const STARTER = `const { workerData } = require("node:worker_threads");
import(workerData.loader).then(({ register }) => {
  register();
  return import(workerData.entry);
});`;

function openWorker(work: SplitWork): Worker {
  const required = createRequire(import.meta.url).resolve("tsx/esm/api");
  const loader = pathToFileURL(required.replace(/\.cjs$/, ".mjs")).href;
  const entry = new URL("./split-worker.ts", import.meta.url).href;
  return new Worker(STARTER, { eval: true, workerData: { ...work, loader, entry } });
}

function ask(worker: Worker, job: SplitJob): Promise<SplitAnswer> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void): void => {
      worker.removeAllListeners();
      act();
    };
    worker.once("message", ({ answer, problem }: { answer?: SplitAnswer; problem?: string }) => {
      end(() => {
        if (answer === undefined) reject(new Error(problem ?? "a worker gave no answer"));
        else resolve(answer);
      });
    });
    worker.once("error", (error) => {
      end(() => {
        reject(error);
      });
    });
    worker.once("exit", (code) => {
      end(() => {
        reject(new Error(`a worker ended with code ${String(code)}`));
      });
    });
    worker.postMessage(job);
  });
}
