import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../jobs/index.ts";
import { startFakeBooks } from "../connectors/support/fake-quickbooks.ts";
import type { FakeBooks } from "../connectors/support/fake-quickbooks.ts";

type Line = Record<string, unknown> & { readonly type: string };

let dir = "";
let books: FakeBooks;
const home = process.env["C360_HOME"];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "read-"));
  process.env["C360_HOME"] = join(dir, "home");
  books = await startFakeBooks();
  writeFileSync(
    join(dir, "books.yaml"),
    `quickbooks:\n${Object.entries(books.settings)
      .map(([name, value]) => `  ${name}: ${value}\n`)
      .join("")}allow_private_hosts: ["${books.host}"]\n`,
  );
});

afterEach(async () => {
  if (home === undefined) delete process.env["C360_HOME"];
  else process.env["C360_HOME"] = home;
  await books.close();
  rmSync(dir, { recursive: true });
});

async function read(...words: string[]): Promise<{ readonly code: number; readonly lines: readonly Line[] }> {
  const out = join(dir, "out.jsonl");
  const code = await main(["read", ...words, "--out", out, "--workspace", dir]);
  const lines = readFileSync(out, "utf8").split("\n").filter(Boolean);
  return { code, lines: lines.map((line) => JSON.parse(line) as Line) };
}

const config = (): string => join(dir, "books.yaml");

describe("c360 read", () => {
  it("writes records that other programs can read, whatever stands in them", async () => {
    const odd = 'a "quoted" \\ line\nand\u2028more';
    writeFileSync(
      join(dir, 'odd "name".csv'),
      `Name,${JSON.stringify("No. 1").replaceAll('"', "")}\n"${odd.replaceAll('"', '""')}",7\nAnn,\n`,
    );
    const { code, lines } = await read("excel", join(dir, 'odd "name".csv'));
    expect(code).toBe(0);
    const records = lines.filter(({ type }) => type === "record");
    expect(records).toHaveLength(2);
    expect(records[0]).toMatchObject({ raw: { Name: odd, "No. 1": "7" }, cursor: null, op: "upsert" });
    expect(records[0]?.["provenance"]).toMatchObject({ file: 'odd "name".csv', row: 2 });
    expect(Object.keys(records[1]?.["provenance"] ?? {})).toEqual(["file", "file_sha256", "row", "fetched_at"]);
  });

  it("prints the contract's messages, goes on from its state, and keeps tokens out of both", async () => {
    books.put("Customer", "5", { Notes: "kept" });
    books.put("Customer", "6", { DisplayName: 7 });
    const state = join(dir, "state.json");
    const words = ["quickbooks", "--config", config(), "--stream", "customers", "--state", state, "--state-out", state];
    const first = await read(...words);
    expect(first.code).toBe(0);
    const records = first.lines.filter(({ type }) => type === "record");
    expect(records[0]).toMatchObject({
      stream: "customers",
      op: "upsert",
      key: "quickbooks:1234567890:customers:5",
      raw: { Id: "5", Notes: "kept" },
    });
    expect(Object.keys(records[0] ?? {})).toEqual([
      "type",
      "stream",
      "op",
      "key",
      "cursor",
      "version",
      "observed_at",
      "raw",
      "provenance",
    ]);
    // What does not fit its schema comes out all the same, with a notice.
    expect(records.map(({ key }) => String(key).split(":").at(-1))).toEqual(["5", "6"]);
    expect(first.lines.some((line) => line.type === "notice" && line["code"] === "schema_invalid")).toBe(true);
    expect(first.lines.at(-1)).toMatchObject({ type: "streamEnd", stream: "customers", outcome: "complete" });
    books.clock += 3_600_000;
    books.remove("Customer", "5");
    const second = await read(...words);
    expect(second.lines.filter(({ type }) => type === "record")).toMatchObject([{ op: "delete" }]);
    const told = JSON.stringify([first.lines, second.lines, readFileSync(state, "utf8")]);
    expect(told).not.toMatch(/canary/);
  });

  it("ends with 1 and an error in words where a stream fails, and reads the others", async () => {
    books.put("Customer", "5");
    books.fault(
      { status: 403, body: '{"Fault":{"Error":[{"code":"3100"}],"type":"AUTHORIZATION"}}' },
      { path: "/query" },
    );
    const { code, lines } = await read("quickbooks", "--config", config(), "--stream", "customers,items");
    expect(code).toBe(1);
    expect(lines.filter(({ type }) => type === "streamEnd")).toMatchObject([
      { stream: "customers", outcome: "failed", error: { class: "permission", code: "VENDOR_PERMISSION" } },
      { stream: "items", outcome: "empty_confirmed" },
    ]);
  });

  it("refuses a configuration that it does not know, naming no value", async () => {
    const file = join(dir, "wrong.json");
    writeFileSync(file, JSON.stringify({ realm_id: 12345, nonsense: "canary-value" }));
    expect(await main(["read", "quickbooks", "--config", file])).toBe(2);
    expect(await main(["read", "quickbooks", "--config", join(dir, "none.yaml")])).not.toBe(0);
  });

  it("lets two processes read one account with one refresh", async () => {
    for (let n = 0; n < 50; n += 1) books.put("Customer", String(n));
    const start = (): Promise<number> =>
      new Promise((resolve) => {
        const words = ["bin/c360.mjs", "read", "quickbooks", "--config", config(), "--stream", "customers"];
        spawn(process.execPath, words, { stdio: "ignore", env: process.env }).on("exit", (code) => resolve(code ?? 1));
      });
    expect(await Promise.all([start(), start()])).toEqual([0, 0]);
    expect(books.refreshes).toBe(1);
  });

  it("reads the items of a saved page, and gives the verdict of a robots.txt with its line", async () => {
    const page = join(dir, "page.html");
    writeFileSync(page, `<div class="h-card">Ann</div><meta property="og:title" content="T">`);
    const all = await read("page", page, "--url", "https://dir.example/");
    expect(all.lines.map(({ type, syntax }) => `${type} ${String(syntax)}`)).toEqual([
      "item rdfa",
      "item microformats",
      "item opengraph",
    ]);
    const one = await read("page", page, "--url", "https://dir.example/", "--items", "microformats");
    expect(one.lines).toMatchObject([{ items: [{ type: ["h-card"] }] }]);
    const robots = join(dir, "robots.txt");
    writeFileSync(robots, "User-agent: *\nDisallow: /private\n");
    const ask = (url: string): Promise<number> => main(["robots", "--file", robots, "--agent", "X", "--url", url]);
    expect(await ask("https://dir.example/private/a")).toBe(1);
    expect(await ask("https://dir.example/a")).toBe(0);
  });

  it("checks an account by its configuration", async () => {
    expect(await main(["check", "quickbooks", "--config", config(), "--workspace", dir])).toBe(0);
    books.fault({ status: 403, body: "{}" }, { times: 9, path: "/query" });
    expect(await main(["check", "quickbooks", "--config", config(), "--workspace", dir])).toBe(1);
  });
});
