import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { silentLogger, systemClock } from "#core";
import { createEmbeddedLog } from "#pipelines";
import type { Stage } from "#pipelines";
import { beside, runThrough } from "../../jobs/beside.ts";
import type { StepContext } from "../../jobs/step-context.ts";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await withDatabase();
});
afterAll(() => db.drop());

/** What these two need of a step's context. */
function contextWith(env: Readonly<Record<string, string>>): StepContext {
  const out = { progress: () => undefined };
  return {
    workspace: { clock: systemClock, log: silentLogger, env, out },
    stores: { db },
    log: createEmbeddedLog(db, { clock: systemClock }),
    signal: new AbortController().signal,
    handled: new Map(),
  } as unknown as StepContext;
}

function stageOf(topic: string, onMessages: (count: number) => void): Stage {
  return {
    name: topic,
    topics: [topic],
    handle: (messages) => {
      onMessages(messages.length);
      return Promise.resolve([]);
    },
  };
}

const put = (context: StepContext, topic: string): Promise<void> =>
  context.log.append([{ topic, key: "k", value: { one: 1 } }]);

describe("a stage beside the work that feeds it", () => {
  it("handles what comes while the work goes on, and its own step counts that too", async () => {
    const context = contextWith({});
    let tell: () => void = () => undefined;
    const handled = new Promise<void>((resolve) => (tell = resolve));
    const stage = stageOf("beside.early", () => tell());
    // Work that never ends unless the stage handles its message meanwhile.
    await beside(context, stage, async () => {
      await put(context, "beside.early");
      await handled;
    });
    await put(context, "beside.early");
    expect(await runThrough(context, stage)).toBe(2);
  });

  it("waits for its own step on Kafka", async () => {
    const context = contextWith({ KAFKA_BROKERS: "127.0.0.1:9092" });
    const seen: number[] = [];
    const stage = stageOf("beside.later", (count) => seen.push(count));
    await put(context, "beside.later");
    const work = async (): Promise<void> => {
      await systemClock.sleep(300);
    };
    await beside(context, stage, work);
    expect(seen).toEqual([]);
    expect(await runThrough(context, stage)).toBe(1);
  });

  it("leaves what the work gives alone when it fails, and its own step tells", async () => {
    const context = contextWith({});
    const stage = stageOf("beside.failing", () => undefined);
    const broken = {
      ...context,
      stores: { ...context.stores, db: { ...db, transaction: () => Promise.reject(new Error("gone")) } },
    };
    expect(await beside(broken as StepContext, stage, () => put(context, "beside.failing").then(() => 7))).toBe(7);
    await expect(runThrough(broken as StepContext, stage)).rejects.toThrow("gone");
  });
});
