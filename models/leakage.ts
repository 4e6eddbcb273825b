import { auc } from "./metrics.ts";
import { columnType, isMissing, numericValue } from "./table.ts";
import type { Cell, Table } from "./table.ts";

/** A column that seems to know the outcome. Alarms name columns; they never remove them. */
export interface LeakageAlarm {
  readonly column: string;
  readonly kind: "copy_of_target" | "nearly_the_target" | "filled_after_outcome";
  readonly detail: string;
}

/** A single column that ranks this well is too good to be known beforehand. */
const NEARLY = 0.95;
/** How well "is it filled in" may rank before it looks like a trace of the outcome. */
const FILLED = 0.65;

/** Looks at each column alone: does it, or whether it is filled in, give the outcome away? */
export function leakageAlarms(table: Table, names: readonly string[], labels: Float64Array): LeakageAlarm[] {
  const alarms: LeakageAlarm[] = [];
  for (const name of names) {
    const column = table.columns[name] ?? [];
    const alone = columnAuc(column, labels);
    const filled = fillAuc(column, labels);
    if (alone > 0.9999) {
      alarms.push({ column: name, kind: "copy_of_target", detail: "it alone gives the outcome of every row" });
    } else if (alone > NEARLY) {
      alarms.push({ column: name, kind: "nearly_the_target", detail: `it alone ranks with AUC ${alone.toFixed(3)}` });
    } else if (filled > FILLED) {
      const detail = `whether it is filled in ranks with AUC ${filled.toFixed(3)}`;
      alarms.push({ column: name, kind: "filled_after_outcome", detail });
    }
  }
  return alarms;
}

function fillAuc(column: readonly Cell[], labels: Float64Array): number {
  const missing = column.map((cell) => (isMissing(cell) ? 1 : 0));
  const count = missing.reduce<number>((sum, value) => sum + value, 0);
  if (count < 20 || count > column.length - 20) return 0.5;
  const value = auc(labels, missing);
  return Math.max(value, 1 - value);
}

/** AUC of a column alone: numbers as they are, categories by the rate that other rows of their level show. */
function columnAuc(column: readonly Cell[], labels: Float64Array): number {
  const type = columnType(column);
  if (type === "number" || type === "date") {
    const at = column
      .map((cell, i) => (isMissing(cell) || numericValue(type, cell) === null ? -1 : i))
      .filter((i) => i >= 0);
    if (at.length < 0.5 * column.length) return 0.5;
    const value = auc(
      at.map((i) => labels[i]!),
      at.map((i) => numericValue(type, column[i]) ?? 0),
    );
    return Math.max(value, 1 - value);
  }
  if (type !== "category") return 0.5;
  const counts = new Map<string, { n: number; hits: number }>();
  const key = (cell: Cell): string => (isMissing(cell) ? "\u0000" : String(cell));
  let hits = 0;
  for (const [i, cell] of column.entries()) {
    const found = counts.get(key(cell)) ?? { n: 0, hits: 0 };
    counts.set(key(cell), { n: found.n + 1, hits: found.hits + labels[i]! });
    hits += labels[i]!;
  }
  const base = hits / Math.max(1, column.length);
  const scores = column.map((cell, i) => {
    const found = counts.get(key(cell))!;
    return (found.hits - labels[i]! + 2 * base) / (found.n + 1);
  });
  return auc(labels, scores);
}
