import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { C360Error } from "#core";
import {
  canEnter,
  canRun,
  copyBinaries,
  findBinaries,
  linksMissing,
  mendLinks,
  UNPRIVILEGED_ID,
} from "./postgres-binaries.ts";
import type { RunAs } from "./postgres-binaries.ts";

/** Where one workspace's server lives: kept in `<stateDir>/postgres.json` and used again on every start. */
export interface ServerHome {
  readonly dataDir: string;
  /** Folder with `bin`, `lib` and `share`. */
  readonly nativeDir: string;
  readonly port: number | null;
  /** The state folder that wrote this; another one means that the workspace was moved or copied. */
  readonly stateDir: string;
}

/** What a start needs to know about places and users. */
export interface PlacedServer extends ServerHome {
  readonly runAs: RunAs;
  readonly password: string;
}

/** Folders for the server of a root user whose workspace others cannot enter, best first. */
const SHARED_HOMES = ["/var/lib/c360", "/var/tmp/c360", "/tmp/c360-postgres"];
/** File beside data in a shared home: the state folder that they belong to. */
const WORKSPACE_RECORD = "workspace";

/** Reads the record of an earlier start; null when there was none or it cannot be understood. */
export async function readHome(stateDir: string): Promise<ServerHome | null> {
  try {
    const found = JSON.parse(await readFile(join(stateDir, "postgres.json"), "utf8")) as Partial<ServerHome>;
    if (typeof found.dataDir !== "string" || typeof found.nativeDir !== "string") return null;
    return {
      dataDir: found.dataDir,
      nativeDir: found.nativeDir,
      port: typeof found.port === "number" ? found.port : null,
      stateDir: typeof found.stateDir === "string" ? found.stateDir : stateDir,
    };
  } catch {
    return null;
  }
}

/** Writes the record, whole or not at all. */
export async function writeHome(stateDir: string, home: ServerHome): Promise<void> {
  const draft = join(stateDir, `.postgres.json.${randomBytes(6).toString("hex")}`);
  const { dataDir, nativeDir, port } = home;
  await writeFile(draft, `${JSON.stringify({ dataDir, nativeDir, port, stateDir }, null, 2)}\n`, { mode: 0o644 });
  await rename(draft, join(stateDir, "postgres.json"));
}

/**
 * Decides where programs and data lie and which user runs them, and makes what is missing. As a plain user: where they
 * are. As root: as the owner of existing data, else as an unprivileged id without creating a user; programs and data
 * that this id cannot reach move to a folder it can enter. Throws POSTGRES_BINARIES and PERMISSION.
 */
export async function placeServer(options: {
  readonly dataDir: string;
  readonly stateDir: string;
  readonly sharedHomes?: readonly string[];
  readonly nativeDir?: string;
}): Promise<PlacedServer> {
  const stateDir = resolve(options.stateDir);
  await makeFolder(stateDir);
  const known = await readHome(stateDir);
  const asRoot = process.platform !== "win32" && process.getuid?.() === 0;
  const binaries = await findBinaries(options.nativeDir);
  const password = await readOrMakePassword(join(stateDir, "postgres.password"));
  const wanted = resolve(options.dataDir);
  if (!asRoot) {
    await makeFolder(dirname(wanted));
    if (await linksMissing(binaries.nativeDir)) await mendLinks(binaries.nativeDir);
    return { dataDir: wanted, nativeDir: binaries.nativeDir, port: known?.port ?? null, stateDir, runAs: {}, password };
  }
  const dataDir = await dataFolderForRoot(wanted, stateDir, known, options.sharedHomes ?? SHARED_HOMES);
  const runAs = await ownerOf(dataDir);
  let nativeDir = binaries.nativeDir;
  if (await linksMissing(nativeDir)) await mendLinks(nativeDir);
  if (!canRun(nativeDir, runAs)) {
    nativeDir = await copyBinaries(binaries, await sharedHome(options.sharedHomes ?? SHARED_HOMES, runAs));
    if (!canRun(nativeDir, runAs)) throw new C360Error("PERMISSION", { action: "Running", path: nativeDir });
  }
  return { dataDir, nativeDir, port: known?.port ?? null, stateDir, runAs, password };
}

/** Makes a folder with its parents; EACCES and the like become PERMISSION or DISK_FULL. */
async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOSPC") throw new C360Error("DISK_FULL", { path: dir }, { cause });
    throw new C360Error("PERMISSION", { action: "Making the folder", path: dir }, { cause });
  }
}

async function dataFolderForRoot(
  wanted: string,
  stateDir: string,
  known: ServerHome | null,
  homes: readonly string[],
): Promise<string> {
  const nobody = { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID };
  if (existsSync(join(wanted, "PG_VERSION")) && canEnter(dirname(wanted), await ownerOf(wanted))) return wanted;
  // A copy of a workspace must not share the data of the original, which still stands where the record was written.
  const copied = known !== null && known.stateDir !== stateDir && existsSync(join(known.stateDir, "postgres.json"));
  if (known !== null && !copied && existsSync(join(known.dataDir, "PG_VERSION"))) {
    const record = join(dirname(known.dataDir), WORKSPACE_RECORD);
    if (known.stateDir !== stateDir && existsSync(record)) await writeFile(record, stateDir, { mode: 0o600 });
    return known.dataDir;
  }
  if (canEnter(nearestExisting(dirname(wanted)), nobody)) {
    await makeFolder(dirname(wanted));
    return wanted;
  }
  const home = await sharedHome(homes, nobody);
  // The name is new each time: data that a removed workspace of the same path left here are not ours to open.
  const place = createHash("sha256").update(stateDir).digest("hex").slice(0, 16);
  const dir = join(home, `${place}-${randomBytes(4).toString("hex")}`);
  await mkdir(dir, { recursive: true, mode: 0o711 });
  await chmod(dir, 0o711);
  await writeFile(join(dir, WORKSPACE_RECORD), stateDir, { mode: 0o600 });
  return join(dir, "data");
}

/** Data of a workspace that no longer stands where it was when its server last started. */
export interface AbandonedData {
  readonly dir: string;
  readonly stateDir: string;
}

/** Data below the shared homes whose workspace was removed, or moved and not started since; sorted by folder. */
export async function abandonedData(homes: readonly string[] = SHARED_HOMES): Promise<readonly AbandonedData[]> {
  const found: AbandonedData[] = [];
  for (const home of homes) {
    for (const name of await readdir(home).catch(() => [])) {
      const stateDir = await readFile(join(home, name, WORKSPACE_RECORD), "utf8").catch(() => null);
      // A parent that is gone as well may be a disk that is not mounted.
      if (stateDir === null || existsSync(stateDir) || !existsSync(dirname(dirname(stateDir)))) continue;
      found.push({ dir: join(home, name), stateDir });
    }
  }
  return found.sort((a, b) => (a.dir < b.dir ? -1 : 1));
}

async function sharedHome(homes: readonly string[], runAs: RunAs): Promise<string> {
  for (const home of homes) {
    try {
      await mkdir(home, { recursive: true, mode: 0o755 });
      const found = await stat(home);
      // A folder that somebody else made could be filled with anything: only root's own is used.
      if (found.uid !== 0 || (found.mode & 0o022) !== 0) continue;
      if (canEnter(home, runAs)) return home;
    } catch {
      continue;
    }
  }
  throw new C360Error("PERMISSION", {
    action: "Finding a folder that the server's user can enter below",
    path: homes.join(", "),
  });
}

/** Ids of the owner of existing data; the unprivileged id where there are none or root owns them. */
async function ownerOf(dataDir: string): Promise<RunAs> {
  try {
    const found = await stat(dataDir);
    if (found.uid !== 0) return { uid: found.uid, gid: found.gid };
  } catch {
    // Not there yet.
  }
  return { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID };
}

/** Gives a file or folder to the server's user. */
export async function giveTo(path: string, runAs: RunAs): Promise<void> {
  if (runAs.uid !== undefined) await chown(path, runAs.uid, runAs.gid);
}

function nearestExisting(dir: string): string {
  let current = dir;
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current);
  return current;
}

/** A generated secret in a file that only its owner reads: made once, then read. */
export async function readOrMakePassword(file: string): Promise<string> {
  try {
    await writeFile(file, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOSPC") throw new C360Error("DISK_FULL", { path: file }, { cause });
    if (code !== "EEXIST") throw new C360Error("PERMISSION", { action: "Writing", path: file }, { cause });
  }
  try {
    await chmod(file, 0o600);
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new C360Error("PERMISSION", { action: "Reading", path: file }, { cause });
  }
}
