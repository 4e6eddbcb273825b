import { sha256 } from "#core";
import type { ConnectorMessage, KnownStream } from "#core";
import { notice } from "../define.ts";
import { cellText, columnLetters, isBlank } from "./cells.ts";
import type { RowCell } from "./cells.ts";

/** A column of a table: where it stands and what it is called. */
export interface Column {
  readonly index: number;
  readonly header: string;
}

/** Share of headers that two tables must have in common to be the same table with changed columns. */
export const SAME_TABLE = 0.6;

/** A header as it is compared: trimmed, single blanks, lower case. */
export function normalHeader(header: string): string {
  return header.trim().replace(/\s+/g, " ").toLowerCase();
}

/**
 * Names the columns of a header row. Doubles get `_2`, `_3`; a blank header over data becomes `col_D`; a blank
 * header over nothing is no column.
 */
export function nameColumns(header: readonly RowCell[], width: number, hasData: (index: number) => boolean): Column[] {
  const used = new Map<string, number>();
  const columns: Column[] = [];
  for (let index = 0; index < width; index += 1) {
    const cell = header[index];
    if (isBlank(cell) && !hasData(index)) continue;
    const base = isBlank(cell) ? `col_${columnLetters(index)}` : cellText(cell).trim().replace(/\s+/g, " ");
    let name = base;
    for (let n = (used.get(normalHeader(base)) ?? 0) + 1; ; n += 1) {
      name = n === 1 ? base : `${base}_${n}`;
      used.set(normalHeader(base), n);
      if (n === 1 || !used.has(normalHeader(name))) break;
    }
    used.set(normalHeader(name), used.get(normalHeader(name)) ?? 1);
    columns.push({ index, header: name });
  }
  return columns;
}

/** The stream of a table that was never seen before: by its headers, whatever their order and the file's name. */
export function tableStream(headers: readonly string[]): string {
  const sorted = headers.map(normalHeader).sort();
  return `table_${sha256(sorted.join("\n")).slice(0, 8)}`;
}

/** Share of headers that two tables have in common, of the longer one. */
export function overlap(a: readonly string[], b: readonly string[]): number {
  const left = new Set(a.map(normalHeader));
  const right = new Set(b.map(normalHeader));
  const common = [...left].filter((header) => right.has(header)).length;
  const longer = Math.max(left.size, right.size);
  return longer === 0 ? 0 : common / longer;
}

/** The stream that a table belongs to: its own, or the known one that it continues with other columns. */
export function continueStream(headers: readonly string[], known: readonly KnownStream[]): string {
  const own = tableStream(headers);
  if (known.some((stream) => stream.name === own)) return own;
  let best = { name: own, share: 0 };
  for (const stream of known) {
    if (!stream.name.startsWith("table_")) continue;
    const share = overlap(headers, stream.columns);
    if (share >= SAME_TABLE && share > best.share) best = { name: stream.name, share };
  }
  return best.name;
}

/** Messages that tell how the columns changed since the stream was read before; none when they did not. */
export function* driftMessages(
  stream: string,
  before: readonly string[],
  after: readonly string[],
): Generator<ConnectorMessage, void, void> {
  if (before.length === 0 || before.join("\n") === after.join("\n")) return;
  const old = new Set(before.map(normalHeader));
  const now = new Set(after.map(normalHeader));
  const added = after.filter((header) => !old.has(normalHeader(header)));
  const removed = before.filter((header) => !now.has(normalHeader(header)));
  const keptBefore = before.map(normalHeader).filter((header) => now.has(header));
  const keptAfter = after.map(normalHeader).filter((header) => old.has(header));
  yield { type: "schema", stream, before, after };
  if (added.length > 0)
    yield notice(stream, "columns_added", "info", `New columns: ${added.join(", ")}.`, added.join(", "));
  if (removed.length > 0) {
    yield notice(stream, "columns_removed", "warning", `Columns are gone: ${removed.join(", ")}.`, removed.join(", "));
  }
  if (keptBefore.join("\n") !== keptAfter.join("\n")) {
    yield notice(stream, "columns_moved", "info", "Columns stand in another order; they were found by name.");
  }
}
