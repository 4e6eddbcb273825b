import type { Worker } from "node:worker_threads";
import { serialiseModel } from "#models";
import type { RawColumn, TabularModel } from "#models";
import { ask, openThread } from "./threads.ts";

/** What a scoring thread starts with: the model's bytes. */
export interface ScoringThread {
  readonly model: Uint8Array;
}

/** Rows to score, and where their probabilities go; all of it shared between threads. */
export interface ScoringOrder {
  readonly columns: readonly RawColumn[];
  readonly from: number;
  readonly to: number;
  readonly out: Float64Array;
}

/** Threads that hold a model and score columns without copying them. */
export interface ScorePool {
  /** Probabilities of `rows` rows. Columns must lie in shared memory: see {@link shareColumns}. */
  score(columns: readonly RawColumn[], rows: number): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Opens threads for scoring many rows; each scores one stretch of them, so that the answer does not hang on their number. */
export function openScorePool(model: TabularModel, threads: number): ScorePool {
  const bytes = serialiseModel(model);
  const workers: Worker[] = Array.from({ length: threads }, () =>
    openThread(new URL("./score-worker.ts", import.meta.url), { model: bytes }),
  );
  return {
    async score(columns, rows) {
      const out = new Float64Array(new SharedArrayBuffer(8 * rows));
      const stretch = Math.ceil(rows / threads);
      await Promise.all(
        workers.map((worker, k) => {
          const order: ScoringOrder = {
            columns,
            from: Math.min(rows, k * stretch),
            to: Math.min(rows, (k + 1) * stretch),
            out,
          };
          return ask<true>(worker, order);
        }),
      );
      return out;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** The same columns in memory that threads can share. */
export function shareColumns(columns: readonly RawColumn[]): RawColumn[] {
  return columns.map((column) => {
    const values = column.values === null ? null : new Float64Array(new SharedArrayBuffer(column.values.byteLength));
    if (values !== null) values.set(column.values!);
    const codes = column.codes === null ? null : new Int32Array(new SharedArrayBuffer(column.codes.byteLength));
    if (codes !== null) codes.set(column.codes!);
    return { ...column, values, codes };
  });
}
