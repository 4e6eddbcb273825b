import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the installed package: packs, migrations and examples lie under it. */
export const PACKAGE_DIR = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Version of the installed package. */
export function releaseVersion(): string {
  const text = readFileSync(join(PACKAGE_DIR, "package.json"), "utf8");
  return String((JSON.parse(text) as { version: unknown }).version);
}
