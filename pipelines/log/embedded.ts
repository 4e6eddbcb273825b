import { partitionFor } from "#core";
import type { Clock, Database, EventLog, LogAppend, PartitionOffsets, SqlClient } from "#core";
import * as sql from "../queries/log-messages.ts";
import { consumeEmbedded } from "./embedded-consumer.ts";
import { byCodeUnit, matchesTopic, slotOf } from "./pattern.ts";

/** An event log that can tell itself from another one, so that offsets of one are never used for the other. */
export interface NamedLog extends EventLog {
  /** `embedded`, or the id of the Kafka cluster. */
  readonly id: string;
}

/** Messages of one call are written in transactions of at most this many. */
const APPEND_CHUNK = 10_000;

/**
 * The event log in Postgres, schema `log`. Offsets are given under row locks that are held until commit: they have no
 * gaps, and what a reader sees of a partition is always a prefix. Needs two connections of the pool for each consumer.
 */
export function createEmbeddedLog(
  db: Database,
  options: { readonly clock: Clock; readonly partitions?: number },
): NamedLog {
  const partitions = options.partitions ?? 4;
  const sizes = new Map<string, number>();
  const closing = new AbortController();
  return {
    id: "embedded",
    append: async (messages) => {
      for (let start = 0; start < messages.length; start += APPEND_CHUNK) {
        const chunk = messages.slice(start, start + APPEND_CHUNK);
        await ensureTopics(db, { wanted: chunk.map((message) => message.topic), sizes, partitions });
        await db.transaction((tx) => appendChunk({ db, tx, sizes, clock: options.clock }, chunk));
      }
    },
    consume: (consume) => {
      const signal = consume.signal === undefined ? closing.signal : AbortSignal.any([consume.signal, closing.signal]);
      return consumeEmbedded(db, { ...consume, signal }, options.clock);
    },
    topics: async (pattern) => {
      const found = await db.query<{ topic: string }>(sql.allTopics);
      return found.rows
        .map((row) => row.topic)
        .filter((topic) => matchesTopic([pattern], topic))
        .sort(byCodeUnit);
    },
    offsets: async (topic) => (await readOffsets(db, [topic])).get(topic) ?? [],
    trim: (topic, olderThan) =>
      db.transaction(async (tx) => {
        await tx.query(sql.raiseLowOffsets, [topic, new Date(olderThan).toISOString()]);
        await tx.query(sql.deleteBelowLow, [topic]);
      }),
    close: () => {
      closing.abort();
      return Promise.resolve();
    },
  };
}

/** Low and high offsets of several topics at once. */
export async function readOffsets(
  db: SqlClient,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly PartitionOffsets[]>> {
  const found = await db.query<{ topic: string; partition: number; low_offset: number; next_offset: number }>(
    sql.partitionOffsets,
    [topics],
  );
  const byTopic = new Map<string, PartitionOffsets[]>();
  for (const row of found.rows) {
    const list = byTopic.get(row.topic) ?? [];
    list.push({ partition: row.partition, low: row.low_offset, high: row.next_offset });
    byTopic.set(row.topic, list);
  }
  return byTopic;
}

async function ensureTopics(
  db: Database,
  job: { readonly wanted: readonly string[]; readonly sizes: Map<string, number>; readonly partitions: number },
): Promise<void> {
  const missing = [...new Set(job.wanted)].filter((topic) => !job.sizes.has(topic)).sort(byCodeUnit);
  if (missing.length === 0) return;
  await db.transaction(async (tx) => {
    await tx.query(sql.createTopics, [missing, job.partitions]);
    await tx.query(sql.createPartitions, [missing]);
  });
  const found = await db.query<{ topic: string; partitions: number }>(sql.topicSizes, [missing]);
  for (const row of found.rows) job.sizes.set(row.topic, row.partitions);
}

interface AppendTools {
  readonly db: Database;
  readonly tx: SqlClient;
  readonly sizes: ReadonlyMap<string, number>;
  readonly clock: Clock;
}

async function appendChunk(tools: AppendTools, chunk: readonly LogAppend[]): Promise<void> {
  const places = chunk.map((message) => ({
    message,
    partition: partitionFor(message.key, tools.sizes.get(message.topic) ?? 1),
  }));
  const counts = new Map<string, { readonly topic: string; readonly partition: number; messages: number }>();
  for (const { message, partition } of places) {
    const slot = slotOf(message.topic, partition);
    const count = counts.get(slot) ?? { topic: message.topic, partition, messages: 0 };
    count.messages += 1;
    counts.set(slot, count);
  }
  const wanted = [...counts.values()];
  const taken = await tools.tx.query<{ topic: string; partition: number; first_offset: number }>(sql.takeOffsets, [
    wanted.map((count) => count.topic),
    wanted.map((count) => count.partition),
    wanted.map((count) => count.messages),
  ]);
  const next = new Map(taken.rows.map((row) => [slotOf(row.topic, row.partition), row.first_offset]));
  const at = new Date(tools.clock.now()).toISOString();
  const rows = places.map(({ message, partition }) => {
    const slot = slotOf(message.topic, partition);
    const offset = next.get(slot) ?? 0;
    next.set(slot, offset + 1);
    const value = message.value === null || message.value === undefined ? null : JSON.stringify(message.value);
    return [message.topic, partition, offset, message.key, value, JSON.stringify(message.headers ?? {}), at];
  });
  await tools.db.copyIn(tools.tx, "log.messages", COLUMNS, rows);
}

const COLUMNS = ["topic", "partition", "message_offset", "key", "value", "headers", "at"] as const;
