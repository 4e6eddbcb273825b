import { C360Error, deadLetterTopic, faultPoint } from "#core";
import type { Clock, Database, EventLog, LogAppend, LogBatch, LogMessage, Logger, SqlClient } from "#core";
import * as sql from "../queries/offsets.ts";
import type { Stage, StageTools } from "./stage.ts";
import { describeTrouble, troubleOf } from "./trouble.ts";

/** What the work on batches needs. */
export interface BatchTools {
  readonly stage: Stage;
  readonly db: Database;
  readonly eventLog: EventLog;
  readonly clock: Clock;
  readonly log: Logger;
  /** Name in `ops.consumer_offsets`. */
  readonly group: string;
}

/** What became of one batch. */
export interface BatchResult {
  readonly handled: number;
  /** Messages below the stored offset: their effects are committed already. */
  readonly skipped: number;
  readonly emitted: number;
  readonly deadLetters: number;
}

/** A transient failure is tried again after 0.1, 0.2, 0.4, 0.8 and 1.6 s. */
const TRIES = 6;
/** A message that fails alone is tried so often in all, the first time together with its batch. */
const MESSAGE_TRIES = 3;

/**
 * Commits the effects of one batch and its offset together, under the epoch that this owner claimed. Throws LOG_FENCED
 * when somebody else claimed the partition meanwhile; then nothing of the batch was written.
 */
export async function runBatch(tools: BatchTools, batch: LogBatch, epoch: number): Promise<BatchResult> {
  faultPoint(`${tools.stage.name}.batch.before`);
  let oneByOne = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await tools.db.transaction((tx) => inTransaction(tools, { tx, batch, epoch, oneByOne }));
      faultPoint(`${tools.stage.name}.batch.after`);
      return result;
    } catch (error) {
      const trouble = troubleOf(error);
      if (trouble === "poison" && !oneByOne) {
        oneByOne = true;
        continue;
      }
      if (trouble !== "transient" || attempt >= TRIES) throw error;
      tools.log.warn({ stage: tools.stage.name, attempt, error: describeTrouble(error) }, "a batch is tried again");
      await tools.clock.sleep(100 * 2 ** (attempt - 1));
    }
  }
}

interface Work {
  readonly tx: SqlClient;
  readonly batch: LogBatch;
  readonly epoch: number;
  readonly oneByOne: boolean;
}

async function inTransaction(tools: BatchTools, work: Work): Promise<BatchResult> {
  const { tx, batch, epoch } = work;
  const place = [tools.group, batch.topic, batch.partition];
  const found = await tx.query<{ next_offset: number; epoch: number }>(sql.lockOffset, place);
  const stored = found.rows[0];
  if (stored === undefined || stored.epoch !== epoch) {
    throw new C360Error("LOG_FENCED", { topic: batch.topic, partition: batch.partition });
  }
  const messages = batch.messages.filter((message) => message.offset >= stored.next_offset);
  const done = await handle(tools, work, messages);
  // Acknowledged before the offset is committed: a crash between the two repeats messages and never loses one.
  if (done.emit.length > 0) await tools.eventLog.append(done.emit);
  if (batch.nextOffset > stored.next_offset) {
    const now = new Date(tools.clock.now()).toISOString();
    await tx.query(sql.saveOffset, [...place, batch.nextOffset, epoch, now]);
  }
  faultPoint(`${tools.stage.name}.batch.inside`);
  return {
    handled: messages.length,
    skipped: batch.messages.length - messages.length,
    emitted: done.emit.length - done.deadLetters,
    deadLetters: done.deadLetters,
  };
}

interface Handled {
  readonly emit: readonly LogAppend[];
  readonly deadLetters: number;
}

async function handle(tools: BatchTools, work: Work, messages: readonly LogMessage[]): Promise<Handled> {
  // A null value says that the record was erased: there is nothing to handle.
  const live = messages.filter((message) => message.value !== null);
  const stageTools: StageTools = { db: tools.db, tx: work.tx, clock: tools.clock, log: tools.log };
  if (live.length === 0) return { emit: [], deadLetters: 0 };
  if (!work.oneByOne) return { emit: await tools.stage.handle(live, stageTools), deadLetters: 0 };
  const emit: LogAppend[] = [];
  let deadLetters = 0;
  for (const message of live) {
    const outcome = await handleAlone(tools, stageTools, message);
    emit.push(...outcome.emit);
    deadLetters += outcome.deadLetters;
  }
  return { emit, deadLetters };
}

/** One message under a savepoint, so that its failure takes nothing else with it. */
async function handleAlone(tools: BatchTools, stageTools: StageTools, message: LogMessage): Promise<Handled> {
  for (let attempt = 2; ; attempt += 1) {
    await stageTools.tx.query("savepoint one_message");
    try {
      const emit = await tools.stage.handle([message], stageTools);
      await stageTools.tx.query("release savepoint one_message");
      return { emit, deadLetters: 0 };
    } catch (error) {
      if (troubleOf(error) !== "poison") throw error;
      await stageTools.tx.query("rollback to savepoint one_message");
      if (attempt >= MESSAGE_TRIES) return { emit: [await bury(tools, stageTools.tx, message, error)], deadLetters: 1 };
    }
  }
}

async function bury(tools: BatchTools, tx: SqlClient, message: LogMessage, error: unknown): Promise<LogAppend> {
  const { topic, partition, offset, key, value, headers } = message;
  const reason = describeTrouble(error);
  const now = new Date(tools.clock.now()).toISOString();
  await tx.query(sql.recordDeadLetter, [tools.stage.name, topic, partition, offset, key, reason, now]);
  tools.log.warn(
    { stage: tools.stage.name, topic, partition, offset, error: reason },
    "a message became a dead letter",
  );
  return {
    topic: deadLetterTopic(tools.stage.name),
    key,
    value: { topic, partition, offset, key, value, headers, error: reason },
    headers,
  };
}
