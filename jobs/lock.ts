import { mkdir, open, readFile, rm } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { C360Error, isoNow } from "#core";
import type { Clock } from "#core";

/** Whether a process with this id runs now. */
export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Takes the workspace's run lock; gives back what releases it. A lock whose process is gone, or whose process id has
 * since been given to another program, is taken over. Throws RUN_LOCKED.
 */
export async function takeRunLock(dir: string, clock: Clock): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true });
  const file = join(dir, "run.lock");
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.writeFile(
        JSON.stringify({ pid: process.pid, born: processBirth(process.pid), since: isoNow(clock) }),
      );
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = await readOwner(file);
    if (owner !== null && processIsAlive(owner.pid) && processBirth(owner.pid) === owner.born) {
      throw new C360Error("RUN_LOCKED", { pid: owner.pid, since: owner.since });
    }
    if (owner === null) await clock.sleep(200);
    await rm(file, { force: true });
  }
  throw new C360Error("RUN_LOCKED", { pid: "unknown", since: "just now" });
}

async function readOwner(file: string): Promise<{ pid: number; born: string; since: string } | null> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as { pid: number; born: string; since: string };
  } catch {
    return null;
  }
}

/** When the process started, as the kernel counts it: tells a re-used process id. Empty where /proc is absent. */
function processBirth(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
