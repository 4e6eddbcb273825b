import { serialCell } from "../cells-serial.ts";
import { EMPTY } from "../table/cells.ts";
import type { Cell, SheetRow } from "../table/cells.ts";
import { errorCode, rkNumber } from "./binary.ts";
import { BIFF, biffRecords } from "./biff.ts";
import type { BiffRecord } from "./biff.ts";
import { GENERAL } from "./formats.ts";
import { fileError, LIMITS } from "./limits.ts";
import type { CellBudget } from "./sheet.ts";
import { recordText } from "./xls-texts.ts";
import type { XlsWorkbook } from "./xls-texts.ts";

/** Cells of one sheet by row and column: old workbooks may store them out of order. */
type Grid = Map<number, Cell[]>;

interface Position {
  readonly row: number;
  readonly column: number;
  readonly style: number;
}

/** Rows of the sheet that begins at a position of the workbook's stream. Throws a FILE_* error. */
export function* xlsRows(workbook: XlsWorkbook, at: number, budget: CellBudget): Generator<SheetRow, void, void> {
  const grid: Grid = new Map();
  const { file } = workbook;
  let depth = 0;
  let waiting: Position | null = null;
  let ended = false;
  if (at >= workbook.bytes.length) throw fileError("corrupt", file, "a sheet begins after the end of the file");
  for (const record of biffRecords(workbook.bytes, at, file)) {
    if (record.type === BIFF.begin) depth += 1;
    else if (depth === 0) throw fileError("corrupt", file, "a sheet does not begin as one does");
    if (record.type === BIFF.end) depth -= 1;
    // Charts inside the sheet have records of their own.
    if (depth === 1) waiting = takeRecord(record, { workbook, grid, budget, waiting });
    if (depth === 0) {
      ended = true;
      break;
    }
  }
  if (!ended) throw fileError("corrupt", file, "a record is cut off");
  for (const row of [...grid.keys()].sort((a, b) => a - b)) yield { row: row + 1, cells: grid.get(row) ?? [] };
}

interface Taking {
  readonly workbook: XlsWorkbook;
  readonly grid: Grid;
  readonly budget: CellBudget;
  /** The formula whose text comes in the next record. */
  readonly waiting: Position | null;
}

function takeRecord(record: BiffRecord, taking: Taking): Position | null {
  const { workbook } = taking;
  const { body } = record;
  const need = (length: number): void => {
    if (body.length < length) throw fileError("corrupt", workbook.file, "a record is shorter than it must be");
  };
  const here = (): Position => {
    need(6);
    return { row: body.readUInt16LE(0), column: body.readUInt16LE(2), style: body.readUInt16LE(4) };
  };
  switch (record.type) {
    case BIFF.number:
      need(14);
      put(taking, here(), body.readDoubleLE(6));
      return null;
    case BIFF.rk:
      need(10);
      put(taking, here(), rkNumber(body.readUInt32LE(6)));
      return null;
    case BIFF.multiRk:
      takeMany(taking, here(), body);
      return null;
    case BIFF.sharedText: {
      need(10);
      const text = workbook.texts[body.readUInt32LE(6)];
      if (text === undefined) throw fileError("corrupt", workbook.file, "a cell names a text that is not there");
      put(taking, here(), { type: "text", value: text });
      return null;
    }
    case BIFF.label:
    case BIFF.richText:
      put(taking, here(), { type: "text", value: recordText(record, 6, { ...workbook, lengthBytes: 2 }) });
      return null;
    case BIFF.boolOrError:
      need(8);
      put(taking, here(), boolOrError(body.readUInt8(6), body.readUInt8(7) === 1));
      return null;
    case BIFF.formula:
    case BIFF.formula3:
    case BIFF.formula4:
      need(14);
      return takeFormula(taking, here(), body);
    case BIFF.formulaText: {
      if (taking.waiting === null) return null;
      put(taking, taking.waiting, { type: "text", value: recordText(record, 0, { ...workbook, lengthBytes: 2 }) });
      return null;
    }
    default:
      return taking.waiting;
  }
}

function takeMany(taking: Taking, first: Position, body: Buffer): void {
  for (let at = 4, column = first.column; at + 6 <= body.length - 2; at += 6, column += 1) {
    put(taking, { row: first.row, column, style: body.readUInt16LE(at) }, rkNumber(body.readUInt32LE(at + 2)));
  }
}

/** The stored result of a formula: a number, or by its first byte a text that follows, a yes or no, an error, nothing. */
function takeFormula(taking: Taking, position: Position, body: Buffer): Position | null {
  if (body.readUInt16LE(12) !== 0xffff) {
    put(taking, position, body.readDoubleLE(6));
    return null;
  }
  const kind = body.readUInt8(6);
  if (kind === 0) return position;
  if (kind === 1 || kind === 2) put(taking, position, boolOrError(body.readUInt8(8), kind === 2));
  if (kind === 3) put(taking, position, { type: "text", value: "" });
  return null;
}

function boolOrError(value: number, isError: boolean): Cell {
  return isError ? { type: "error", value: errorCode(value) } : { type: "boolean", value: value !== 0 };
}

function put(taking: Taking, { row, column, style }: Position, value: Cell | number): void {
  const { workbook, grid, budget } = taking;
  budget.cells += 1;
  if (budget.cells > LIMITS.cells) throw fileError("limit_exceeded", workbook.file, `more than ${LIMITS.cells} cells`);
  if (column > 255) throw fileError("corrupt", workbook.file, "a cell stands beyond the last column");
  const format = workbook.formats[style] ?? GENERAL;
  const cell = typeof value === "number" ? serialCell(value, format.kind, workbook.epoch) : value;
  const cells = grid.get(row) ?? [];
  while (cells.length < column) cells.push(EMPTY);
  cells[column] = workbook.detail ? { ...cell, format: format.code } : cell;
  grid.set(row, cells);
}
