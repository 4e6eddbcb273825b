import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LeadRow } from "#warehouse";
import { writeLeadsFiles } from "../../jobs/outputs/leads-file.ts";
import { readReturnedList } from "../../jobs/outputs/returned-list.ts";
import { readTableFile } from "../../jobs/table-files.ts";

function lead(rank: number): LeadRow {
  return {
    rank,
    customer_id: `C${String(rank)}`,
    customer: `Customer ${String(rank)}`,
    phone: "+18769261234",
    last_contact: "2026-05-31",
    band: "High",
    meaning: "about 3 in 10 like this buy within 90 days",
    reason_1: "Bought 12 times",
    reason_2: null,
    reason_3: null,
    action: "Call",
    data_as_of: "2026-06-30",
  };
}

describe("a list that a salesman sends back", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-returned-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("is read with a title on top, rows sorted anew, lines between and a total below", async () => {
    const { xlsx } = await writeLeadsFiles([lead(1), lead(2), lead(3), lead(4)], {
      dir,
      asOf: "2026-06-30",
      firm: "Shop",
      horizonDays: 90,
      mode: "shop",
    });
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(xlsx);
    const sheet = book.getWorksheet("Leads");
    if (sheet === undefined) throw new Error("no sheet");
    const [outcome, notes] = ["Outcome", "Notes"].map((name) => (sheet.getRow(1).values as string[]).indexOf(name));
    sheet.getRow(3).getCell(outcome ?? 0).value = " Will order ";
    sheet.getRow(3).getCell(notes ?? 0).value = "spoke to Mr Brown";
    sheet.getRow(5).getCell(outcome ?? 0).value = "No answer";
    sheet.insertRow(1, ["Kingston, week 27"]);
    sheet.addRow([]);
    sheet.addRow([null, "TOTAL"]);
    await book.xlsx.writeFile(xlsx);
    expect(readReturnedList(await readTableFile(xlsx, { text: true }))).toEqual({
      outcomes: [
        { customerId: "C2", outcome: "Will order", notes: "spoke to Mr Brown" },
        { customerId: "C4", outcome: "No answer", notes: null },
      ],
      empty: 2,
    });
  });

  it("is read from the CSV with a column of one's own, and refused without customer ids", async () => {
    const csv = join(dir, "back.csv");
    await writeFile(csv, "rank,customer_id,customer,Result,Remarks\r\n1,C1,A,Ordered,by phone\r\n2,C2,B,,\r\n");
    expect(readReturnedList(await readTableFile(csv, { text: true }))).toEqual({
      outcomes: [{ customerId: "C1", outcome: "Ordered", notes: "by phone" }],
      empty: 1,
    });
    await writeFile(csv, "rank,customer,outcome\r\n1,A,Ordered\r\n");
    const table = await readTableFile(csv, { text: true });
    expect(() => readReturnedList(table)).toThrow(/no column customer id/);
  });
});
