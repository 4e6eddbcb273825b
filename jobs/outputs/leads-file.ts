import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ExcelJS from "exceljs";
import type { LeadRow } from "#warehouse";

/** Header of the CSV: other programs read it, so it never changes. */
export const LEADS_CSV_HEADER = [
  "rank",
  "customer_id",
  "customer",
  "phone",
  "last_contact",
  "band",
  "reason_1",
  "reason_2",
  "reason_3",
  "action",
] as const;

/** Header of the churn list's CSV: the meaning of the band and room for what came of it are in it from the start. */
export const CHURN_CSV_HEADER = [
  "rank",
  "customer_id",
  "customer",
  "phone",
  "last_contact",
  "band",
  "meaning",
  "reason_1",
  "reason_2",
  "reason_3",
  "action",
] as const;

/** What the lists are written with. */
export interface LeadsFileOptions {
  readonly dir: string;
  /** ISO date that the file is named after: the latest day whose data the list knows. */
  readonly asOf: string;
  readonly firm: string;
  readonly horizonDays: number;
  readonly mode: "shop" | "nonprofit";
}

/** Writes `leads_YYYY-MM-DD.xlsx` and `.csv`, each swapped in by rename. Gives their paths. */
export async function writeLeadsFiles(
  rows: readonly LeadRow[],
  options: LeadsFileOptions,
): Promise<{ xlsx: string; csv: string }> {
  await mkdir(options.dir, { recursive: true });
  const base = join(options.dir, `leads_${options.asOf}`);
  await replaceFile(`${base}.csv`, leadsCsv(rows));
  await replaceFile(`${base}.xlsx`, await workbook(rows, options, leadWords(options)));
  return { xlsx: `${base}.xlsx`, csv: `${base}.csv` };
}

/** Writes `churn_YYYY-MM-DD.xlsx` and `.csv`: who is likely to leave, most worth keeping first. Gives their paths. */
export async function writeChurnFiles(
  rows: readonly LeadRow[],
  options: LeadsFileOptions,
): Promise<{ xlsx: string; csv: string }> {
  await mkdir(options.dir, { recursive: true });
  const base = join(options.dir, `churn_${options.asOf}`);
  await replaceFile(`${base}.csv`, csvText(rows, CHURN_CSV_HEADER));
  await replaceFile(`${base}.xlsx`, await workbook(rows, options, CHURN_WORDS[options.mode]));
  return { xlsx: `${base}.xlsx`, csv: `${base}.csv` };
}

/** RFC 4180 text: CRLF, quotes where needed, text cells that a spreadsheet would run as a formula made harmless. */
export function leadsCsv(rows: readonly LeadRow[]): string {
  return csvText(rows, LEADS_CSV_HEADER);
}

function csvText(rows: readonly LeadRow[], header: readonly (keyof LeadRow)[]): string {
  const lines = rows.map((row) => header.map((column) => csvCell(row[column], column === "phone")).join(","));
  return `${[header.join(","), ...lines].join("\r\n")}\r\n`;
}

/**
 * A cell of a CSV file. Text that begins with `=`, `+`, `-`, `@`, tab or return is what spreadsheets run as a formula: it
 * gets a leading space. A telephone number in E.164 (`+` and digits only) is no formula and stays as it is.
 */
export function csvCell(value: string | number | null, isPhone = false): string {
  if (value === null) return "";
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !(isPhone && /^\+\d+$/.test(text)) ? ` ${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a list calls itself and its ranks. */
interface ListWords {
  readonly sheet: string;
  readonly rank: string;
}

function leadWords({ mode, horizonDays }: LeadsFileOptions): ListWords {
  const act = mode === "nonprofit" ? "gift" : "purchase";
  return {
    sheet: mode === "nonprofit" ? "Donors to call" : "Leads",
    rank: `1 is the best: most likely ${act} within ${horizonDays} days, weighed by what it is worth.`,
  };
}

const CHURN_WORDS: Readonly<Record<LeadsFileOptions["mode"], ListWords>> = {
  shop: { sheet: "Likely to leave", rank: "1 is most worth keeping: the chance of leaving times the value of a year." },
  nonprofit: { sheet: "Likely to lapse", rank: "1 is most worth keeping: the chance of lapsing times a year's gifts." },
};

async function workbook(rows: readonly LeadRow[], options: LeadsFileOptions, words: ListWords): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  // The bytes follow from the content: the day of the data, never the time of writing.
  book.created = new Date(`${options.asOf}T00:00:00Z`);
  book.modified = book.created;
  book.creator = "Customer 360";
  fillList(book.addWorksheet(words.sheet), rows);
  fillGuide(book.addWorksheet("How to read this"), options, words);
  return Buffer.from(await book.xlsx.writeBuffer());
}

function fillList(sheet: ExcelJS.Worksheet, rows: readonly LeadRow[]): void {
  sheet.columns = [
    { header: "Rank", key: "rank", width: 7 },
    { header: "Customer", key: "customer", width: 32 },
    { header: "Phone", key: "phone", width: 16, style: { numFmt: "@" } },
    { header: "Last contact", key: "last_contact", width: 13, style: { numFmt: "yyyy-mm-dd" } },
    { header: "Band", key: "band", width: 12 },
    { header: "What it means", key: "meaning", width: 42 },
    { header: "Reason 1", key: "reason_1", width: 44 },
    { header: "Reason 2", key: "reason_2", width: 44 },
    { header: "Reason 3", key: "reason_3", width: 44 },
    { header: "Suggested action", key: "action", width: 44 },
    { header: "Outcome", key: "outcome", width: 16 },
    { header: "Notes", key: "notes", width: 30 },
    { header: "Customer id", key: "customer_id", width: 16 },
  ];
  for (const row of rows) {
    sheet.addRow({
      ...row,
      last_contact: row.last_contact === null ? null : new Date(`${row.last_contact.slice(0, 10)}T00:00:00Z`),
      outcome: null,
      notes: null,
    });
  }
  sheet.views = [{ state: "frozen", ySplit: 1, xSplit: 2 }];
  sheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: Math.max(1, rows.length + 1), column: 13 } };
  sheet.getRow(1).font = { bold: true };
  sheet.eachRow((row, index) => {
    if (index > 1) row.alignment = { vertical: "top", wrapText: true };
  });
  sheet.pageSetup = { orientation: "landscape", fitToPage: true, fitToWidth: 1, fitToHeight: 0, printTitlesRow: "1:1" };
}

function fillGuide(sheet: ExcelJS.Worksheet, options: LeadsFileOptions, words: ListWords): void {
  const customers = options.mode === "nonprofit" ? "donors" : "customers";
  sheet.columns = [{ width: 22 }, { width: 100 }];
  sheet.addRows([
    [`${options.firm}: how to read this list`],
    [],
    ["Rank", words.rank],
    [
      "Band",
      "High, Medium or Low, with its meaning in words beside it. The words come from what such customers did before.",
    ],
    [
      "not scored",
      "There are too few data for an honest score. The row is ranked by how lately the customer was heard of and how complete the record is.",
    ],
    ["Reasons", "The three strongest reasons, with this customer's own figures."],
    ["Left out", `${customers} who asked not to be contacted are not on the list.`],
    [
      "Outcome, Notes",
      "Yours to fill in: they are never overwritten in your copy. Keep the customer id column, so that the rows can be read back.",
    ],
    ["Data as of", options.asOf],
  ]);
  sheet.getRow(1).font = { bold: true, size: 14 };
  sheet.getColumn(1).font = { bold: true };
  sheet.getColumn(2).alignment = { wrapText: true, vertical: "top" };
}

async function replaceFile(file: string, content: string | Buffer): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, file);
}
