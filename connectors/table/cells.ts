/** Types of a cell's value, the same for workbooks, sheets and text files (where everything is text). */
export type CellType = "text" | "number" | "boolean" | "date" | "datetime" | "time" | "duration" | "error" | "empty";

/** One cell. Dates and times are ISO 8601 text without a zone, durations are seconds, errors keep their sign as text. */
export interface Cell {
  readonly type: CellType;
  readonly value: string | number | boolean | null;
  /** Code of the number format; only where cells are read one by one. */
  readonly format?: string;
}

/** A cell as rows hold it: the text of a text file stands as it is, because an object for each would cost more than it. */
export type RowCell = Cell | string;

/** One row of a sheet or file. */
export interface SheetRow {
  /** 1-based position in the sheet; for text files the position of the record. */
  readonly row: number;
  /** By column from 0; may be shorter than the table is wide. */
  readonly cells: readonly RowCell[];
}

/** Rows one by one, or in blocks where a source has many at hand: handing over each costs more than reading it. */
export type RowSource = AsyncIterable<SheetRow | readonly SheetRow[]>;

/** Rows of a source in blocks. */
export async function* rowBlocks(source: RowSource): AsyncGenerator<readonly SheetRow[], void, void> {
  for await (const item of source) yield asBlock(item);
}

/** A row as a block of one; a block as it is. */
export function asBlock(item: SheetRow | readonly SheetRow[]): readonly SheetRow[] {
  return Array.isArray(item) ? (item as readonly SheetRow[]) : [item as SheetRow];
}

/** The cell without content. */
export const EMPTY: Cell = { type: "empty", value: null };

/** True where a cell says nothing: empty, or text of blanks. */
export function isBlank(cell: RowCell | undefined): boolean {
  if (cell === undefined) return true;
  if (typeof cell === "string") return isBlankText(cell);
  return cell.type === "empty" || (typeof cell.value === "string" && isBlankText(cell.value));
}

function isBlankText(text: string): boolean {
  const code = text.charCodeAt(0);
  // A sign above the blank needs no trimming: that is nearly every cell.
  return !(code > 32 && code < 128) && text.trim() === "";
}

/** True where all cells of a row are blank. */
export function isBlankRow(row: SheetRow): boolean {
  for (const cell of row.cells) if (!isBlank(cell)) return false;
  return true;
}

/** The type of a cell's value. */
export function cellType(cell: RowCell): CellType {
  if (typeof cell !== "string") return cell.type;
  return isBlankText(cell) ? "empty" : "text";
}

/** A cell's value. */
export function cellValue(cell: RowCell): Cell["value"] {
  if (typeof cell !== "string") return cell.value;
  return isBlankText(cell) ? null : cell;
}

/** A cell's content as text, for headers and samples; numbers without exponent. */
export function cellText(cell: RowCell | undefined): string {
  if (typeof cell === "string") return isBlankText(cell) ? "" : cell;
  if (cell === undefined || cell.value === null) return "";
  return typeof cell.value === "number" ? numberText(cell.value) : String(cell.value);
}

/** A number as plain decimal text: telephone numbers and ids must not come out as 8.76e+9. */
export function numberText(value: number): string {
  const text = String(value);
  if (!/e/i.test(text)) return text;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(20).replace(/\.?0+$/, "");
}

/** Spreadsheet letters of a column index from 0: A, B, … Z, AA. */
export function columnLetters(index: number): string {
  let letters = "";
  for (let n = index + 1; n > 0; n = Math.floor((n - 1) / 26)) {
    letters = String.fromCharCode(65 + ((n - 1) % 26)) + letters;
  }
  return letters;
}
