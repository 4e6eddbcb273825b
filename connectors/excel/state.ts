import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import type { StreamState } from "#core";

/** Ids of a file beyond this number are not kept: a corrected file is then read again without finding what vanished. */
export const MAX_IDS = 250_000;

const schema = z.object({
  v: z.literal(1),
  /** Header of the id column when the files were read; another one means that all ids change. */
  idColumn: z.string().nullable(),
  load: z.enum(["snapshot", "append"]),
  /** By file name. `ids` is the gzipped, base64 list of ids that the file gave (append only). */
  files: z.record(z.string(), z.object({ sha256: z.string(), ids: z.string().nullable() })),
});

/** What a table's stream remembers between runs. */
export type ExcelState = z.infer<typeof schema>;

/** The state, or null when there is none, it cannot be used, or the table is read in another way now. */
export function parseState(
  state: StreamState | null,
  idColumn: string | null,
  load: ExcelState["load"],
): ExcelState | null {
  const parsed = schema.safeParse(state);
  if (!parsed.success) return null;
  return parsed.data.idColumn === idColumn && parsed.data.load === load ? parsed.data : null;
}

/** Packs ids. */
export function packIds(ids: readonly string[]): string {
  return gzipSync(JSON.stringify(ids)).toString("base64");
}

/** Unpacks ids. */
export function unpackIds(packed: string | null): readonly string[] {
  if (packed === null) return [];
  return z.array(z.string()).parse(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8")));
}
