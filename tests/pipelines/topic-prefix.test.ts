import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "#core";
import { createEmbeddedLog } from "#pipelines";
import { withTopicPrefix } from "../../pipelines/log/topic-prefix.ts";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

describe("two workspaces that share a log under prefixes", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await withDatabase();
  });
  afterAll(() => db.drop());

  it("see nothing of each other, and no prefix", async () => {
    const below = createEmbeddedLog(db, { clock: systemClock });
    const shop = withTopicPrefix(below, "shop.");
    const church = withTopicPrefix(below, "church.");
    await shop.append([{ topic: "raw.books.customers", key: "a", value: 1 }]);
    await church.append([{ topic: "raw.books.customers", key: "b", value: 2 }]);
    expect(await below.topics("*")).toEqual(["church.raw.books.customers", "shop.raw.books.customers"]);
    expect(await shop.topics("raw.*")).toEqual(["raw.books.customers"]);
    expect((await shop.offsets("raw.books.customers")).reduce((sum, one) => sum + one.high - one.low, 0)).toBe(1);
    expect(shop.id).not.toBe(church.id);
    const read: string[] = [];
    const asked = new Set<string>();
    await church.consume({
      group: "readers",
      topics: ["raw.*"],
      until: "end",
      startOffset: (topic) => {
        asked.add(topic);
        return Promise.resolve(0);
      },
      onBatch: ({ topic, messages }) => {
        for (const message of messages) read.push(`${topic} ${message.topic} ${message.key}`);
        return Promise.resolve();
      },
    });
    expect(read).toEqual(["raw.books.customers raw.books.customers b"]);
    expect([...asked]).toEqual(["raw.books.customers"]);
    await shop.trim("raw.books.customers", Date.parse("2100-01-01"));
    expect((await church.offsets("raw.books.customers")).reduce((sum, one) => sum + one.high - one.low, 0)).toBe(1);
  });
});
