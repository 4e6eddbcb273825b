import { readFile } from "node:fs/promises";
import type { Epoch } from "../cells-serial.ts";
import type { SheetRow } from "../table/cells.ts";
import { BIFF, biffRecords } from "./biff.ts";
import type { BiffRecord } from "./biff.ts";
import type { Book, BookOptions } from "./book-types.ts";
import { openCompound } from "./compound.ts";
import { numberFormat } from "./formats.ts";
import { fileError } from "./limits.ts";
import type { CellBudget } from "./sheet.ts";
import { xlsRows } from "./xls-sheet.ts";
import { codePage, readSharedTexts, recordText } from "./xls-texts.ts";
import type { XlsWorkbook } from "./xls-texts.ts";

interface FoundSheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly at: number;
}

/** Opens a workbook of Excel 5.0 to 2003 (.xls). Throws a FILE_* error; macros and links are never touched. */
export async function openXls(path: string, file: string, options: BookOptions): Promise<Book> {
  const compound = openCompound(await readFile(path), file);
  const has = (name: string): boolean => compound.names.includes(name);
  if (has("EncryptedPackage") || has("EncryptionInfo")) throw fileError("encrypted", file, "");
  const bytes = compound.stream("Workbook") ?? compound.stream("Book");
  if (bytes === null) throw fileError("unsupported", file, "it is an old Office file without a workbook");
  const { workbook, sheets } = readGlobals(bytes, file, options.detail === true);
  if (sheets.length === 0) throw fileError("corrupt", file, "no sheet can be found");
  const budget: CellBudget = { cells: 0, uncached: new Map() };
  const macros = has("_VBA_PROJECT") || has("VBA") ? ["macros were left alone"] : [];
  return {
    sheets: sheets.map(({ name, hidden, at }) => ({
      name,
      hidden,
      rows: () => inTurn(xlsRows(workbook, at, budget)),
    })),
    warnings: () => macros,
    close: () => undefined,
  };
}

/** Rows that are all at hand, given as others are read; a pause now and then lets other work go on. */
async function* inTurn(rows: Iterable<SheetRow>): AsyncGenerator<SheetRow, void, void> {
  let count = 0;
  for (const row of rows) {
    count += 1;
    if (count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    yield row;
  }
}

function readGlobals(
  bytes: Buffer,
  file: string,
  detail: boolean,
): { readonly workbook: XlsWorkbook; readonly sheets: readonly FoundSheet[] } {
  const draft = {
    edition: 8 as 5 | 8,
    encoding: "windows-1252",
    epoch: "1900" as Epoch,
    texts: [] as string[],
    codes: new Map<number, string>(),
    ids: [] as number[],
    sheets: [] as FoundSheet[],
  };
  let begun = false;
  let ended = false;
  for (const record of biffRecords(bytes, 0, file)) {
    if (record.type === BIFF.begin && !begun) {
      begun = true;
      const version = record.body.length >= 2 ? record.body.readUInt16LE(0) : 0;
      if (version !== 0x600 && version !== 0x500) {
        throw fileError("unsupported", file, "it is a workbook of an edition before Excel 5.0");
      }
      draft.edition = version === 0x600 ? 8 : 5;
    } else if (!begun) throw fileError("corrupt", file, "it does not begin as a workbook does");
    else if (record.type === BIFF.end) {
      ended = true;
      break;
    } else takeGlobal(draft, record, file);
  }
  if (!ended) throw fileError("corrupt", file, "a record is cut off");
  const { edition, encoding, epoch, texts, codes, ids, sheets } = draft;
  const formats = ids.map((id) => numberFormat(id, codes.get(id)));
  return { workbook: { file, bytes, edition, encoding, epoch, formats, texts, detail }, sheets };
}

function takeGlobal(
  draft: {
    readonly edition: 5 | 8;
    encoding: string;
    epoch: Epoch;
    texts: string[];
    readonly codes: Map<number, string>;
    readonly ids: number[];
    readonly sheets: FoundSheet[];
  },
  record: BiffRecord,
  file: string,
): void {
  const { body } = record;
  const need = (length: number): void => {
    if (body.length < length) throw fileError("corrupt", file, "a record is shorter than it must be");
  };
  const form = { edition: draft.edition, encoding: draft.encoding, file };
  switch (record.type) {
    case BIFF.filePass:
      throw fileError("encrypted", file, "");
    case BIFF.codePage:
      need(2);
      draft.encoding = codePage(body.readUInt16LE(0));
      return;
    case BIFF.dateMode:
      need(2);
      draft.epoch = body.readUInt16LE(0) === 1 ? "1904" : "1900";
      return;
    case BIFF.format:
      need(2);
      draft.codes.set(
        body.readUInt16LE(0),
        recordText(record, 2, { ...form, lengthBytes: draft.edition === 8 ? 2 : 1 }),
      );
      return;
    case BIFF.cellFormat:
      need(4);
      draft.ids.push(body.readUInt16LE(2));
      return;
    case BIFF.sharedTexts:
      draft.texts = readSharedTexts(record, file);
      return;
    case BIFF.boundSheet: {
      need(8);
      // Sheets of charts, macros and modules hold no cells of a table.
      if (body.readUInt8(5) !== 0) return;
      const name = recordText(record, 6, { ...form, lengthBytes: 1 });
      draft.sheets.push({ name, hidden: (body.readUInt8(4) & 3) !== 0, at: body.readUInt32LE(0) });
      return;
    }
    default:
  }
}
