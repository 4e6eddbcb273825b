// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort } from "node:worker_threads";
import { draftRecords, fitKind, hashRecords, prepareRecord, shareNames, weighCandidates } from "#identity";
import type { Prepared } from "#identity";
import { packDrafts, packPrepared, unpackPrepared } from "./row-columns.ts";
import type { KeptOrder, RowPart, RowWork, TeamTask } from "./thread-tasks.ts";

let work: RowWork | null = null;
let keeps = false;
/** Prepared records by part, this thread's own and those of others. */
let kept: (readonly Prepared[])[] = [];
let records: readonly Prepared[] = [];

function readPart({ number, table, ids }: RowPart): object {
  if (work === null) return { number, problem: "rows came before it was said how to read them" };
  const { map, pack, orders, lexicon } = work;
  const drafts = draftRecords([table], { map, pack, ids }, orders);
  const prepared = lexicon === null ? null : drafts.records.map((record) => prepareRecord(record, lexicon));
  if (keeps && prepared !== null) kept[number] = prepared;
  return { number, drafts: packDrafts(drafts), prepared: prepared === null ? null : packPrepared(prepared) };
}

function putInOrder({ places, at, changed }: KeptOrder): void {
  const rows = kept.flat();
  kept = [];
  const others = unpackPrepared(changed);
  const list: Prepared[] = [];
  let next = 0;
  for (const [position, place] of places.entries()) {
    const record = at[next] === position ? others[next] : rows[place];
    if (at[next] === position) next += 1;
    if (record !== undefined) list.push(record);
  }
  shareNames(list);
  records = list;
}

function answer(task: TeamTask): object | null {
  if (task.name === "rows") return readPart(task.part);
  if (task.name === "keys") return { answer: hashRecords(records) };
  if (task.name === "fit") return { answer: fitKind(task.settings, records, task.work) };
  if (task.name === "weigh") return { answer: weighCandidates(task.settings, records, task.pairs) };
  if (task.name === "work") {
    ({ work, keeps } = task);
    return { number: -1, ready: true };
  }
  if (task.name === "keep") kept[task.number] = unpackPrepared(task.columns);
  else putInOrder(task.order);
  return null;
}

parentPort?.on("message", (task: TeamTask) => {
  try {
    const found = answer(task);
    if (found !== null) parentPort?.postMessage(found);
  } catch (error) {
    const number = task.name === "rows" ? task.part.number : -1;
    parentPort?.postMessage({ number, problem: error instanceof Error ? error.message : String(error) });
  }
});
