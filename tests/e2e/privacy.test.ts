import { readdir, readFile, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { describe, expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";

const SCALE = ["--scale", "0.03"];
const HOOK = join(import.meta.dirname, "../support/record-opens.mjs");

describe("what the product may not see or tell", () => {
  it("opens no file of the sample company's planted truth", async () => {
    await withWorkspace(async (dir) => {
      const record = `${dir}-opens.txt`;
      const env = { RECORD_OPENS: record, NODE_OPTIONS: `--import ${HOOK}` };
      const answer = await c360(["demo", ...SCALE, "--workspace", dir, "--json"], { env });
      expect(answer.status, answer.stderr).toBe(0);
      const lines = (await readFile(record, "utf8")).split("\n").map((line) => line.split("\t"));
      await rm(record);
      const product = lines
        .filter(([script = ""]) => !/examples[/-]sample-company/.test(script))
        .map(([, path = ""]) => resolve(path));
      // The hook sees what the product opens: its settings, and the files of the drop folder.
      expect(product).toContain(join(dir, "c360.yaml"));
      expect(product.some((path) => path.startsWith(join(dir, "drop")))).toBe(true);
      expect(product.filter((path) => path.includes("truth"))).toEqual([]);
      expect((await stat(join(dir, "sample-company", "truth"))).mode & 0o077).toBe(0);
    });
  });

  it("keeps secrets out of logs, errors, tables, topics and files", async () => {
    await withWorkspace(async (dir) => {
      const answer = await c360(["demo", ...SCALE, "--workspace", dir, "--log-level", "debug"]);
      expect(answer.status, `${answer.stdout}${answer.stderr}`).toBe(0);
      const canaries = await secretsOf(dir);
      expect(canaries.length).toBeGreaterThan(4);
      const sightings: string[] = [];
      const look = (where: string, text: string): void => {
        for (const canary of canaries) if (text.includes(canary)) sightings.push(`${canary.slice(0, 4)}… in ${where}`);
      };
      look("the output", `${answer.stdout}${answer.stderr}`);
      for (const file of await filesOf(dir)) look(file, await readFile(file, "latin1"));
      for (const [table, text] of await tablesOf(dir)) look(table, text);
      expect(sightings).toEqual([]);
    });
  });
});

/** Secrets of the sample company: those that it was configured with, and the token that it has now. */
async function secretsOf(dir: string): Promise<readonly string[]> {
  const state = await readFile(join(dir, "sample-company", "state.json"), "utf8");
  const key = await readFile(join(dir, "sample-company", "service-account.json"), "utf8");
  return [
    "sampleClientSecretBlueMountainTraders",
    "EAAGsampleLongLivedUserToken",
    "5ampleKeyBlueMountainTraders00000-us21",
    Buffer.from("c360:5ampleKeyBlueMountainTraders00000-us21").toString("base64"),
    ...[...state.matchAll(/"(RT1-[^"]+)"/g)].map((match) => match[1] ?? ""),
    (JSON.parse(key) as { private_key: string }).private_key.slice(60, 120),
    (await readFile(join(dir, ".c360", "postgres.password"), "utf8")).trim(),
  ];
}

/** Every file that the product wrote; the sample company's own, the server's data and the secrets' own files left out. */
async function filesOf(dir: string): Promise<readonly string[]> {
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter(
      (file) => !/sample-company|[/]data[/]|postgres\.password|analyst\.password|secret/.test(file.slice(dir.length)),
    );
}

async function tablesOf(dir: string): Promise<readonly (readonly [string, string])[]> {
  await c360(["db", "start", "--workspace", dir]);
  const client = new Client({ connectionString: (await c360(["db", "url", "--workspace", dir])).stdout.trim() });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname in ('raw', 'stage', 'identity', 'customer_360', 'ops', 'gov', 'log')`,
    );
    const texts: [string, string][] = [];
    for (const { name } of rows) {
      const found = await client.query<{ text: string }>(`select t::text as text from ${name} t`);
      texts.push([name, found.rows.map((row) => row.text).join("\n")]);
    }
    return texts;
  } finally {
    await client.end();
    await c360(["db", "stop", "--workspace", dir]);
  }
}
