import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { C360Error } from "#core";
import { readCells, readTables } from "#connectors";
import type { CommandInput } from "../command.ts";
import { openLines } from "./lines.ts";

/**
 * `c360 read excel FILE --cells|--tables`: a line for each cell or table of a file, then the verdict on it. Gives 0 when the
 * file could be read to its end. Throws USAGE without a file and FILE_MISSING.
 */
export async function runReadWorkbook(input: CommandInput, file: string | undefined): Promise<number> {
  if (file === undefined) throw new C360Error("USAGE", { problem: "Name the workbook.", command: "read" });
  const about = await stat(file).catch(() => null);
  if (about === null) throw new C360Error("FILE_MISSING", { file: basename(file) });
  const stop = new AbortController();
  const { out } = input.options;
  const sink = openLines(typeof out === "string" ? out : null);
  let readable = false;
  try {
    const lines = input.options["cells"] === true ? readCells(file, stop.signal) : readTables(file, stop.signal);
    for await (const line of lines) {
      if ("verdict" in line) readable = line.verdict === "ok" || line.verdict === "ok_with_warnings";
      await sink.write(line);
    }
  } finally {
    await sink.close();
  }
  return readable ? 0 : 1;
}
