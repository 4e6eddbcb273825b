import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTableFile, writeTableFile } from "../../jobs/table-files.ts";

describe("table files", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-tables-"));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const names = ["id", "name", "spend", "active"];
  const rows = [
    ["a1", 'Brown, "Kemar"', 12.5, true],
    ["a2", "Zoë\nLine two", null, false],
    ["a3", null, -3, true],
  ];

  it.each(["csv", "xlsx", "jsonl", "parquet"])("come back from .%s as they were written", async (ending) => {
    const path = join(dir, `round.${ending}`);
    await writeTableFile(path, names, rows);
    const table = await readTableFile(path);
    expect(table.names).toEqual(names);
    expect(table.rows).toBe(3);
    const text = ending === "csv";
    expect(table.columns[0]).toEqual(["a1", "a2", "a3"]);
    expect(table.columns[1]).toEqual(['Brown, "Kemar"', "Zoë\nLine two", null]);
    expect(table.columns[2]).toEqual(text ? ["12.5", null, "-3"] : [12.5, null, -3]);
    expect(table.columns[3]).toEqual(text ? ["true", "false", "true"] : [true, false, true]);
    const asText = await readTableFile(path, { text: true });
    expect(asText.columns[2]).toEqual(["12.5", null, "-3"]);
    expect(await readdir(dir)).not.toContain(`round.${ending}.partial`);
  });

  it("are read in any encoding and delimiter, ragged rows and nameless columns kept", async () => {
    const path = join(dir, "odd.csv");
    await writeFile(path, Buffer.from("id;name;\n1;Jos\xe9;x\n2;Ann\n3;Bob;y;extra\n", "latin1"));
    const table = await readTableFile(path);
    expect(table.names).toEqual(["id", "name", "column_3", "column_4"]);
    expect(table.columns).toEqual([
      ["1", "2", "3"],
      ["José", "Ann", "Bob"],
      ["x", null, "y"],
      [null, null, "extra"],
    ]);
    expect(table.notices).toHaveLength(2);
  });

  it("keep whole numbers that no float holds as their digits", async () => {
    const path = join(dir, "big.jsonl");
    await writeFile(path, '{"id":"9007199254740993","tags":["a","b"]}\n\n{"id":null,"late":1}\n');
    const table = await readTableFile(path);
    expect(table.columns).toEqual([
      ["9007199254740993", null],
      ['["a","b"]', null],
      [null, 1],
    ]);
  });

  it("are refused with the file's name and the line, never with its content", async () => {
    const path = join(dir, "broken.jsonl");
    await writeFile(path, '{"a":1}\n{"secret": "Miss Brown\n');
    const error = await readTableFile(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "FILE_CORRUPT" });
    expect(String(error)).toContain("broken.jsonl is damaged: line 2");
    expect(String(error)).not.toContain("Miss Brown");
    await expect(readTableFile(join(dir, "none.csv"))).rejects.toMatchObject({ code: "FILE_MISSING" });
    await writeFile(join(dir, "bad.parquet"), "PAR1 no");
    await expect(readTableFile(join(dir, "bad.parquet"))).rejects.toThrow();
  });

  it("leave the old file alone when writing fails", async () => {
    const path = join(dir, "kept.csv");
    await writeTableFile(path, ["a"], [["1"]]);
    function* failing(): Generator<string[]> {
      yield ["2"];
      throw new Error("no more");
    }
    await expect(writeTableFile(path, ["a"], failing())).rejects.toThrow("no more");
    expect(await readFile(path, "utf8")).toBe("a\n1\n");
  });
});
