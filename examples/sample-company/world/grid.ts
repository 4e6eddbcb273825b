import { SAMPLE_DAY } from "./calendar.ts";
import { CUSTOMERS_HEADER, VISITS_HEADER, WALKIN_HEADER } from "./tables-sheet.ts";
import type { Cell, Row } from "./types.ts";
import { isThere, type World } from "./world.ts";

/** Id of the sample's spreadsheet: constant, so that configuration and keys are too. */
export const SPREADSHEET_ID = "1BmTradersCustomers360SampleSheetJamaica4kQ";
/** From this day on the columns of "Customers" stand in another order, with one more among them. */
export const COLUMNS_MOVED_DAY = SAMPLE_DAY + 2;
/** On this day "Walk-in Sales" is wholly empty. */
export const EMPTIED_DAY = SAMPLE_DAY + 3;

/** A tab as it stands on a day; row 1 is the header. */
export interface Tab {
  readonly sheetId: number;
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly Row[];
  /** Cells of all rows, the header first. */
  readonly grid: readonly (readonly Cell[])[];
}

/** Order of the columns of "Customers" after they were moved; -1 is the inserted column. */
const MOVED = [0, 2, 1, 6, 5, 3, -1, 4, 7, 8, 9, 10];

function move(cells: readonly Cell[], added: Cell): Cell[] {
  return MOVED.map((at) => (at === -1 ? added : (cells[at] ?? null)));
}

function tab(sheetId: number, title: string, header: readonly string[], rows: readonly Row[], day: number): Tab {
  const there = rows.filter((row) => isThere(row, day));
  return { sheetId, title, header, rows: there, grid: [header, ...there.map((row) => row.cells)] };
}

/** The spreadsheet's tabs on a day. */
export function tabsOn(world: World, day: number): readonly Tab[] {
  const customers = tab(0, "Customers", CUSTOMERS_HEADER, world.tabs.customers, day);
  const moved = day >= COLUMNS_MOVED_DAY;
  const header = moved ? (move(CUSTOMERS_HEADER, "WhatsApp") as string[]) : CUSTOMERS_HEADER;
  const grid = moved
    ? [header, ...customers.rows.map((row, n) => move(row.cells, n % 3 === 0 ? "yes" : ""))]
    : customers.grid;
  const visits = tab(1_187_203_341, "Visits & Calls", VISITS_HEADER, world.tabs.visits, day);
  const walkIns = tab(604_518_827, "Walk-in Sales", WALKIN_HEADER, world.tabs.walkIns, day);
  const emptied = day === EMPTIED_DAY;
  return [{ ...customers, header, grid }, visits, emptied ? { ...walkIns, rows: [], grid: [] } : walkIns];
}
