import { readFile } from "node:fs/promises";
import { C360Error, toC360Error } from "#core";
import { openPage, SYNTAXES } from "#connectors";
import type { Syntax } from "#connectors";
import type { CommandInput } from "../command.ts";
import { openLines } from "./lines.ts";
import { textOption } from "./run-read.ts";

/** A saved page larger than this is not read. */
const MAX_BYTES = 20 * 1024 * 1024;

/** `c360 read page FILE --url URL`: businesses and raw items as JSON lines, or the items of one syntax as one document. */
export async function runReadPage(input: CommandInput, file: string | undefined): Promise<number> {
  if (file === undefined) throw new C360Error("USAGE", { problem: "Name the file of the page.", command: "read" });
  const body = await readFile(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new C360Error("FILE_MISSING", { file });
    throw toC360Error(error, file);
  });
  if (body.length > MAX_BYTES) throw new C360Error("FILE_LIMIT", { file, reason: `more than ${MAX_BYTES} bytes` });
  const page = openPage(body, textOption(input, "url") ?? "");
  const only = syntaxOf(textOption(input, "items"));
  const lines = openLines(textOption(input, "out"));
  if (only !== null) await lines.write(page.items(only));
  else {
    for (const business of page.businesses()) await lines.write({ type: "business", ...business });
    for (const syntax of SYNTAXES) {
      for (const item of listOf(page.items(syntax))) await lines.write({ type: "item", syntax, item });
    }
  }
  await lines.close();
  return 0;
}

function listOf(items: unknown): readonly unknown[] {
  if (Array.isArray(items)) return items as readonly unknown[];
  return (items as { items: readonly unknown[] }).items;
}

function syntaxOf(name: string | null): Syntax | null {
  if (name === null) return null;
  const found = SYNTAXES.find((syntax) => syntax === name.toLowerCase().replace(/[-_]/g, ""));
  if (found !== undefined) return found;
  throw new C360Error("USAGE", { problem: `--items takes one of ${SYNTAXES.join(", ")}.`, command: "read" });
}
