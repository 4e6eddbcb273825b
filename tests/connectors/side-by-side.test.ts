import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConnector, readCells, readTables } from "#connectors";
import type { CellLine, TableLine, VerdictLine } from "#connectors";
import type { Connector } from "#core";
import { emptyMemory, run, testContext } from "./support/context.ts";
import { writeWorkbook } from "./support/workbook.ts";

const connector = findConnector("excel") as Connector;
let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sides-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function all<Line>(lines: AsyncIterable<Line>): Promise<Line[]> {
  const found: Line[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

/** Headers and number of rows of each table on a sheet. */
async function tables(rows: readonly (readonly unknown[])[]): Promise<[string[], number][]> {
  const file = join(dir, "book.xlsx");
  await writeWorkbook(file, { Sheet: rows });
  const lines = await all<TableLine | VerdictLine>(readTables(file));
  return lines.flatMap((line) =>
    line.type === "table" ? [[line.columns.map(({ column, header }) => `${column} ${header}`), line.rows]] : [],
  );
}

const PEOPLE = [
  ["Name", "Phone"],
  ["Ann", "926-1234"],
  ["Bob", "926-1235"],
];
const FIRMS = [
  ["Company", "Email"],
  ["Acme", "a@example.com"],
  ["Bolt", "b@example.com"],
];
const beside = (left: readonly unknown[][], right: readonly unknown[][]): unknown[][] =>
  Array.from({ length: Math.max(left.length, right.length) }, (_, at) => [
    ...(left[at] ?? [null, null]),
    null,
    ...(right[at] ?? []),
  ]);

describe("tables side by side on a sheet", () => {
  it("are two where a side ends before the other, has a title or a header row of its own, or repeats a header", async () => {
    const more = [...PEOPLE, ["Cy", "926-1236"], ["Di", "926-1237"]];
    const two = [
      [["1 Name", "2 Phone"], 2],
      [["4 Company", "5 Email"], 2],
    ];
    expect(await tables(beside(more, FIRMS))).toEqual([[["1 Name", "2 Phone"], 4], two[1]]);
    expect(await tables(beside([["Customers", null], ...PEOPLE], [["Suppliers"], ...FIRMS]))).toEqual(two);
    expect(await tables(beside(PEOPLE, [[], ...FIRMS]))).toEqual(two);
    expect(await tables(beside(PEOPLE, [["Name", "Email"], ...FIRMS.slice(1)]))).toEqual([
      two[0],
      [["4 Name", "5 Email"], 2],
    ]);
  });

  it("are one where a blank column stands for looks, between figures, or around each column", async () => {
    expect(await tables(beside(PEOPLE, FIRMS))).toHaveLength(1);
    expect(await tables([...beside(PEOPLE, FIRMS), ["Cy", "926-1236"]])).toHaveLength(1);
    const years = [
      ["Name", "Qty", null, "Qty", "Amount"],
      ["Ann", 1, null, 3, 4],
      ["Bob", 2, null, 5, 6],
    ];
    expect(await tables(years)).toHaveLength(1);
    expect(await tables(PEOPLE.map(([name, phone]) => [name, null, phone, null, "x"]))).toHaveLength(1);
  });

  it("come out as two streams, row by row, and the same file again as nothing", async () => {
    await writeWorkbook(join(dir, "book.xlsx"), { Sheet: beside([...PEOPLE, ["Cy", "1"], ["Di", "2"]], FIRMS) });
    const memory = emptyMemory();
    const context = testContext();
    const first = await run(connector, { paths: [dir] }, { context, memory });
    const names = first.records.map(({ raw }) => {
      const row = raw as Record<string, string>;
      return row["Name"] ?? row["Company"];
    });
    expect(new Set(names)).toEqual(new Set(["Acme", "Ann", "Bob", "Bolt", "Cy", "Di"]));
    expect(names).toHaveLength(6);
    expect(new Set(first.records.map(({ stream }) => stream)).size).toBe(2);
    expect((await run(connector, { paths: [dir] }, { context, memory })).records).toEqual([]);
  });
});

describe("a workbook with bytes behind its end", () => {
  it("reads as the one before them, and stays damaged where it is cut", async () => {
    const file = join(dir, "book.xlsx");
    await writeWorkbook(file, { Sheet: PEOPLE });
    const cells = async (): Promise<(CellLine | VerdictLine)[]> => all(readCells(file));
    const whole = readFileSync(file);
    const plain = await cells();
    for (const tail of [Buffer.alloc(200_000), Buffer.from("\r\n--boundary--\r\n"), Buffer.from("PK\u0005\u0006")]) {
      writeFileSync(file, Buffer.concat([whole, tail]));
      expect(await cells()).toEqual(plain);
    }
    for (const length of [whole.length - 5, whole.length - 60, whole.length >> 1]) {
      writeFileSync(file, whole.subarray(0, length));
      expect((await cells()).at(-1)).toMatchObject({ verdict: "corrupt" });
    }
  });
});
