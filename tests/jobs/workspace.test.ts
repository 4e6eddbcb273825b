import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { systemClock, workspaceConfigSchema } from "#core";
import { recordSource, recordTableMapping } from "../../jobs/config-file.ts";
import { configJsonSchema, initWorkspace } from "../../jobs/init-workspace.ts";
import { takeRunLock } from "../../jobs/lock.ts";
import { readRates } from "../../jobs/rates.ts";
import { scheduleTexts } from "../../jobs/schedule.ts";
import { readConfig, workspacePaths } from "../../jobs/workspace.ts";

describe("a workspace", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-workspace-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const init = () => initWorkspace(workspacePaths(dir), { name: "Shop: A & B", country: "JM", nonprofit: false });

  it("begins with a valid, commented c360.yaml, a drop folder and a schema for editors", async () => {
    await init();
    const config = await readConfig(join(dir, "c360.yaml"));
    expect(config).toMatchObject({ name: "Shop: A & B", country: "JM", mode: "shop" });
    expect(config.sources["drop"]).toMatchObject({ connector: "excel", settings: { paths: ["drop"] } });
    const text = await readFile(join(dir, "c360.yaml"), "utf8");
    expect(text.split("\n").filter((line) => line.startsWith("#")).length).toBeGreaterThan(10);
    expect(JSON.parse(await readFile(join(dir, ".c360", "c360.schema.json"), "utf8"))).toEqual(configJsonSchema());
  });

  it("is never overwritten by a second init", async () => {
    await init();
    const before = await readFile(join(dir, "c360.yaml"), "utf8");
    await expect(init()).rejects.toMatchObject({ code: "USAGE" });
    expect(await readFile(join(dir, "c360.yaml"), "utf8")).toBe(before);
  });

  it("names every problem of a wrong c360.yaml at once", async () => {
    const file = join(dir, "c360.yaml");
    await writeFile(file, "version: 2\ncountry: JAM\nsurprise: 1\n");
    await expect(readConfig(file)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(readConfig(file)).rejects.toThrow(/version.*country.*surprise|surprise/s);
  });

  it("keeps comments and corrections when a source or a guess is written into c360.yaml", async () => {
    await init();
    const file = join(dir, "c360.yaml");
    await recordSource(file, "books", { connector: "quickbooks", settings: { realm_id: "1" } });
    const mapping = { entity: "customer", load: "snapshot", columns: { Name: "name" } } as const;
    await recordTableMapping(file, { source: "drop", stream: "table_1", title: "customers.xlsx", mapping, notes: [] });
    const corrected = (await readFile(file, "utf8")).replace("Name: name", "Name: orgName");
    await writeFile(file, corrected);
    await recordTableMapping(file, { source: "drop", stream: "table_1", title: "customers.xlsx", mapping, notes: [] });
    const text = await readFile(file, "utf8");
    expect(text).toContain("# What the firm is called in reports.");
    expect(text).toContain("correct it here");
    const config = workspaceConfigSchema.parse(parse(text));
    expect(config.sources["drop"]?.tables?.["table_1"]?.columns).toEqual({ Name: "orgName" });
    expect(config.sources["books"]?.connector).toBe("quickbooks");
  });

  it("lets one run work at a time and takes over the lock of a run that was killed", async () => {
    const release = await takeRunLock(dir, systemClock);
    await expect(takeRunLock(dir, systemClock)).rejects.toMatchObject({ code: "RUN_LOCKED", exit: 4 });
    await release();
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "run.lock"), JSON.stringify({ pid: 999_999_999, born: "1", since: "yesterday" }));
    await (
      await takeRunLock(dir, systemClock)
    )();
    // The same process id, started at another time, is another program.
    await writeFile(join(dir, "run.lock"), JSON.stringify({ pid: process.pid, born: "1", since: "yesterday" }));
    await (
      await takeRunLock(dir, systemClock)
    )();
  });

  it("reads dated rates and names what is wrong in them", async () => {
    await writeFile(join(dir, "rates.csv"), "date,currency,rate\n2026-01-02,USD,156.25\n");
    expect(await readRates(dir, "rates.csv")).toEqual([{ date: "2026-01-02", currency: "USD", rate: "156.25" }]);
    expect(await readRates(dir, undefined)).toEqual([]);
    await expect(readRates(dir, "missing.csv")).rejects.toMatchObject({ code: "FILE_MISSING" });
    await writeFile(join(dir, "bad.csv"), "date,currency,rate\n02/01/2026,US,abc\n");
    await expect(readRates(dir, "bad.csv")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

describe("the schedule", () => {
  const texts = scheduleTexts({
    at: "02:30",
    timeZone: "America/Jamaica",
    workspace: "/srv/my shop",
    program: ["/usr/bin/node", "/opt/c360/bin/c360.mjs"],
    user: "c360",
  });

  it("is a cron line in the firm's time zone with paths that a shell takes apart rightly", () => {
    expect(texts.cron).toContain("CRON_TZ=America/Jamaica");
    expect(texts.cron).toContain("30 2 * * * /usr/bin/node /opt/c360/bin/c360.mjs nightly --workspace '/srv/my shop'");
  });

  it("is a systemd timer that catches up, and a Windows task", () => {
    expect(texts.systemd).toContain("OnCalendar=*-*-* 02:30:00 America/Jamaica");
    expect(texts.systemd).toContain("Persistent=true");
    expect(texts.systemd).toContain('--workspace "/srv/my shop"');
    expect(texts.windows).toContain("schtasks /Create");
  });
});
