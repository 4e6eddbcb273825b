import { existsSync, readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { C360Error } from "#core";
import type { Clock, Logger } from "#core";
import { placeServer, readHome, readOrMakePassword, writeHome } from "./postgres-home.ts";
import type { PlacedServer } from "./postgres-home.ts";
import {
  freePort,
  initCluster,
  isAlive,
  isServerOf,
  isFullDisk,
  namedFailure,
  portIsFree,
  readPidFile,
  SERVER_USER,
  spawnServer,
} from "./postgres-process.ts";

/** Major version of the bundled server. */
const MAJOR = "18";
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 60_000;

/** How to start. */
export interface ServerOptions {
  /** Wanted data folder; as root the data may come to lie elsewhere (see `RunningServer.dataDir`). */
  readonly dataDir: string;
  /** Folder for `postgres.json`, the password file and the server's log. */
  readonly stateDir: string;
  /** A port to insist on; the one of the last start, or any free one, where absent. */
  readonly port?: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Folders to move to when root's workspace cannot be entered by the server's user, best first. */
  readonly sharedHomes?: readonly string[];
  /** Folder with `bin`, `lib` and `share` to use in place of the installed package. */
  readonly nativeDir?: string;
  /** Server settings over ours (tests switch fsync off). */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server that answers. */
export interface RunningServer {
  /** Connection URL with password: never to be printed in logs. */
  readonly url: string;
  readonly port: number;
  /** Where the data really lie. */
  readonly dataDir: string;
  /** False when a living server of this data folder was adopted. */
  readonly startedByUs: boolean;
  stop(): Promise<void>;
}

/** What is known of a workspace's server without touching it. */
export interface ServerStatus {
  readonly running: boolean;
  readonly url: string | null;
  readonly port: number | null;
  readonly pid: number | null;
  readonly dataDir: string | null;
}

/**
 * Starts the embedded server, or adopts the living one of the same data folder. The first start makes the data folder.
 * Throws POSTGRES_BINARIES, POSTGRES_VERSION, PORT_IN_USE, PERMISSION, DISK_FULL, or POSTGRES_START with the reason.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const placed = await placeServer(options);
  const deadline = options.clock.now() + START_LIMIT_MS;
  if (!existsSync(join(placed.dataDir, "PG_VERSION"))) await initCluster(placed);
  checkVersion(placed.dataDir);
  const dataDir = realpathSync(placed.dataDir);
  const real = { ...placed, dataDir };
  for (;;) {
    const adopted = await adopt(real, options, deadline);
    if (adopted !== null) return running(real, options, adopted, false);
    const port = await choosePort(real, options);
    const reason = await tryStart(real, options, port, deadline);
    if (reason === null) return running(real, options, port, true);
    if (!isPassing(reason, options) || options.clock.now() > deadline) throw namedFailure(real, reason, port);
    // A dying server still holds its lock or its shared memory: it is gone within seconds.
    await options.clock.sleep(150);
  }
}

/** Stops the server of a workspace and waits until it is gone. True when there was one. */
export async function stopServer(options: {
  readonly dataDir: string;
  readonly stateDir: string;
  readonly clock: Clock;
}): Promise<boolean> {
  const home = await readHome(options.stateDir);
  const dataDir = realPath(home?.dataDir ?? options.dataDir);
  const found = readPidFile(dataDir);
  if (found === null || !isServerOf(dataDir, found.pid)) return false;
  const started = options.clock.now();
  // SIGINT: fast shutdown, open transactions are rolled back. SIGQUIT later: at once, recovery at the next start.
  signal(found.pid, "SIGINT");
  let pressed = false;
  while (isAlive(found.pid)) {
    const waited = options.clock.now() - started;
    if (waited > STOP_LIMIT_MS) {
      throw new C360Error("POSTGRES_START", { dir: dataDir, reason: `process ${found.pid} does not end` });
    }
    if (waited > STOP_LIMIT_MS / 2 && !pressed) {
      signal(found.pid, "SIGQUIT");
      pressed = true;
    }
    await options.clock.sleep(25);
  }
  return true;
}

/** Tells whether the server of a workspace runs, and where. */
export async function serverStatus(options: {
  readonly dataDir: string;
  readonly stateDir: string;
}): Promise<ServerStatus> {
  const home = await readHome(options.stateDir);
  const wanted = home?.dataDir ?? resolve(options.dataDir);
  if (!existsSync(join(wanted, "PG_VERSION"))) {
    return { running: false, url: null, port: home?.port ?? null, pid: null, dataDir: null };
  }
  const dataDir = realPath(wanted);
  const found = readPidFile(dataDir);
  const alive = found !== null && isServerOf(dataDir, found.pid);
  const port = alive ? found.port : (home?.port ?? null);
  const url = alive ? urlOf(await readOrMakePassword(join(options.stateDir, "postgres.password")), found.port) : null;
  return { running: alive, url, port, pid: alive ? found.pid : null, dataDir };
}

async function running(
  placed: PlacedServer,
  options: ServerOptions,
  port: number,
  startedByUs: boolean,
): Promise<RunningServer> {
  await ensureDatabase(placed, port);
  await writeHome(placed.stateDir, { ...placed, port });
  options.log.info({ port, startedByUs }, "database server ready");
  return {
    url: urlOf(placed.password, port),
    port,
    dataDir: placed.dataDir,
    startedByUs,
    stop: async () => {
      await stopServer({ dataDir: placed.dataDir, stateDir: placed.stateDir, clock: options.clock });
    },
  };
}

/** The port of a living server of this data folder once it answers; null when there is none, its stale lock removed. */
async function adopt(placed: PlacedServer, options: ServerOptions, deadline: number): Promise<number | null> {
  const { dataDir } = placed;
  for (;;) {
    const found = readPidFile(dataDir);
    if (found === null) return null;
    if (!isServerOf(dataDir, found.pid)) {
      // The server itself clears a lock of a dead process, but not one whose number another program got.
      if (isAlive(found.pid)) await rm(join(dataDir, "postmaster.pid"), { force: true });
      return null;
    }
    if (found.port > 0 && (await answers(placed, found.port)) === "yes") return found.port;
    if (options.clock.now() > deadline) {
      throw new C360Error("POSTGRES_START", { dir: dataDir, reason: `process ${found.pid} does not answer` });
    }
    await options.clock.sleep(50);
  }
}

async function choosePort(placed: PlacedServer, options: ServerOptions): Promise<number> {
  if (options.port !== undefined) {
    if (await portIsFree(options.port)) return options.port;
    throw new C360Error("PORT_IN_USE", { port: options.port, setting: "`database.port` in c360.yaml" });
  }
  if (placed.port !== null && (await portIsFree(placed.port))) return placed.port;
  return freePort();
}

/** Null when the server answers; else what it said before it ended. */
async function tryStart(
  placed: PlacedServer,
  options: ServerOptions,
  port: number,
  deadline: number,
): Promise<string | null> {
  const server = spawnServer(placed, port, options.settings ?? {});
  for (;;) {
    if (server.exited()) return server.output();
    const state = await answers(placed, port);
    if (state === "yes") {
      const found = readPidFile(placed.dataDir);
      // It may be another process's server that answers, started in the same moment: then ours is ending.
      if (found !== null && found.port === port) return null;
    }
    if (options.clock.now() > deadline) return `${server.output()}\nFATAL: no answer within ${START_LIMIT_MS / 1000} s`;
    await options.clock.sleep(20);
  }
}

function isPassing(output: string, options: ServerOptions): boolean {
  if (isFullDisk(output)) return false;
  if (/lock file .* already exists|pre-existing shared memory block|is starting up|shutting down/i.test(output))
    return true;
  return options.port === undefined && /address already in use|could not bind/i.test(output);
}

async function answers(placed: PlacedServer, port: number): Promise<"yes" | "not yet"> {
  const client = new Client({
    connectionString: urlOf(placed.password, port, "postgres"),
    connectionTimeoutMillis: 3000,
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>("select current_setting('data_directory') as dir");
    if (realPath(rows[0]?.dir ?? "") === placed.dataDir) return "yes";
    throw new C360Error("PORT_IN_USE", { port, setting: "`database.port` in c360.yaml" });
  } catch (error) {
    if (error instanceof C360Error) throw error;
    if ((error as { code?: string }).code === "28P01") {
      throw new C360Error(
        "POSTGRES_START",
        { dir: placed.dataDir, reason: "the server does not take the password in postgres.password" },
        { cause: error },
      );
    }
    return "not yet";
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(placed: PlacedServer, port: number): Promise<void> {
  const client = new Client({ connectionString: urlOf(placed.password, port, "postgres") });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const found = await client.query("select 1 from pg_database where datname = $1", [SERVER_USER]);
    if (found.rowCount === 0) await client.query(`create database ${SERVER_USER}`);
  } catch (error) {
    if ((error as { code?: string }).code === "53100") {
      throw new C360Error("DISK_FULL", { path: placed.dataDir }, { cause: error });
    }
    // 42P04, 23505: another process made it in the same moment.
    if (!["42P04", "23505"].includes((error as { code?: string }).code ?? "")) {
      const reason = error instanceof Error ? error.message : "unknown";
      throw new C360Error("POSTGRES_START", { dir: placed.dataDir, reason }, { cause: error });
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}

function checkVersion(dataDir: string): void {
  let found: string;
  try {
    found = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim();
  } catch (cause) {
    throw new C360Error("PERMISSION", { action: "Reading", path: dataDir }, { cause });
  }
  if (found !== MAJOR) throw new C360Error("POSTGRES_VERSION", { dir: dataDir, found, wanted: MAJOR });
}

function urlOf(password: string, port: number, database = SERVER_USER): string {
  return `postgres://${SERVER_USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EPERM") {
      throw new C360Error("PERMISSION", { action: "Ending the server of process", path: String(pid) }, { cause });
    }
  }
}
