import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { C360Error, silentLogger, systemClock } from "#core";
import type { Clock, EventLog, LogMessage } from "#core";
import { consumerLag, createEmbeddedLog, createKafkaLog, runStage } from "#pipelines";
import type { Stage } from "#pipelines";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

let db: TestDatabase;
let log: EventLog;
beforeAll(async () => {
  db = await withDatabase({ max: 16 });
  log = createEmbeddedLog(db, { clock: systemClock });
  await db.query("create table public.effects (topic text, key text, n int)");
});
afterAll(() => db?.drop());

const run = { clock: systemClock, logger: silentLogger };

/** A stage that writes one row for each message. */
function recorder(
  topic: string,
  more: Partial<Stage> & { onHandle?: (messages: readonly LogMessage[]) => Promise<void> } = {},
): Stage {
  return {
    name: more.name ?? `record-${topic}`,
    topics: [topic],
    handle: async (messages, { tx }) => {
      await tx.query("insert into public.effects select $1, * from unnest($2::text[], $3::int[])", [
        topic,
        messages.map(({ key }) => key),
        messages.map(({ value }) => (value as { n: number }).n),
      ]);
      await more.onHandle?.(messages);
      return [];
    },
  };
}

function fill(topic: string, count: number, from = 0): Promise<void> {
  return log.append(
    Array.from({ length: count }, (_item, i) => ({ topic, key: `k${i % 11}`, value: { n: from + i } })),
  );
}

async function effects(topic: string): Promise<readonly number[]> {
  const found = await db.query<{ n: number }>("select n from public.effects where topic = $1 order by n", [topic]);
  return found.rows.map((row) => row.n);
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_item, i) => i);

describe("running a stage", () => {
  it("commits effects and offset together: what fails leaves neither", async () => {
    await fill("both", 30);
    const broken = recorder("both", { onHandle: () => Promise.reject(new C360Error("INTERNAL", { reason: "no" })) });
    await expect(runStage(broken, { ...run, db, log })).rejects.toMatchObject({ code: "INTERNAL" });
    expect(await effects("both")).toEqual([]);
    await runStage(recorder("both"), { ...run, db, log });
    expect(await effects("both")).toEqual(numbers(30));
  });

  it("fences an owner that another worker took over from, and writes nothing of its batch", async () => {
    await fill("fence", 40);
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    let seen: () => void = () => undefined;
    const started = new Promise<void>((resolve) => {
      seen = resolve;
    });
    // The slow worker reads its first batch, then hangs before its transaction begins.
    const slowLog: EventLog = {
      ...log,
      consume: (options) =>
        log.consume({
          ...options,
          onBatch: async (batch) => {
            seen();
            await held;
            await options.onBatch(batch);
          },
        }),
    };
    const slow = runStage(recorder("fence"), { ...run, db, log: slowLog });
    await started;
    // It is taken for dead: its seat in the group goes.
    await db.query("delete from log.members");
    const quick = await runStage(recorder("fence"), { ...run, db, log });
    hold();
    await expect(slow).rejects.toMatchObject({ code: "LOG_FENCED" });
    expect(quick.handled).toBe(40);
    expect(await effects("fence")).toEqual(numbers(40));
  });

  it("skips messages whose effects are committed already", async () => {
    await fill("again", 20);
    const stage = recorder("again");
    await runStage(stage, { ...run, db, log });
    // A log that hands everything out from the beginning, whatever it was asked for.
    const forgetful: EventLog = {
      ...log,
      consume: (options) =>
        log.consume({
          ...options,
          startOffset: async (topic, partition) => {
            await options.startOffset(topic, partition);
            return 0;
          },
        }),
    };
    await fill("again", 5, 20);
    const summary = await runStage(stage, { ...run, db, log: forgetful });
    // Partitions without anything new are not asked to be handed out again beyond their mark.
    expect(summary.handled).toBe(5);
    expect(summary.skipped).toBeGreaterThan(0);
    expect(await effects("again")).toEqual(numbers(25));
  });

  it("tries a batch again after a deadlock or a lost connection, with growing waits", async () => {
    await fill("transient", 10);
    const waits: number[] = [];
    const clock: Clock = {
      now: () => systemClock.now(),
      sleep: (ms, signal) => {
        if (ms >= 100) waits.push(ms);
        return systemClock.sleep(Math.min(ms, 10), signal);
      },
    };
    let tries = 0;
    const stage = recorder("transient", {
      onHandle: async () => {
        tries += 1;
        if (tries === 1) throw Object.assign(new Error("deadlock detected"), { code: "40P01" });
        if (tries === 2) throw new C360Error("POSTGRES_UNREACHABLE", { host: "here", reason: "gone" });
        return Promise.resolve();
      },
    });
    const summary = await runStage(stage, { db, log, clock, logger: silentLogger });
    expect(summary.deadLetters).toBe(0);
    expect(await effects("transient")).toEqual(numbers(10));
    expect(waits).toEqual([100, 200]);
  });

  it("stops at an error that no message can be blamed for, and buries none", async () => {
    await fill("fatal", 10);
    const stage: Stage = {
      name: "fatal",
      topics: ["fatal"],
      handle: async (_messages, { tx }) => {
        await tx.query("insert into public.no_such_table values (1)");
        return [];
      },
    };
    await expect(runStage(stage, { ...run, db, log })).rejects.toThrow("no_such_table");
    expect((await db.query("select from ops.dead_letters where stage = 'fatal'")).rowCount).toBe(0);
    const lag = await consumerLag(db, log, { group: "fatal", topics: ["fatal"] });
    expect(lag.reduce((sum, each) => sum + each.lag, 0)).toBe(10);
  });

  it("buries one value that the database refuses, and keeps its value out of the reason", async () => {
    await log.append([1, "secret-name", 3].map((n) => ({ topic: "refused", key: "k", value: { n } })));
    const summary = await runStage(recorder("refused"), { ...run, db, log });
    expect(summary).toMatchObject({ handled: 3, deadLetters: 1 });
    expect(await effects("refused")).toEqual([1, 3]);
    const row = await db.query<{ error: string }>("select error from ops.dead_letters where stage = 'record-refused'");
    expect(row.rows[0]?.error).toContain("22P02");
    expect(row.rows[0]?.error).not.toContain("secret-name");
  });

  it("lets several workers of one stage share the work, each message once", async () => {
    await fill("shared", 2_000);
    const others = await Promise.all(
      [1, 2, 3].map(() => Promise.resolve(createEmbeddedLog(db, { clock: systemClock }))),
    );
    const summaries = await Promise.all(
      others.map((each) => runStage(recorder("shared"), { ...run, db, log: each, maxBatch: 50 })),
    );
    expect(summaries.reduce((sum, each) => sum + each.handled, 0)).toBe(2_000);
    expect(await effects("shared")).toEqual(numbers(2_000));
  });

  it("starts over when the log is shorter than what was read, and loses nothing", async () => {
    await fill("lost", 50);
    const stage = recorder("lost");
    await runStage(stage, { ...run, db, log });
    await db.query("delete from log.messages where topic = 'lost'");
    await db.query("update log.partitions set next_offset = 0 where topic = 'lost'");
    await fill("lost", 10, 100);
    const summary = await runStage(stage, { ...run, db, log });
    expect(summary.handled).toBe(10);
  });

  it("names the brokers when no Kafka answers", async () => {
    const start = createKafkaLog({ brokers: ["127.0.0.1:1"], clientId: "none", clock: systemClock, log: silentLogger });
    await expect(start).rejects.toMatchObject({ code: "KAFKA_UNREACHABLE", details: { brokers: "127.0.0.1:1" } });
  });
});
