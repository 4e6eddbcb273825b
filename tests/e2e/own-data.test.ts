import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";
import type { RunAnswer } from "../support/c360.ts";

const CUSTOMERS = `Cust No.,Customer Name,Tel,Email Address,Parish
A-1,Marcia Reid,876-926-1234,marcia.reid@example.com,St. Andrew
A-2,"Blue Hole Hardware Ltd",926-5678,info@bluehole.example,Portland
A-3,Devon Clarke,(876) 555-0199,devon.clarke@example.com,St James
A-4,Simone Gordon,658-555-0123,,Kingston
A-5,Cash Customer,,,
`;
const sales = (month: string): string => `Receipt #,Sale Date,Cust No.,Amount
${month}-1,2026-${month}-03,A-1,"J$12,500.00"
${month}-2,2026-${month}-14,A-2,"J$88,000.50"
${month}-3,2026-${month}-20,A-1,3400
${month}-4,2026-${month}-28,A-9,100
`;

async function nightly(dir: string, ...words: string[]): Promise<RunAnswer> {
  const answer = await c360(["nightly", "--workspace", dir, "--json", ...words]);
  expect(answer.status, answer.stderr).toBe(0);
  return answer.json<RunAnswer>();
}

describe("a person with one customer spreadsheet", () => {
  it("gets a ranked list without editing a file, and next month's files double nothing", async () => {
    await withWorkspace(async (dir) => {
      const file = join(dir, "lists", "customers.csv");
      const till = join(dir, "lists", "till.csv");
      await mkdir(join(dir, "lists"));
      await writeFile(file, CUSTOMERS);
      await writeFile(till, sales("05"));
      expect((await c360(["init", "--workspace", dir])).status).toBe(0);
      const added = await c360(["add", "excel", file, "--workspace", dir]);
      expect(added.status, added.stderr).toBe(0);
      expect(added.stdout).toContain("Customer Name");
      const alone = await nightly(dir);
      // "Cash Customer" is a row of the sheet, and nobody.
      expect(alone.customers).toBe(4);
      expect(alone.leads.length).toBeGreaterThan(0);
      expect(alone.leads.every((lead) => lead.band === "not scored")).toBe(true);

      expect((await c360(["add", "excel", till, "--workspace", dir])).status).toBe(0);
      const sold = await nightly(dir);
      expect(sold.customers).toBe(4);
      expect((await readFile(sold.files.csv, "utf8")).split("\r\n")[1]).toMatch(/Marcia Reid|Blue Hole/);

      // Next month: the same customers with one more, under another name; new sales; and May's sales once more.
      await writeFile(
        join(dir, "drop", "customers JUNE final.csv"),
        `${CUSTOMERS}A-6,Omar Bailey,876-555-0177,omar@example.com,Clarendon\n`,
      );
      await writeFile(join(dir, "drop", "june-till.csv"), sales("06"));
      await writeFile(join(dir, "drop", "may again.csv"), sales("05"));
      const next = await nightly(dir);
      expect(next.customers).toBe(5);
      const again = await nightly(dir);
      expect(again).toMatchObject({ nothing_changed: true, rows_changed: 0, content_hash: next.content_hash });
    });
  });

  it("is told of each bad file with what to do, while the others go on", async () => {
    await withWorkspace(async (dir) => {
      await c360(["init", "--workspace", dir]);
      await mkdir(join(dir, "drop", "broken"), { recursive: true });
      await writeFile(join(dir, "drop", "good.csv"), CUSTOMERS);
      await writeFile(join(dir, "drop", "broken", "cut-off.xlsx"), Buffer.from("504b030414000600", "hex"));
      await writeFile(join(dir, "drop", "broken", "picture.xlsx"), Buffer.from("89504e470d0a1a0a0000", "hex"));
      const answer = await c360(["nightly", "--workspace", dir, "--json"]);
      expect(answer.status, answer.stderr).toBe(3);
      const run = answer.json<RunAnswer>();
      expect(run.customers).toBe(4);
      expect(run.alerts.map((alert) => alert.code)).toEqual(
        expect.arrayContaining(["FILE_CORRUPT", "FILE_UNSUPPORTED"]),
      );
    });
  });

  it("mends a quarantined row, and it flows on as if it had always been good", async () => {
    await withWorkspace(async (dir) => {
      await c360(["init", "--workspace", dir]);
      await writeFile(join(dir, "drop", "customers.csv"), CUSTOMERS);
      await writeFile(join(dir, "drop", "till.csv"), sales("05"));
      const good = await nightly(dir);
      await appendFile(join(dir, "drop", "till.csv"), "05-5,2026-05-30,A-2,twelve dollars\n");
      const bad = await nightly(dir);
      expect(bad.content_hash).toBe(good.content_hash);
      const listed = (await c360(["quarantine", "list", "--workspace", dir, "--json"])).json<
        { id: number; reason: string }[]
      >();
      expect(listed).toMatchObject([{ reason: "bad_amount" }]);
      const out = join(dir, "bad.jsonl");
      await c360(["quarantine", "export", "--out", out, "--workspace", dir]);
      await writeFile(out, (await readFile(out, "utf8")).replace("twelve dollars", "12.00"));
      expect((await c360(["quarantine", "retry", "--file", out, "--workspace", dir])).status).toBe(0);
      const mended = await nightly(dir);
      expect(mended.rows_changed).toBeGreaterThan(0);
      expect((await c360(["quarantine", "list", "--workspace", dir, "--json"])).json<unknown[]>()).toEqual([]);
      // The source still sends the bad row; the mended one stands.
      expect(await nightly(dir)).toMatchObject({ content_hash: mended.content_hash });
    });
  });
});
