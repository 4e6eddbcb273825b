import type { LogBatch } from "#core";
import type { NamedLog } from "./embedded.ts";

/**
 * A log whose topics all bear a prefix in the log below it and none in its user's eyes: two workspaces share a cluster
 * and see nothing of each other. Positions are kept apart by `id`, which names the prefix.
 */
export function withTopicPrefix(log: NamedLog, prefix: string): NamedLog {
  const bare = (topic: string): string => topic.slice(prefix.length);
  return {
    id: `${log.id}/${prefix}`,
    append: (messages) => log.append(messages.map((message) => ({ ...message, topic: prefix + message.topic }))),
    consume: (options) =>
      log.consume({
        ...options,
        topics: options.topics.map((pattern) => prefix + pattern),
        startOffset: (topic, partition) => options.startOffset(bare(topic), partition),
        onBatch: (batch) => options.onBatch(bareBatch(batch, bare(batch.topic))),
      }),
    topics: async (pattern) => (await log.topics(prefix + pattern)).map(bare),
    offsets: (topic) => log.offsets(prefix + topic),
    trim: (topic, olderThan) => log.trim(prefix + topic, olderThan),
    close: () => log.close(),
  };
}

function bareBatch(batch: LogBatch, topic: string): LogBatch {
  return { ...batch, topic, messages: batch.messages.map((message) => ({ ...message, topic })) };
}
