import type { Archive } from "./zip.ts";
import { relationships } from "./relationships.ts";
import type { Epoch } from "../cells-serial.ts";
import { decodeEscapes, numberFormat } from "./formats.ts";
import type { NumberFormat } from "./formats.ts";
import { fileError, LIMITS } from "./limits.ts";
import { attribute, readXml } from "./xml.ts";

/** One sheet of a workbook. */
export interface SheetInfo {
  readonly name: string;
  /** 0-based position in the workbook. */
  readonly index: number;
  readonly hidden: boolean;
  /** Part that holds the cells. */
  readonly part: string;
}

/** An open workbook: what is needed to read its sheets one after the other. */
export interface Workbook {
  readonly file: string;
  readonly archive: Archive;
  readonly sheets: readonly SheetInfo[];
  readonly epoch: Epoch;
  /** By cell style index. */
  readonly formats: readonly NumberFormat[];
  readonly shared: readonly string[];
  /** True where cells are read one by one: with their formats, and text as it is stored. */
  readonly detail: boolean;
}

/**
 * Reads what all sheets of an .xlsx or .xlsm file share. Throws a FILE_* error; macros, links and connections are never
 * touched. `main` is the part that lists the sheets.
 */
export async function loadWorkbook(
  archive: Archive,
  about: { readonly file: string; readonly main: string; readonly detail: boolean; readonly warnings: string[] },
): Promise<Workbook> {
  const { file, main, detail } = about;
  const links = await relationships(archive, file, main);
  const found: { name: string; rid: string; state: string }[] = [];
  let date1904 = false;
  await readXml(archive.stream(main), file, {
    open: (name, attributes) => {
      if (name === "workbookPr") date1904 = /^(1|true|on)$/i.test(attribute(attributes, "date1904") ?? "");
      if (name !== "sheet") return;
      const rid = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? "";
      found.push({
        name: attribute(attributes, "name") ?? "",
        rid,
        state: attribute(attributes, "state") ?? "visible",
      });
    },
  });
  const sheets = found.flatMap((sheet, index) => {
    const link = links.get(sheet.rid);
    const part = archive.find(link?.target ?? `xl/worksheets/sheet${index + 1}.xml`);
    if (link !== undefined && !link.type.endsWith("worksheet")) return [];
    if (part === null) throw fileError("corrupt", file, `the part of sheet ${index + 1} is missing`);
    return [{ name: sheet.name, index, hidden: sheet.state !== "visible", part }];
  });
  if (sheets.length === 0) throw fileError("corrupt", file, "no sheet can be found");
  const target = (kind: string, usual: string): string | null => {
    const link = [...links.values()].find(({ type }) => type.endsWith(`/${kind}`));
    const part = archive.find(link?.target ?? usual);
    if (link !== undefined && part === null) about.warnings.push(`the part of the ${kind} is missing`);
    return part;
  };
  const formats = await readStyles(archive, file, target("styles", "xl/styles.xml"));
  const shared = await readShared(archive, { file, detail, part: target("sharedStrings", "xl/sharedStrings.xml") });
  return { file, archive, sheets, epoch: date1904 ? "1904" : "1900", formats, shared, detail };
}

async function readStyles(archive: Archive, file: string, part: string | null): Promise<NumberFormat[]> {
  if (part === null) return [];
  const codes = new Map<number, string>();
  const ids: number[] = [];
  let inside = false;
  await readXml(archive.stream(part), file, {
    open: (name, attributes) => {
      if (name === "numFmt") codes.set(Number(attributes["numFmtId"]), attributes["formatCode"] ?? "");
      if (name === "cellXfs") inside = true;
      if (name === "xf" && inside) ids.push(Number(attributes["numFmtId"] ?? 0));
    },
    close: (name) => {
      if (name === "cellXfs") inside = false;
    },
  });
  const known = new Map<number, NumberFormat>();
  return ids.map((id) => {
    const format = known.get(id) ?? numberFormat(id, codes.get(id));
    known.set(id, format);
    return format;
  });
}

async function readShared(
  archive: Archive,
  about: { readonly file: string; readonly part: string | null; readonly detail: boolean },
): Promise<string[]> {
  const { file, part } = about;
  const shared: string[] = [];
  if (part === null) return shared;
  let text = "";
  let size = 0;
  let phonetic = 0;
  let within = false;
  await readXml(archive.stream(part), file, {
    open: (name) => {
      if (name === "si") text = "";
      if (name === "rPh") phonetic += 1;
      within = name === "t" && phonetic === 0;
    },
    text: (piece) => {
      if (within) text += piece;
    },
    close: (name) => {
      within = false;
      if (name === "rPh") phonetic -= 1;
      if (name !== "si") return;
      size += text.length;
      if (size > LIMITS.sharedTextBytes) throw fileError("limit_exceeded", file, "too much shared text");
      // Cell by cell, text is told as it is stored: only the escape of the escape itself is undone.
      shared.push(about.detail ? text.replaceAll("_x005F_", "_") : decodeEscapes(text));
    },
  });
  return shared;
}
