import { serialCell } from "../cells-serial.ts";
import type { FormatKind } from "../cells-serial.ts";
import { EMPTY } from "../table/cells.ts";
import type { Cell, SheetRow } from "../table/cells.ts";
import type { GridCell, Tab } from "./answers.ts";
import type { SheetsClient } from "./client.ts";

/** Rows per request: about the two megabytes that Google advises for wide tabs. */
const BLOCK = 1000;

/** A cell as typed value; dates are in the sheet's own time zone and get none. */
export function gridCell(cell: GridCell): Cell {
  const value = cell.effectiveValue;
  if (value === undefined) return EMPTY;
  if (value.errorValue !== undefined) return { type: "error", value: value.errorValue.type ?? "ERROR" };
  if (value.boolValue !== undefined) return { type: "boolean", value: value.boolValue };
  if (value.stringValue !== undefined) return { type: "text", value: value.stringValue };
  if (value.numberValue === undefined) return EMPTY;
  return serialCell(value.numberValue, kindOf(cell), "sheets");
}

/** "[h]:mm" is a time to Google: hours that pass a day are a duration. */
function kindOf(cell: GridCell): FormatKind {
  const { type = "", pattern = "" } = cell.effectiveFormat?.numberFormat ?? {};
  const kind = KINDS[type] ?? "number";
  return kind === "time" && /\[(h+|m+|s+)\]/i.test(pattern) ? "duration" : kind;
}

const KINDS: Readonly<Record<string, "date" | "datetime" | "time">> = {
  DATE: "date",
  DATE_TIME: "datetime",
  TIME: "time",
};

/** Rows of a tab in order, block by block; stops at the grid's end. */
export async function* tabRows(client: SheetsClient, tab: Tab): AsyncGenerator<SheetRow, void, void> {
  const last = tab.gridProperties?.rowCount ?? 1000;
  for (let from = 1; from <= last; from += BLOCK) {
    for (const { row, cells } of await client.grid(tab, from, Math.min(last, from + BLOCK - 1))) {
      yield { row, cells: cells.map(gridCell) };
    }
  }
}
