import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { C360Error, isoNow } from "#core";
import type { Clock } from "#core";

/** Takeovers of a dead owner's file before somebody else is believed to be at it. */
const TRIES = 3;

/** The process that holds a lock file. */
export interface LockOwner {
  readonly pid: number;
  readonly born: string;
  readonly since: string;
}

/** What came of trying to take a lock file: it is held until `release`, or somebody alive holds it. */
export type LockAttempt = { readonly release: () => Promise<void> } | { readonly owner: LockOwner };

/**
 * Takes the workspace's run lock; gives back what releases it. A lock whose process is gone, or whose process id has
 * since been given to another program, is taken over. Throws RUN_LOCKED.
 */
export async function takeRunLock(dir: string, clock: Clock): Promise<() => Promise<void>> {
  const attempt = await tryLock(join(dir, "run.lock"), clock);
  if ("release" in attempt) return attempt.release;
  throw new C360Error("RUN_LOCKED", { pid: attempt.owner.pid, since: attempt.owner.since });
}

let taken = 0;

/**
 * Takes a lock file where nobody alive holds it. The file appears with its owner in it, by a link: a process killed at
 * any moment leaves a whole file, which names a dead process, or none.
 */
export async function tryLock(file: string, clock: Clock): Promise<LockAttempt> {
  await mkdir(dirname(file), { recursive: true });
  taken += 1;
  const mine = `${file}.${process.pid}.${taken}`;
  const text = JSON.stringify({ pid: process.pid, born: processBirth(process.pid), since: isoNow(clock), take: taken });
  await writeFile(mine, text, { mode: 0o600 });
  try {
    for (let attempt = 1; ; attempt += 1) {
      if (await linked(mine, file)) return { release: () => release(file, text) };
      const held = await textOf(file);
      if (held === null) continue;
      const owner = ownerOf(held);
      if (isAlive(owner) || attempt >= TRIES) return { owner };
      await removeStale(file, held, `${mine}.stale`);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Null where the file has gone meanwhile. */
async function textOf(file: string): Promise<string | null> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function release(file: string, text: string): Promise<void> {
  if ((await textOf(file)) === text) await rm(file, { force: true });
}

/** Takes a dead owner's file away: by its name, so that of two who see it dead one has it; a file of another is put back. */
async function removeStale(file: string, held: string, aside: string): Promise<void> {
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await textOf(aside)) !== held) await linked(aside, file);
  await rm(aside, { force: true });
}

function ownerOf(text: string): LockOwner {
  try {
    const { pid, born, since } = JSON.parse(text) as Partial<LockOwner>;
    return { pid: pid ?? 0, born: born ?? "", since: since ?? "" };
  } catch {
    return { pid: 0, born: "", since: "" };
  }
}

/** Whether the process runs now, and is the one that took the lock: its id may have been given to another program. */
function isAlive({ pid, born }: LockOwner): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return processBirth(pid) === born;
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
