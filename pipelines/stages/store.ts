/**
 * Storing: cleansed records go to the table of their kind in schema `stage`, one row for each living source record and
 * kind. The later message of a key wins, deletes take the row away, and the same message again changes nothing, so
 * that repeats on the wire are harmless.
 *
 * Reads `customer.cleansed`, `sales-activities`, `customer-interactions`, `marketing-events`; emits nothing.
 */
import { z } from "zod";
import { CLEANSED_TOPICS } from "#core";
import type { CleansedRecord, EntityKind, LogMessage } from "#core";
import { deleteRows, upsertRows } from "../queries/store.ts";
import type { Stage, StageTools } from "../run/stage.ts";
import { STAGE_TABLES, stageRow } from "./store-rows.ts";

const KINDS = Object.keys(STAGE_TABLES) as EntityKind[];

const cleansedSchema = z
  .object({
    kind: z.enum(KINDS),
    key: z.string().min(1),
    source: z.string(),
    account: z.string(),
    stream: z.string(),
    sourceId: z.string(),
    op: z.enum(["upsert", "delete"]),
    version: z.string(),
    rawHash: z.string(),
    observedAt: z.string(),
    provenance: z.record(z.string(), z.unknown()),
    payload: z.record(z.string(), z.unknown()).nullable(),
  })
  .refine(
    (record) => (record.op === "delete") === (record.payload === null),
    "a payload for upserts and only for them",
  );

/** The stage that keeps cleansed records. Group `store`. */
export function storeStage(): Stage {
  return { name: "store", topics: [...new Set(Object.values(CLEANSED_TOPICS))].sort(), handle: store };
}

async function store(messages: readonly LogMessage[], tools: StageTools): Promise<readonly []> {
  const latest = new Map<EntityKind, Map<string, CleansedRecord>>(KINDS.map((kind) => [kind, new Map()]));
  for (const message of messages) {
    const record = cleansedSchema.parse(message.value) as unknown as CleansedRecord;
    latest.get(record.kind)?.set(record.key, record);
  }
  for (const kind of KINDS) {
    const records = [...(latest.get(kind)?.values() ?? [])];
    const { table, columns } = STAGE_TABLES[kind];
    const rows = records.filter((record) => record.payload !== null).map(stageRow);
    const gone = records.filter((record) => record.payload === null).map((record) => record.key);
    if (rows.length > 0) await tools.tx.query(upsertRows(table, columns), [JSON.stringify(rows)]);
    if (gone.length > 0) await tools.tx.query(deleteRows(table), [gone]);
  }
  return [];
}
