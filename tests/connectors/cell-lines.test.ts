import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCells, readTables } from "#connectors";
import type { CellLine, TableLine, VerdictLine } from "#connectors";
import { unzipParts, zipParts } from "../../scripts/bench/zip-parts.ts";
import { writeWorkbook } from "./support/workbook.ts";

const fixtures = new URL("../fixtures/connectors/excel/", import.meta.url);
let dir = "";

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "cells-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  writeFileSync(join(dir, name), content);
  return join(dir, name);
}

async function cellsOf(path: string): Promise<{ cells: CellLine[]; verdict: VerdictLine }> {
  const cells: CellLine[] = [];
  for await (const line of readCells(path)) {
    if ("verdict" in line) return { cells, verdict: line };
    cells.push(line);
  }
  throw new Error("no verdict");
}

const fixture = (name: string): string => new URL(name, fixtures).pathname;
const brief = (cells: readonly CellLine[]): unknown[] =>
  cells.map(({ row, column, type, value }) => [row, column, type, value]);

describe("every cell of a file", () => {
  it("tells sheet, place, type, value and format, hidden sheets and empty texts too", async () => {
    const path = join(dir, "book.xlsx");
    await writeWorkbook(path, { Shown: [["  a ", 1.5, true, new Date("2024-02-29T00:00:00Z")]], Codes: [["x", "y"]] }, [
      "Codes",
    ]);
    const { cells, verdict } = await cellsOf(path);
    expect(cells.slice(0, 3)).toEqual([
      { sheet: "Shown", row: 1, column: 1, type: "text", value: "  a ", format: "General" },
      { sheet: "Shown", row: 1, column: 2, type: "number", value: 1.5, format: "General" },
      { sheet: "Shown", row: 1, column: 3, type: "boolean", value: true, format: "General" },
    ]);
    expect(cells[3]).toMatchObject({ type: "date", value: "2024-02-29" });
    expect(cells[3]?.format).toMatch(/y/);
    expect(cells.map(({ sheet }) => sheet)).toEqual(["Shown", "Shown", "Shown", "Shown", "Codes", "Codes"]);
    expect(verdict).toEqual({ type: "verdict", verdict: "ok", reason: null });
  });

  it("tells text as it is stored, escapes and all", async () => {
    const { cells } = await cellsOf(fixture("calamine-has_x000D_.xlsx"));
    expect(cells[0]?.value).toBe("ABC_x000D_\nDEF");
  });

  it.each(["sheetjs-LONumbers", "exceljs-1904", "poi-Booleans", "calamine-date", "calamine-errors"])(
    "%s gives the cells that another program finds",
    async (name) => {
      const expected = JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), "utf8")) as {
        sheets: { name: string; rows: unknown[][] }[];
      };
      const { cells } = await cellsOf(fixture(`${name}.xlsx`));
      const found = new Map(cells.map((cell) => [`${cell.sheet} ${cell.row} ${cell.column}`, cell.value]));
      let compared = 0;
      for (const { name: sheet, rows } of expected.sheets) {
        for (const [r, row] of rows.entries()) {
          for (const [c, value] of row.entries()) {
            if (value === null) continue;
            compared += 1;
            expect(plain(found.get(`${sheet} ${r + 1} ${c + 1}`))).toEqual(plain(value));
          }
        }
      }
      expect(compared).toBeGreaterThan(0);
    },
  );

  function plain(value: unknown): unknown {
    const text = value !== null && typeof value === "object" ? Object.values(value)[0] : value;
    return typeof text === "string" ? text.replace(/T00:00:00$/, "").replace(/(\.\d{3})\d+$/, "$1") : text;
  }

  it("reads workbooks of Excel 97 with their dates from 1904", async () => {
    const { cells, verdict } = await cellsOf(fixture("sheetjs-1904.xls"));
    expect(brief(cells).slice(0, 4)).toEqual([
      [1, 1, "number", 1],
      [1, 2, "date", "1904-01-02"],
      [1, 3, "text", "1904-01-02"],
      [1, 4, "text", "1904-01-02"],
    ]);
    expect(cells).toHaveLength(20);
    expect(verdict.verdict).toBe("ok");
    const other = await cellsOf(fixture("sheetjs-text_and_numbers.xls"));
    expect(other.cells.map(({ value }) => value)).toEqual(
      expect.arrayContaining(["Hello", "שלום", "עולם", 1337, 13.37]),
    );
  });

  it("reads binary and OpenDocument workbooks", async () => {
    expect(brief((await cellsOf(fixture("poi-date.xlsb"))).cells)).toEqual([[1, 1, "date", "2013-01-12"]]);
    const sample = await cellsOf(fixture("poi-sample.xlsb"));
    expect(sample.cells.slice(0, 2).map(({ value }) => value)).toEqual(["Lorem", 111]);
    const dates = await cellsOf(fixture("calamine-date.ods"));
    expect(brief(dates.cells).filter((cell) => (cell as unknown[])[1] === 1)).toEqual([
      [1, 1, "date", "2021-01-01"],
      [2, 1, "datetime", "2021-01-01T10:10:10"],
      [3, 1, "time", "10:10:10"],
      [4, 1, "time", "10:10:10.123"],
    ]);
    const sheets = await cellsOf(fixture("calamine-any_sheets.ods"));
    expect(sheets.cells[0]).toMatchObject({ sheet: "Visible", row: 1, column: 1, value: 1 });
  });

  it("keeps every field of a text file, whatever its encoding", async () => {
    const mac = Buffer.from([...Buffer.from("Name,Town\r\nRen"), 0x8e, ...Buffer.from(",\r\nJos"), 0x8e, 0x2c, 0x78]);
    expect((await cellsOf(put("mac.csv", mac))).cells.map(({ value }) => value)).toEqual([
      "Name",
      "Town",
      "René",
      "José",
      "x",
    ]);
    const dos = Buffer.from("Navn,By\r\nRen\u0082e,K\u009bbenhavn\r\nJos\u0082,x\u0082a\r\n", "latin1");
    expect((await cellsOf(put("dos.csv", dos))).cells.map(({ value }) => value)).toContain("Renée");
    const { cells } = await cellsOf(put("blank.csv", 'a, b ,\r\n"x ""y"" z",,"l1\nl2"\r\n'));
    expect(brief(cells)).toEqual([
      [1, 1, "text", "a"],
      [1, 2, "text", " b "],
      [2, 1, "text", 'x "y" z'],
      [2, 3, "text", "l1\nl2"],
    ]);
  });

  it("says of each file how it came out", async () => {
    const book = readFileSync(fixture("sheetjs-1900.xlsx"));
    const parts = unzipParts(book);
    const without = (name: string): Buffer => zipParts(new Map([...parts].filter(([part]) => part !== name)));
    const changed = (name: string, from: string, to: string): Buffer =>
      zipParts(new Map([...parts].map(([part, data]) => [part, part === name ? swap(data, from, to) : data])));
    const verdicts: Record<string, string> = {};
    const files: Record<string, string | Buffer> = {
      "whole.xlsx": book,
      "cut.xlsx": book.subarray(0, book.length - 300),
      "none.xlsx": "",
      "text.xlsx": "a,b\n1,2\n3,4\n",
      "sentence.xls": "The list was not found!",
      "bomb.xlsx": changed("xl/workbook.xml", "?>", '?><!DOCTYPE a [<!ENTITY b "ccc">]>'),
      "sheetless.xlsx": without("xl/worksheets/sheet1.xml"),
      "listless.xlsx": without("xl/workbook.xml"),
      "page.xls": "<html><body>no</body></html>",
      "badlinks.xlsx": changed("_rels/.rels", "<Relationships", "<<"),
    };
    for (const [name, content] of Object.entries(files)) {
      verdicts[name] = (await cellsOf(put(name, content))).verdict.verdict;
    }
    verdicts["locked"] = (await cellsOf(fixture("poi-protected_passtika.xlsx"))).verdict.verdict;
    expect(verdicts).toEqual({
      "whole.xlsx": "ok",
      "cut.xlsx": "corrupt",
      "none.xlsx": "corrupt",
      "text.xlsx": "ok_with_warnings",
      "sentence.xls": "corrupt",
      "bomb.xlsx": "limit_exceeded",
      "sheetless.xlsx": "corrupt",
      "listless.xlsx": "corrupt",
      "page.xls": "unsupported",
      "badlinks.xlsx": "ok_with_warnings",
      locked: "encrypted",
    });
  });

  it("passes a million styled blanks and a sheet that claims every row by", async () => {
    const parts = unzipParts(readFileSync(fixture("sheetjs-1900.xlsx")));
    const blanks = `<row r="7">${'<c s="1"/>'.repeat(16_000)}</row>`.repeat(62);
    const sheet = parts.get("xl/worksheets/sheet1.xml") ?? Buffer.alloc(0);
    parts.set("xl/worksheets/sheet1.xml", swap(sheet, "</sheetData>", `${blanks}</sheetData>`));
    const { cells, verdict } = await cellsOf(put("blanks.xlsx", zipParts(parts)));
    // Ten megabytes of nothing pack into some kilobytes: that is what a bomb looks like, and it is told as one.
    expect(["ok", "limit_exceeded"]).toContain(verdict.verdict);
    expect(cells.length).toBeLessThan(100);
  });

  function swap(data: Buffer, from: string, to: string): Buffer {
    return Buffer.from(data.toString("utf8").replace(from, () => to));
  }
});

describe("the tables of a file", () => {
  it("are found under title lines, with where they stand", async () => {
    const path = join(dir, "list.xlsx");
    await writeWorkbook(path, {
      Customers: [
        ["Sunrise Traders"],
        [],
        ["No", "Name", "Balance"],
        ["A1", "Ann", 12],
        ["A2", "Bob", 3],
        ["TOTAL", null, 15],
      ],
    });
    const lines: (TableLine | VerdictLine)[] = [];
    for await (const line of readTables(path)) lines.push(line);
    expect(lines[0]).toMatchObject({
      type: "table",
      file: "list.xlsx",
      sheet: "Customers",
      hidden: false,
      header_row: 3,
      first_row: 4,
      last_row: 5,
      rows: 2,
      total_rows: [6],
      titles: ["Sunrise Traders"],
      columns: [
        { column: 1, header: "No" },
        { column: 2, header: "Name" },
        { column: 3, header: "Balance" },
      ],
    });
    expect(lines.at(-1)).toEqual({ type: "verdict", verdict: "ok", reason: null });
  });
});
