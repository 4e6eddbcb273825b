import type { Archive } from "./zip.ts";
import { openArchive } from "./zip.ts";
import { decodeEscapes, formatKind } from "./formats.ts";
import type { FormatKind } from "../cells-serial.ts";
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
  readonly date1904: boolean;
  /** By cell style index. */
  readonly formats: readonly FormatKind[];
  readonly shared: readonly string[];
  readonly warnings: string[];
  close(): void;
}

/** Opens an .xlsx or .xlsm file. Throws a FILE_* error; macros, links and connections are never touched. */
export async function openWorkbook(path: string, file: string): Promise<Workbook> {
  const archive = await openArchive(path, file);
  try {
    return await load(archive, file);
  } catch (error) {
    archive.close();
    throw error;
  }
}

async function load(archive: Archive, file: string): Promise<Workbook> {
  const main = await mainPart(archive, file);
  const links = await relationships(archive, file, main);
  const warnings: string[] = archive.doubled ? ["two parts share a name"] : [];
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
    if (part === null) warnings.push(`the sheet ${index + 1} has no part`);
    return part === null ? [] : [{ name: sheet.name, index, hidden: sheet.state !== "visible", part }];
  });
  if (found.length > 0 && sheets.length === 0) throw fileError("corrupt", file, "no sheet can be found");
  const target = (kind: string, usual: string): string | null => {
    const link = [...links.values()].find(({ type }) => type.endsWith(`/${kind}`));
    return archive.find(link?.target ?? usual);
  };
  const formats = await readStyles(archive, file, target("styles", "xl/styles.xml"));
  const shared = await readShared(archive, file, target("sharedStrings", "xl/sharedStrings.xml"));
  return { file, archive, sheets, date1904, formats, shared, warnings, close: () => archive.close() };
}

async function mainPart(archive: Archive, file: string): Promise<string> {
  const links = await relationships(archive, file, "");
  const office = [...links.values()].find(({ type }) => type.endsWith("/officeDocument"));
  const part = archive.find(office?.target ?? "xl/workbook.xml") ?? archive.find("xl/workbook.xml");
  if (part === null) {
    const odf = archive.find("mimetype") !== null && archive.find("content.xml") !== null;
    if (odf) throw fileError("unsupported", file, "it is an OpenDocument file (.ods)");
    const word = archive.find("[Content_Types].xml") !== null;
    throw fileError(
      "unsupported",
      file,
      word ? "it is an Office file without a workbook" : "it is a zip file, not a workbook",
    );
  }
  if (part.toLowerCase().endsWith(".bin")) throw fileError("unsupported", file, "it is a binary workbook (.xlsb)");
  return part;
}

/** Relationships of a part by id, targets as full names. */
async function relationships(
  archive: Archive,
  file: string,
  part: string,
): Promise<Map<string, { readonly type: string; readonly target: string }>> {
  const slash = part.lastIndexOf("/");
  const folder = slash < 0 ? "" : part.slice(0, slash + 1);
  const name = archive.find(`${folder}_rels/${part.slice(slash + 1)}.rels`);
  const links = new Map<string, { type: string; target: string }>();
  if (name === null) return links;
  await readXml(archive.stream(name), file, {
    open: (element, attributes) => {
      if (element !== "Relationship" || attributes["TargetMode"] === "External") return;
      const target = (attributes["Target"] ?? "").replaceAll("\\", "/");
      const full = target.startsWith("/") ? target.slice(1) : new URL(target, `zip:///${folder}`).pathname.slice(1);
      links.set(attributes["Id"] ?? "", { type: attributes["Type"] ?? "", target: decodeURIComponent(full) });
    },
  });
  return links;
}

async function readStyles(archive: Archive, file: string, part: string | null): Promise<FormatKind[]> {
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
  return ids.map((id) => formatKind(id, codes.get(id)));
}

async function readShared(archive: Archive, file: string, part: string | null): Promise<string[]> {
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
      shared.push(decodeEscapes(text));
    },
  });
  return shared;
}
