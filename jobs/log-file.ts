import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";

const ROTATE_BYTES = 20 * 1024 * 1024;

/** Appends log lines to `logs/c360.jsonl`; the file before is kept once it passes 20 MB. A full disk never stops a run. */
export function openLogFile(dir: string): { write(line: string): void } {
  const file = join(dir, "c360.jsonl");
  let ready = false;
  return {
    write(line) {
      try {
        if (!ready) prepare(dir, file);
        ready = true;
        appendFileSync(file, line, { mode: 0o600 });
      } catch {
        // The log is no reason to lose a run; what matters is in ops as well.
      }
    },
  };
}

function prepare(dir: string, file: string): void {
  mkdirSync(dir, { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > ROTATE_BYTES) renameSync(file, `${file}.1`);
}
