import type { Epoch } from "../cells-serial.ts";
import { serialCell } from "../cells-serial.ts";
import { EMPTY } from "../table/cells.ts";
import type { Cell, SheetRow } from "../table/cells.ts";
import type { BookSheet } from "./book-types.ts";
import { errorCode, rkNumber } from "./binary.ts";
import { GENERAL, numberFormat } from "./formats.ts";
import type { NumberFormat } from "./formats.ts";
import { fileError, LIMITS } from "./limits.ts";
import { relationships } from "./relationships.ts";
import type { CellBudget } from "./sheet.ts";
import { xlsbRecords } from "./xlsb-records.ts";
import type { XlsbRecord } from "./xlsb-records.ts";
import type { Archive } from "./zip.ts";

/** Record types of [MS-XLSB] 2.3.2 that are read. */
const RECORD = {
  rowHeader: 0,
  blank: 1,
  rk: 2,
  error: 3,
  bool: 4,
  real: 5,
  text: 6,
  shared: 7,
  formulaText: 8,
  formulaNumber: 9,
  formulaBool: 10,
  formulaError: 11,
  sharedItem: 19,
  richText: 62,
  format: 44,
  cellFormat: 47,
  sheetsData: 145,
  sheetsDataEnd: 146,
  workbookProperties: 153,
  bundleSheet: 156,
  cellFormats: 617,
  cellFormatsEnd: 618,
} as const;

interface About {
  readonly file: string;
  readonly main: string;
  readonly detail: boolean;
  readonly budget: CellBudget;
  readonly warnings: string[];
}

interface Shared {
  readonly texts: readonly string[];
  readonly formats: readonly NumberFormat[];
  readonly epoch: Epoch;
}

/** The sheets of a binary workbook (.xlsb). Throws a FILE_* error. */
export async function openXlsb(archive: Archive, about: About): Promise<readonly BookSheet[]> {
  const { file, main } = about;
  const links = await relationships(archive, file, main);
  const found: { name: string; rid: string; hidden: boolean }[] = [];
  let epoch: Epoch = "1900";
  for await (const record of xlsbRecords(archive.stream(main), file)) {
    if (record.type === RECORD.workbookProperties) epoch = (record.u32(0) & 1) === 1 ? "1904" : "1900";
    if (record.type !== RECORD.bundleSheet) continue;
    const rid = record.text(8);
    found.push({ hidden: record.u32(0) !== 0, rid: rid.text, name: record.text(rid.next).text });
  }
  const part = (kind: string, usual: string): string | null => {
    const link = [...links.values()].find(({ type }) => type.endsWith(`/${kind}`));
    return archive.find(link?.target ?? usual);
  };
  const texts = await readTexts(archive, file, part("sharedStrings", "xl/sharedStrings.bin"));
  const formats = await readFormats(archive, file, part("styles", "xl/styles.bin"));
  const shared: Shared = { texts, formats, epoch };
  const sheets = found.flatMap(({ name, hidden, rid }, index) => {
    const link = links.get(rid);
    if (link !== undefined && !link.type.endsWith("worksheet")) return [];
    const sheet = archive.find(link?.target ?? `xl/worksheets/sheet${index + 1}.bin`);
    if (sheet === null) throw fileError("corrupt", file, `the part of sheet ${index + 1} is missing`);
    return [{ name, hidden, rows: () => sheetRows(archive, sheet, shared, about) }];
  });
  if (sheets.length === 0) throw fileError("corrupt", file, "no sheet can be found");
  return sheets;
}

async function readTexts(archive: Archive, file: string, part: string | null): Promise<string[]> {
  const texts: string[] = [];
  if (part === null) return texts;
  let size = 0;
  for await (const record of xlsbRecords(archive.stream(part), file)) {
    if (record.type !== RECORD.sharedItem) continue;
    const { text } = record.text(1);
    size += text.length;
    if (size > LIMITS.sharedTextBytes) throw fileError("limit_exceeded", file, "too much shared text");
    texts.push(text);
  }
  return texts;
}

async function readFormats(archive: Archive, file: string, part: string | null): Promise<NumberFormat[]> {
  const formats: NumberFormat[] = [];
  if (part === null) return formats;
  const codes = new Map<number, string>();
  let inside = false;
  for await (const record of xlsbRecords(archive.stream(part), file)) {
    if (record.type === RECORD.format) codes.set(record.u16(0), record.text(2).text);
    if (record.type === RECORD.cellFormats) inside = true;
    if (record.type === RECORD.cellFormatsEnd) inside = false;
    if (record.type === RECORD.cellFormat && inside) {
      const id = record.u16(2);
      formats.push(numberFormat(id, codes.get(id)));
    }
  }
  return formats;
}

async function* sheetRows(
  archive: Archive,
  part: string,
  shared: Shared,
  about: About,
): AsyncGenerator<SheetRow, void, void> {
  let row = 0;
  let cells: Cell[] = [];
  let inside = false;
  let before = 0;
  for await (const record of xlsbRecords(archive.stream(part), about.file)) {
    if (record.type === RECORD.sheetsData) inside = true;
    if (record.type === RECORD.sheetsDataEnd) inside = false;
    if (!inside) continue;
    if (record.type === RECORD.rowHeader) {
      if (cells.length > 0) yield { row, cells };
      cells = [];
      row = record.u32(0) + 1;
      if (row > LIMITS.rows || row <= before) throw fileError("corrupt", about.file, "its rows are out of order");
      before = row;
    } else if (record.type >= RECORD.blank && record.type <= RECORD.formulaError) take(record);
    else if (record.type === RECORD.richText) take(record);
  }
  if (cells.length > 0) yield { row, cells };

  function take(record: XlsbRecord): void {
    const column = record.u32(0);
    about.budget.cells += 1;
    if (about.budget.cells > LIMITS.cells) {
      throw fileError("limit_exceeded", about.file, `more than ${LIMITS.cells} cells`);
    }
    if (column >= LIMITS.columns) throw fileError("limit_exceeded", about.file, `more than ${LIMITS.columns} columns`);
    const format = shared.formats[record.u32(4) & 0xffffff] ?? GENERAL;
    const cell = cellOf(record, format, shared, about.file);
    if (cell.type === "empty") return;
    while (cells.length < column) cells.push(EMPTY);
    cells[column] = about.detail ? { ...cell, format: format.code } : cell;
  }
}

function cellOf(record: XlsbRecord, format: NumberFormat, shared: Shared, file: string): Cell {
  switch (record.type) {
    case RECORD.rk:
      return serialCell(rkNumber(record.u32(8)), format.kind, shared.epoch);
    case RECORD.real:
    case RECORD.formulaNumber:
      return serialCell(record.f64(8), format.kind, shared.epoch);
    case RECORD.bool:
    case RECORD.formulaBool:
      return { type: "boolean", value: record.u8(8) !== 0 };
    case RECORD.error:
    case RECORD.formulaError:
      return { type: "error", value: errorCode(record.u8(8)) };
    case RECORD.text:
    case RECORD.formulaText:
      return { type: "text", value: record.text(8).text };
    case RECORD.richText:
      return { type: "text", value: record.text(9).text };
    case RECORD.shared: {
      const text = shared.texts[record.u32(8)];
      if (text === undefined) throw fileError("corrupt", file, "a cell names a text that is not there");
      return { type: "text", value: text };
    }
    default:
      return EMPTY;
  }
}
