import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

describe("the packed tarball, installed in an empty folder", () => {
  let dir = "";
  let app = "";
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-package-"));
    await chmod(dir, 0o711);
    app = join(dir, "app");
    await mkdir(app);
    await run("npm", ["pack", "--pack-destination", dir], { cwd: ROOT });
    const tarball = (await readdir(dir)).find((name) => name.endsWith(".tgz")) ?? "";
    await writeFile(join(app, "package.json"), JSON.stringify({ name: "app", private: true }));
    await run("npm", ["install", "--no-audit", "--no-fund", join(dir, tarball), "node@24.21.0"], { cwd: app });
  }, 240_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it.each([
    ["this Node", () => process.execPath],
    ["Node 24", () => join(app, "node_modules/node/bin/node")],
  ])("runs the demo on %s", async (name, node) => {
    const workspace = join(dir, name.replaceAll(" ", "-"));
    const c360 = join(app, "node_modules/customer-360/bin/c360.mjs");
    try {
      const words = ["demo", "--scale", "0.03", "--workspace", workspace, "--json"];
      const { stdout } = await run(node(), [c360, ...words], { cwd: dir, maxBuffer: 10_000_000 });
      const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { outcome: string; leads: unknown[] };
      expect(answer.outcome).toBe("published");
      expect(answer.leads.length).toBeGreaterThan(0);
    } finally {
      await run(process.execPath, [c360, "db", "stop", "--workspace", workspace]);
    }
  });

  it("runs what was built, and the sources where that is missing", async () => {
    const c360 = join(app, "node_modules/customer-360/bin/c360.mjs");
    const dist = join(app, "node_modules/customer-360/dist");
    const tsx = join(app, "node_modules/tsx");
    const list = join(dir, "list.csv");
    await writeFile(list, "id,name\n1,Marcia Reid\n2,Marcia Reid\n");
    const link = async (out: string): Promise<string> => {
      await run(process.execPath, [c360, "link", list, "--out", join(dir, out)]);
      return readFile(join(dir, out), "utf8");
    };
    await rename(tsx, join(dir, "tsx"));
    const built = await link("built.csv");
    await rename(join(dir, "tsx"), tsx);
    await rename(dist, join(dir, "dist"));
    expect(await link("source.csv")).toBe(built);
    await rename(join(dir, "dist"), dist);
  });

  it("holds no tests, fixtures or secrets", async () => {
    const files = await readdir(join(app, "node_modules/customer-360"), { recursive: true });
    expect(files.filter((file) => /^(tests|\.ci|\.git|node_modules)\b|\.env|secrets\.enc/.test(file))).toEqual([]);
  });
});
