import { asBlock, cellText, cellType, EMPTY, isBlank, isBlankRow, rowBlocks } from "./cells.ts";
import type { RowSource, SheetRow } from "./cells.ts";
import { findTable, lastFilled } from "./detect.ts";
import type { Table } from "./detect.ts";
import { normalHeader } from "./headers.ts";

/** Rows that are looked at to tell whether tables stand side by side. */
const LOOK_AHEAD = 60;

/** Columns of one table from the first up to, not including, the last. */
export interface ColumnRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The columns of tables that stand side by side on a sheet, with blank columns between them; null for one table. A blank
 * column alone parts nothing: reports have them for looks. Each side needs a header, rows and text of its own, and something
 * must show that the rows have nothing to do with each other: headers on other rows, the same header twice, a title over
 * each, or a side that ends rows before the other.
 */
export async function sideBySide(source: RowSource): Promise<readonly ColumnRange[] | null> {
  const rows = await firstRows(source);
  const ranges = filledRanges(rows);
  if (ranges.length < 2 || ranges.some(({ from, to }) => to - from < 2)) return null;
  const sides: Side[] = [];
  for (const range of ranges) {
    const side = await sideOf(rows, range);
    if (side === null) return null;
    sides.push(side);
  }
  return areApart(sides) ? ranges : null;
}

/** A source's rows with the cells of some columns alone, each where it stood. */
export async function* onlyColumns(
  source: RowSource,
  { from, to }: ColumnRange,
): AsyncGenerator<readonly SheetRow[], void, void> {
  for await (const block of rowBlocks(source)) {
    yield block.map(({ row, cells }) => ({ row, cells: cells.slice(0, to).fill(EMPTY, 0, from) }));
  }
}

interface Side {
  readonly table: Table;
  /** Rows with data, in order. */
  readonly filled: readonly number[];
}

async function firstRows(source: RowSource): Promise<readonly SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const item of source) {
    rows.push(...asBlock(item).filter((row) => !isBlankRow(row)));
    if (rows.length >= LOOK_AHEAD) break;
  }
  return rows.slice(0, LOOK_AHEAD);
}

function filledRanges(rows: readonly SheetRow[]): readonly ColumnRange[] {
  const width = Math.max(0, ...rows.map(({ cells }) => lastFilled(cells) + 1));
  const ranges: ColumnRange[] = [];
  let from: number | null = null;
  for (let index = 0; index <= width; index += 1) {
    const filled = index < width && rows.some(({ cells }) => !isBlank(cells[index]));
    if (filled) from ??= index;
    else if (from !== null) {
      ranges.push({ from, to: index });
      from = null;
    }
  }
  return ranges;
}

async function sideOf(rows: readonly SheetRow[], range: ColumnRange): Promise<Side | null> {
  const table = await findTable(onlyColumns(asSource(rows), range));
  if (table === null || table.columns.length < 2) return null;
  const data = table.head.filter((row) => !isBlankRow(row));
  const hasText = table.columns.some(({ index }) => {
    const cells = data.flatMap(({ cells: all }) => (isBlank(all[index]) ? [] : [all[index] ?? EMPTY]));
    const texts = cells.filter((cell) => cellType(cell) === "text" && /\p{L}{2}/u.test(cellText(cell)));
    return texts.length > 0 && texts.length * 2 >= cells.length;
  });
  return hasText ? { table, filled: data.map(({ row }) => row) } : null;
}

async function* asSource(rows: readonly SheetRow[]): AsyncGenerator<readonly SheetRow[], void, void> {
  yield await Promise.resolve(rows);
}

function areApart(sides: readonly Side[]): boolean {
  const headerRows = new Set(sides.map(({ table }) => table.headerRow));
  if (headerRows.size > 1 || sides.every(({ table }) => table.titles.length > 0)) return true;
  const names = sides.flatMap(({ table }) => [...new Set(table.columns.map(({ header }) => normalHeader(header)))]);
  if (new Set(names).size < names.length) return true;
  const ends = sides.map(({ filled }) => filled.at(-1) ?? 0);
  // A side of optional values has holes in it; one that ends early and has none is a shorter table.
  const whole = sides.every(({ table, filled }) => (filled.at(-1) ?? 0) - table.headerRow === filled.length);
  return whole && Math.max(...ends) - Math.min(...ends) >= 2;
}
