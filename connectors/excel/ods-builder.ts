import { EMPTY } from "../table/cells.ts";
import type { Cell } from "../table/cells.ts";
import { fileError, LIMITS } from "./limits.ts";
import { odsCell } from "./ods-cell.ts";
import type { OdsCellDraft } from "./ods-cell.ts";
import type { CellBudget } from "./sheet.ts";
import { attribute } from "./xml.ts";
import type { Attributes } from "./xml.ts";

/** One row, and how many times it stands one below the other. */
export interface OdsRow {
  /** 0-based position of its sheet. */
  readonly sheet: number;
  readonly row: number;
  readonly times: number;
  readonly cells: readonly Cell[];
}

/** What the builder needs to know. */
export interface OdsBuild {
  readonly durations: ReadonlySet<string>;
  readonly detail: boolean;
  readonly budget: CellBudget;
}

/** Handlers that give the rows of every sheet. Repeated blanks, which fill sheets to their last row, cost nothing. */
export function createOdsBuilder(
  file: string,
  build: OdsBuild,
  emit: (row: OdsRow) => void,
): {
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  text(text: string): void;
} {
  const state = { table: -1, nested: 0, row: 0, times: 1, column: 0, spreadsheet: false, skip: 0 };
  let cells: Cell[] = [];
  let cell: (OdsCellDraft & { times: number }) | null = null;
  const endCell = (): void => {
    if (cell === null) return;
    const { times } = cell;
    const value = odsCell(cell, build);
    cell = null;
    if (value.type !== "empty") {
      spend(file, build.budget, { cells: times * state.times, columns: state.column + times });
      while (cells.length < state.column) cells.push(EMPTY);
      for (let nth = 0; nth < times; nth += 1) cells.push(value);
    }
    state.column += times;
  };
  const here = (): boolean => state.nested === 1 && state.skip === 0;
  const openInside = (name: string, attributes: Attributes): void => {
    if (name === "table-row") {
      state.times = count(attribute(attributes, "number-rows-repeated"));
      state.column = 0;
      cells = [];
    } else if (isCell(name)) {
      const times = count(attribute(attributes, "number-columns-repeated"));
      cell = { attributes, text: "", paragraphs: 0, times };
    } else if (cell !== null) openText(cell, name, attributes);
  };
  const closeInside = (name: string): void => {
    if (isCell(name)) endCell();
    if (name !== "table-row") return;
    if (cells.length > 0) emit({ sheet: state.table, row: state.row + 1, times: state.times, cells });
    state.row += state.times;
  };
  return {
    open(name, attributes) {
      if (name === "spreadsheet") state.spreadsheet = true;
      if (!state.spreadsheet) return;
      if (name === "table") openTable(state);
      if (isAside(name)) state.skip += 1;
      if (here()) openInside(name, attributes);
    },
    text(text) {
      if (cell !== null && cell.paragraphs > 0 && here()) cell.text += text;
    },
    close(name) {
      if (!state.spreadsheet) return;
      if (isAside(name)) state.skip -= 1;
      if (here()) closeInside(name);
      if (name === "table") state.nested -= 1;
    },
  };
}

function openTable(state: { nested: number; table: number; row: number }): void {
  state.nested += 1;
  if (state.nested > 1) return;
  state.table += 1;
  state.row = 0;
}

function spend(file: string, budget: CellBudget, more: { readonly cells: number; readonly columns: number }): void {
  budget.cells += more.cells;
  if (budget.cells > LIMITS.cells) throw fileError("limit_exceeded", file, `more than ${LIMITS.cells} cells`);
  if (more.columns > LIMITS.columns) throw fileError("limit_exceeded", file, `more than ${LIMITS.columns} columns`);
}

function isCell(name: string): boolean {
  return name === "table-cell" || name === "covered-table-cell";
}

/** Comments and drawings: text inside them is none of a cell's. */
function isAside(name: string): boolean {
  return name === "annotation" || name === "shapes";
}

/** Paragraphs are lines; spaces, tabs and breaks have elements of their own. */
function openText(cell: OdsCellDraft, name: string, attributes: Attributes): void {
  if (name === "p" || name === "h") {
    if (cell.paragraphs > 0) cell.text += "\n";
    cell.paragraphs += 1;
  } else if (name === "s") cell.text += " ".repeat(Math.min(count(attribute(attributes, "c")), 10_000));
  else if (name === "tab") cell.text += "\t";
  else if (name === "line-break") cell.text += "\n";
}

function count(text: string | undefined): number {
  const value = Number(text ?? 1);
  return Number.isInteger(value) && value > 0 ? value : 1;
}
