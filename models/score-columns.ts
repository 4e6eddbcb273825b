import { calibrated } from "./calibrate.ts";
import { openPart } from "./parts.ts";
import type { TabularModel } from "./artefact.ts";
import type { RawColumn } from "./columns.ts";
import type { Backend } from "./runtime.ts";

/** Rows that go through all parts at a time: what is between stays in the cache. */
const CHUNK = 4096;

/** Scores columns that were read once: writes the probabilities of rows `from` to `to` at their places. */
export type ColumnScorer = (columns: readonly RawColumn[], from: number, to: number, out: Float64Array) => void;

/**
 * Makes a model ready for many rows without reasons. Gives the probabilities that scoring a table gives, to the bit.
 * Throws a RangeError for a plain rule, which reads cells and not columns.
 */
export function openScorer(backend: Backend, model: TabularModel): ColumnScorer {
  if (model.parts.some(({ kind }) => kind === "rule")) throw new RangeError("a rule is scored by table");
  const parts = model.parts.map((part) => openPart(backend, part));
  return (columns, from, to, out) => {
    const raw = new Float64Array(CHUNK);
    for (let start = from; start < to; start += CHUNK) {
      const end = Math.min(to, start + CHUNK);
      const rows = end - start;
      const views = columns.map((column) => ({
        ...column,
        values: column.values?.subarray(start, end) ?? null,
        codes: column.codes?.subarray(start, end) ?? null,
      }));
      const input = { table: { rows: 0, columns: {} }, columns: views, rows, from: 0 };
      raw.fill(0);
      for (const { weight, logits } of parts) {
        const found = logits(input);
        for (let i = 0; i < rows; i += 1) raw[i] = raw[i]! + weight * found[i]!;
      }
      for (let i = 0; i < rows; i += 1) out[start + i] = calibrated(model.calibration, raw[i]!);
    }
  };
}
