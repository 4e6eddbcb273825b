// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { parentPort } from "node:worker_threads";
import { countShared, draftRecords, fitKind, hashRecords, prepareRecord, shareNames, weighCandidates } from "#identity";
import type { LinkageSettings, Prepared } from "#identity";
import { packDrafts, packPrepared, unpackPrepared } from "./row-columns.ts";
import type {
  KeptOrder,
  KnownSettings,
  RowPart,
  RowWork,
  TeamMessage,
  TeamSettings,
  TeamTask,
} from "./thread-tasks.ts";

let work: RowWork | null = null;
let keeps = false;
/** Prepared records by part, this thread's own and those of others. */
let kept: (readonly Prepared[])[] = [];
let records: readonly Prepared[] = [];
let known: KnownSettings | null = null;

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

function whole(settings: TeamSettings): LinkageSettings {
  if (known === null) throw new Error("settings came before their words");
  return { ...settings, ...known };
}

function answer(task: TeamTask): object | null {
  switch (task.name) {
    case "work":
      ({ work, keeps } = task);
      return { number: -1, ready: true };
    case "rows":
      return readPart(task.part);
    case "keep":
      kept[task.number] = unpackPrepared(task.columns);
      return null;
    case "order":
      putInOrder(task.order);
      return null;
    case "know":
      ({ known } = task);
      return null;
    case "shared":
      return { answer: countShared(records) };
    case "keys":
      return { answer: hashRecords(records) };
    case "fit":
      return { answer: fitKind(whole(task.settings), records, task.work) };
    case "weigh":
      return { answer: weighCandidates(whole(task.settings), records, task.pairs) };
    default:
      return null;
  }
}

parentPort?.on("message", ({ task, asked }: TeamMessage) => {
  try {
    const found = answer(task);
    if (found !== null) parentPort?.postMessage({ ...found, asked });
  } catch (error) {
    const number = task.name === "rows" ? task.part.number : -1;
    parentPort?.postMessage({ number, asked, problem: error instanceof Error ? error.message : String(error) });
  }
});
