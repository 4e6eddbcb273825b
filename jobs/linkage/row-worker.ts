// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort, workerData } from "node:worker_threads";
import { draftRecords } from "#identity";
import { packDrafts } from "./row-columns.ts";
import type { RowPart, RowWork } from "./row-threads.ts";

const { map, pack, orders } = workerData as RowWork;

parentPort?.on("message", ({ number, table, ids }: RowPart) => {
  try {
    parentPort?.postMessage({ number, drafts: packDrafts(draftRecords([table], { map, pack, ids }, orders)) });
  } catch (error) {
    parentPort?.postMessage({ number, problem: error instanceof Error ? error.message : String(error) });
  }
});
