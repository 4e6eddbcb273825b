import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger, systemClock } from "#core";
import { abandonedData, diskFullError, openDatabase, serverStatus, startServer, stopServer } from "#warehouse";
import { canEnter, findBinaries } from "../../warehouse/postgres-binaries.ts";

const NOBODY = { uid: 65_534, gid: 65_534 };
const asRoot = process.getuid?.() === 0;
const repository = fileURLToPath(new URL("../../", import.meta.url));

let base: string;
let children: ChildProcess[] = [];
let places: { dataDir: string; stateDir: string }[] = [];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "c360-server-"));
  chmodSync(base, 0o755);
});
afterEach(async () => {
  for (const child of children.filter((one) => one.exitCode === null && one.signalCode === null)) child.kill("SIGKILL");
  for (const place of places) await stopServer({ ...place, clock: systemClock }).catch(() => undefined);
  children = [];
  places = [];
  rmSync(base, { recursive: true, force: true });
});

function place(dir = "workspace") {
  const found = {
    dataDir: join(base, dir, "data", "postgres"),
    stateDir: join(base, dir, "state"),
    clock: systemClock,
    log: silentLogger,
    sharedHomes: [join(base, "shared-home")],
    settings: { fsync: "off" },
  };
  places.push(found);
  return found;
}

async function ask(url: string, sql: string): Promise<Record<string, unknown> | undefined> {
  const db = await openDatabase(url, { max: 1 });
  try {
    return (await db.query(sql)).rows[0];
  } finally {
    await db.close();
  }
}

function pidOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, "postmaster.pid"), "utf8").split("\n")[0]);
}

/** Starts the server in another process; resolves with what that one said. */
async function startElsewhere(
  options: { dataDir: string; stateDir: string },
  runAs: { uid?: number; gid?: number } = {},
) {
  const tsx = join(repository, "node_modules/tsx/dist/cli.mjs");
  const child = spawn(
    process.execPath,
    [tsx, fileURLToPath(new URL("./start-server.ts", import.meta.url)), options.dataDir, options.stateDir],
    {
      ...runAs,
      cwd: repository,
      stdio: ["pipe", "pipe", "inherit"],
      env: { PATH: process.env["PATH"], TMPDIR: base, HOME: base },
    },
  );
  children.push(child);
  const line = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text);
    });
    child.once("exit", () => resolve(text));
  });
  return {
    child,
    said: JSON.parse(line) as {
      url: string;
      port: number;
      dataDir: string;
      startedByUs: boolean;
      uid: number;
      error?: string;
    },
  };
}

describe("the embedded server", () => {
  it("starts, stops and starts again on the same port with the same data, on loopback with a password only", async () => {
    const options = place();
    expect(await serverStatus(options)).toMatchObject({ running: false, url: null });
    const server = await startServer(options);
    expect(server.startedByUs).toBe(true);
    await ask(server.url, "create table kept (id int); insert into kept values (1)");
    expect(
      await ask(
        server.url,
        "select current_setting('listen_addresses') as l, current_setting('unix_socket_directories') as s, current_setting('jit') as j",
      ),
    ).toEqual({ l: "127.0.0.1", s: "", j: "off" });
    const wrong = server.url.replace(/:[^:@]+@/, ":wrong@");
    await expect(openDatabase(wrong)).rejects.toMatchObject({ code: "POSTGRES_UNREACHABLE" });
    expect(statSync(join(options.stateDir, "postgres.password")).mode & 0o777).toBe(0o600);
    const text =
      readFileSync(join(options.stateDir, "postgres.json"), "utf8") +
      readFileSync(join(options.stateDir, "postgres.log"), "utf8");
    expect(text).not.toContain(readFileSync(join(options.stateDir, "postgres.password"), "utf8").trim());
    expect(await serverStatus(options)).toMatchObject({ running: true, url: server.url, port: server.port });
    await server.stop();
    expect(await serverStatus(options)).toMatchObject({ running: false, port: server.port });
    const again = await startServer(options);
    expect(again.url).toBe(server.url);
    expect(await ask(again.url, "select id from kept")).toEqual({ id: 1 });
    expect(await stopServer(options)).toBe(true);
    expect(await stopServer(options)).toBe(false);
  });

  it("is adopted after the process that started it was killed", async () => {
    const options = place();
    const { child, said } = await startElsewhere(options);
    expect(said.startedByUs).toBe(true);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const server = await startServer(options);
    expect(server).toMatchObject({ startedByUs: false, url: said.url });
    expect(await ask(server.url, "select 1 as one")).toEqual({ one: 1 });
  });

  it("comes back with everything that was committed after it was killed itself", async () => {
    const options = place();
    const server = await startServer({ ...options, settings: {} });
    await ask(server.url, "create table kept (id int); insert into kept values (7)");
    process.kill(pidOf(server.dataDir), "SIGKILL");
    const again = await startServer({ ...options, settings: {} });
    expect(again.startedByUs).toBe(true);
    expect(await ask(again.url, "select id from kept")).toEqual({ id: 7 });
  });

  it("starts once when two processes start it at the same time", async () => {
    const options = place();
    const servers = await Promise.all([startServer(options), startServer(options)]);
    expect(servers.filter((one) => one.startedByUs)).toHaveLength(1);
    expect(servers[0]?.url).toBe(servers[1]?.url);
    expect(readdirSync(join(base, "workspace", "data"))).toEqual(["postgres"]);
  });

  it("is not fooled by the lock of a dead server whose process number another program has now", async () => {
    const options = place();
    const server = await startServer(options);
    const lock = readFileSync(join(server.dataDir, "postmaster.pid"), "utf8");
    await server.stop();
    writeFileSync(join(server.dataDir, "postmaster.pid"), lock.replace(/^\d+/, String(process.pid)));
    expect((await startServer(options)).startedByUs).toBe(true);
  });

  it("says which port is taken when one was asked for, and takes another when it may choose", async () => {
    const options = place();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = (other.address() as { port: number }).port;
    await expect(startServer({ ...options, port })).rejects.toMatchObject({ code: "PORT_IN_USE", details: { port } });
    mkdirSync(options.stateDir, { recursive: true });
    writeFileSync(
      join(options.stateDir, "postgres.json"),
      JSON.stringify({ dataDir: options.dataDir, nativeDir: "", port, stateDir: options.stateDir }),
    );
    const server = await startServer(options);
    expect(server.port).not.toBe(port);
    await new Promise((resolve) => other.close(resolve));
  });

  it("refuses data of another version and folders that hold something else, by name", async () => {
    const options = place();
    mkdirSync(options.dataDir, { recursive: true });
    writeFileSync(join(options.dataDir, "diary.txt"), "mine");
    await expect(startServer(options)).rejects.toMatchObject({
      code: "POSTGRES_START",
      details: { reason: "the folder holds other files" },
    });
    writeFileSync(join(options.dataDir, "PG_VERSION"), "15\n");
    await expect(startServer(options)).rejects.toMatchObject({
      code: "POSTGRES_VERSION",
      details: { found: "15", wanted: "18" },
    });
    expect(readFileSync(join(options.dataDir, "diary.txt"), "utf8")).toBe("mine");
  });

  it("names the reason when the server will not take its settings", async () => {
    const options = { ...place(), settings: { shared_buffers: "nonsense" } };
    await expect(startServer(options)).rejects.toMatchObject({
      code: "POSTGRES_START",
      message: expect.stringContaining("shared_buffers") as string,
    });
  });

  it("says that the disk is full when that is what ended it, and not what ended an earlier one", () => {
    const dirs = { dataDir: join(base, "data"), stateDir: base };
    expect(diskFullError(dirs)).toBeNull();
    const started = "2026-03-01 02:00:00.000 UTC [7] LOG:  starting PostgreSQL 18.4 on x86_64\n";
    const ended = 'PANIC:  could not write to file "pg_wal/xlogtemp.9": No space left on device\n';
    writeFileSync(join(base, "postgres.log"), `${started}${ended}`);
    expect(diskFullError(dirs)).toMatchObject({ code: "DISK_FULL", details: { path: dirs.dataDir } });
    writeFileSync(join(base, "postgres.log"), `${started}${ended}${started}`);
    expect(diskFullError(dirs)).toBeNull();
  });
});

describe.skipIf(!asRoot)("the embedded server of a root user", () => {
  it("moves programs and data to a folder its user can enter when the clone lies under a folder of mode 700, and finds them again", async () => {
    const closed = join(base, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const native = join(closed, "native");
    // The clone's own programs, as npm leaves them when install scripts are switched off: without the library links.
    const installed = (await findBinaries()).nativeDir;
    cpSync(installed, native, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !lstatSync(path).isSymbolicLink(),
    });
    const options = { ...place(join("closed", "workspace")), nativeDir: native };
    const server = await startServer(options);
    expect(server.dataDir.startsWith(join(base, "shared-home"))).toBe(true);
    expect(existsSync(options.dataDir)).toBe(false);
    expect(statSync(server.dataDir).uid).toBe(65_534);
    await ask(server.url, "create table kept (id int)");
    await server.stop();
    const record = JSON.parse(readFileSync(join(options.stateDir, "postgres.json"), "utf8")) as {
      dataDir: string;
      nativeDir: string;
    };
    expect(record.dataDir).toBe(server.dataDir);
    expect(record.nativeDir.startsWith(join(base, "shared-home"))).toBe(true);
    const again = await startServer(options);
    expect(again.dataDir).toBe(server.dataDir);
    expect(await ask(again.url, "select count(*)::int as n from kept")).toEqual({ n: 0 });
    await again.stop();
    // A moved workspace keeps its data; a copy gets data of its own.
    renameSync(join(closed, "workspace"), join(closed, "moved"));
    const moved = { ...place(join("closed", "moved")), nativeDir: native };
    const homes = [join(base, "shared-home")];
    const data = { dir: dirname(server.dataDir) };
    expect(await abandonedData(homes)).toEqual([{ ...data, stateDir: options.stateDir }]);
    const there = await startServer(moved);
    expect(there.dataDir).toBe(server.dataDir);
    expect(await abandonedData(homes)).toEqual([]);
    await there.stop();
    cpSync(join(closed, "moved"), join(closed, "copy"), { recursive: true });
    const copy = await startServer({ ...place(join("closed", "copy")), nativeDir: native });
    expect(copy.dataDir).not.toBe(server.dataDir);
    rmSync(join(closed, "moved"), { recursive: true });
    expect(await abandonedData(homes)).toEqual([{ ...data, stateDir: moved.stateDir }]);
  });

  it("does not take a shared folder that somebody else could have filled", async () => {
    mkdirSync(join(base, "closed"), { mode: 0o700 });
    mkdirSync(join(base, "shared-home"));
    chmodSync(join(base, "shared-home"), 0o777);
    await expect(startServer(place(join("closed", "workspace")))).rejects.toMatchObject({ code: "PERMISSION" });
  });

  it.skipIf(!canEnter(repository, NOBODY))("runs directly for a plain user, who owns everything", async () => {
    mkdirSync(join(base, "workspace"));
    chownSync(join(base, "workspace"), NOBODY.uid, NOBODY.gid);
    chmodSync(base, 0o777);
    const options = place();
    const { child, said } = await startElsewhere(options, NOBODY);
    expect(said).toMatchObject({ startedByUs: true, uid: NOBODY.uid, dataDir: options.dataDir });
    expect(await ask(said.url, "select 1 as one")).toEqual({ one: 1 });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.stdin?.write("stop\n");
    await ended;
    expect(existsSync(join(options.dataDir, "postmaster.pid"))).toBe(false);
    const again = await startElsewhere(options, NOBODY);
    expect(again.said).toMatchObject({ startedByUs: true, port: said.port });
    expect(statSync(options.dataDir).uid).toBe(NOBODY.uid);
  });

  it.skipIf(!canEnter(repository, NOBODY))("tells a plain user which folder is not permitted", async () => {
    const closed = join(base, "closed");
    mkdirSync(closed, { mode: 0o700 });
    chmodSync(base, 0o777);
    const { said } = await startElsewhere(place("closed"), NOBODY);
    expect(said.error).toContain("is not permitted");
    expect(said.error).toContain(closed);
  });
});
