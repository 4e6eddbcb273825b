import { logit } from "./special.ts";
import { isMissing, toNumber } from "./table.ts";
import type { Cell, Table } from "./table.ts";

/** The plain rule: what happened to customers who bought as recently and as often. Rates by cell of a small grid. */
export interface RuleModel {
  readonly recency: string | null;
  readonly frequency: string | null;
  readonly recencyEdges: readonly number[];
  readonly frequencyEdges: readonly number[];
  /** Logit of the rate in each cell, recency first; the last recency row is for customers without one. */
  readonly cells: readonly (readonly number[])[];
  /** Logit of the rate of each recency row. */
  readonly rows: readonly number[];
  /** Logit of the overall rate. */
  readonly base: number;
}

/** Rows that a cell borrows from its surroundings, so that a cell with few customers does not speak loudly. */
const BORROWED = 20;

/**
 * Fits the rule on the rows whose fold is not `without`. Where the table has no recency and frequency, the rule is the
 * overall rate.
 */
export function fitRule(
  table: Table,
  columns: { readonly recency: string; readonly frequency: string } | null,
  labels: Float64Array,
  folds: Int32Array,
  without: number,
): RuleModel {
  const used = Array.from({ length: table.rows }, (_unused, i) => i).filter((i) => folds[i] !== without);
  const total = used.reduce((sum, i) => sum + labels[i]!, 0);
  const base = (total + 0.5) / (used.length + 1);
  const known = columns !== null && columns.recency in table.columns && columns.frequency in table.columns;
  const recency = known ? columns.recency : null;
  const frequency = known ? columns.frequency : null;
  const recencyEdges = recency === null ? [] : quantileEdges(table.columns[recency]!, 6);
  const frequencyEdges = frequency === null ? [] : quantileEdges(table.columns[frequency]!, 3);
  const bare: RuleModel = { recency, frequency, recencyEdges, frequencyEdges, cells: [], rows: [], base: logit(base) };
  const height = recencyEdges.length + 2;
  const width = frequencyEdges.length + 2;
  const counts = new Float64Array(height * width);
  const hits = new Float64Array(height * width);
  for (const i of used) {
    const [r, f] = cellOf(bare, table, i);
    counts[r * width + f] = counts[r * width + f]! + 1;
    hits[r * width + f] = hits[r * width + f]! + labels[i]!;
  }
  const rates = Array.from({ length: height }, (_unused, r) => {
    const n = counts.subarray(r * width, (r + 1) * width).reduce((a, b) => a + b, 0);
    const h = hits.subarray(r * width, (r + 1) * width).reduce((a, b) => a + b, 0);
    return (h + BORROWED * base) / (n + BORROWED);
  });
  const cells = rates.map((rate, r) =>
    Array.from({ length: width }, (_unused, f) =>
      logit((hits[r * width + f]! + BORROWED * rate) / (counts[r * width + f]! + BORROWED)),
    ),
  );
  return { ...bare, cells, rows: rates.map(logit) };
}

/** The rule's logit for one row. */
export function ruleLogit(rule: RuleModel, table: Table, row: number): number {
  if (rule.recency === null || rule.frequency === null) return rule.base;
  const [r, f] = cellOf(rule, table, row);
  return rule.cells[r]?.[f] ?? rule.base;
}

/** What recency and frequency add to the overall logit; their sum and the base give the rule's logit. */
export function ruleEffects(rule: RuleModel, table: Table, row: number): { feature: string; effect: number }[] {
  if (rule.recency === null || rule.frequency === null) return [];
  const [r, f] = cellOf(rule, table, row);
  const byRecency = rule.rows[r] ?? rule.base;
  return [
    { feature: rule.recency, effect: byRecency - rule.base },
    { feature: rule.frequency, effect: (rule.cells[r]?.[f] ?? byRecency) - byRecency },
  ];
}

function cellOf(rule: RuleModel, table: Table, row: number): [number, number] {
  return [
    place(rule.recency === null ? null : table.columns[rule.recency]?.[row], rule.recencyEdges),
    place(rule.frequency === null ? null : table.columns[rule.frequency]?.[row], rule.frequencyEdges),
  ];
}

function place(cell: Cell, edges: readonly number[]): number {
  const value = isMissing(cell) ? null : toNumber(cell);
  if (value === null) return edges.length + 1;
  let at = 0;
  while (at < edges.length && value > edges[at]!) at += 1;
  return at;
}

function quantileEdges(column: readonly Cell[], parts: number): number[] {
  const sorted = column
    .map(toNumber)
    .filter((v) => v !== null)
    .sort((a, b) => a - b);
  const edges = Array.from(
    { length: parts - 1 },
    (_unused, k) => sorted[Math.floor(((k + 1) * sorted.length) / parts)],
  );
  return [...new Set(edges.filter((edge) => edge !== undefined))].filter((edge) => edge < (sorted.at(-1) ?? 0));
}
