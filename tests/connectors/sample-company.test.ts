import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findConnector } from "#connectors";
import type { Connector } from "#core";
import { contentOf, emptyMemory, mapContext, memorySecrets, run, testContext } from "./support/context.ts";
import type { Run } from "./support/context.ts";

const server = new URL("../../examples/sample-company/server.ts", import.meta.url).pathname;

interface Ready {
  readonly quickbooks: Record<string, string>;
  readonly google_sheets: Record<string, string>;
  readonly directories: readonly { readonly name: string; readonly start_urls: readonly string[] }[];
  readonly social: Record<string, unknown>;
  readonly campaigns: Record<string, string>;
  readonly drop_folders: readonly string[];
  readonly control_url: string;
}

describe.skipIf(!existsSync(server))("all connectors against the sample company", () => {
  const dir = mkdtempSync(join(tmpdir(), "sample-"));
  const secrets = memorySecrets();
  let child: ChildProcess;
  let ready: Ready;
  let sources: readonly {
    readonly connector: Connector;
    readonly settings: unknown;
    readonly memory: ReturnType<typeof emptyMemory>;
  }[];

  beforeAll(async () => {
    const args = [
      "--import",
      "tsx",
      server,
      "--dir",
      join(dir, "state"),
      "--drop",
      join(dir, "drop"),
      "--scale",
      "0.05",
      "--fast-throttle",
    ];
    child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const line = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the sample company ended with ${code}`)));
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", resolve);
    });
    ready = JSON.parse(line) as Ready;
    const named = (name: string): Connector => findConnector(name) as Connector;
    const list: [string, unknown][] = [
      ["quickbooks", ready.quickbooks],
      ["google-sheets", ready.google_sheets],
      ...ready.directories.map(({ name: _name, ...settings }): [string, unknown] => ["directory", settings]),
      ["social", ready.social],
      ["campaigns", ready.campaigns],
      ...ready.drop_folders.map((folder): [string, unknown] => [
        "excel",
        { paths: [join(dir, "drop", folder)], account: folder },
      ]),
    ];
    sources = list.map(([name, settings]) => ({ connector: named(name), settings, memory: emptyMemory() }));
  });
  afterAll(() => {
    child.stdin?.end();
    child.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  const readAll = async (): Promise<Map<string, Run>> => {
    const urls = [
      ready.quickbooks["base_url"],
      ready.google_sheets["base_url"],
      ready.social["base_url"],
      ready.campaigns["base_url"],
      ...ready.directories.map((site) => site.start_urls[0]),
    ];
    const context = testContext({ secrets, allowPrivateHosts: urls.map((url) => new URL(String(url)).host) });
    const runs = new Map<string, Run>();
    for (const [index, { connector, settings, memory }] of sources.entries()) {
      runs.set(`${connector.name} ${index}`, await run(connector, settings, { context, memory }));
    }
    return runs;
  };
  const outcomes = (runs: Map<string, Run>): string[] =>
    [...runs.values()].flatMap((one) => [...one.ends.values()].map((end) => end.outcome));
  const notices = (runs: Map<string, Run>): string[] =>
    [...runs.values()].flatMap((one) => one.messages.filter((m) => m.type === "notice").map((m) => m.code));

  it("reads everything, then nothing new, then exactly what happened on the days after", async () => {
    const first = await readAll();
    expect(new Set(outcomes(first))).toEqual(new Set(["complete", "empty_confirmed"]));
    const total = [...first.values()].reduce((sum, one) => sum + one.records.length, 0);
    expect(total).toBeGreaterThan(2000);
    const content = sources.map(({ memory }) => contentOf(memory));

    const second = await readAll();
    expect([...second.values()].flatMap((one) => one.records)).toEqual([]);
    expect(sources.map(({ memory }) => contentOf(memory))).toEqual(content);

    const seen = new Set<string>();
    for (let day = 0; day < 3; day += 1) {
      expect((await fetch(`${ready.control_url}/advance`, { method: "POST" })).status).toBe(200);
      const next = await readAll();
      expect(outcomes(next).filter((outcome) => outcome === "failed" || outcome === "partial")).toEqual([]);
      for (const code of notices(next)) seen.add(code);
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(["stream_emptied", "page_gone", "columns_moved", "columns_added", "robots_disallowed"]),
    );
  });

  it("maps every object of a fixed schema or says why not", async () => {
    const reasons = new Map<string, number>();
    for (const { connector, memory } of sources) {
      for (const record of memory.records.values()) {
        const mapped = connector.map(record.raw, mapContext(connector.name, "a", record));
        const reason = "rejected" in mapped ? mapped.rejected : "filtered" in mapped ? mapped.filtered : "mapped";
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    expect([...reasons.keys()].sort()).toEqual(
      expect.arrayContaining([
        "duplicate_row",
        "mapped",
        "missing_customer",
        "noindex",
        "schema_invalid",
        "total_row",
        "unmapped_table",
      ]),
    );
    expect(
      [...reasons.keys()].filter(
        (reason) =>
          ![
            "duplicate_row",
            "mapped",
            "missing_customer",
            "noindex",
            "schema_invalid",
            "total_row",
            "unmapped_table",
            "shifted_columns",
          ].includes(reason),
      ),
    ).toEqual([]);
  });
});
