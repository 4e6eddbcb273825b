import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import { C360Error, toC360Error } from "#core";
import { describeProblems } from "./workspace.ts";

const rateSchema = z.object({
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be YYYY-MM-DD"),
  currency: z.string().regex(/^[A-Z]{3}$/, "must be an ISO 4217 code"),
  rate: z.string().regex(/^\d+(\.\d+)?$/, "must be a number above zero"),
});

/** Home currency for one unit of `currency` on a day. */
export type Rate = z.infer<typeof rateSchema>;

/** Reads the dated exchange rates: CSV `date,currency,rate`. Empty when the workspace names no file. */
export async function readRates(dir: string, file: string | undefined): Promise<readonly Rate[]> {
  if (file === undefined) return [];
  const path = resolve(dir, file);
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new C360Error("FILE_MISSING", { file: path });
    throw toC360Error(error, path);
  });
  const rows: unknown = parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  const result = z.array(rateSchema).safeParse(rows);
  if (!result.success) throw new C360Error("CONFIG_INVALID", { file: path, problems: describeProblems(result.error) });
  return result.data;
}
