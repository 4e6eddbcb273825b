import { readFileSync, statSync } from "node:fs";

const ROOT = new URL("../", import.meta.url);

/**
 * Whether `dist/` is there, whole, and no older than the sources that it was made of and the further files named. What npm
 * installed keeps no times, and nobody edits it.
 */
export function isBuilt(...further) {
  try {
    const list = new URL("dist/sources.json", ROOT);
    const built = statSync(list).mtimeMs;
    const sources = JSON.parse(readFileSync(list, "utf8"));
    if (ROOT.pathname.includes("/node_modules/")) return true;
    return [...sources, ...further].every((file) => statSync(new URL(file, ROOT)).mtimeMs <= built);
  } catch {
    return false;
  }
}
