import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";
import type { Clock, ConsumeOptions, LogMessage, Logger } from "#core";
import { isBrokersOwn } from "./kafka-errors.ts";
import { byCodeUnit, matchesTopic, slotOf } from "./pattern.ts";

const DEFAULT_BATCH = 2_000;
/** How often a reader that goes on for ever looks for new topics. */
const TOPICS_MS = 2_000;

interface KafkaTools {
  readonly kafka: Kafka;
  /** Put before group names: two workspaces on one cluster must not share out one group. */
  readonly clientId: string;
  readonly admin: Admin;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sessionTimeoutMs: number;
}

/** `EventLog.consume` over kafkajs. The broker shares out partitions; positions come from `startOffset` alone. */
export async function consumeKafka(tools: KafkaTools, options: ConsumeOptions): Promise<void> {
  while (options.signal?.aborted !== true) {
    const topics = await findTopics(tools.admin, options.topics);
    const marks = options.until === "end" ? await highOffsets(tools.admin, topics) : null;
    if (marks !== null && [...marks.values()].every((high) => high === 0)) return;
    if (topics.length === 0) {
      await tools.clock.sleep(TOPICS_MS, options.signal).catch(() => undefined);
      continue;
    }
    await readSteadily(tools, { options, topics, marks });
    if (marks !== null) return;
  }
}

/** A group's coordinator that still loads or moves answers so for a moment; joining is tried again for about 12 s. */
const JOIN_TRIES = 7;

async function readSteadily(tools: KafkaTools, reading: Reading): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await readTopics(tools, reading);
      return;
    } catch (error) {
      if (!isBrokersOwn(error) || attempt >= JOIN_TRIES || reading.options.signal?.aborted === true) throw error;
      tools.log.debug({ group: reading.options.group, attempt }, "joining the group is tried again");
      await tools.clock.sleep(100 * 2 ** attempt, reading.options.signal).catch(() => undefined);
    }
  }
}

interface Reading {
  readonly options: ConsumeOptions;
  readonly topics: readonly string[];
  readonly marks: ReadonlyMap<string, number> | null;
}

/** What one member of the group knows while it reads. */
interface Member {
  readonly tools: KafkaTools;
  readonly reading: Reading;
  readonly consumer: Consumer;
  /** Next offset of each partition that is assigned to this member. */
  positions: Map<string, number>;
  /** Assignments and batches, one after another. */
  line: Promise<void>;
  /** Position at which a gap was seen already: the second time it is real. */
  readonly gaps: Map<string, number>;
  readonly finish: (error?: unknown) => void;
  /** Aborted once the member has finished. */
  readonly over: AbortSignal;
  finished: boolean;
}

/** Reads until the marks are reached, the signal aborts, an error stops it, or (without marks) new topics appear. */
async function readTopics(tools: KafkaTools, reading: Reading): Promise<void> {
  const { options, topics } = reading;
  const consumer = tools.kafka.consumer({
    groupId: `${tools.clientId}.${options.group}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 200,
    sessionTimeout: tools.sessionTimeoutMs,
    heartbeatInterval: heartbeatMs(tools),
    rebalanceTimeout: 60_000,
    retry: { retries: 6, restartOnFailure: () => Promise.resolve(options.until === "never") },
  });
  const outcome = deferred();
  const over = new AbortController();
  const member: Member = {
    tools,
    reading,
    consumer,
    positions: new Map(),
    line: Promise.resolve(),
    gaps: new Map(),
    finished: false,
    over: over.signal,
    finish: (error) => {
      member.finished = true;
      over.abort();
      if (error === undefined) outcome.resolve();
      else outcome.reject(error);
    },
  };
  outcome.promise.catch(() => undefined);
  const onAbort = (): void => member.finish();
  options.signal?.addEventListener("abort", onAbort, { once: true });
  consumer.on(consumer.events.GROUP_JOIN, (event) => {
    member.line = member.line.then(() => assign(member, event.payload.memberAssignment)).catch(member.finish);
  });
  consumer.on(consumer.events.CRASH, (event) => {
    if (!event.payload.restart) member.finish(event.payload.error);
  });
  const watching = reading.marks === null ? watchTopics(member) : null;
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => eachBatch(member, payload),
    });
    await outcome.promise;
  } finally {
    member.finished = true;
    over.abort();
    options.signal?.removeEventListener("abort", onAbort);
    await consumer.disconnect().catch(() => undefined);
    await member.line;
    await watching;
  }
}

/** The broker gave out partitions anew: every position is asked for again, after the batch at hand is done. */
async function assign(member: Member, assignment: Readonly<Record<string, readonly number[]>>): Promise<void> {
  if (member.finished) return;
  const slots = Object.entries(assignment).flatMap(([topic, list]) => list.map((partition) => ({ topic, partition })));
  const lows = new Map<string, number>();
  await Promise.all(
    Object.keys(assignment).map(async (topic) => {
      for (const entry of await member.tools.admin.fetchTopicOffsets(topic)) {
        lows.set(slotOf(topic, entry.partition), Number(entry.low));
      }
    }),
  );
  const starts = await Promise.all(slots.map((slot) => member.reading.options.startOffset(slot.topic, slot.partition)));
  member.positions = new Map();
  slots.forEach(({ topic, partition }, i) => {
    const slot = slotOf(topic, partition);
    const start = Math.max(starts[i] ?? 0, lows.get(slot) ?? 0);
    member.positions.set(slot, start);
    member.consumer.seek({ topic, partition, offset: String(start) });
  });
  finishAtMarks(member);
}

function eachBatch(member: Member, payload: EachBatchPayload): Promise<void> {
  const turn = member.line.then(() => handleBatch(member, payload));
  // An error of the work at hand ends the consumer; thrown here the client would only try the batch again.
  member.line = turn.catch(member.finish);
  return member.line;
}

async function handleBatch(member: Member, payload: EachBatchPayload): Promise<void> {
  const { topic, partition } = payload.batch;
  const slot = slotOf(topic, partition);
  const wanted = member.positions.get(slot);
  if (member.finished || wanted === undefined) return;
  const first = Number(payload.batch.firstOffset() ?? wanted);
  if (first > wanted && member.gaps.get(slot) !== wanted) {
    member.gaps.set(slot, wanted);
    member.consumer.seek({ topic, partition, offset: String(wanted) });
    return;
  }
  const mark = member.reading.marks?.get(slot) ?? Infinity;
  const messages = payload.batch.messages.filter((message) => {
    const offset = Number(message.offset);
    return offset >= wanted && offset < mark;
  });
  await beating(payload, heartbeatMs(member.tools), () => handOn(member, payload, messages));
  const end = Number(payload.batch.lastOffset()) + 1;
  if (!member.finished && end > (member.positions.get(slot) ?? 0)) member.positions.set(slot, Math.min(end, mark));
  if (!member.finished) payload.resolveOffset(payload.batch.lastOffset());
  finishAtMarks(member);
}

async function handOn(member: Member, payload: EachBatchPayload, messages: readonly KafkaMessage[]): Promise<void> {
  const { topic, partition } = payload.batch;
  const size = member.reading.options.maxBatch ?? DEFAULT_BATCH;
  for (let start = 0; start < messages.length && !member.finished; start += size) {
    const list = messages.slice(start, start + size).map((message) => toMessage(topic, partition, message));
    const nextOffset = (list.at(-1)?.offset ?? 0) + 1;
    await member.reading.options.onBatch({ topic, partition, messages: list, nextOffset });
    member.positions.set(slotOf(topic, partition), nextOffset);
  }
}

function heartbeatMs(tools: KafkaTools): number {
  return Math.floor(tools.sessionTimeoutMs / 4);
}

/** Work on one batch may take longer than the session allows; the broker hears from us meanwhile. */
async function beating(payload: EachBatchPayload, everyMs: number, work: () => Promise<void>): Promise<void> {
  // A rebalance under way makes the beat fail; the client notices by itself once the batch is done.
  const timer = setInterval(() => void payload.heartbeat().catch(() => undefined), everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

function finishAtMarks(member: Member): void {
  const { marks } = member.reading;
  if (marks === null || member.finished) return;
  const done = [...member.positions].every(([slot, position]) => position >= (marks.get(slot) ?? 0));
  if (done) member.finish();
}

async function watchTopics(member: Member): Promise<void> {
  const { tools, reading } = member;
  while (!member.finished) {
    await tools.clock.sleep(TOPICS_MS, member.over).catch(() => undefined);
    if (member.finished) return;
    const now = await findTopics(tools.admin, reading.options.topics).catch(() => reading.topics);
    if (now.join(" ") !== reading.topics.join(" ")) member.finish();
  }
}

async function findTopics(admin: Admin, patterns: readonly string[]): Promise<readonly string[]> {
  const all = await admin.listTopics();
  return all.filter((topic) => matchesTopic(patterns, topic) && !topic.startsWith("__")).sort(byCodeUnit);
}

async function highOffsets(admin: Admin, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await Promise.all(
    topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(
        ({ partition, high }) => [slotOf(topic, partition), Number(high)] as const,
      ),
    ),
  );
  return new Map(found.flat());
}

function toMessage(topic: string, partition: number, message: KafkaMessage): LogMessage {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    key: message.key?.toString() ?? "",
    value: parseValue(message.value),
    headers: Object.fromEntries(Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])),
    timestamp: Number(message.timestamp),
  };
}

/** Ours are JSON; what somebody else wrote in another form is handed on as text, for the stage to refuse. */
function parseValue(value: Buffer | null): unknown {
  if (value === null) return null;
  const text = value.toString();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
