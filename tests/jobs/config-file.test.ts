import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { recordTableMapping } from "../../jobs/config-file.ts";

const dir = mkdtempSync(join(tmpdir(), "config-file-"));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

describe("mappings written into c360.yaml", () => {
  it("are all there, whoever guesses at the same time, and comments stay", async () => {
    const file = join(dir, "c360.yaml");
    writeFileSync(file, "# ours\nsources:\n  office: {}\n  sheet: {}\n");
    const names = Array.from({ length: 30 }, (_one, at) => `table_${String(at)}`);
    await Promise.all(
      names.map((stream, at) =>
        recordTableMapping(file, {
          source: at % 2 === 0 ? "office" : "sheet",
          stream,
          title: stream,
          mapping: { entity: "customer", load: "snapshot", columns: { Name: "name" } },
          notes: [],
        }),
      ),
    );
    const text = readFileSync(file, "utf8");
    expect(text.startsWith("# ours\n")).toBe(true);
    const { sources } = parse(text) as { sources: Record<string, { tables: Record<string, unknown> }> };
    expect(
      Object.values(sources)
        .flatMap(({ tables }) => Object.keys(tables))
        .sort(),
    ).toEqual([...names].sort());
  });
});
