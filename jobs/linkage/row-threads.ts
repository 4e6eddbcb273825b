import { setImmediate as nextTurn } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import { buildLinkRecords, dateOrders, draftRecords, finishRecords, prepareRecord } from "#identity";
import type { Lexicon, LinkRecord, Prepared, RecordTable, RowDrafts, RowOptions } from "#identity";
import { packPrepared, unpackDrafts, unpackPrepared } from "./row-columns.ts";
import type { RowAnswer, RowPart, RowWork } from "./thread-tasks.ts";
import { send } from "./thread-team.ts";
import type { ThreadTeam } from "./thread-team.ts";

/** Records, and what each is once prepared; null where that is still to be done. */
interface BuiltRecords {
  readonly records: LinkRecord[];
  readonly prepared: readonly (Prepared | null)[];
}

/** Fewer rows than this are read sooner than they are handed about. */
const LEAST_ROWS = 4000;
/** More rows than this are not prepared as they are read: both forms of them together would fill the memory. */
const MOST_PREPARED = 400_000;
/** Rows of a part: as many as keep all threads busy to the end, and no more than are well carried about. */
const PART_ROWS = { least: 500, most: 2500, parts: 16 };
/** Parts that a thread has before it, so that it never waits. */
const AHEAD = 2;

/**
 * Reads all rows as `buildLinkRecords` does, parts of long tables in other threads, and prepares them for linkage on the
 * way. The result is the same for any number of threads. The cells of long tables are used up.
 */
export async function buildInThreads(
  tables: readonly RecordTable[],
  options: RowOptions,
  team: ThreadTeam | null,
  lexicon: Lexicon,
): Promise<BuiltRecords> {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  if (rows < LEAST_ROWS) return { records: buildLinkRecords(tables, options), prepared: [] };
  const { map, pack, ids } = options;
  const work = { map, pack, orders: dateOrders(tables, map), lexicon: rows > MOST_PREPARED ? null : lexicon };
  const run = new RowRun(work, tables, ids, team?.workers ?? []);
  await run.all(team?.failure ?? null);
  const drafts = joinDrafts(run.drafts);
  const records = finishRecords(drafts, map);
  // What the rows say of each other made some of them other records.
  const prepared = run.prepared.flat().map((one, at) => (records[at] === drafts.records[at] ? one : null));
  return { records, prepared };
}

class RowRun {
  private readonly work: RowWork;
  /** The first of them keeps all records that are prepared. */
  private readonly workers: readonly Worker[];
  private readonly tables: readonly RecordTable[];
  private readonly ids: readonly string[];
  private readonly parts: readonly { readonly table: number; readonly from: number; readonly to: number }[];
  /** Where each table's ids start. */
  private readonly offsets: readonly number[];
  /** By part. */
  readonly drafts: RowDrafts[] = [];
  readonly prepared: (readonly Prepared[])[] = [];
  private next = 0;
  private left = 0;
  private failure: Error | null = null;

  constructor(work: RowWork, tables: readonly RecordTable[], ids: readonly string[], workers: readonly Worker[]) {
    this.work = work;
    this.workers = workers;
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
    const { least, most, parts } = PART_ROWS;
    const size = Math.min(most, Math.max(least, Math.ceil(before / parts)));
    this.parts = tables.flatMap(({ rows }, table) =>
      Array.from({ length: Math.ceil(rows / size) }, (_one, at) => ({
        table,
        from: at * size,
        to: Math.min(rows, (at + 1) * size),
      })),
    );
    this.left = this.parts.length;
  }

  /** Reads all parts, one after another here beside the threads. Throws what a thread throws. */
  async all(failure: Error | null): Promise<void> {
    let wake = (): void => {};
    this.failure = failure;
    const stops = this.workers.map((worker) => this.listen(worker, () => wake()));
    while (this.left > 0 && this.failure === null) {
      const number = this.nextNumber();
      if (number === null) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const { table, ids } = this.partOf(number);
      const { map, pack, orders, lexicon } = this.work;
      const drafts = draftRecords([table], { map, pack, ids }, orders);
      const prepared = lexicon === null ? [] : drafts.records.map((record) => prepareRecord(record, lexicon));
      this.keep(number, drafts, prepared);
      const [keeper] = this.workers;
      // While there are parts left, which the threads share by who is free, and not when all wait for the last one.
      if (keeper !== undefined && lexicon !== null)
        send(keeper, { name: "keep", number, columns: packPrepared(prepared) });
      // Answers are taken in between.
      await nextTurn();
    }
    for (const stop of stops) stop();
    if (this.failure !== null) throw this.failure;
  }

  /** Gives a thread parts from when it has started; the function that is given back ends that. */
  private listen(worker: Worker, wake: () => void): () => void {
    const onMessage = (answer: RowAnswer): void => {
      if (answer.ready === true) for (let n = 1; n < AHEAD; n += 1) this.feed(worker);
      else this.take(answer, worker);
      this.feed(worker);
      wake();
    };
    const onError = (error: Error): void => {
      this.failure ??= error;
      wake();
    };
    const onExit = (code: number): void => onError(new Error(`a thread ended with code ${String(code)}`));
    worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    send(worker, { name: "work", work: this.work, keeps: worker === this.workers[0] });
    return () => {
      worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    };
  }

  private keep(number: number, drafts: RowDrafts, prepared: readonly Prepared[]): void {
    this.drafts[number] = drafts;
    this.prepared[number] = prepared;
    this.left -= 1;
  }

  private nextNumber(): number | null {
    if (this.next >= this.parts.length) return null;
    this.next += 1;
    return this.next - 1;
  }

  private feed(worker: Worker): void {
    const number = this.nextNumber();
    if (number !== null) send(worker, { name: "rows", part: this.partOf(number) });
  }

  private take({ number, drafts, prepared, problem }: RowAnswer, from: Worker): void {
    if (drafts === undefined) {
      this.failure ??= new Error(problem ?? "a thread gave no answer");
      return;
    }
    const columns = prepared ?? null;
    this.keep(number, unpackDrafts(drafts), columns === null ? [] : unpackPrepared(columns));
    const [keeper] = this.workers;
    if (keeper !== undefined && keeper !== from && columns !== null) send(keeper, { name: "keep", number, columns });
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
