import { describe, expect, it } from "vitest";
import { c360, withWorkspace } from "../support/c360.ts";
import type { RunAnswer } from "../support/c360.ts";
import { TESTED_KAFKAS, withKafka } from "../support/kafka.ts";

const SCALE = ["--scale", "0.04"];

async function contentOver(env: Readonly<Record<string, string>>): Promise<string> {
  return withWorkspace(async (dir) => {
    const answer = await c360(["demo", ...SCALE, "--workspace", dir, "--json"], { env });
    expect(answer.status, answer.stderr).toBe(0);
    return answer.json<RunAnswer>().content_hash;
  });
}

describe("the demo's published content", () => {
  it("is the same over the embedded log and over Kafka", async () => {
    const embedded = await contentOver({});
    for (const version of TESTED_KAFKAS) {
      const kafka = await withKafka(version);
      try {
        expect(await contentOver({ KAFKA_BROKERS: kafka.address }), version).toBe(embedded);
      } finally {
        await kafka.stop();
      }
    }
  }, 300_000);

  it("is kept when no broker answers, with a word on what to type", async () => {
    await withWorkspace(async (dir) => {
      await c360(["init", "--workspace", dir]);
      const answer = await c360(["nightly", "--workspace", dir], { env: { KAFKA_BROKERS: "127.0.0.1:9" } });
      expect(answer.status).toBe(1);
      expect(answer.stderr).toContain("KAFKA_UNREACHABLE");
      expect(answer.stderr).toContain("npm run kafka");
    });
  });
});
