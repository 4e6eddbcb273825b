import { availableParallelism } from "node:os";
import { workSplit } from "./split-job.ts";
import { ask, openThread } from "./threads.ts";
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
    const worker = openThread(new URL("./split-worker.ts", import.meta.url), work);
    try {
      while (next < jobs.length) {
        const at = next;
        next += 1;
        answers[at] = await ask<SplitAnswer>(worker, jobs[at]!);
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
