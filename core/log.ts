/** One message to append. Messages of one key stay in order. */
export interface LogAppend {
  readonly topic: string;
  readonly key: string;
  /** JSON-serialisable. Null is a tombstone (erasure only). */
  readonly value: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One message read back. */
export interface LogMessage {
  readonly topic: string;
  readonly partition: number;
  /** Position in the partition; the first message has offset 0. */
  readonly offset: number;
  readonly key: string;
  readonly value: unknown;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch at which the log took it. */
  readonly timestamp: number;
}

/** Messages of one partition, in order. */
export interface LogBatch {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly LogMessage[];
  /** Offset of the message after the last one of this batch. */
  readonly nextOffset: number;
}

/** Offsets of one partition: the oldest kept and the next to be written. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly low: number;
  readonly high: number;
}

/** How a group reads. */
export interface ConsumeOptions {
  readonly group: string;
  /** Exact names, or a prefix ending in `*` ("raw.*"). */
  readonly topics: readonly string[];
  /** Offsets live with the effects in Postgres: where to start a partition is asked for when it is assigned. */
  readonly startOffset: (topic: string, partition: number) => Promise<number>;
  /** Called for one batch at a time per partition; the next batch waits for it. A throw stops the consumer with that error. */
  readonly onBatch: (batch: LogBatch) => Promise<void>;
  /** `end`: stop once everything that was in the log at the start is read. `never`: go on until the signal. */
  readonly until: "end" | "never";
  readonly maxBatch?: number;
  readonly signal?: AbortSignal;
}

/** An append-only, partitioned, replayable log of messages. Two adapters pass one contract suite: embedded and Kafka. */
export interface EventLog {
  /** Resolves once every message is durable; order per key is kept, also across calls that are awaited in turn. */
  append(messages: readonly LogAppend[]): Promise<void>;
  /** Resolves when done (`until: "end"`) or aborted; each member of a group gets its own partitions. */
  consume(options: ConsumeOptions): Promise<void>;
  /** Existing topics whose name matches exactly or by a prefix ending in `*`, sorted. */
  topics(pattern: string): Promise<readonly string[]>;
  /** Low and high offsets of a topic's partitions; empty for a topic that does not exist. */
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /** Deletes messages older than the given time from a topic. */
  trim(topic: string, olderThan: number): Promise<void>;
  close(): Promise<void>;
}

/** The topic for messages that a stage could not handle: `dead-letter.<stage>`. */
export function deadLetterTopic(stage: string): string {
  return `dead-letter.${stage}`;
}
