import { C360Error } from "#core";
import type { Clock, Database, EventLog, LogBatch, Logger } from "#core";
import { memberName } from "../log/embedded-consumer.ts";
import { slotOf } from "../log/pattern.ts";
import * as sql from "../queries/offsets.ts";
import { runBatch } from "./batch.ts";
import type { BatchTools } from "./batch.ts";
import { consumerLag, offsetsGroup } from "./lag.ts";
import type { PartitionLag } from "./lag.ts";
import type { Stage } from "./stage.ts";

/** How a stage is run. */
export interface RunStageOptions {
  readonly db: Database;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Logger;
  /** `end` (default): until everything that was in the log at the start is committed. `never`: until the signal. */
  readonly until?: "end" | "never";
  readonly maxBatch?: number;
  readonly signal?: AbortSignal;
  /** Called after each committed batch with the number of messages handled so far. */
  readonly onProgress?: (handled: number) => void;
}

/** What one run of a stage did. */
export interface StageSummary {
  readonly stage: string;
  readonly batches: number;
  readonly handled: number;
  readonly skipped: number;
  readonly emitted: number;
  readonly deadLetters: number;
}

/** While another worker has partitions that we wait for. */
const WAIT_MS = 200;

/**
 * Runs a stage over its topics. Effects and offset are committed in one Postgres transaction, under an epoch that the
 * owner of the partition claims: a worker that was taken for dead cannot commit any more (LOG_FENCED). Messages below
 * the stored offset are skipped. What the stage emits is acknowledged by the log before that commit, so it may be on
 * the wire twice after a crash, and never not at all; later stages are idempotent by key and version. A message that
 * fails three times goes to `dead-letter.<stage>` and `ops.dead_letters`, and the partition goes on; a failure of the
 * database or the log is tried again for about 3 s and then thrown, with nothing lost.
 */
export async function runStage(stage: Stage, options: RunStageOptions): Promise<StageSummary> {
  const totals = { batches: 0, handled: 0, skipped: 0, emitted: 0, deadLetters: 0 };
  const tools: BatchTools = {
    stage,
    db: options.db,
    eventLog: options.log,
    clock: options.clock,
    log: options.logger,
    group: offsetsGroup(options.log, stage.name),
  };
  const epochs = new Map<string, number>();
  const claim = claimer(tools, epochs);
  const onBatch = async (batch: LogBatch): Promise<void> => {
    const epoch = epochs.get(slotOf(batch.topic, batch.partition));
    if (epoch === undefined) throw new C360Error("LOG_FENCED", { topic: batch.topic, partition: batch.partition });
    const result = await runBatch(tools, batch, epoch);
    totals.batches += 1;
    totals.handled += result.handled;
    totals.skipped += result.skipped;
    totals.emitted += result.emitted;
    totals.deadLetters += result.deadLetters;
    options.onProgress?.(totals.handled);
  };
  const until = options.until ?? "end";
  const goal = await whereWeStand(tools);
  while (options.signal?.aborted !== true) {
    if (until === "end" && (await isReached(tools, goal))) break;
    await options.log.consume({
      group: stage.name,
      topics: stage.topics,
      startOffset: claim,
      onBatch,
      until,
      ...(options.maxBatch === undefined ? {} : { maxBatch: options.maxBatch }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (until === "never") break;
    // What is left now belongs to another worker of this group.
    if (!(await isReached(tools, goal))) await options.clock.sleep(WAIT_MS, options.signal).catch(() => undefined);
  }
  return { stage: stage.name, ...totals };
}

/** Lag at the start. An offset beyond the log's end is from a log that is gone: reading starts over. */
async function whereWeStand(tools: BatchTools): Promise<readonly PartitionLag[]> {
  const { stage, db, eventLog, clock, log, group } = tools;
  const found = await consumerLag(db, eventLog, { group: stage.name, topics: stage.topics });
  for (const { topic, partition, next, low, high } of found) {
    if (next <= high) continue;
    log.warn(
      { stage: stage.name, topic, partition, next, high },
      "the log is shorter than what was read; starting over",
    );
    await db.query(sql.resetOffset, [group, topic, partition, low, new Date(clock.now()).toISOString()]);
  }
  return found;
}

async function isReached(tools: BatchTools, goal: readonly PartitionLag[]): Promise<boolean> {
  const waiting = goal.filter(({ low, high }) => high > low);
  if (waiting.length === 0) return true;
  const topics = [...new Set(waiting.map(({ topic }) => topic))];
  const found = await tools.db.query<{ topic: string; partition: number; next_offset: number }>(sql.storedOffsets, [
    tools.group,
    topics,
  ]);
  const next = new Map(found.rows.map((row) => [slotOf(row.topic, row.partition), row.next_offset]));
  return waiting.every(({ topic, partition, high }) => (next.get(slotOf(topic, partition)) ?? 0) >= high);
}

interface Wanted {
  readonly topic: string;
  readonly partition: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Claims partitions; those that are asked for in one turn of the event loop take one statement. */
function claimer(
  tools: BatchTools,
  epochs: Map<string, number>,
): (topic: string, partition: number) => Promise<number> {
  const owner = memberName(tools.clock);
  let waiting: Wanted[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const found = await tools.db.query<{ topic: string; partition: number; next_offset: number; epoch: number }>(
        sql.claimPartitions,
        [
          tools.group,
          batch.map((wanted) => wanted.topic),
          batch.map((wanted) => wanted.partition),
          owner,
          new Date(tools.clock.now()).toISOString(),
        ],
      );
      const rows = new Map(found.rows.map((row) => [slotOf(row.topic, row.partition), row]));
      for (const wanted of batch) {
        const slot = slotOf(wanted.topic, wanted.partition);
        epochs.set(slot, rows.get(slot)?.epoch ?? 0);
        wanted.resolve(rows.get(slot)?.next_offset ?? 0);
      }
    } catch (error) {
      for (const wanted of batch) wanted.reject(error);
    }
  };
  return (topic, partition) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void flush());
      waiting.push({ topic, partition, resolve, reject });
    });
}
