import { EMPTY } from "../table/cells.ts";
import type { Cell, SheetRow } from "../table/cells.ts";
import { serialCell } from "../cells-serial.ts";
import { decodeEscapes, GENERAL } from "./formats.ts";
import { fileError, LIMITS } from "./limits.ts";
import type { SheetInfo, Workbook } from "./workbook.ts";
import { parseXml } from "./xml.ts";
import type { Attributes } from "./xml.ts";

/** Cells read so far of one file: the limit is for the file. */
export interface CellBudget {
  cells: number;
  /** Formulas without a cached result by the part of their sheet, however often it is read: they count as empty. */
  readonly uncached: Map<string, number>;
}

/** Rows of one sheet in order and in blocks, with their cells by column. Blank styled cells are counted and not kept. */
export async function* sheetRows(
  workbook: Workbook,
  sheet: SheetInfo,
  budget: CellBudget,
): AsyncGenerator<readonly SheetRow[], void, void> {
  let ready: SheetRow[] = [];
  const builder = createBuilder(workbook, budget, (row) => ready.push(row), uncachedOf(budget, sheet.part));
  const steps = parseXml(workbook.archive.stream(sheet.part), workbook.file, builder);
  for (let step = await steps.next(); step.done !== true; step = await steps.next()) {
    if (ready.length === 0) continue;
    yield ready;
    ready = [];
  }
}

function uncachedOf(budget: CellBudget, part: string): () => void {
  let count = 0;
  return () => {
    count += 1;
    budget.uncached.set(part, Math.max(count, budget.uncached.get(part) ?? 0));
  };
}

interface OpenCell {
  column: number;
  type: string;
  style: number;
  value: string | null;
  inline: string | null;
  formula: boolean;
}

function createBuilder(
  workbook: Workbook,
  budget: CellBudget,
  emit: (row: SheetRow) => void,
  uncached: () => void,
): {
  open(name: string, attributes: Attributes): void;
  close(name: string): void;
  text(text: string): void;
} {
  let row = 0;
  let cells: Cell[] = [];
  let cell: OpenCell | null = null;
  let column = -1;
  let within: "value" | "inline" | null = null;
  let phonetic = 0;
  // What stands behind the cells (extensions) may use their names for other things.
  let inside = false;
  return {
    open(name, attributes) {
      if (name === "sheetData") inside = true;
      if (!inside) return;
      if (name === "row") {
        row = rowOf(attributes["r"], row + 1, workbook.file);
        cells = [];
        column = -1;
      } else if (name === "c") {
        column = columnOf(attributes["r"], column + 1);
        checkBudget(workbook.file, budget, column);
        const style = Number(attributes["s"] ?? 0);
        cell = { column, type: attributes["t"] ?? "n", style, value: null, inline: null, formula: false };
      } else if (name === "rPh") phonetic += 1;
      else if (cell !== null && name === "f") cell.formula = true;
      else if (cell !== null && name === "v") {
        within = "value";
        cell.value ??= "";
      } else if (cell !== null && name === "t" && phonetic === 0) {
        within = "inline";
        cell.inline ??= "";
      }
    },
    text(text) {
      if (cell === null || within === null) return;
      if (within === "value") cell.value += text;
      else cell.inline += text;
    },
    close(name) {
      if (name === "v" || name === "t") within = null;
      if (name === "rPh") phonetic -= 1;
      if (name === "c" && cell !== null) {
        if (cell.formula && cell.value === null) uncached();
        place(cells, cell, workbook);
        cell = null;
      }
      if (name === "row" && inside) emit({ row, cells });
      if (name === "sheetData") inside = false;
    },
  };
}

function place(cells: Cell[], cell: OpenCell, workbook: Workbook): void {
  const value = workbook.detail ? detailOf(cell, workbook) : cellOf(cell, workbook);
  if (value.type === "empty") return;
  while (cells.length < cell.column) cells.push(EMPTY);
  cells[cell.column] = value;
}

function checkBudget(file: string, budget: CellBudget, column: number): void {
  budget.cells += 1;
  if (budget.cells > LIMITS.cells) throw fileError("limit_exceeded", file, `more than ${LIMITS.cells} cells`);
  if (column >= LIMITS.columns) throw fileError("limit_exceeded", file, `more than ${LIMITS.columns} columns`);
}

/** 1-based number of a row; the next one where none is told. */
function rowOf(text: string | undefined, next: number, file: string): number {
  const row = text === undefined ? next : Number(text);
  if (Number.isInteger(row) && row >= 1 && row <= LIMITS.rows) return row;
  throw fileError("corrupt", file, "a row has a number that no sheet has");
}

/** 0-based column of a reference such as `AB12`; the next one where there is no usable reference. */
function columnOf(reference: string | undefined, next: number): number {
  const letters = /^\$?([A-Za-z]{1,4})\$?\d*$/.exec(reference ?? "")?.[1];
  if (letters === undefined) return next;
  let index = 0;
  for (const letter of letters.toUpperCase()) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}

function cellOf(cell: OpenCell, workbook: Workbook): Cell {
  if (cell.type === "inlineStr") return textOf(cell.inline ?? cell.value);
  const { value } = cell;
  if (value === null) return cell.inline === null ? EMPTY : textOf(cell.inline);
  switch (cell.type) {
    case "s": {
      if (value.trim() === "") return EMPTY;
      const text = workbook.shared[Number(value)];
      if (text === undefined) throw fileError("corrupt", workbook.file, "a cell names a text that is not there");
      return { type: "text", value: text };
    }
    case "str":
      return textOf(value);
    case "b":
      return value.trim() === "" ? EMPTY : { type: "boolean", value: /^(1|true)$/i.test(value.trim()) };
    case "e":
      return { type: "error", value };
    case "d":
      return isoCell(value.trim());
    default:
      return numberCell(value, cell.style, workbook);
  }
}

/** A cell with the code of its format, and its text as it is stored. */
function detailOf(cell: OpenCell, workbook: Workbook): Cell {
  const stored = cell.inline !== null && (cell.type === "inlineStr" || cell.value === null) ? cell.inline : null;
  const text = stored ?? (cell.type === "str" || cell.type === "inlineStr" ? cell.value : null);
  const plain: Cell = text === null ? cellOf(cell, workbook) : { type: "text", value: text };
  return { ...plain, format: (workbook.formats[cell.style] ?? GENERAL).code };
}

function textOf(text: string | null): Cell {
  return text === null ? EMPTY : { type: "text", value: decodeEscapes(text) };
}

function numberCell(value: string, style: number, workbook: Workbook): Cell {
  const trimmed = value.trim();
  if (trimmed === "") return EMPTY;
  const number = Number(trimmed);
  if (!Number.isFinite(number)) return { type: "text", value };
  return serialCell(number, (workbook.formats[style] ?? GENERAL).kind, workbook.epoch);
}

/** ISO 8601 cells of strict workbooks. */
function isoCell(value: string): Cell {
  const text = value.replace(/Z$/, "");
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { type: "date", value: text };
  const time = /^(?:(\d{4}-\d{2}-\d{2})T)?(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/.exec(text);
  if (time === null) return { type: "text", value };
  const clock = (time[2] ?? "").replace(/\.0+$/, "");
  return time[1] === undefined ? { type: "time", value: clock } : { type: "datetime", value: `${time[1]}T${clock}` };
}
