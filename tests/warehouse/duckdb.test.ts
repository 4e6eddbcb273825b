import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnalyticalEngine } from "#core";
import { openAnalyticalEngine } from "#warehouse";

let engine: AnalyticalEngine;
const tempDir = mkdtempSync(join(tmpdir(), "c360-duck-"));
beforeAll(async () => {
  engine = await openAnalyticalEngine({ memoryLimitMb: 256, threads: 2, tempDir });
});
afterAll(async () => {
  await engine.close();
  rmSync(tempDir, { recursive: true, force: true });
});

const shape = { t: "text", i: "int", b: "bigint", d: "double", f: "boolean" } as const;

describe("the analytical engine", () => {
  it("loads more rows than one chunk holds and gives every value back, nulls and odd text too", async () => {
    const rows = Array.from({ length: 5000 }, (_x, n) =>
      n % 7 === 0 ? [null, null, null, null, null] : [`é "${n}"\n`, n, 9_007_199_254_740_991 - n, n / 3, n % 2 === 0],
    );
    expect(await engine.load("odd name", shape, rows)).toBe(5000);
    const back = await engine.rows<{ t: string; i: number; b: number; d: number; f: boolean }>(
      'select * from "odd name"',
    );
    expect(back.map((row) => [row.t, row.i, row.b, row.d, row.f])).toEqual(rows);
  });

  it("replaces a table that is loaded again, also with no rows", async () => {
    await engine.load("again", shape, [["a", 1, 1, 1, true]]);
    expect(await engine.load("again", { x: "int" }, [])).toBe(0);
    expect(await engine.rows("select count(*) as n from again")).toEqual([{ n: 0 }]);
  });

  it("gives numbers by column as Float64Array with NaN for null, and text with null", async () => {
    const columns = await engine.columns(
      "select i::int as i, (i * 2)::bigint as b, case when i <> 4999 then i / 2.0 end as d, case when i > 0 then 'x' || i end as t from range(5000) r(i)",
    );
    expect(columns["i"]).toBeInstanceOf(Float64Array);
    expect((columns["i"] as Float64Array)[4999]).toBe(4999);
    expect((columns["b"] as Float64Array)[3000]).toBe(6000);
    expect((columns["d"] as Float64Array)[4999]).toBeNaN();
    expect((columns["d"] as Float64Array)[3]).toBe(1.5);
    expect([columns["t"]?.[0], columns["t"]?.[4999]]).toEqual([null, "x4999"]);
  });

  it("gives empty columns of the right kind for no rows", async () => {
    const columns = await engine.columns("select 1::int as n, 'a' as t where false");
    expect(columns["n"]).toEqual(new Float64Array(0));
    expect(columns["t"]).toEqual([]);
  });

  it("gives sums and lists as plain numbers", async () => {
    expect(
      await engine.rows("select sum(i) as s, [1::bigint, 2] as l, {'a': 3::bigint} as o from range(4) r(i)"),
    ).toEqual([{ s: 6, l: [1, 2], o: { a: 3 } }]);
  });

  it("installs and loads no extension by itself", async () => {
    const rows = await engine.rows(
      "select current_setting('autoinstall_known_extensions') as a, current_setting('autoload_known_extensions') as b",
    );
    expect(rows).toEqual([{ a: false, b: false }]);
    await expect(engine.rows("select * from read_xlsx('x.xlsx')")).rejects.toThrow();
  });
});
