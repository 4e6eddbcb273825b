import { readFileSync } from "node:fs";

/** Reads a SQL file that lies beside the code: `marts/items.sql`. */
export function readSql(path: string): string {
  return readFileSync(new URL(`./${path}`, import.meta.url), "utf8");
}
