import { describe, expect, it } from "vitest";
import { spoilWeb } from "../../scripts/bench/mutations-web.ts";

describe("spoiled pages, rules and answers", () => {
  it("crash nothing, hang nothing and lose nothing without a word", async () => {
    const seen: string[] = [];
    for await (const damage of spoilWeb(150, 20)) {
      seen.push(damage.source);
      expect(damage, damage.first).toMatchObject({ inputs: 150, crashes: 0, hangs: 0, losses: 0 });
    }
    expect(seen).toEqual(["pages", "robots", "quickbooks", "sheets"]);
  });
});
