import { Kafka, logLevel } from "kafkajs";
import type { Admin, Message, Producer, TopicMessages } from "kafkajs";
import { partitionFor } from "#core";
import type { Clock, LogAppend, Logger, PartitionOffsets } from "#core";
import type { NamedLog } from "./embedded.ts";
import { consumeKafka } from "./kafka-consumer.ts";
import { kafkaError, kafkaLogCreator } from "./kafka-errors.ts";
import { byCodeUnit, matchesTopic } from "./pattern.ts";
import { withTopicPrefix } from "./topic-prefix.ts";

/** One request carries at most this much text, well under the broker's limit for a batch (1 MiB by default). */
const REQUEST_BYTES = 512 * 1024;

/** Settings of topics that we create: trimmed by us alone, stamped by the broker, and large pages fit. */
const TOPIC_SETTINGS = [
  { name: "retention.ms", value: "-1" },
  { name: "message.timestamp.type", value: "LogAppendTime" },
  { name: "max.message.bytes", value: String(8 * 1024 * 1024) },
] as const;

/** How to reach a Kafka cluster, and how topics that do not exist yet are made. */
export interface KafkaLogOptions {
  readonly brokers: readonly string[];
  /** Put before every topic's name on the cluster; users of the log see names without it. Default none. */
  readonly topicPrefix?: string;
  /** Names the workspace: put before the names of its consumer groups. */
  readonly clientId: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of topics that are created here; existing ones keep theirs. Default 4. */
  readonly partitions?: number;
  /** Of topics that are created here. Default 1: one broker. */
  readonly replicationFactor?: number;
  /** A member that is not heard of for so long is taken for dead and its partitions go to others. Default 10 s. */
  readonly sessionTimeoutMs?: number;
}

/**
 * The event log on Kafka (brokers from 2.1 to 4.x). Idempotent producer, acknowledged by all replicas in sync; the
 * partition of a key is the embedded log's. Topics are created on demand by name, never by the broker's
 * auto-creation. Throws KAFKA_UNREACHABLE when no broker answers.
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<NamedLog> {
  const guarded = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      throw kafkaError(error, options.brokers);
    });
  const { kafka, admin, producer, id } = await guarded(() => connect(options));
  const closing = new AbortController();
  const append = appender({ admin, producer, options });
  const tools = {
    kafka,
    admin,
    clientId: options.clientId,
    clock: options.clock,
    log: options.log,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
  };
  const whole: NamedLog = {
    id,
    append: (messages) => guarded(() => append(messages)),
    consume: (consume) => {
      const signal = consume.signal === undefined ? closing.signal : AbortSignal.any([consume.signal, closing.signal]);
      return guarded(() => consumeKafka(tools, { ...consume, signal }));
    },
    topics: (pattern) =>
      guarded(async () =>
        (await admin.listTopics())
          .filter((topic) => matchesTopic([pattern], topic) && !topic.startsWith("__"))
          .sort(byCodeUnit),
      ),
    offsets: (topic) => guarded(() => offsetsOf(admin, topic)),
    trim: (topic, olderThan) => guarded(() => trim(admin, topic, olderThan)),
    close: async () => {
      closing.abort();
      await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
    },
  };
  const prefix = options.topicPrefix ?? "";
  return prefix === "" ? whole : withTopicPrefix(whole, prefix);
}

interface Connection {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  /** The cluster's own id. */
  readonly id: string;
}

async function connect(options: KafkaLogOptions): Promise<Connection> {
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    logLevel: logLevel.WARN,
    logCreator: kafkaLogCreator(options.log),
    retry: { retries: 6, initialRetryTime: 100, maxRetryTime: 5_000 },
  });
  const admin = kafka.admin({ retry: { retries: 3, initialRetryTime: 100 } });
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message, partitionMetadata }) =>
        partitionFor(keyText(message.key), partitionMetadata.length),
  });
  try {
    await admin.connect();
    await producer.connect();
    return { kafka, admin, producer, id: (await admin.describeCluster()).clusterId };
  } catch (error) {
    await Promise.allSettled([producer.disconnect(), admin.disconnect()]);
    throw error;
  }
}

/** Low and high offsets, in order of partitions; empty for a topic that does not exist. */
async function offsetsOf(admin: Admin, topic: string): Promise<readonly PartitionOffsets[]> {
  if (!(await admin.listTopics()).includes(topic)) return [];
  return (await admin.fetchTopicOffsets(topic))
    .map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }))
    .sort((a, b) => a.partition - b.partition);
}

async function trim(admin: Admin, topic: string, olderThan: number): Promise<void> {
  const now = new Map((await offsetsOf(admin, topic)).map((entry) => [entry.partition, entry]));
  if (now.size === 0) return;
  const kept = await admin.fetchTopicOffsetsByTimestamp(topic, olderThan);
  const partitions = kept.filter(({ partition, offset }) => Number(offset) > (now.get(partition)?.low ?? 0));
  if (partitions.length > 0) await admin.deleteTopicRecords({ topic, partitions });
}

interface AppendTools {
  readonly admin: Admin;
  readonly producer: Producer;
  readonly options: KafkaLogOptions;
}

/** Appends one call after another: that keeps the order of a key over retries. */
function appender(tools: AppendTools): (messages: readonly LogAppend[]) => Promise<void> {
  const known = new Set<string>();
  let line: Promise<unknown> = Promise.resolve();
  const run = async (messages: readonly LogAppend[]): Promise<void> => {
    await ensureTopics(tools, known, messages);
    for (const topicMessages of requests(messages)) {
      await tools.producer.sendBatch({ topicMessages, acks: -1 });
    }
  };
  return (messages) => {
    const turn = line.then(() => run(messages));
    line = turn.catch(() => undefined);
    return turn;
  };
}

async function ensureTopics(tools: AppendTools, known: Set<string>, messages: readonly LogAppend[]): Promise<void> {
  const wanted = [...new Set(messages.map((message) => message.topic))].filter((topic) => !known.has(topic));
  if (wanted.length === 0) return;
  const existing = new Set(await tools.admin.listTopics());
  for (const topic of wanted.sort(byCodeUnit)) {
    if (!existing.has(topic)) await createTopic(tools, topic);
    known.add(topic);
  }
}

async function createTopic({ admin, options }: AppendTools, topic: string): Promise<void> {
  try {
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: options.partitions ?? 4,
          replicationFactor: options.replicationFactor ?? 1,
          configEntries: [...TOPIC_SETTINGS],
        },
      ],
    });
  } catch (error) {
    // Another process made it between our look and our request.
    if (!(await admin.listTopics()).includes(topic)) throw error;
  }
}

/** Splits messages, in order, into requests of bounded size. */
function* requests(messages: readonly LogAppend[]): Generator<TopicMessages[]> {
  let byTopic = new Map<string, Message[]>();
  let bytes = 0;
  for (const message of messages) {
    const value =
      message.value === null || message.value === undefined ? null : Buffer.from(JSON.stringify(message.value));
    const size = (value?.length ?? 0) + message.key.length + 200;
    if (bytes > 0 && bytes + size > REQUEST_BYTES) {
      yield [...byTopic].map(([topic, list]) => ({ topic, messages: list }));
      byTopic = new Map();
      bytes = 0;
    }
    const list = byTopic.get(message.topic) ?? [];
    list.push({ key: message.key, value, headers: { ...message.headers } });
    byTopic.set(message.topic, list);
    bytes += size;
  }
  if (bytes > 0) yield [...byTopic].map(([topic, list]) => ({ topic, messages: list }));
}

function keyText(key: Buffer | string | null | undefined): string {
  return key === null || key === undefined ? "" : key.toString();
}
