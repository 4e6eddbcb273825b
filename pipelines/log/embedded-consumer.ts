import { hostname } from "node:os";
import type { Clock, ConsumeOptions, Database, LogMessage } from "#core";
import * as sql from "../queries/log-messages.ts";
import { joinGroup } from "./embedded-group.ts";
import type { Membership, Slot } from "./embedded-group.ts";
import { byCodeUnit, matchesTopic, slotOf } from "./pattern.ts";

const DEFAULT_BATCH = 2_000;
/** How long a reader waits before it looks again when nothing new is there. */
const IDLE_MS = 50;
/** How often a reader looks for other members, and for new topics. */
const REBALANCE_MS = 500;

let membersMade = 0;

/** A name for a member of a group that no other process has. */
export function memberName(clock: Clock): string {
  membersMade += 1;
  return `${hostname()}-${process.pid}-${clock.now().toString(36)}-${membersMade}`;
}

/** What one reader knows while it runs. */
interface Reader {
  readonly db: Database;
  readonly options: ConsumeOptions;
  readonly clock: Clock;
  readonly membership: Membership;
  /** Offsets to stop before, by slot; null when the reader goes on for ever. */
  readonly marks: ReadonlyMap<string, number> | null;
  /** Next offset of each partition that this member holds. */
  readonly positions: Map<string, number>;
  slots: readonly Slot[];
  mine: readonly Slot[];
  rebalancedAt: number;
}

/** `EventLog.consume` over the tables of the embedded log. */
export async function consumeEmbedded(db: Database, options: ConsumeOptions, clock: Clock): Promise<void> {
  if (stopped(options)) return;
  await db.session(async (client) => {
    const slots = await findSlots(db, options.topics);
    const marks =
      options.until === "end" ? new Map(slots.map((slot) => [slotOf(slot.topic, slot.partition), slot.high])) : null;
    if (marks !== null && [...marks.values()].every((high) => high === 0)) return;
    const membership = await joinGroup(client, options.group, memberName(clock));
    const reader: Reader = {
      db,
      options,
      clock,
      membership,
      marks,
      positions: new Map(),
      slots,
      mine: [],
      rebalancedAt: -Infinity,
    };
    try {
      await readOn(reader);
    } finally {
      await membership.leave();
    }
  });
}

async function readOn(reader: Reader): Promise<void> {
  const { options, clock } = reader;
  while (!stopped(options)) {
    if (clock.now() - reader.rebalancedAt >= REBALANCE_MS) await rebalance(reader);
    let progressed = false;
    for (const slot of await unread(reader)) {
      if (stopped(options)) return;
      if (clock.now() - reader.rebalancedAt >= REBALANCE_MS) break;
      progressed = (await readBatch(reader, slot)) || progressed;
    }
    if (isDone(reader)) return;
    if (!progressed && clock.now() - reader.rebalancedAt < REBALANCE_MS) {
      await clock.sleep(IDLE_MS, options.signal).catch(() => undefined);
    }
  }
}

/** The partitions of this member that may have something to read: one look at the ends instead of one at each. */
async function unread(reader: Reader): Promise<readonly Slot[]> {
  if (reader.marks !== null) return reader.mine;
  const found = await findSlots(reader.db, reader.options.topics);
  const ends = new Map(found.map((slot) => [slotOf(slot.topic, slot.partition), slot.high]));
  return reader.mine.filter((slot) => {
    const name = slotOf(slot.topic, slot.partition);
    return (ends.get(name) ?? 0) > (reader.positions.get(name) ?? 0);
  });
}

async function rebalance(reader: Reader): Promise<void> {
  if (reader.marks === null) reader.slots = await findSlots(reader.db, reader.options.topics);
  const { mine, held } = await reader.membership.rebalance(reader.slots);
  reader.mine = mine;
  for (const slot of reader.positions.keys()) if (!held.has(slot)) reader.positions.delete(slot);
  const fresh = mine.filter((slot) => {
    const name = slotOf(slot.topic, slot.partition);
    return held.has(name) && !reader.positions.has(name);
  });
  const starts = await Promise.all(fresh.map((slot) => reader.options.startOffset(slot.topic, slot.partition)));
  fresh.forEach((slot, i) => reader.positions.set(slotOf(slot.topic, slot.partition), starts[i] ?? 0));
  reader.rebalancedAt = reader.clock.now();
}

/** Hands on one batch of one partition; false when there was none. */
async function readBatch(reader: Reader, slot: Slot): Promise<boolean> {
  const name = slotOf(slot.topic, slot.partition);
  const position = reader.positions.get(name);
  const mark = reader.marks?.get(name) ?? null;
  if (position === undefined || (mark !== null && position >= mark)) return false;
  const limit = reader.options.maxBatch ?? DEFAULT_BATCH;
  const found = await reader.db.query<MessageRow>(sql.readMessages, [
    slot.topic,
    slot.partition,
    position,
    mark,
    limit,
  ]);
  const last = found.rows.at(-1);
  if (last === undefined) {
    // Everything up to the mark has been trimmed meanwhile.
    if (mark !== null) reader.positions.set(name, mark);
    return false;
  }
  const messages = found.rows.map((row) => toMessage(slot, row));
  const nextOffset = last.message_offset + 1;
  await reader.options.onBatch({ topic: slot.topic, partition: slot.partition, messages, nextOffset });
  reader.positions.set(name, nextOffset);
  return true;
}

/** With a mark: every partition that is this member's has been taken over and read up to it. */
function isDone(reader: Reader): boolean {
  const { marks, positions } = reader;
  if (marks === null) return false;
  return reader.mine.every((slot) => {
    const name = slotOf(slot.topic, slot.partition);
    return (positions.get(name) ?? -1) >= (marks.get(name) ?? 0);
  });
}

interface FoundSlot extends Slot {
  readonly high: number;
}

async function findSlots(db: Database, patterns: readonly string[]): Promise<readonly FoundSlot[]> {
  const all = await db.query<{ topic: string }>(sql.allTopics);
  const topics = all.rows.map((row) => row.topic).filter((topic) => matchesTopic(patterns, topic));
  const found = await db.query<{ topic: string; partition: number; next_offset: number }>(sql.partitionOffsets, [
    topics,
  ]);
  return found.rows
    .map((row) => ({ topic: row.topic, partition: row.partition, high: row.next_offset }))
    .sort((a, b) => byCodeUnit(a.topic, b.topic) || a.partition - b.partition);
}

interface MessageRow {
  readonly message_offset: number;
  readonly key: string;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
}

function toMessage(slot: Slot, row: MessageRow): LogMessage {
  return {
    topic: slot.topic,
    partition: slot.partition,
    offset: row.message_offset,
    key: row.key,
    value: row.value,
    headers: row.headers,
    timestamp: row.at,
  };
}

function stopped(options: ConsumeOptions): boolean {
  return options.signal?.aborted === true;
}
