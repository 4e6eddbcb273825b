import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deadLetterTopic, partitionFor, silentLogger, systemClock } from "#core";
import type { ConsumeOptions, EventLog, LogAppend, LogBatch, LogMessage } from "#core";
import { consumerLag, runStage } from "#pipelines";
import type { Stage } from "#pipelines";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

/** What an adapter must give to be put through the suite. */
export interface LogUnderTest {
  /** A further connection to the same log, as another process would have it. */
  connect(db: TestDatabase): Promise<EventLog>;
  stop(): Promise<void>;
}

/** Everything that the pipeline relies on, asked of one adapter of the event log. */
export function eventLogSuite(name: string, start: () => Promise<LogUnderTest>): void {
  describe(name, () => {
    let under: LogUnderTest;
    let db: TestDatabase;
    let log: EventLog;
    let made = 0;
    const topicName = (): string => `contract.t${(made += 1)}`;

    beforeAll(async () => {
      [under, db] = await Promise.all([start(), withDatabase({ max: 16 })]);
      log = await under.connect(db);
    });
    afterAll(async () => {
      await log?.close();
      await under?.stop();
      await db?.drop();
    });

    /** Reads what is there with a group that keeps its offsets in a map. */
    const readAll = async (
      topics: readonly string[],
      from: (topic: string, partition: number) => number = () => 0,
      more: Partial<ConsumeOptions> = {},
    ): Promise<LogMessage[]> => {
      const seen: LogMessage[] = [];
      await log.consume({
        group: `reader-${(made += 1)}`,
        topics,
        startOffset: (topic, partition) => Promise.resolve(from(topic, partition)),
        onBatch: (batch) => {
          seen.push(...batch.messages);
          return Promise.resolve();
        },
        until: "end",
        ...more,
      });
      return seen;
    };

    it("keeps the order of each key and gives every partition offsets without gaps", async () => {
      const topic = topicName();
      for (let call = 0; call < 5; call += 1)
        await log.append(numbered(topic, { keys: 7, from: call * 70, count: 70 }));
      const seen = await readAll([topic]);
      expect(seen).toHaveLength(350);
      for (const [key, list] of grouped(seen, (message) => message.key)) {
        const numbers = list.map((message) => (message.value as { n: number }).n);
        expect(numbers, key).toEqual([...numbers].sort((a, b) => a - b));
      }
      for (const [partition, list] of grouped(seen, (message) => String(message.partition))) {
        expect(
          list.map((message) => message.offset),
          partition,
        ).toEqual(list.map((_message, i) => i));
      }
    });

    it("puts a key on the partition that core names, so that both logs agree", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 60, from: 0, count: 60 }));
      const seen = await readAll([topic]);
      expect(new Set(seen.map((message) => message.partition)).size).toBe(4);
      for (const message of seen) expect(message.partition).toBe(partitionFor(message.key, 4));
    });

    it("gives back values, headers, null values and odd text as they were appended", async () => {
      const topic = topicName();
      const values = [
        { b: 1, a: [null, "x", { deep: true }] },
        "text",
        12.5,
        "zero \u0000, half \ud83d, whole 😀",
        null,
      ];
      await log.append(
        values.map((value, i) => ({ topic, key: "same", value, headers: { run_id: `r${i}`, attempt: "é" } })),
      );
      const seen = await readAll([topic]);
      expect(seen.map((message) => message.value)).toEqual(values);
      expect(seen.map((message) => message.headers)).toEqual(
        values.map((_value, i) => ({ run_id: `r${i}`, attempt: "é" })),
      );
      expect(Math.abs((seen[0]?.timestamp ?? 0) - Date.now())).toBeLessThan(60_000);
    });

    it("keeps messages of appenders at work at the same time whole and in order", async () => {
      const topic = topicName();
      const other = await under.connect(db);
      await log.append([{ topic, key: "first", value: { n: -1 } }]);
      await Promise.all(
        [log, other].flatMap((each, who) =>
          [0, 1, 2].map((lane) =>
            (async () => {
              for (let i = 0; i < 10; i += 1) {
                await each.append([0, 1, 2].map((n) => ({ topic, key: `w${who}-${lane}`, value: { n: i * 3 + n } })));
              }
            })(),
          ),
        ),
      );
      await other.close();
      const seen = await readAll([topic]);
      expect(seen).toHaveLength(181);
      for (const [key, list] of grouped(seen, (message) => message.key)) {
        if (key === "first") continue;
        expect(
          list.map((message) => (message.value as { n: number }).n),
          key,
        ).toEqual(list.map((_message, i) => i));
      }
    });

    it("reads until the end as it was at the start, over a prefix of topics", async () => {
      const prefix = topicName();
      const topics = [`${prefix}.a`, `${prefix}.b`];
      for (const topic of topics) await log.append(numbered(topic, { keys: 10, from: 0, count: 100 }));
      let late = 0;
      const seen: LogMessage[] = [];
      await log.consume({
        group: `late-${prefix}`,
        topics: [`${prefix}.*`],
        startOffset: () => Promise.resolve(0),
        onBatch: async (batch) => {
          seen.push(...batch.messages);
          late += 1;
          if (late <= 3) await log.append(numbered(batch.topic, { keys: 10, from: 1_000 + late, count: 1 }));
        },
        until: "end",
      });
      expect(seen).toHaveLength(200);
      expect(seen.every((message) => (message.value as { n: number }).n < 1_000)).toBe(true);
      expect(await log.topics(`${prefix}.*`)).toEqual(topics);
      expect(await log.topics(`${prefix}.a`)).toEqual([topics[0]]);
    });

    it("ends at once where there is nothing to read", async () => {
      expect(await readAll(["contract.nothing.*"])).toEqual([]);
      expect(await log.offsets("contract.nothing")).toEqual([]);
      expect(await log.topics("contract.nothing*")).toEqual([]);
    });

    it("replays from any offset", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 40, from: 0, count: 400 }));
      const all = await readAll([topic]);
      const offsets = await log.offsets(topic);
      expect(offsets.map((each) => each.low)).toEqual([0, 0, 0, 0]);
      const from = offsets.map((each) => Math.floor(each.high / 3));
      const tail = await readAll([topic], (_topic, partition) => from[partition] ?? 0, { maxBatch: 7 });
      const wanted = all.filter((message) => message.offset >= (from[message.partition] ?? 0));
      expect(tail.map(place).sort()).toEqual(wanted.map(place).sort());
    });

    it("trims what is older than a time and keeps the offsets of the rest", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 20, from: 0, count: 100 }));
      await systemClock.sleep(30);
      const cut = Date.now();
      await systemClock.sleep(30);
      await log.append(numbered(topic, { keys: 20, from: 100, count: 50 }));
      const before = await log.offsets(topic);
      await log.trim(topic, cut);
      const after = await log.offsets(topic);
      expect(after.map((each) => each.high)).toEqual(before.map((each) => each.high));
      expect(after.reduce((sum, each) => sum + each.high - each.low, 0)).toBe(50);
      const seen = await readAll([topic]);
      expect(seen.map((message) => (message.value as { n: number }).n).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_item, i) => 100 + i),
      );
      expect(seen.every((message) => message.offset >= (after[message.partition]?.low ?? 0))).toBe(true);
    });

    it("stops with the error of the work, and goes on from the last finished batch", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 30, from: 0, count: 300 }));
      const next = new Map<number, number>();
      const seen: LogMessage[] = [];
      const read = (failAfter: number): Promise<void> =>
        log.consume({
          group: `failing-${topic}`,
          topics: [topic],
          startOffset: (_topic, partition) => Promise.resolve(next.get(partition) ?? 0),
          onBatch: (batch) => {
            if (seen.length >= failAfter) return Promise.reject(new RangeError("this batch is too much"));
            seen.push(...batch.messages);
            next.set(batch.partition, batch.nextOffset);
            return Promise.resolve();
          },
          until: "end",
          maxBatch: 20,
        });
      await expect(read(100)).rejects.toThrow("this batch is too much");
      await read(Infinity);
      expect(seen.map(place).sort()).toEqual([...new Set(seen.map(place))].sort());
      expect(seen).toHaveLength(300);
    });

    it("resumes exactly where an aborted consumer stood", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 50, from: 0, count: 500 }));
      const next = new Map<number, number>();
      const seen: LogMessage[] = [];
      for (let round = 0; round < 20 && seen.length < 500; round += 1) {
        const stop = new AbortController();
        let batches = 0;
        await log.consume({
          group: `aborted-${topic}`,
          topics: [topic],
          startOffset: (_topic, partition) => Promise.resolve(next.get(partition) ?? 0),
          onBatch: async (batch) => {
            await systemClock.sleep(1);
            seen.push(...batch.messages);
            next.set(batch.partition, batch.nextOffset);
            batches += 1;
            if (batches === 3) stop.abort();
          },
          until: "never",
          maxBatch: 25,
          signal: stop.signal,
        });
        expect(batches).toBe(3);
        if (seen.length >= 425) break;
      }
      seen.push(...(await readAll([topic], (_topic, partition) => next.get(partition) ?? 0)));
      expect(seen).toHaveLength(500);
      expect(new Set(seen.map(place)).size).toBe(500);
    });

    it("shares the partitions of a group among its members, and lets one take over from another", async () => {
      const topic = topicName();
      await log.append(numbered(topic, { keys: 40, from: 0, count: 40 }));
      const other = await under.connect(db);
      const next = new Map<number, number>();
      const owners = new Map<number, string>();
      const seen: string[] = [];
      const stops = { a: new AbortController(), b: new AbortController() };
      const member = (who: "a" | "b", through: EventLog): Promise<void> =>
        through.consume({
          group: `shared-${topic}`,
          topics: [topic],
          startOffset: (_topic, partition) => {
            owners.set(partition, who);
            return Promise.resolve(next.get(partition) ?? 0);
          },
          onBatch: (batch: LogBatch) => {
            seen.push(...batch.messages.map(place));
            next.set(batch.partition, batch.nextOffset);
            return Promise.resolve();
          },
          until: "never",
          signal: stops[who].signal,
        });
      const both = [member("a", log), member("b", other)];
      await until(() => new Set(owners.values()).size === 2 && owners.size === 4);
      let appended = 40;
      for (; appended < 200; appended += 40) await log.append(numbered(topic, { keys: 40, from: appended, count: 40 }));
      await until(() => seen.length === 200);
      stops.a.abort();
      await both[0];
      await until(() => [...owners.values()].every((who) => who === "b"));
      await log.append(numbered(topic, { keys: 40, from: 200, count: 40 }));
      await until(() => seen.length === 240);
      stops.b.abort();
      await both[1];
      await other.close();
      expect(new Set(seen).size).toBe(240);
    });

    it("carries 20,000 messages through", async () => {
      const topic = topicName();
      const messages = numbered(topic, { keys: 5_000, from: 0, count: 20_000, padding: "x".repeat(200) });
      await log.append(messages);
      const seen = await readAll([topic]);
      expect(new Set(seen.map((message) => (message.value as { n: number }).n)).size).toBe(20_000);
      expect(seen).toHaveLength(20_000);
    });

    it("says how many messages a stage has still to handle", async () => {
      const topic = topicName();
      const stage = sink(`lag-${topic}`, [topic]);
      await log.append(numbered(topic, { keys: 9, from: 0, count: 90 }));
      const lag = async (): Promise<number> =>
        (await consumerLag(db, log, { group: stage.name, topics: [topic] })).reduce((sum, each) => sum + each.lag, 0);
      expect(await lag()).toBe(90);
      const summary = await runStage(stage, { db, log, clock: systemClock, logger: silentLogger });
      expect(summary).toMatchObject({ handled: 90, skipped: 0, deadLetters: 0 });
      expect(await lag()).toBe(0);
      await log.append(numbered(topic, { keys: 9, from: 90, count: 5 }));
      expect(await lag()).toBe(5);
    });

    it("moves a message that fails three times to the dead letters, and goes on with the partition", async () => {
      const topic = topicName();
      const name = `dead-${topic}`;
      const tries = new Map<number, number>();
      const handled: number[] = [];
      const stage: Stage = {
        name,
        topics: [topic],
        handle: (messages) => {
          for (const { value } of messages) {
            const { n } = value as { n: number };
            tries.set(n, (tries.get(n) ?? 0) + 1);
            if (n === 13 || n === 27) throw new TypeError("cannot be handled");
          }
          handled.push(...messages.map(({ value }) => (value as { n: number }).n));
          return Promise.resolve([]);
        },
      };
      await log.append(numbered(topic, { keys: 1, from: 0, count: 40 }));
      const summary = await runStage(stage, { db, log, clock: systemClock, logger: silentLogger });
      expect(summary).toMatchObject({ handled: 40, deadLetters: 2 });
      expect(tries.get(13)).toBe(3);
      expect(handled).toHaveLength(38);
      const letters = await readAll([deadLetterTopic(name)]);
      expect(letters.map(({ value }) => (value as { value: { n: number } }).value.n).sort((a, b) => a - b)).toEqual([
        13, 27,
      ]);
      const rows = await db.query<{ error: string; message_offset: number }>(
        "select error, message_offset from ops.dead_letters where stage = $1 order by message_offset",
        [name],
      );
      expect(rows.rows).toEqual([
        { error: "TypeError", message_offset: 13 },
        { error: "TypeError", message_offset: 27 },
      ]);
    });
  });
}

/** A stage that only reads. */
function sink(name: string, topics: readonly string[]): Stage {
  return { name, topics, handle: () => Promise.resolve([]) };
}

function numbered(
  topic: string,
  how: { readonly keys: number; readonly from: number; readonly count: number; readonly padding?: string },
): LogAppend[] {
  return Array.from({ length: how.count }, (_item, i) => ({
    topic,
    key: `k${(how.from + i) % how.keys}`,
    value: { n: how.from + i, ...(how.padding === undefined ? {} : { padding: how.padding }) },
  }));
}

function grouped<T>(items: readonly T[], by: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(by(item), [...(groups.get(by(item)) ?? []), item]);
  return groups;
}

function place(message: LogMessage): string {
  return `${message.topic}/${message.partition}/${message.offset}`;
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error("it did not come to pass within two minutes");
    await systemClock.sleep(20);
  }
}
