// oxlint-disable unicorn/require-post-message-target-origin -- A thread has no origin; the rule speaks of windows.
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { buildLinkRecords, dateOrders, draftRecords, finishRecords } from "#identity";
import type { LinkRecord, RecordTable, RowDrafts, RowOptions } from "#identity";
import { openThread } from "../modelling/threads.ts";
import { unpackDrafts } from "./row-columns.ts";
import type { DraftColumns } from "./row-columns.ts";

/** What every part is read by. */
export interface RowWork extends Omit<RowOptions, "ids"> {
  readonly orders: ReturnType<typeof dateOrders>;
}

/** Some rows of one table, as a thread gets them. */
export interface RowPart {
  readonly number: number;
  readonly table: RecordTable;
  readonly ids: readonly string[];
}

interface RowAnswer {
  readonly number: number;
  readonly drafts?: DraftColumns;
  readonly problem?: string;
}

/** Fewer rows than this are read sooner than a thread has started. */
const LEAST_ROWS = 20_000;
const PART_ROWS = 2500;
/** Parts that a thread has before it, so that it never waits. */
const AHEAD = 2;

/**
 * Reads all rows as `buildLinkRecords` does, parts of long tables in other threads. The result is the same for any number
 * of threads. The cells of long tables are used up.
 */
export async function buildInThreads(
  tables: readonly RecordTable[],
  options: RowOptions,
  threads: number,
  leastRows = LEAST_ROWS,
): Promise<LinkRecord[]> {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (rows < leastRows) return buildLinkRecords(tables, options);
  const work: RowWork = { map: options.map, pack: options.pack, orders: dateOrders(tables, options.map) };
  const run = new RowRun(work, tables, options.ids);
  // One part after another here, beside the threads; answers are taken in between.
  const workers = Array.from({ length: Math.max(0, Math.min(threads, 8) - 1) }, () =>
    openThread(new URL("./row-worker.ts", import.meta.url), work),
  );
  try {
    return finishRecords(joinDrafts(await run.all(workers)), options.map);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

class RowRun {
  private readonly work: RowWork;
  private readonly tables: readonly RecordTable[];
  private readonly ids: readonly string[];
  private readonly parts: readonly { readonly table: number; readonly from: number; readonly to: number }[];
  /** Where each table's ids start. */
  private readonly offsets: readonly number[];
  private readonly done: RowDrafts[] = [];
  private next = 0;
  private left = 0;
  private failure: Error | null = null;

  constructor(work: RowWork, tables: readonly RecordTable[], ids: readonly string[]) {
    this.work = work;
    // Columns that the map leaves out are not carried about.
    const wanted = new Set([work.map.source, ...Object.keys(work.map.fields)]);
    this.tables = tables.map(({ source, names, columns, rows }) => {
      const kept = names.flatMap((name, at) => (wanted.has(name) ? [at] : []));
      return { source, names: kept.map((at) => names[at] ?? ""), columns: kept.map((at) => columns[at] ?? []), rows };
    });
    this.ids = ids;
    const offsets: number[] = [];
    let before = 0;
    for (const { rows } of tables) {
      offsets.push(before);
      before += rows;
    }
    this.offsets = offsets;
    this.parts = tables.flatMap(({ rows }, table) =>
      Array.from({ length: Math.ceil(rows / PART_ROWS) }, (_one, at) => ({
        table,
        from: at * PART_ROWS,
        to: Math.min(rows, (at + 1) * PART_ROWS),
      })),
    );
    this.left = this.parts.length;
  }

  /** Drafts of all parts, in order. Throws what a thread throws. */
  async all(workers: readonly Worker[]): Promise<RowDrafts[]> {
    let wake = (): void => {};
    for (const worker of workers) {
      worker.on("message", (answer: RowAnswer) => {
        this.take(answer);
        this.feed(worker);
        wake();
      });
      worker.once("error", (error: Error) => {
        this.failure ??= error;
        wake();
      });
      worker.once("exit", (code) => {
        this.failure ??= new Error(`a thread ended with code ${String(code)}`);
        wake();
      });
      for (let n = 0; n < AHEAD; n += 1) this.feed(worker);
    }
    while (this.left > 0 && this.failure === null) {
      const number = this.nextNumber();
      if (number === null) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const { table, ids } = this.partOf(number);
      const { map, pack, orders } = this.work;
      this.done[number] = draftRecords([table], { map, pack, ids }, orders);
      this.left -= 1;
      await nextTurn();
    }
    if (this.failure !== null) throw this.failure;
    return this.done;
  }

  private nextNumber(): number | null {
    if (this.next >= this.parts.length) return null;
    this.next += 1;
    return this.next - 1;
  }

  private feed(worker: Worker): void {
    const number = this.nextNumber();
    if (number !== null) worker.postMessage(this.partOf(number));
  }

  private take({ number, drafts, problem }: RowAnswer): void {
    if (drafts === undefined) this.failure ??= new Error(problem ?? "a thread gave no answer");
    else {
      this.done[number] = unpackDrafts(drafts);
      this.left -= 1;
    }
  }

  private partOf(number: number): RowPart {
    const part = this.parts[number] ?? { table: 0, from: 0, to: 0 };
    const { source, names, columns } = this.tables[part.table] ?? { source: "", names: [], columns: [] };
    const start = this.offsets[part.table] ?? 0;
    const cells = columns.map((column) => {
      const own = column.slice(part.from, part.to);
      // Every part is taken once: what is taken need not stay in the table, where a million rows would weigh twice.
      (column as (string | null)[]).fill(null, part.from, part.to);
      return own;
    });
    return {
      number,
      table: { source, names, columns: cells, rows: part.to - part.from },
      ids: this.ids.slice(start + part.from, start + part.to),
    };
  }
}

function joinDrafts(parts: readonly RowDrafts[]): RowDrafts {
  return {
    records: parts.flatMap(({ records }) => records),
    parents: parts.flatMap(({ parents }) => parents),
    shown: parts.flatMap(({ shown }) => shown),
  };
}
