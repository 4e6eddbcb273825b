import type { EventLog, SqlClient } from "#core";
import { byCodeUnit, slotOf } from "../log/pattern.ts";
import * as sql from "../queries/offsets.ts";

/** How far a group is in one partition. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Oldest offset that the log still holds. */
  readonly low: number;
  /** Offset after the newest message. */
  readonly high: number;
  /** Next offset that the group will handle: everything below is committed. */
  readonly next: number;
  /** Messages that wait: `high` less the greater of `next` and `low`. */
  readonly lag: number;
}

/**
 * The name under which a stage keeps its offsets in `ops.consumer_offsets`. Offsets of one log mean nothing in
 * another one, so that a Kafka cluster's id is part of it: a workspace that changes logs starts the new one from its
 * beginning, and what comes twice changes nothing.
 */
export function offsetsGroup(log: EventLog, group: string): string {
  const id = "id" in log && typeof log.id === "string" ? log.id : "embedded";
  return id === "embedded" ? group : `${group}@${id}`;
}

/** Where a group stands in every partition of the topics that match, in order of topic and partition. */
export async function consumerLag(
  db: SqlClient,
  log: EventLog,
  options: { readonly group: string; readonly topics: readonly string[] },
): Promise<readonly PartitionLag[]> {
  const found = await Promise.all(options.topics.map((pattern) => log.topics(pattern)));
  const topics = [...new Set(found.flat())].sort(byCodeUnit);
  if (topics.length === 0) return [];
  const stored = await db.query<{ topic: string; partition: number; next_offset: number }>(sql.storedOffsets, [
    offsetsGroup(log, options.group),
    topics,
  ]);
  const next = new Map(stored.rows.map((row) => [slotOf(row.topic, row.partition), row.next_offset]));
  const offsets = await Promise.all(topics.map((topic) => log.offsets(topic)));
  return topics.flatMap((topic, i) =>
    (offsets[i] ?? []).map(({ partition, low, high }) => {
      const position = next.get(slotOf(topic, partition)) ?? 0;
      return { topic, partition, low, high, next: position, lag: Math.max(0, high - Math.max(position, low)) };
    }),
  );
}
