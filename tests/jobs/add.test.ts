import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { c360 } from "../support/c360.ts";

let dir = "";

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "add-"));
  await c360(["init", "--workspace", dir]);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("c360 add, check and plan", () => {
  it("name a file that cannot be read, and never call its columns known", async () => {
    const file = join(dir, "clients.csv");
    writeFileSync(file, "");
    const added = await c360(["add", "excel", file, "--workspace", dir]);
    expect(added.status).toBe(1);
    expect(added.stdout).toContain("clients.csv is damaged: it is empty");
    expect(added.stdout).not.toContain("known already");
    expect((await c360(["check", "--workspace", dir])).stdout).toContain("not readable: clients.csv is damaged");
    const planned = (await c360(["plan", "--workspace", dir, "--json"])).json<{ streams: { means: string }[] }>();
    expect(planned.streams.map(({ means }) => means)).toEqual(["cannot be read"]);
  });

  it("refuses what is no web address, in words", async () => {
    const { status, stderr } = await c360(["add", "directory", "not a site", "--workspace", dir]);
    expect(status).toBe(2);
    expect(stderr).toContain("not a site is no web address");
  });
});
