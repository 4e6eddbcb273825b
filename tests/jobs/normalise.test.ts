import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run as normaliseDate } from "../../jobs/commands/normalise-date.ts";
import { run as normalisePhone } from "../../jobs/commands/normalise-phone.ts";
import { c360 } from "../support/c360.ts";

let dir = "";
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "normalise-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const put = (name: string, text: string): string => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};
const lines = (name: string): string[] => readFileSync(join(dir, name), "utf8").trim().split("\n");

describe("values of a file put into one form", () => {
  it("adds the named columns to those of the file, as a program of its own", async () => {
    const file = put("a.csv", "Id,Phone\n1,876-926-1234/5\n2,\n3,n/a\n");
    const out = join(dir, "a.out.csv");
    const answer = await c360(["normalise", "phone", file, "--column", "phone", "--country", "JM", "--out", out]);
    expect(answer.status).toBe(0);
    expect(lines("a.out.csv")).toEqual([
      "Id,Phone,e164,valid,type,country,extension,notes",
      "1,876-926-1234/5,+18769261234 +18769261235,true,FIXED_LINE,JM,,line_inferred",
      "2,,,,,,,",
      "3,n/a,,false,,,,phone_unreadable",
    ]);
  });

  it("names the country packs that there are, where another one is asked for", async () => {
    const file = put("c.csv", "Phone\n876-926-1234\n");
    const out = join(dir, "c.out.csv");
    const run = normalisePhone({ args: [file], options: { column: "Phone", country: "ZZ", out, json: true } });
    await expect(run).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/no country pack ZZ.*JM/) as string,
    });
  });

  it("keeps a column of the file that bears the name of a new one, under another name", async () => {
    const file = put("b.csv", "date,notes\n04/05/2024,x\n25/03/2024,y\n");
    const out = join(dir, "b.out.csv");
    await normaliseDate({ args: [file], options: { column: "date", country: "JM", out, json: true } });
    expect(lines("b.out.csv")).toEqual([
      "date_original,notes_original,date,notes",
      "04/05/2024,x,2024-05-04,",
      "25/03/2024,y,2024-03-25,",
    ]);
  });

  it("names the columns there are when the one asked for is not among them", async () => {
    const file = put("c.csv", "Id,Tel\n1,2\n");
    const options = { column: "Phone", out: join(dir, "c.out.csv") };
    await expect(normalisePhone({ args: [file], options })).rejects.toThrow(/no column Phone; it has: Id, Tel/);
  });
});
