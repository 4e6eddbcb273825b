import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { measure } from "./process.ts";

const HEADERS = ["Customer ID", "Name", "Email", "Phone", "Address", "Parish", "Balance", "Last Sale"];
const CSV_ROWS = 1_000_000;
const SHEET_ROWS = 200_000;

/** Long files from disk to JSON lines: time, memory, and that every row comes out. */
export async function* benchReading(): AsyncGenerator<Figure> {
  const dir = await mkdtemp(join(tmpdir(), "c360-reading-"));
  try {
    const csv = join(dir, "customers.csv");
    await writeCsv(csv);
    yield* read(csv, `${CSV_ROWS / 1e6} M rows of CSV`, CSV_ROWS, 15);
    const sheet = join(dir, "clients.xlsx");
    await writeSheet(sheet);
    yield* read(sheet, `${SHEET_ROWS / 1000} k rows of a workbook`, SHEET_ROWS, 30);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function* read(file: string, what: string, rows: number, seconds: number): AsyncGenerator<Figure> {
  const lines = `${file}.jsonl`;
  const run = await measure(["read", "excel", file, "--out", lines]);

  const end = JSON.parse((await lastLine(lines)) || "{}") as { counts?: { records?: number } };
  const out = end.counts?.records ?? 0;
  yield { what: `${what}: records out`, value: out, bar: String(rows), met: out === rows && run.status === 0 };
  yield atMost(`${what}: time`, run.seconds, "s", seconds);
  yield atMost(`${what}: peak memory`, run.peakMb, "MB", 400);
}

/** The last line of a file that is too long to be read whole. */
async function lastLine(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, 4096));
    await handle.read(tail, 0, tail.length, size - tail.length);
    return tail.toString("utf8").trim().split("\n").at(-1) ?? "";
  } finally {
    await handle.close();
  }
}

function rowOf(at: number): readonly (string | number)[] {
  return [
    `C${String(at).padStart(7, "0")}`,
    `Name ${at} Brown`,
    `n${at}@example.com`,
    `876-${200 + (at % 700)}-${String(at % 10_000).padStart(4, "0")}`,
    `${at % 200} Hope Road`,
    "Kingston",
    (((at * 37) % 100_000) / 100).toFixed(2),
    `${String(1 + (at % 28)).padStart(2, "0")}/${String(1 + (at % 12)).padStart(2, "0")}/2025`,
  ];
}

async function writeCsv(file: string): Promise<void> {
  const target = createWriteStream(file);
  target.write(`${HEADERS.join(",")}\n`);
  for (let at = 0; at < CSV_ROWS; at += 5000) {
    const block = Array.from({ length: 5000 }, (_, n) => rowOf(at + n).join(",")).join("\n");
    if (!target.write(`${block}\n`)) await once(target, "drain");
  }
  target.end();
  await once(target, "close");
}

async function writeSheet(file: string): Promise<void> {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useSharedStrings: true, useStyles: true });
  const sheet = book.addWorksheet("Clients");
  sheet.addRow(HEADERS).commit();
  for (let at = 0; at < SHEET_ROWS; at += 1) {
    const row = sheet.addRow([...rowOf(at).slice(0, 7), new Date(Date.UTC(2025, at % 12, 1 + (at % 28)))]);
    row.getCell(8).numFmt = "yyyy-mm-dd";
    row.commit();
  }
  sheet.commit();
  await book.commit();
}
