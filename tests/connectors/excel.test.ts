import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import type { Connector, TableMapping } from "#core";
import { cellType, cellValue, rowBlocks } from "../../connectors/table/cells.ts";
import type { RowSource, SheetRow } from "../../connectors/table/cells.ts";
import { codeKind } from "../../connectors/excel/formats.ts";
import { openSheets } from "../../connectors/excel/scan.ts";
import { sniffDelimiter } from "../../connectors/excel/delimited.ts";
import { serialCell } from "../../connectors/cells-serial.ts";
import { contentOf, emptyMemory, run, testContext } from "./support/context.ts";
import type { Memory, Run } from "./support/context.ts";
import { writeWorkbook } from "./support/workbook.ts";

const connector = findConnector("excel") as Connector;
const fixtures = new URL("../fixtures/connectors/excel/", import.meta.url);
let dir = "";
let clock = 1_700_000_000;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "drop-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  clock += 10;
  utimesSync(path, clock, clock);
  return path;
}

const read = (memory: Memory = emptyMemory(), tables: Record<string, TableMapping> = {}): Promise<Run> =>
  run(connector, { paths: [dir] }, { context: testContext(), memory, tables });
const notices = (done: Run): string[] => done.messages.filter((m) => m.type === "notice").map((m) => m.code);
const stream = (done: Run): string => done.records[0]?.stream ?? "";
const raws = (done: Run): unknown[] => done.records.map(({ raw }) => raw);

async function* flat(source: RowSource): AsyncGenerator<SheetRow, void, void> {
  for await (const block of rowBlocks(source)) yield* block;
}

interface Expected {
  readonly sheets: readonly { readonly name: string; readonly rows: readonly (readonly unknown[])[] }[];
}

describe("workbooks, cell by cell", () => {
  const names = [
    "sheetjs-1900",
    "exceljs-1904",
    "calamine-date_iso",
    "calamine-date",
    "exceljs-test-issue-1575",
    "poi-InlineString",
    "calamine-errors",
    "poi-TwoSheetsOneHidden",
    "calamine-nonstandard-xml-ns-prefix",
    "poi-59746_NoRowNums",
    "sheetjs-DataTypesFormats",
    "poi-Booleans",
  ];
  it.each(names)("%s reads as another program reads it", async (name) => {
    const expected = JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), "utf8")) as Expected;
    const path = new URL(`${name}.xlsx`, fixtures).pathname;
    let compared = 0;
    for await (const { sheet, rows } of openSheets({ path, name }, { kind: "zip", form: null })) {
      const wanted = expected.sheets.find((one) => one.name === sheet)?.rows ?? [];
      const found = new Map<string, unknown>();
      for await (const { row, cells } of flat(rows))
        cells.forEach((cell, index) => cellType(cell) !== "empty" && found.set(`${row},${index + 1}`, cellValue(cell)));
      for (const [r, row] of wanted.entries()) {
        for (const [c, value] of row.entries()) {
          if (value === null) continue;
          compared += 1;
          const got = found.get(`${r + 1},${c + 1}`);
          expect(typeof got === "string" ? got.replace(/T00:00:00$/, "") : got, `${sheet} ${r + 1},${c + 1}`).toEqual(
            plain(value),
          );
        }
      }
    }
    expect(compared).toBeGreaterThan(0);
  });

  function plain(value: unknown): unknown {
    if (value === null || typeof value !== "object") return value;
    const typed = value as Record<string, unknown>;
    const text = typed["datetime"] ?? typed["date"] ?? typed["time"] ?? typed["durationSeconds"];
    return typeof text === "string" ? text.replace(/T00:00:00$/, "").replace(/(\.\d{3})\d+$/, "$1") : text;
  }

  it("decodes escaped characters inside text", async () => {
    const path = new URL("calamine-has_x000D_.xlsx", fixtures).pathname;
    for await (const { rows } of openSheets({ path, name: "x" }, { kind: "zip", form: null })) {
      for await (const { cells } of flat(rows)) expect(cellValue(cells[0] ?? "")).toBe("ABC\r\nDEF");
    }
  });

  it("shifts no date by a day, in both epochs and around the day that never was", () => {
    const date = (serial: number, epoch: "1900" | "1904"): unknown => serialCell(serial, "date", epoch).value;
    expect([1, 59, 60, 61, 43831, 46023.999999999].map((serial) => date(serial, "1900"))).toEqual([
      "1900-01-01",
      "1900-02-28",
      "1900-02-28",
      "1900-03-01",
      "2020-01-01",
      "2026-01-02",
    ]);
    expect([1, 42369].map((serial) => date(serial, "1904"))).toEqual(["1904-01-02", "2020-01-01"]);
    expect(serialCell(43831.75, "datetime", "1900")).toEqual({ type: "datetime", value: "2020-01-01T18:00:00" });
    expect(serialCell(1.5, "duration", "1900")).toEqual({ type: "duration", value: 129_600 });
  });

  it("tells dates from numbers by the format alone", () => {
    const kinds = [
      "dd/mm/yyyy",
      "[$-409]mmmm d, yyyy;@",
      '"due "0.00',
      "[Red]0.00",
      "[h]:mm",
      "mm:ss.0",
      "yyyy\\-mm\\-dd hh:mm",
      "General",
      '#,##0.00 "day"',
      "0.00E+00",
      "m/d/yy h:mm AM/PM",
      "[ss]",
      "[>43831]yyyy-mm-dd;General",
      "[$J$-2009]#,##0.00",
      "[$-F400]h:mm:ss AM/PM",
      "0_h",
      "*s0",
    ].map(codeKind);
    expect(kinds).toEqual([
      "date",
      "date",
      "number",
      "number",
      "duration",
      "time",
      "datetime",
      "number",
      "number",
      "number",
      "datetime",
      "duration",
      "date",
      "number",
      "time",
      "number",
      "number",
    ]);
  });
});

describe("the drop folder", () => {
  it("reads a workbook under title lines with typed values, and leaves hidden sheets out with a notice", async () => {
    const rows = [
      ["Sunrise Traders"],
      [],
      ["No", "Name", "Since", "Balance", "VIP"],
      ["A1", "Ann", new Date("2024-02-29T00:00:00Z"), 12.5, true],
      ["A2", "Bob", new Date("2023-12-31T00:00:00Z"), 0, false],
      ["TOTAL", null, null, 12.5],
    ];
    await writeWorkbook(
      join(dir, "list.xlsx"),
      {
        Customers: rows,
        Codes: [
          ["a", "b"],
          ["c", "d"],
        ],
      },
      ["Codes"],
    );
    const done = await read();
    expect(raws(done)).toEqual([
      { No: "A1", Name: "Ann", Since: "2024-02-29", Balance: 12.5, VIP: true },
      { No: "A2", Name: "Bob", Since: "2023-12-31", Balance: 0, VIP: false },
      { No: "TOTAL", Balance: 12.5, __total: true },
    ]);
    expect(done.records[0]?.provenance).toMatchObject({ file: "list.xlsx", sheet: "Customers", row: 4 });
    expect(notices(done)).toEqual(["sheet_hidden"]);
    expect(JSON.stringify([done.records[0]?.id, raws(done)])).not.toContain("list.xlsx");
  });

  it("reads text in any encoding and with any delimiter the same", async () => {
    const rows = [
      ["Navn", "Beløb", "Note"],
      ["Renée Çelik", "1.234,50", 'says "hi"; twice'],
      ["José", "7", "two\nlines"],
    ];
    const text = (delimiter: string): string =>
      rows
        .map((row) =>
          row.map((value) => (/["\n;,\t|]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(delimiter),
        )
        .join("\r\n");
    const big = Buffer.from(`\ufeff${text("|")}`, "utf16le").swap16();
    const variants: [string, Buffer][] = [
      ["a.csv", Buffer.from(text(","))],
      ["b.csv", Buffer.from(`\ufeff${text(";")}`)],
      ["c.csv", Buffer.from(text(";"), "latin1")],
      ["d.tsv", Buffer.from(`\ufeff${text("\t")}`, "utf16le")],
      ["e.txt", Buffer.from(text("\t"), "utf16le")],
      ["f.csv", big],
      ["g.csv", Buffer.from(`sep=|\r\n${text("|")}`)],
    ];
    for (const [name, bytes] of variants) {
      rmSync(dir, { recursive: true });
      mkdirSync(dir);
      put(name, bytes);
      expect(raws(await read()), name).toEqual([
        { Navn: "Renée Çelik", Beløb: "1.234,50", Note: 'says "hi"; twice' },
        { Navn: "José", Beløb: "7", Note: "two\nlines" },
      ]);
    }
  });

  it("is not misled by commas inside texts when it looks for the delimiter", () => {
    expect(sniffDelimiter("Name;Address\nA;1, King St, Kingston, Jamaica\nB;2, Queen St, Kingston, Jamaica\n")).toBe(
      ";",
    );
    expect(sniffDelimiter('Name,Note\nA,"a;b;c"\nB,"d;e;f"\n')).toBe(",");
    expect(sniffDelimiter(`Name,Note\nA,${"x;".repeat(100)}\n`)).toBe(",");
    expect(sniffDelimiter(`Name,Note\nA,${"x;".repeat(100_000)}\n`)).toBe(",");
  });

  it("gives each bad file its own verdict, and reads the others", async () => {
    put("good.csv", "No,Name\n1,Ann\n");
    put("empty.csv", "");
    put("prose.txt", "Please find the list attached.\n");
    put("quote.csv", 'No,Name\n1,"never closed\n2,Bob\n');
    put("picture.csv", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0, 0, 0, 0]));
    put("page.xls", "<html><table><tr><td>1</td></tr></table></html>");
    for (const name of [
      "poi-protected_passtika.xlsx",
      "poi-poc-xmlbomb.xlsx",
      "exceljs-invalid-xml.xlsx",
      "openpyxl-null_archive.xlsx",
      "poi-date.xlsb",
      "calamine-any_sheets.ods",
      "poi-clusterfuzz-testcase-minimized-XLSX2CSVFuzzer-5636439151607808.xlsx",
    ]) {
      copyFileSync(new URL(name, fixtures), join(dir, name));
    }
    const workbook = readFileSync(new URL("sheetjs-1900.xlsx", fixtures));
    put("cut.xlsx", workbook.subarray(0, workbook.length - 200));
    const flipped = Buffer.from(workbook);
    const inSheet = flipped.indexOf("xl/worksheets/sheet1.xml") + 100;
    flipped[inSheet] = (flipped[inSheet] ?? 0) ^ 0xff;
    put("flipped.xlsx", flipped);
    const done = await read();
    expect(raws(done)).toContainEqual({ No: "1", Name: "Ann" });
    const verdicts = Object.fromEntries(
      [...done.ends.values()].filter((end) => end.outcome === "failed").map((end) => [end.stream, end.error?.code]),
    );
    expect(verdicts).toEqual({
      file_empty_csv: "FILE_CORRUPT",
      file_picture_csv: "FILE_UNSUPPORTED",
      file_prose_txt: "FILE_UNSUPPORTED",
      file_quote_csv: "FILE_CORRUPT",
      file_page_xls: "FILE_UNSUPPORTED",
      file_poi_protected_passtika_xlsx: "FILE_ENCRYPTED",
      file_poi_poc_xmlbomb_xlsx: "FILE_LIMIT",
      file_exceljs_invalid_xml_xlsx: "FILE_CORRUPT",
      file_openpyxl_null_archive_xlsx: "FILE_UNSUPPORTED",
      file_poi_date_xlsb: "FILE_UNSUPPORTED",
      file_calamine_any_sheets_ods: "FILE_UNSUPPORTED",
      file_poi_clusterfuzz_testcase_minimized_xlsx2csvfuzzer_5636439151607808_xlsx: "FILE_CORRUPT",
      file_cut_xlsx: "FILE_CORRUPT",
      file_flipped_xlsx: "FILE_CORRUPT",
    });
    expect([...done.ends.values()].every((end) => end.outcome !== "failed" || !end.snapshot)).toBe(true);
  });

  it("reports a file that it may not open, and never deletes what it held", async () => {
    if (process.getuid?.() === 0) return;
    const path = put("locked.csv", "No,Name\n1,Ann\n");
    chmodSync(path, 0o000);
    const done = await read();
    expect([...done.ends.values()].map((end) => end.error?.code)).toEqual(["FILE_LOCKED"]);
    chmodSync(path, 0o600);
  });

  it("refuses a zip bomb while it unpacks", async () => {
    const { default: archiver } = await import("node:zlib");
    const sheet = Buffer.from(
      `<worksheet><sheetData><row>${["No", "Name"].map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join("")}</row>${"<row><c><v>1</v></c><c><v>2</v></c></row>".repeat(200_000)}</sheetData></worksheet>`,
    );
    put(
      "bomb.xlsx",
      zipOf(
        {
          "[Content_Types].xml": Buffer.from("<Types/>"),
          "xl/workbook.xml": Buffer.from('<workbook><sheets><sheet name="A" sheetId="1"/></sheets></workbook>'),
          "xl/worksheets/sheet1.xml": sheet,
        },
        (data) => archiver.deflateRawSync(data),
        archiver.crc32,
      ),
    );
    const end = [...(await read()).ends.values()][0];
    expect(end).toMatchObject({ outcome: "failed", error: { code: "FILE_LIMIT", class: "limit" } });
  });

  it("takes the newest file of a table for the truth: what it lacks is gone, and the same file again is nothing", async () => {
    const memory = emptyMemory();
    const first = await readNamed(memory, "clients jan.csv", "No,Name\n1,Ann\n2,Bob\n");
    expect(Object.keys(contentOf(memory))).toHaveLength(2);
    const again = await read(memory, mapping(first, "snapshot"));
    expect(again.records).toEqual([]);
    expect(notices(again)).toEqual(["file_same"]);
    await readNamed(memory, "clients feb.csv", "Name,No\nAnn,1\nCleo,3\n", "snapshot");
    expect(Object.keys(contentOf(memory)).map((key) => key.split("/")[1])).toEqual(["1", "3"]);
  });

  it("adds the files of an appended table, doubles nothing, and applies the difference of a corrected file", async () => {
    const memory = emptyMemory();
    const sales = (rows: string): string => `Receipt,Date,Customer,Amount\n${rows}`;
    await readNamed(memory, "jan.csv", sales("R1,2026-01-01,A,10\nR2,2026-01-02,B,20\n"), "append", "Receipt");
    await readNamed(memory, "feb.csv", sales("R2,2026-01-02,B,20\nR3,2026-02-01,C,30\n"), "append", "Receipt");
    expect(Object.keys(contentOf(memory))).toHaveLength(3);
    const corrected = await readNamed(
      memory,
      "feb.csv",
      sales("R3,2026-02-01,C,31\nR4,2026-02-02,D,40\n"),
      "append",
      "Receipt",
    );
    expect(notices(corrected)).toContain("file_corrected");
    // R2 vanished from this file, but January still has it.
    expect(Object.keys(contentOf(memory)).map((key) => key.split("/")[1])).toEqual(["R1", "R2", "R3", "R4"]);
    const less = await readNamed(memory, "jan.csv", sales("R1,2026-01-01,A,10\n"), "append", "Receipt");
    expect(less.records.filter(({ op }) => op === "delete").map(({ id }) => id)).toEqual(["R2"]);
    const copied = await readNamed(memory, "copy of jan.csv", sales("R1,2026-01-01,A,10\n"), "append", "Receipt");
    expect(copied.records).toEqual([]);
    // A file that was emptied takes nothing back, and is still known when it is filled again.
    const none = await readNamed(memory, "feb.csv", sales(""), "append", "Receipt");
    expect(none.records).toEqual([]);
    expect(notices(none)).toContain("stream_emptied");
    const filled = await readNamed(memory, "feb.csv", sales("R4,2026-02-02,D,40\n"), "append", "Receipt");
    expect(filled.records.filter(({ op }) => op === "delete").map(({ id }) => id)).toEqual(["R3"]);
  });

  it("continues a table whose columns moved or grew, and says so", async () => {
    const memory = emptyMemory();
    await readNamed(memory, "a.csv", "No,Name,Phone\n1,Ann,555\n");
    const done = await readNamed(memory, "b.csv", "Name,No,Phone,WhatsApp\nAnn,1,555,556\n");
    expect([...done.ends.keys()]).toHaveLength(1);
    expect(notices(done)).toEqual(expect.arrayContaining(["columns_added", "columns_moved"]));
    expect(done.messages.filter((m) => m.type === "schema")).toHaveLength(1);
  });

  it("says that a table was emptied, and deletes nothing because a file was tidied away", async () => {
    const memory = emptyMemory();
    const first = await readNamed(memory, "a.csv", "No,Name\n1,Ann\n2,Bob\n");
    rmSync(join(dir, "a.csv"));
    const name = stream(first);
    const gone = await run(connector, { paths: [dir] }, { context: testContext(), memory, streams: [name] });
    expect(gone.ends.get(name)).toMatchObject({ outcome: "complete", snapshot: false });
    expect(Object.keys(contentOf(memory))).toHaveLength(2);
    const emptied = await readNamed(memory, "a.csv", "No,Name\n");
    expect(notices(emptied)).toContain("stream_emptied");
    expect(emptied.ends.get(name)).toMatchObject({ outcome: "complete", snapshot: true, counts: { records: 0 } });
  });

  it("makes one account of each folder with files", async () => {
    mkdirSync(join(dir, "branch"));
    mkdirSync(join(dir, "empty"));
    put("own.csv", "a,b\n1,2\n");
    put("branch/list.csv", "a,b\n1,2\n");
    const split = await connector.accounts?.({ paths: [dir] }, testContext());
    const base = dir.split("/").at(-1);
    expect(split).toEqual(
      [
        { account: "branch", paths: [join(dir, "branch")] },
        { account: base, paths: [dir] },
      ].sort((a, b) => ((a.account ?? "") < (b.account ?? "") ? -1 : 1)),
    );
    expect(await connector.accounts?.({ paths: [join(dir, "own.csv")], account: "mine" }, testContext())).toEqual([
      { paths: [join(dir, "own.csv")], account: "mine" },
    ]);
  });

  it("keeps its memory flat over a long file", async () => {
    const lines = Array.from({ length: 120_000 }, (_, n) => `R${n},2026-01-01,Customer ${n % 900},${n}.50,JMD,Cash`);
    put("long.csv", `Receipt,Date,Customer,Amount,Currency,Paid\n${lines.join("\n")}\n`);
    lines.length = 0;
    const session = await connector.open(connector.settings.parse({ paths: [dir] }), testContext());
    const name = (await session.discover())[0]?.name ?? "";
    let rows = 0;
    let peak = 0;
    const table: TableMapping = { entity: "transaction", load: "append", columns: {}, id: "Receipt" };
    const before = process.memoryUsage().heapUsed;
    for await (const message of session.read([{ stream: name, state: null, table }])) {
      if (message.type === "record") rows += 1;
      if (rows % 10_000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed - before);
    }
    expect(rows).toBe(120_000);
    expect(peak / 1024 / 1024).toBeLessThan(200);
  });

  function mapping(done: Run, load: "snapshot" | "append", id = "No"): Record<string, TableMapping> {
    return { [stream(done)]: { entity: load === "append" ? "transaction" : "customer", load, columns: {}, id } };
  }

  async function readNamed(
    memory: Memory,
    name: string,
    text: string,
    load: "snapshot" | "append" = "snapshot",
    id = "No",
  ): Promise<Run> {
    put(name, text);
    const session = await connector.open(
      connector.settings.parse({ paths: [dir] }),
      testContext({ known: () => Promise.resolve(memory.known) }),
    );
    const streams = await session.discover();
    await session.close();
    const table: TableMapping = { entity: load === "append" ? "transaction" : "customer", load, columns: {}, id };
    return read(memory, Object.fromEntries(streams.map((one) => [one.name, table])));
  }
});

/** A zip archive made by hand, so that it can be hostile. */
function zipOf(
  parts: Record<string, Buffer>,
  deflate: (data: Buffer) => Buffer,
  crc: (data: Buffer) => number,
): Buffer {
  const files: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(parts)) {
    const packed = deflate(data);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc(data), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt16LE(name.length, 22);
    const localHeader = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), head, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\u0000", "latin1"), head, tail, Buffer.from(name)]));
    files.push(localHeader);
    offset += localHeader.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(central.length, 4);
  end.writeUInt16LE(central.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, directory, Buffer.from("PK\u0005\u0006", "latin1"), end]);
}
