import { execFile, spawn } from "node:child_process";
import type { ExecFileOptions } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, statSync, truncateSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { C360Error } from "#core";
import { program } from "./postgres-binaries.ts";
import { giveTo } from "./postgres-home.ts";
import type { PlacedServer } from "./postgres-home.ts";

/** The superuser of the embedded server and the name of its database. */
export const SERVER_USER = "c360";

/** What `postmaster.pid` says. */
export interface PidFile {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping`, `standby`, or empty while it starts. */
  readonly status: string;
}

/** Reads `postmaster.pid`; null when there is none. */
export function readPidFile(dataDir: string): PidFile | null {
  try {
    const lines = readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 1) return null;
    return { pid, port: Number(lines[3]) || 0, status: (lines[7] ?? "").trim() };
  } catch {
    return null;
  }
}

/** True when that process is alive and is the server of this data folder, not another one that got its number. */
export function isServerOf(dataDir: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== "linux") return true;
  try {
    // The server's working folder is its data folder; the link can be read by root and by its own user.
    return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, "") === dataDir;
  } catch {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dataDir);
    } catch {
      return false;
    }
  }
}

/** True when a process of that number exists and is not a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}

/** Makes the data folder: in a draft beside it, moved into place whole, so that a killed start leaves nothing half made. */
export async function initCluster(placed: PlacedServer): Promise<void> {
  const { dataDir, nativeDir, runAs } = placed;
  if (existsSync(dataDir) && (await readdir(dataDir)).length > 0) {
    throw new C360Error("POSTGRES_START", { dir: dataDir, reason: "the folder holds other files" });
  }
  for (const name of await readdir(dirname(dataDir))) {
    const pid = /\.init-(\d+)-\w+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(dirname(dataDir), name), { recursive: true, force: true });
  }
  const draft = await mkdtemp(`${dataDir}.init-${process.pid}-`);
  const passwordFile = join(draft, "password");
  const cluster = join(draft, "cluster");
  try {
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(passwordFile, placed.password, { mode: 0o600 });
    for (const path of [draft, passwordFile, cluster]) await giveTo(path, runAs);
    // The order of text is that of its code points on every machine: same input, same output.
    const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
    const args = ["-D", cluster, "-U", SERVER_USER, "--auth=scram-sha-256", `--pwfile=${passwordFile}`, ...locale];
    const failure = await runProgram(program(nativeDir, "initdb"), args, {
      ...runAs,
      cwd: draft,
      env: serverEnvironment(),
      timeout: 120_000,
    });
    if (failure !== null) throw namedFailure(placed, failure);
    await rename(cluster, dataDir).catch((cause: NodeJS.ErrnoException) => {
      // Another process was quicker: its cluster is as good, as long as it stands.
      if (!existsSync(join(dataDir, "PG_VERSION"))) throw cause;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Null when the program ended well; else what it said. */
function runProgram(file: string, args: readonly string[], options: ExecFileOptions): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, args, options, (error, _stdout, stderr) => {
      resolve(error === null ? null : `${stderr}\n${error.message}`);
    });
  });
}

/** The server's settings: loopback only, small memory, everything acknowledged is on disk. */
function settings(port: number, extra: Readonly<Record<string, string>>): readonly string[] {
  const values: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "40",
    shared_buffers: "64MB",
    work_mem: "16MB",
    maintenance_work_mem: "64MB",
    effective_cache_size: "512MB",
    jit: "off",
    // One process a query: sums of floating-point numbers stay equal from run to run, and /dev/shm may be tiny.
    max_parallel_workers_per_gather: "0",
    io_method: "sync",
    wal_level: "minimal",
    max_wal_senders: "0",
    max_wal_size: "1GB",
    checkpoint_timeout: "15min",
    wal_compression: "on",
    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    // Values of failing statements may be personal: they stay out of the server's log.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    ...extra,
  };
  return Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Starts the server in a session of its own, so that it outlives us; its output goes to `postgres.log`. */
export function spawnServer(
  placed: PlacedServer,
  port: number,
  extra: Readonly<Record<string, string>>,
): { readonly exited: () => boolean; readonly output: () => string } {
  const logFile = join(placed.stateDir, "postgres.log");
  if (existsSync(logFile) && statSync(logFile).size > 5_000_000) truncateSync(logFile);
  const before = existsSync(logFile) ? statSync(logFile).size : 0;
  const log = openSync(logFile, "a", 0o600);
  let exited = false;
  const child = spawn(program(placed.nativeDir, "postgres"), ["-D", placed.dataDir, ...settings(port, extra)], {
    ...placed.runAs,
    cwd: placed.dataDir,
    detached: true,
    stdio: ["ignore", log, log],
    env: serverEnvironment(),
    windowsHide: true,
  });
  child.once("error", () => (exited = true));
  child.once("exit", () => (exited = true));
  child.unref();
  closeSync(log);
  return { exited: () => exited, output: () => readFileSync(logFile, "utf8").slice(before) };
}

/** DISK_FULL where the server's last words, since it last started, are that its disk is full; otherwise null. */
export function diskFullError(dirs: { readonly dataDir: string; readonly stateDir: string }): C360Error | null {
  const logFile = join(dirs.stateDir, "postgres.log");
  if (!existsSync(logFile)) return null;
  const said =
    readFileSync(logFile, "utf8")
      .split(/LOG: {2}starting PostgreSQL/)
      .at(-1) ?? "";
  return isFullDisk(said) ? new C360Error("DISK_FULL", { path: dirs.dataDir }) : null;
}

/** Whether the server ended, or failed, because its disk is full. */
export function isFullDisk(output: string): boolean {
  return /no space left on device/i.test(output);
}

/** Turns what the server said into an error with its reason. */
export function namedFailure(placed: PlacedServer, output: string, port = 0): C360Error {
  const dir = placed.dataDir;
  if (/address already in use|could not bind/i.test(output)) {
    return new C360Error("PORT_IN_USE", { port, setting: "`database.port` in c360.yaml" });
  }
  if (isFullDisk(output)) return new C360Error("DISK_FULL", { path: dir });
  const version = /initialized by PostgreSQL version (\S+?),.*compatible with this version (\S+?)\.?$/m.exec(output);
  if (version !== null) {
    return new C360Error("POSTGRES_VERSION", { dir, found: version[1] ?? "?", wanted: version[2] ?? "?" });
  }
  if (/permission denied/i.test(output))
    return new C360Error("PERMISSION", { action: "The server's use of", path: dir });
  const lines = output.split("\n").filter((line) => /FATAL|PANIC|error:/i.test(line));
  const reason = (lines.at(-1) ?? output.trim().split("\n").at(-1) ?? "").replace(/^.*?(FATAL|PANIC|error):\s*/i, "");
  return new C360Error("POSTGRES_START", { dir, reason: reason === "" ? "it ended without a word" : reason });
}

/** True when nobody listens on that loopback port. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A loopback port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = probe.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function serverEnvironment(): NodeJS.ProcessEnv {
  // Nothing of ours is passed on: no secrets in the server's environment, no PG* variable that changes its mind.
  const { PATH, SystemRoot, TMPDIR } = process.env;
  return {
    LC_ALL: "C",
    TZ: "UTC",
    ...(PATH === undefined ? {} : { PATH }),
    ...(SystemRoot === undefined ? {} : { SystemRoot }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  };
}
