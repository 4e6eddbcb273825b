import { readFile, stat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { C360Error, toC360Error } from "#core";

/** Throws FILE_MISSING where a file that a person named is not there, FILE_UNSUPPORTED where it is a folder. */
export async function requireFile(path: string): Promise<void> {
  const file = basename(path);
  const found = await stat(path).catch((error: unknown) => {
    throw isMissing(error) ? new C360Error("FILE_MISSING", { file }, { cause: error }) : toC360Error(error, file);
  });
  if (found.isDirectory())
    throw new C360Error("FILE_UNSUPPORTED", { file: path, reason: "it is a folder; name the files in it" });
}

/** The text of a file that a person named. Throws what {@link requireFile} throws. */
export async function readNamedText(path: string): Promise<string> {
  await requireFile(path);
  return readFile(path, "utf8").catch((error: unknown) => {
    throw toC360Error(error, basename(path));
  });
}

/** Throws FILE_MISSING where the folder that a file is to be written to is not there. */
export async function requireFolderOf(path: string): Promise<void> {
  const folder = dirname(path);
  await stat(resolve(folder)).catch((error: unknown) => {
    throw isMissing(error)
      ? new C360Error("FILE_MISSING", { file: `The folder ${folder} of ${basename(path)}` }, { cause: error })
      : toC360Error(error, folder);
  });
}

function isMissing(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOENT" || code === "ENOTDIR";
}
