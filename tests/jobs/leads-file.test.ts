import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ExcelJS from "exceljs";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LeadRow } from "#warehouse";
import { csvCell, leadsCsv, writeLeadsFiles } from "../../jobs/outputs/leads-file.ts";

const LEAD: LeadRow = {
  rank: 1,
  customer_id: "C0abc",
  customer: '=HYPERLINK("http://evil.example","Click")',
  phone: "+18769261234",
  last_contact: "2026-05-31",
  band: "High",
  meaning: "about 3 in 10 like this buy within 90 days",
  reason_1: "Bought 12 times, last 20 days ago",
  reason_2: null,
  reason_3: "@SUM(A1)",
  action: "Call, then visit",
  data_as_of: "2026-06-30",
};

describe("the ranked list", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-leads-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("keeps the columns that other programs read, in RFC 4180", () => {
    const text = leadsCsv([LEAD]);
    expect(text.split("\r\n")[0]).toBe(
      "rank,customer_id,customer,phone,last_contact,band,reason_1,reason_2,reason_3,action",
    );
    const rows = parse(text, { columns: true, record_delimiter: "\r\n" }) as Record<string, string>[];
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ rank: "1", phone: "+18769261234", last_contact: "2026-05-31", reason_2: "" });
  });

  it("makes cells harmless that a spreadsheet would run, and leaves a phone number as it is", () => {
    expect(csvCell("=1+1")).toBe('" =1+1"');
    expect(csvCell("-2+3", true)).toBe('" -2+3"');
    expect(csvCell("+18765550123", true)).toBe("+18765550123");
    expect(csvCell("+18765550123")).toBe('" +18765550123"');
    expect(csvCell('a "b", c')).toBe('"a ""b"", c"');
  });

  it("writes a workbook with real dates and numbers, text phones, a frozen header, filters and a guide", async () => {
    const { xlsx } = await writeLeadsFiles([LEAD], {
      dir,
      asOf: "2026-06-30",
      firm: "Shop",
      horizonDays: 90,
      mode: "shop",
    });
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(xlsx);
    const sheet = book.getWorksheet("Leads");
    expect(book.worksheets.map((one) => one.name)).toEqual(["Leads", "How to read this"]);
    expect(sheet?.getCell("A2").value).toBe(1);
    // Text, not a formula: exceljs would give an object for a formula.
    expect(sheet?.getCell("B2").value).toBe(LEAD.customer);
    expect(sheet?.getCell("C2").value).toBe("+18769261234");
    expect(sheet?.getCell("D2").value).toEqual(new Date("2026-05-31T00:00:00Z"));
    expect(sheet?.views[0]).toMatchObject({ state: "frozen", ySplit: 1 });
    expect(sheet?.autoFilter).toBeTruthy();
  });

  it("gives the same bytes for the same rows", async () => {
    const options = { dir, asOf: "2026-06-30", firm: "Shop", horizonDays: 90, mode: "shop" } as const;
    const first = await writeLeadsFiles([LEAD], options);
    const before = await readFile(first.csv);
    const second = await writeLeadsFiles([LEAD], options);
    expect(await readFile(second.csv)).toEqual(before);
  });
});
