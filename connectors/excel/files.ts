import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { C360Error } from "#core";
import { lockedError } from "./classify.ts";
import type { ExcelSettings } from "./settings.ts";

/** A file of a drop folder. */
export interface DropFile {
  readonly path: string;
  /** Name without its folder: what people and errors call it. */
  readonly name: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly mtime: number;
}

const TABLE_EXTENSIONS = new Set([".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".tab", ".txt"]);

/** Files that may hold tables, by name; lock files and hidden files of other programs are none. */
function isTableFile(entry: Dirent): boolean {
  if (entry.name.startsWith("~$") || entry.name.startsWith(".")) return false;
  return !entry.isDirectory() && TABLE_EXTENSIONS.has(extname(entry.name).toLowerCase());
}

/** One account for each folder with files: the given folder itself, and its immediate sub-folders. */
export async function splitAccounts(settings: ExcelSettings, baseDir: string): Promise<readonly ExcelSettings[]> {
  if (settings.account !== undefined) return [settings];
  const accounts = new Map<string, string[]>();
  const add = (account: string, path: string): void =>
    void accounts.set(account, [...(accounts.get(account) ?? []), path]);
  for (const given of settings.paths) {
    const path = resolve(baseDir, given);
    const entries = await listFolder(path);
    if (entries === null) {
      add(basename(dirname(path)), given);
      continue;
    }
    if (entries.some(isTableFile)) add(basename(path), given);
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith(".")) continue;
      const inner = await listFolder(join(path, entry.name));
      if (inner?.some(isTableFile) === true) add(entry.name, join(given, entry.name));
    }
  }
  if (accounts.size === 0) add(basename(resolve(baseDir, settings.paths[0] ?? ".")), settings.paths[0] ?? ".");
  return [...accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([account, paths]) => ({ paths, account }));
}

/** The table files of an account, by name. Throws FILE_MISSING for a path that is not there. */
export async function listFiles(settings: ExcelSettings, baseDir: string): Promise<readonly DropFile[]> {
  const files = new Map<string, DropFile>();
  for (const given of settings.paths) {
    const path = resolve(baseDir, given);
    const entries = await listFolder(path);
    const paths = entries === null ? [path] : entries.filter(isTableFile).map((entry) => join(path, entry.name));
    for (const found of paths) {
      const about = await stat(found).catch((error: unknown) => {
        throw lockedError(error, basename(found));
      });
      if (!about.isFile()) continue;
      files.set(found, { path: found, name: basename(found), size: about.size, mtime: Math.floor(about.mtimeMs) });
    }
  }
  return [...files.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.path < b.path ? -1 : 1));
}

/** Entries of a folder; null where the path is a file. */
async function listFolder(path: string): Promise<Dirent[] | null> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOTDIR") return null;
    if (code === "ENOENT") throw new C360Error("FILE_MISSING", { file: basename(path) });
    throw lockedError(error, basename(path));
  }
}
