import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");
const SAMPLE_MS = 100;

/** How a measured process went. */
export interface Measured {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly seconds: number;
  /** Largest sum of the proportional memory (PSS) of the process, all it started, and the workspace's server, megabytes. */
  readonly peakMb: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `c360` and watches time and memory of everything that belongs to it. */
export async function measure(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Measured> {
  const before = new Set(serverProcesses());
  const started = performance.now();
  const child = spawn(process.execPath, [C360, ...words], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  let peakKb = 0;
  const timer = setInterval(() => {
    const servers = serverProcesses().filter((pid) => !before.has(pid));
    const kb = [...new Set([...descendants(child.pid ?? 0), ...servers])].reduce((sum, pid) => sum + memoryKb(pid), 0);
    peakKb = Math.max(peakKb, kb);
  }, SAMPLE_MS);
  return new Promise((resolve) => {
    child.once("close", (status, signal) => {
      clearInterval(timer);
      const seconds = (performance.now() - started) / 1000;
      resolve({ status, signal, seconds, peakMb: peakKb / 1024, stdout, stderr });
    });
  });
}

/** Lends a folder for a workspace; its server is stopped and the folder removed at the end. */
export async function withFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), "c360-bench-"));
  // The server of a root user runs as somebody else: where that one may enter, its data stay in the folder and go with it.
  await chmod(dir, 0o711);
  try {
    return await work(dir);
  } finally {
    await measure(["db", "stop", "--workspace", dir]);
    await rm(dir, { recursive: true, force: true });
  }
}

/** The JSON answer of a measured command. */
export function answer(run: Measured): Record<string, unknown> {
  const last = run.stdout.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(last) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`no JSON (exit ${run.status}): ${run.stderr.slice(-1500)}`, { cause: error });
  }
}

function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const text = readFileSync(`/proc/${name}/stat`, "utf8");
      found.set(Number(name), Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

function descendants(root: number): readonly number[] {
  const tree = parents();
  const all = new Set([root]);
  for (let grew = true; grew;) {
    grew = false;
    for (const [pid, parent] of tree) {
      if (all.has(parent) && !all.has(pid)) {
        all.add(pid);
        grew = true;
      }
    }
  }
  return [...all];
}

/** Postgres detaches from whoever starts it. */
function serverProcesses(): readonly number[] {
  return [...parents().keys()].filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "postgres";
    } catch {
      return false;
    }
  });
}

function memoryKb(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
