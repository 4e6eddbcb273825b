import { extname } from "node:path";
import type { Book, BookOptions, BookSheet } from "./book-types.ts";
import { fileError } from "./limits.ts";
import { workbookPart } from "./relationships.ts";
import { sheetRows } from "./sheet.ts";
import type { CellBudget } from "./sheet.ts";
import { openArchive } from "./zip.ts";
import type { Archive } from "./zip.ts";
import { loadWorkbook } from "./workbook.ts";
import { openOds } from "./ods.ts";
import { openXls } from "./xls.ts";
import { openXlsb } from "./xlsb.ts";

/**
 * Opens a workbook by its content: .xlsx, .xlsm, .xlsb, .ods (zip) or .xls (compound file). Throws a FILE_* error.
 * `kind` is what the first bytes say.
 */
export async function openBook(
  path: string,
  file: string,
  kind: "zip" | "compound",
  options: BookOptions = {},
): Promise<Book> {
  if (kind === "compound") return openXls(path, file, options);
  const archive = await openArchive(path, file);
  try {
    return await openZipped(archive, file, options);
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function openZipped(archive: Archive, file: string, options: BookOptions): Promise<Book> {
  const warnings: string[] = archive.doubled ? ["two parts share a name"] : [];
  const budget: CellBudget = { cells: 0, uncached: new Map() };
  const detail = options.detail === true;
  const main = await workbookPart(archive, file, warnings);
  if (main === null) return openOther(archive, { file, detail, budget });
  if (archive.find("xl/vbaProject.bin") !== null) warnings.push("macros were left alone");
  const sheets: readonly BookSheet[] = main.toLowerCase().endsWith(".bin")
    ? await openXlsb(archive, { file, main, detail, budget, warnings })
    : await openXlsx(archive, { file, main, detail, budget, warnings });
  return {
    sheets,
    warnings: () => withUncached(warnings, budget),
    close: () => archive.close(),
  };
}

function withUncached(warnings: readonly string[], budget: CellBudget): readonly string[] {
  const uncached = [...budget.uncached.values()].reduce((sum, count) => sum + count, 0);
  if (uncached === 0) return warnings;
  return [...warnings, `${uncached} formulas without a stored result`];
}

async function openXlsx(
  archive: Archive,
  about: {
    readonly file: string;
    readonly main: string;
    readonly detail: boolean;
    readonly budget: CellBudget;
    readonly warnings: string[];
  },
): Promise<readonly BookSheet[]> {
  const workbook = await loadWorkbook(archive, about);
  return workbook.sheets.map((sheet) => ({
    name: sheet.name,
    hidden: sheet.hidden,
    rows: () => sheetRows(workbook, sheet, about.budget),
  }));
}

async function openOther(
  archive: Archive,
  about: { readonly file: string; readonly detail: boolean; readonly budget: CellBudget },
): Promise<Book> {
  const { file } = about;
  if (archive.find("content.xml") !== null) {
    const sheets = await openOds(archive, about);
    return { sheets, warnings: () => [], close: () => archive.close() };
  }
  if (archive.names.some((name) => /^\/?xl[\\/]/i.test(name))) {
    throw fileError("corrupt", file, "the part that lists its sheets is missing");
  }
  const office = archive.find("[Content_Types].xml") !== null;
  throw fileError(
    "unsupported",
    file,
    office ? "it is an Office file without a workbook" : "it is a zip file, not a workbook",
  );
}

/** What the name promises and the content is not; null where they agree or the name promises nothing. */
export function nameWarning(name: string, content: "text" | "zip" | "compound"): string | null {
  const ending = extname(name).toLowerCase();
  const promised = { ".xls": "compound", ".xlsx": "zip", ".xlsm": "zip", ".xlsb": "zip", ".ods": "zip" }[ending];
  const text = [".csv", ".tsv", ".tab", ".txt"].includes(ending);
  const differs = promised === undefined ? text && content !== "text" : promised !== content;
  return differs ? `its name ends in ${ending}, its content is ${CONTENT[content]}` : null;
}

const CONTENT = { text: "text", zip: "a newer workbook", compound: "an older workbook" } as const;
