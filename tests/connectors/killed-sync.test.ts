import { describe, expect, it } from "vitest";
import { killedSync } from "../../scripts/bench/killed-sync.ts";

describe("a sync that is killed at random moments", () => {
  // `npm run bench -- faults` does it a hundred times over 100,000 records, on both logs.
  it("loses and doubles nothing", async () => {
    const result = await killedSync({ records: 1200, kills: 2, brokers: null, seed: 42 });
    expect(result.kills).toBeGreaterThanOrEqual(2);
    expect(result).toMatchObject({ lost: 0, doubled: 0, unbalanced: 0 });
  }, 600_000);
});
