import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seededRandom, systemClock } from "#core";
import { tryLock } from "../../jobs/lock.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Takes the lock again and again, and writes when it was inside. */
const WORKER = `
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { systemClock } from "#core";
import { tryLock } from ${JSON.stringify(pathToFileURL(join(ROOT, "jobs/lock.ts")).href)};
const [file, journal] = process.argv.slice(1);
const note = (word) => appendFileSync(journal, word + " " + process.pid + "\\n");
note("ready");
for (let turn = 0; turn < 15; ) {
  const lock = await tryLock(file, systemClock);
  if ("owner" in lock) { await pause(1); continue; }
  note("in");
  await pause(2);
  note("out");
  await lock.release();
  turn += 1;
}
note("end");
`;

describe("a lock file", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "c360-lock-"));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it("is free again at once where what holds it names nobody, as after a crash while it was written", async () => {
    const file = join(dir, "lease");
    await writeFile(file, "");
    const lock = await tryLock(file, systemClock);
    expect(lock).toHaveProperty("release");
    expect(await tryLock(file, systemClock)).toMatchObject({ owner: { pid: process.pid } });
  });

  it("has one holder at a time among processes that are killed at any moment, and leaves nothing behind", async () => {
    const file = join(dir, "lease");
    const journal = join(dir, "journal");
    const random = seededRandom(7);
    const children = Array.from({ length: 5 }, () =>
      spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", WORKER, file, journal], {
        cwd: ROOT,
        stdio: ["ignore", "ignore", "inherit"],
      }),
    );
    const ended = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    const victims = children.slice(0, 3);
    for (const victim of victims) {
      while (!(await textOf(journal)).includes(`ready ${victim.pid}\n`)) await pause(20);
      await pause(random() * 60);
      victim.kill("SIGKILL");
    }
    await Promise.all(ended);
    const killed = new Set(victims.map(({ pid }) => String(pid)));
    let inside: string | null = null;
    const lines = (await textOf(journal)).trim().split("\n");
    for (const [word, pid] of lines.map((line) => line.split(" "))) {
      if (word === "in") {
        // Whoever was killed inside never wrote that it left.
        expect(inside === null || killed.has(inside)).toBe(true);
        inside = pid ?? null;
      } else if (word === "out") {
        expect(inside).toBe(pid);
        inside = null;
      }
    }
    expect(lines.filter((line) => line.startsWith("end"))).toHaveLength(
      children.filter(({ signalCode }) => signalCode !== "SIGKILL").length,
    );
    const pids = children.filter(({ signalCode }) => signalCode !== "SIGKILL").map(({ pid }) => `.${pid}.`);
    expect((await readdir(dir)).filter((name) => pids.some((pid) => name.includes(pid)))).toEqual([]);
  });
});

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
