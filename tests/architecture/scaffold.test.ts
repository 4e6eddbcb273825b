import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const MADE = [
  ["connector", "acme-crm"],
  ["stream", "acme-crm/lead-notes"],
  ["mart", "visit-summary"],
  ["model", "simple-recency"],
  ["comparison", "loyalty-card"],
  ["command", "greet"],
] as const;

describe("npm run new", () => {
  let dir = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-scaffold-"));
    for (const name of await readdir(ROOT)) {
      if (["node_modules", ".git", "c360-demo"].includes(name)) continue;
      await cp(join(ROOT, name), join(dir, name), { recursive: true });
    }
    await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
    for (const words of MADE) await run("npx", ["tsx", "scripts/new.ts", ...words], { cwd: dir });
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it("writes things whose types and tests pass on the first day", async () => {
    await run("npx", ["tsc", "--noEmit"], { cwd: dir });
    const tests = ["acme-crm", "acme-crm-lead-notes", "visit-summary", "simple-recency", "loyalty-card", "greet"];
    const filters = tests.map((name) => `/${name}.test.ts`);
    const { stdout } = await run("npx", ["vitest", "run", ...filters], { cwd: dir });
    expect(stdout).toMatch(/Test Files .*6 passed/);
  });

  it("gives a connector of under a hundred lines", async () => {
    const text = await readFile(join(dir, "connectors/acme-crm/index.ts"), "utf8");
    expect(text.split("\n").length).toBeLessThan(100);
  });

  it("refuses a wrong name and never overwrites", async () => {
    await expect(run("npx", ["tsx", "scripts/new.ts", "connector", "Bad Name"], { cwd: dir })).rejects.toMatchObject({
      code: 2,
    });
    await expect(run("npx", ["tsx", "scripts/new.ts", "model", "simple-recency"], { cwd: dir })).rejects.toMatchObject({
      code: 1,
    });
  });
});
