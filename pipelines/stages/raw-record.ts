import { z } from "zod";
import type { LogMessage, RawRecord } from "#core";

const rawRecordSchema = z.object({
  source: z.string().min(1),
  account: z.string(),
  stream: z.string().min(1),
  id: z.string(),
  key: z.string().min(1),
  op: z.enum(["upsert", "delete"]),
  cursor: z.string().nullable(),
  version: z.string(),
  observedAt: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "not a time"),
  raw: z.unknown(),
  provenance: z.record(z.string(), z.union([z.string(), z.number()])),
  hash: z.string().min(1),
});

/** A raw record off the log with the read that it belongs to. */
export interface ArrivedRecord {
  readonly raw: RawRecord;
  readonly runId: string;
  readonly attempt: string;
}

/** Checks the value of a message on `raw.<source>.<stream>`. Throws a ZodError where it is no raw record. */
export function readRawRecord(message: LogMessage): ArrivedRecord {
  const raw = storable(rawRecordSchema.parse(message.value)) as RawRecord;
  return { raw, runId: message.headers["run_id"] ?? "", attempt: message.headers["attempt"] ?? "" };
}

/** What Postgres refuses in any text (U+0000, half surrogate pairs) becomes the replacement character. */
export function storable<T>(value: T): T {
  return /\\u(?:0000|d[89a-f])/.test(JSON.stringify(value) ?? "") ? (mend(value) as T) : value;
}

function mend(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value, "utf8").toString("utf8").replaceAll("\0", "\ufffd");
  if (Array.isArray(value)) return value.map(mend);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [mend(name), mend(inner)]));
}
