import { everyRow } from "./columns.ts";
import { inOrder } from "./order.ts";
import { columnType, isMissing, toNumber } from "./table.ts";
import type { RawColumn } from "./columns.ts";
import type { Cell, ColumnType, Table } from "./table.ts";

/** Outcomes as 0 and 1, and the value that counts as 1. */
export function readLabels(
  column: readonly Cell[],
  wanted: string | undefined,
): { readonly labels: Float64Array; readonly positive: string } {
  const texts = column.map((cell) => textOf(cell));
  const mark = (positive: string, test: (text: string) => boolean) => ({
    labels: Float64Array.from(texts, (text) => (test(text) ? 1 : 0)),
    positive,
  });
  if (wanted !== undefined) {
    const text = textOf(wanted);
    return mark(wanted, (value) => value === text);
  }
  const yes = new Set(["1", "true", "yes", "y", "t"]);
  const found = texts.find((text) => yes.has(text));
  if (found !== undefined) return mark(found, (text) => yes.has(text));
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const rarest = [...counts].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1))[0]?.[0];
  const no = new Set(["0", "false", "no", "n", "f"]);
  if (rarest === undefined || (counts.size === 1 && no.has(rarest))) return mark("", () => false);
  return mark(rarest, (text) => text === rarest);
}

/** A value of the target as it is compared: 1, 1.0 and "1" are one. */
function textOf(cell: Cell): string {
  const text = String(cell).trim().toLowerCase();
  const number = text === "" || typeof cell === "boolean" ? null : toNumber(text);
  return number === null ? text : String(number);
}

/** Features and what they are; what is left out is said in a notice. */
export function chooseFeatures(
  table: Table,
  options: { readonly target: string; readonly group?: string; readonly drop?: readonly string[] },
): { readonly types: Record<string, ColumnType>; readonly notices: string[] } {
  const out = new Set([options.target, options.group ?? "", ...(options.drop ?? [])]);
  const notices: string[] = [];
  const types: Record<string, ColumnType> = {};
  for (const name of Object.keys(table.columns).sort()) {
    if (out.has(name)) continue;
    const type = columnType(table.columns[name]!);
    if (type === "number" || type === "category" || type === "date") types[name] = type;
    else notices.push(`${name} is left out: ${type === "id" ? "nearly every row has its own value" : `it is ${type}`}`);
  }
  return { types, notices };
}

/** Why there is too little to learn from, or null. */
export function tooThin(
  labels: Float64Array,
  groups: Int32Array,
  minimum: { readonly customers: number; readonly eachOutcome: number },
): string | null {
  const customers = new Set(groups).size;
  if (customers < minimum.customers) {
    return `only ${String(customers)} customers with a known outcome; at least ${String(minimum.customers)} are needed`;
  }
  const withOutcome = (outcome: number): number => new Set(groups.filter((_group, i) => labels[i] === outcome)).size;
  const fewest = Math.min(withOutcome(1), withOutcome(0));
  if (fewest === 0) return `every row has the same outcome, so there is nothing to tell apart`;
  if (fewest >= minimum.eachOutcome) return null;
  const who = fewest === 1 ? "1 customer" : `${String(fewest)} customers`;
  return `only ${who} with the rarer outcome; at least ${String(minimum.eachOutcome)} are needed`;
}

/** A word on what was taken as the outcome, where the target has more than two values. */
export function outcomeNotice(column: readonly Cell[], target: string, positive: string): string[] {
  const many = new Set(column.filter((cell) => !isMissing(cell)).map(textOf)).size;
  if (many <= 2) return [];
  return [`${target} has ${String(many)} values: "${positive}" counts as the outcome, every other one does not`];
}

/** The usual value of each feature: the middle number, or the commonest level. `columns` are the table's, read once. */
export function usualValues(table: Table, columns: readonly RawColumn[]): Record<string, string> {
  const usual: Record<string, string> = {};
  for (const { name, values } of columns) {
    const cells = table.columns[name] ?? [];
    if (values === null) {
      const counts = new Map<string, number>();
      for (const cell of cells) {
        if (!isMissing(cell)) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
      }
      usual[name] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0] ?? "";
      continue;
    }
    const order = inOrder(values, everyRow(values.length));
    usual[name] = String(cells[order[Math.floor(order.length / 2)] ?? -1] ?? "");
  }
  return usual;
}
