import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stopTestServer } from "./postgres.ts";

const PREFIX = "c360-test-pg-";

/** Names the folder of the run's database server; the first test that wants a database starts it there. */
export async function setup(): Promise<() => Promise<void>> {
  await clearLeftOvers();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // The server of a root user runs as somebody else, who must be able to enter.
  chmodSync(dir, 0o711);
  process.env["C360_TEST_POSTGRES"] = dir;
  return () => stopTestServer(dir);
}

/** Ends servers of runs that were killed before they could tidy up. */
async function clearLeftOvers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await stopTestServer(join(tmpdir(), name)).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
