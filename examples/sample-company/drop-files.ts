import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ExcelJS from "exceljs";
import type { DropFile } from "./world/drop-plan.ts";
import { dropFiles } from "./world/drop-plan.ts";
import { dmy, isoOf } from "./world/calendar.ts";
import { ratesCsv } from "./world/rates.ts";
import { textOf, type Cell } from "./world/types.ts";
import type { World } from "./world/world.ts";

function moneyText(cents: number, style: "plain" | "grouped" | "signed"): string {
  const plain = (cents / 100).toFixed(2);
  if (style === "plain") return plain;
  const grouped = plain.replace(/\B(?=(\d{3})+\.)/g, ",");
  return style === "signed" ? `J$${grouped}` : grouped;
}

function csvCell(cell: Cell, file: DropFile, foreign: boolean): string {
  const style = file.csv;
  if (cell === null || style === null) return "";
  let text = textOf(cell);
  if (typeof cell === "object")
    text =
      "date" in cell
        ? dmy(cell.date)
        : moneyText(cell.cents, foreign && style.money === "signed" ? "grouped" : style.money);
  return text.includes(style.delimiter) || text.includes('"') || text.includes("\n")
    ? `"${text.replaceAll('"', '""')}"`
    : text;
}

function csvBytes(file: DropFile): Buffer {
  const style = file.csv;
  if (style === null) return Buffer.alloc(0);
  const lines = [file.header, ...file.rows.map((row) => row.cells)].map((cells) => {
    const foreign = cells.includes("USD") || cells.includes("CAD");
    return cells.map((cell) => csvCell(cell, file, foreign)).join(style.delimiter);
  });
  const text = `${lines.join("\r\n")}\r\n`;
  if (style.encoding === "latin1") return Buffer.from(text, "latin1");
  if (style.encoding === "utf16le") return Buffer.from(`\ufeff${text}`, "utf16le");
  return Buffer.from(style.encoding === "utf8-bom" ? `\ufeff${text}` : text, "utf8");
}

/** Sets every entry's time in a zip archive to 1980-01-01, so that the same content gives the same bytes. */
function timelessZip(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const local = bytes.readUInt32LE(at + 42);
    bytes.writeUInt32LE(0x00210000, at + 12);
    bytes.writeUInt32LE(0x00210000, local + 10);
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return bytes;
}

function excelCell(cell: Cell): string | number | Date | null {
  if (cell === "" || cell === null) return null;
  if (typeof cell !== "object") return cell;
  return "date" in cell ? new Date(`${isoOf(cell.date)}T00:00:00Z`) : cell.cents / 100;
}

async function workbookBytes(file: DropFile): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const made = new Date(`${isoOf(file.day)}T12:00:00Z`);
  Object.assign(book, { created: made, modified: made, creator: "Branch office", lastModifiedBy: "Branch office" });
  const sheet = book.addWorksheet("Customer List");
  for (const title of file.titles) sheet.addRow(title === "" ? [] : [title]);
  for (const row of [1, 2]) sheet.mergeCells(row, 1, row, file.header.length);
  sheet.getRow(1).font = { bold: true, size: 14 };
  sheet.addRow([...file.header]).font = { bold: true };
  for (const row of file.rows) {
    const added = sheet.addRow(row.cells.map(excelCell));
    row.cells.forEach((cell, n) => {
      if (typeof cell !== "object" || cell === null) return;
      added.getCell(n + 1).numFmt = "date" in cell ? "dd/mm/yyyy" : '"J$"#,##0.00';
    });
  }
  const lookups = book.addWorksheet("Lookups", { state: "hidden" });
  for (const line of ["Parish codes", "SJ St. James", "HN Hanover", "WM Westmoreland", "TR Trelawny"])
    lookups.addRow([line]);
  return timelessZip(Buffer.from(await book.xlsx.writeBuffer()));
}

/** Writes a file unless it is there with the same bytes: an unchanged file keeps its time. */
function writeIfChanged(path: string, bytes: Buffer): boolean {
  if (existsSync(path) && readFileSync(path).equals(bytes)) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return true;
}

/** Writes the drop folder as it is on a day, and the rates file beside it. Gives the paths that are new or changed. */
export async function writeDropFiles(world: World, dropDir: string, day: number): Promise<string[]> {
  const written: string[] = [];
  for (const file of dropFiles(world, day)) {
    const path = join(dropDir, file.folder, file.name);
    const bytes = file.csv === null ? await workbookBytes(file) : csvBytes(file);
    if (writeIfChanged(path, bytes)) written.push(`${file.folder}/${file.name}`);
  }
  writeIfChanged(join(dropDir, "..", "rates.csv"), Buffer.from(ratesCsv(), "utf8"));
  return written;
}
