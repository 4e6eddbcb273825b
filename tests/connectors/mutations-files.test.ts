import { describe, expect, it } from "vitest";
import { spoilFiles } from "../../scripts/bench/mutations-files.ts";

describe("spoiled files", () => {
  it("crash nothing, hang nothing and lose nothing without a word", async () => {
    const damage = await spoilFiles(250, 5);
    expect(damage, damage.first).toMatchObject({ inputs: 250, crashes: 0, hangs: 0, losses: 0 });
  });
});
