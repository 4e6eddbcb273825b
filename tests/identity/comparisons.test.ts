import { describe, expect, it } from "vitest";
import { dateLevel } from "../../identity/comparisons/person.ts";
import { explainPrepared } from "../../identity/explain.ts";
import { lexiconOf } from "../../identity/lexicon.ts";
import { prepareRecord } from "../../identity/prepare.ts";
import { defaultSettings } from "../../identity/settings.ts";
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

describe("names in different kinds of script", () => {
  const settings = defaultSettings(jamaica);
  const outcomeOf = (left: string, right: string, field: string): string => {
    const [a, b] = [left, right].map((name, at) =>
      prepareRecord(recordOf("list", String(at), { name, phones: ["876-555-0101"] }), lexiconOf(jamaica)),
    );
    if (a === undefined || b === undefined) throw new Error("two names are needed");
    const { evidence } = explainPrepared(a, b, settings);
    return evidence.find((term) => term.field === field)?.level ?? "silent";
  };

  it("say nothing where transliteration does not match, and agree where it does", () => {
    expect(outcomeOf("فيصل صديقي", "Faisal Siddiqui", "family name")).toBe("silent");
    expect(outcomeOf("刘杰", "Deborah Thompson", "given name")).toBe("silent");
    expect(outcomeOf("Иван Петров", "Ivan Petrov", "family name")).toBe("same");
  });

  it("are still held against each other within a kind", () => {
    expect(outcomeOf("Иван Петров", "Marcia Brown", "family name")).toBe("different");
    expect(outcomeOf("Omar Lindo", "Marcia Brown", "family name")).toBe("different");
  });
});
