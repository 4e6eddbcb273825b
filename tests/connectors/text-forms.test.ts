import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { readCells, readTables } from "#connectors";
import { createCsvCounter, createCsvParser } from "../../connectors/excel/csv.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "forms-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** Rows of a file as text, and its verdict. */
async function rowsOf(path: string): Promise<{ readonly rows: string[][]; readonly verdict: string }> {
  const rows: string[][] = [];
  for await (const line of readCells(path)) {
    if ("verdict" in line) return { rows: rows.filter((row) => row.length > 0), verdict: line.verdict };
    (rows[line.row - 1] ??= [])[line.column - 1] = String(line.value);
  }
  throw new Error("no verdict");
}

const CUSTOMERS = [
  ["Name", "Phone"],
  ["Ann", "1"],
  ["Bob", "2"],
];

describe("text files", () => {
  it.each([
    ["four bytes for each character, low byte first", utf32("Name,Phone\nAnn,1\nBob,2\n", true)],
    ["four bytes for each character, high byte first", utf32("Name,Phone\nAnn,1\nBob,2\n", false)],
    ["the end mark of DOS in a line of its own", Buffer.from("Name,Phone\r\nAnn,1\r\nBob,2\r\n\u001a")],
    ["the end mark of DOS behind the last cell", Buffer.from("Name,Phone\r\nAnn,1\r\nBob,2\u001a")],
    ["a separator line in quotes", Buffer.from('"sep=;"\r\nName;Phone\r\nAnn;1\r\nBob;2\r\n')],
    ["carets", Buffer.from("Name^Phone\nAnn^1\nBob^2\n")],
    ["unit separators", Buffer.from("Name\u001fPhone\nAnn\u001f1\nBob\u001f2\n")],
    ["a lone carriage return at each line's end", Buffer.from("Name,Phone\rAnn,1\rBob,2\r")],
  ])("are read with %s", async (name, content) => {
    expect(await rowsOf(put(`${name.slice(0, 20)}.csv`, content))).toEqual({ rows: CUSTOMERS, verdict: "ok" });
  });

  it("with a stray zero byte are read, and warned of", async () => {
    const { rows, verdict } = await rowsOf(put("zero.csv", "Name,Phone\nAn\u0000n,1\nBob,2\n"));
    expect(rows[1]).toEqual(["An\u0000n", "1"]);
    expect(verdict).toBe("ok_with_warnings");
  });

  it("that hold nothing but a byte order mark are as damaged as empty ones", async () => {
    expect((await rowsOf(put("mark.csv", Buffer.from([0xef, 0xbb, 0xbf])))).verdict).toBe("corrupt");
  });

  it("in Cyrillic are not taken for accented Latin", async () => {
    const rows = [
      ["Имя", "Город"],
      ["Иван Петров", "Москва"],
      ["Анна", "Киев"],
    ];
    const text = rows.map((row) => row.join(",")).join("\n");
    const bytes = Array.from(text, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return code < 128 ? code : code - 0x410 + 0xc0;
    });
    expect((await rowsOf(put("cyrillic.csv", Buffer.from(bytes)))).rows).toEqual(rows);
  });

  it("of one column are not parted by a sign that stands in a few cells", async () => {
    const phones = ["926-1234", "926-1235; 926-1236", ...Array.from({ length: 20 }, (_, n) => `927-10${10 + n}`)];
    for await (const line of readTables(put("phones.csv", `v\n${phones.join("\n")}\n`))) {
      if ("columns" in line) expect(line.columns).toEqual([{ column: 1, header: "v" }]);
    }
    expect((await rowsOf(put("phones.csv", `v\n${phones.join("\n")}\n`))).rows).toHaveLength(23);
  });

  it("keep plain and accented letters apart over the pieces in which they are read", async () => {
    const rows = Array.from({ length: 30_000 }, (_, n) => (n % 997 === 0 ? `José ${n},Água` : `Ann ${n},Hope Road`));
    const { rows: read, verdict } = await rowsOf(put("mixed.csv", `Name,Street\n${rows.join("\n")}\n`));
    expect(verdict).toBe("ok");
    expect(read.slice(1).map((row) => row.join(","))).toEqual(rows);
  });
});

describe("a parser of delimited text", () => {
  it("gives the same records whatever the pieces", () => {
    const random = seededRandom(11);
    const signs = ["a", "é", '"', '""', ",", "\n", "\r\n", "\r", " ", "x".repeat(40)];
    for (let round = 0; round < 300; round += 1) {
      const text = `${Array.from({ length: 60 }, () => signs[Math.floor(random() * signs.length)] ?? "").join("")}"\n`;
      const pieces: string[] = [];
      for (let at = 0; at < text.length;) {
        const size = 1 + Math.floor(random() * 12);
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      expect(parse(pieces), JSON.stringify(text)).toEqual(parse([text]));
    }
  });

  it("takes a long cell that comes in two pieces", () => {
    const cell = "long ".repeat(600_000);
    expect(parse([`a,"${cell.slice(0, 1_500_000)}`, `${cell.slice(1_500_000)}"\nb,c\n`])).toEqual([
      ["a", cell],
      ["b", "c"],
    ]);
  });
});

function parse(pieces: readonly string[]): string[][] | string {
  const parser = createCsvParser(",");
  try {
    return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  } catch (error) {
    return String(error);
  }
}

function utf32(text: string, little: boolean): Buffer {
  const points = [0xfeff, ...Array.from(text, (char) => char.codePointAt(0) ?? 0)];
  const bytes = Buffer.alloc(points.length * 4);
  for (const [at, point] of points.entries()) {
    if (little) bytes.writeUInt32LE(point, at * 4);
    else bytes.writeUInt32BE(point, at * 4);
  }
  return bytes;
}

describe("the counter of cells", () => {
  it("parts text as the parser does, however it is cut into pieces", () => {
    const random = seededRandom(7);
    const parts = ["a", " ", "\u00a0", "\u00e9", '"', '""', ",", ",", "\n", "\r\n", "\r", "x y", "\u001a", "\n\n"];
    for (let round = 0; round < 3000; round += 1) {
      const text = Array.from({ length: 30 }, () => parts[Math.floor(random() * parts.length)] ?? "").join("");
      const pieces: string[] = [];
      for (let at = 0; at < text.length;) {
        const size = 1 + Math.floor(random() * 9);
        pieces.push(text.slice(at, at + size));
        at += size;
      }
      expect(counted(pieces), JSON.stringify(pieces)).toEqual(parsed(pieces));
    }
  });
});

const cellsOf = (records: readonly string[][]): number[] =>
  records.map((record) => (record.some((cell) => cell.trim() !== "") ? record.length : 0));

function parsed(pieces: readonly string[]): readonly number[] | string {
  const parser = createCsvParser(",");
  try {
    return [...pieces.flatMap((piece) => cellsOf(parser.push(piece))), ...cellsOf(parser.end())];
  } catch (error) {
    return String(error);
  }
}

function counted(pieces: readonly string[]): readonly number[] | string {
  const counter = createCsvCounter(",");
  try {
    return [...pieces.flatMap((piece) => [...counter.push(piece)]), ...cellsOf(counter.end())];
  } catch (error) {
    return String(error);
  }
}
