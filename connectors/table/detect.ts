import { asBlock, cellText, cellType, isBlank, rowBlocks } from "./cells.ts";
import type { RowCell, RowSource, SheetRow } from "./cells.ts";
import { nameColumns } from "./headers.ts";
import type { Column } from "./headers.ts";

/** Rows that are looked at to find the header. */
const LOOK_AHEAD = 60;

/** A table found under title lines: its columns, and its rows from the first one after the header. */
export interface Table {
  readonly columns: readonly Column[];
  /** 1-based row of the header. */
  readonly headerRow: number;
  /** Cells in the header row, blank ones at its end left out. */
  readonly width: number;
  /** Title lines above the header that were skipped. */
  readonly titles: readonly string[];
  /** Rows below the header that are already read. */
  readonly head: readonly SheetRow[];
  /** All rows below the header in blocks, once. */
  readonly blocks?: () => AsyncGenerator<readonly SheetRow[], void, void>;
  /** All rows below the header one by one, once. */
  readonly rows: () => AsyncGenerator<SheetRow, void, void>;
}

/** Finds the table in a stream of rows; null where there is none. */
export async function findTable(source: RowSource): Promise<Table | null> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: SheetRow[] = [];
  while (ahead.length < LOOK_AHEAD) {
    const step = await iterator.next();
    if (step.done === true) break;
    ahead.push(...asBlock(step.value).filter(({ cells }) => cells.some((cell) => !isBlank(cell))));
  }
  const at = headerIndex(ahead.slice(0, LOOK_AHEAD));
  const header = at === null ? undefined : ahead[at];
  if (at === null || header === undefined) {
    await iterator.return?.();
    return null;
  }
  const head = ahead.slice(at + 1);
  const width = Math.max(lastFilled(header.cells) + 1, ...head.map((row) => lastFilled(row.cells) + 1));
  const columns = nameColumns(header.cells, width, (index) => head.some((row) => !isBlank(row.cells[index])));
  return {
    columns,
    headerRow: header.row,
    width: lastFilled(header.cells) + 1,
    titles: ahead.slice(0, at).map((row) =>
      row.cells
        .map(cellText)
        .filter((text) => text !== "")
        .join(" "),
    ),
    head,
    blocks,
    rows: async function* rows() {
      for await (const block of blocks()) yield* block;
    },
  };

  async function* blocks(): AsyncGenerator<readonly SheetRow[], void, void> {
    try {
      yield head;
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
        yield asBlock(step.value);
    } finally {
      await iterator.return?.();
    }
  }
}

/** The rows below a table's header in blocks, once. */
export function tableBlocks(table: Table): AsyncGenerator<readonly SheetRow[], void, void> {
  return table.blocks === undefined ? rowBlocks(table.rows()) : table.blocks();
}

/** Index of the last cell that says something, or -1. */
export function lastFilled(cells: readonly RowCell[]): number {
  for (let index = cells.length - 1; index >= 0; index -= 1) if (!isBlank(cells[index])) return index;
  return -1;
}

/**
 * The first row that looks like a header: words in at least two cells, about as wide as the rows below, and no values.
 * Falls back to the first row with two filled cells, then to a single column under a word.
 */
function headerIndex(rows: readonly SheetRow[]): number | null {
  const filled = rows.map((row) => row.cells.filter((cell) => !isBlank(cell)));
  for (const [at, cells] of filled.entries()) {
    if (cells.length < 2) continue;
    const words = cells.filter(isWord).length;
    const below = filled
      .slice(at + 1, at + 11)
      .map((next) => next.length)
      .sort((a, b) => a - b);
    const usual = below[Math.floor(below.length / 2)] ?? 0;
    const distinct = new Set(cells.map((cell) => cellText(cell).trim().toLowerCase())).size;
    if (words >= cells.length * 0.8 && cells.length >= usual * 0.6 && distinct >= cells.length * 0.7) return at;
  }
  const wide = filled.findIndex((cells) => cells.length >= 2 && cells.every(isWord));
  if (wide >= 0) return wide;
  const single = filled.every((cells) => cells.length === 1) && filled.length > 1;
  return single && filled[0]?.every(isWord) === true ? 0 : null;
}

/** Text that is neither a number, a date nor an e-mail address: what headers are made of. */
function isWord(cell: RowCell): boolean {
  if (cellType(cell) !== "text") return false;
  const text = cellText(cell).trim();
  return text.length <= 120 && !/^[\d\s.,:/+()%$-]+$/.test(text) && !/^\S+@\S+\.\S+$/.test(text);
}
