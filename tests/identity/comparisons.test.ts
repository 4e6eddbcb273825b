import { describe, expect, it } from "vitest";
import { dateLevel } from "../../identity/comparisons/person.ts";
import { prepareRecord } from "../../identity/prepare.ts";
import { jamaica, recordOf } from "./support/people.ts";

describe("dates of birth", () => {
  it("are the same, near, alike in most digits, or different, whichever stands first", () => {
    const pairs: readonly (readonly [string, string, number])[] = [
      ["19780819", "19780819", 0],
      ["19780819", "19780891", 1],
      ["19780508", "19780805", 1],
      ["19780819", "19780918", 2],
      ["20000403", "20010303", 2],
      ["19780819", "19860213", 3],
    ];
    for (const [left, right, level] of pairs) {
      expect(dateLevel(left, right)).toBe(level);
      expect(dateLevel(right, left)).toBe(level);
    }
  });
});

describe("preparation", () => {
  it("gives a number one form with and without its country's code", () => {
    const plain = { ...recordOf("a", "1", { name: "Errol Brown" }), phones: ["+74812856234"] };
    const bare = { ...plain, phones: ["4812856234"] };
    expect(prepareRecord(plain, jamaica).phones).toEqual(prepareRecord(bare, jamaica).phones);
  });

  it("knows father from son however the mark is written", () => {
    const generation = (familyName: string, givenName: string): string =>
      prepareRecord(recordOf("a", "1", { familyName, givenName }), jamaica).generation;
    expect(generation("Dobbins Senior", "David")).toBe("sr");
    expect(generation("Dobbins Jr", "David")).toBe("jr");
    expect(generation("Klein", "Morris II")).toBe("ii");
    expect(generation("Klein", "Morris")).toBe("");
  });
});
