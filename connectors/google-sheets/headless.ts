import { cellText, columnLetters, isBlank } from "../table/cells.ts";
import type { SheetRow } from "../table/cells.ts";
import { findTable, lastFilled } from "../table/detect.ts";
import type { Table } from "../table/detect.ts";

/**
 * The table of a tab; where no row looks like a header, all rows under the letters of their columns, so that nothing
 * is lost. Null for a tab without any value. `rows` begins anew each time it is called.
 */
export async function tabTable(
  rows: () => AsyncGenerator<SheetRow, void, void>,
): Promise<{ readonly table: Table; readonly headless: boolean } | null> {
  const found = await findTable(rows());
  if (found !== null) return { table: found, headless: false };
  let width = 0;
  let first = 0;
  for await (const { row, cells } of rows()) {
    width = Math.max(width, lastFilled(cells) + 1);
    if (first === 0 && cells.some((cell) => !isBlank(cell))) first = row;
  }
  if (width === 0) return null;
  const columns = Array.from({ length: width }, (_, index) => ({ header: `col_${columnLetters(index)}`, index }));
  return { table: { columns, headerRow: first - 1, width, titles: [], head: [], rows }, headless: true };
}

/** Rows of a table as text, for guessing what its columns mean. */
export async function sampleOf(table: Table, most: number): Promise<readonly (readonly string[])[]> {
  const sample: string[][] = [];
  for await (const row of table.rows()) {
    sample.push(table.columns.map(({ index }) => cellText(row.cells[index])));
    if (sample.length >= most) break;
  }
  return sample;
}
