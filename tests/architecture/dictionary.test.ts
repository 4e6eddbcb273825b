import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataDictionary } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await withDatabase();
});
afterAll(() => db.drop());

it("docs/dictionary is what the SQL comments say", async () => {
  const { markdown, html } = await dataDictionary(db);
  const dir = join(import.meta.dirname, "../../docs/dictionary");
  expect(readFileSync(join(dir, "dictionary.md"), "utf8")).toBe(markdown);
  expect(readFileSync(join(dir, "dictionary.html"), "utf8")).toBe(html);
});
