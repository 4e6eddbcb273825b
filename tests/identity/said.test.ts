import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { blankPrepared, defaultSettings } from "#identity";
import type { Prepared } from "#identity";
import { isNearNumber, isSimilarWord } from "../../identity/comparisons/strings.ts";
import { saidBits } from "../../identity/said.ts";
import { EMPTY_LEXICON, PAIR_KINDS } from "../../identity/settings.ts";
import { comparePair, compileScorer, pairOutcome } from "../../identity/weights.ts";

type Draft = { -readonly [K in keyof Prepared]: Prepared[K] };

/** Records in which every field is filled or left out by chance. */
function someRecords(count: number, random: () => number): Prepared[] {
  const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, (_one, at) => {
    const record: Draft = {
      ...blankPrepared(),
      key: String(at),
      source: pick("a", "b"),
      type: pick("person", "organisation", "item", "unknown"),
      given: pick<string[]>([], ["mary"], ["brown"], ["m"]),
      family: pick("", "brown", "mary", "b"),
      middle: pick("", "ann"),
      generation: pick("", "jr"),
      firms: pick<string[][]>([], [["brown", "hardware"]], [["hardware"], ["brown"]]),
      birth: pick("", "19700101", "1970----"),
      phones: pick<string[]>([], ["8769261234"], ["8769261235", "6589261234"]),
      emails: pick<string[]>([], ["mary@a.com"]),
      aliases: pick<string[]>([], ["marybrown"]),
      handles: pick<string[]>([], ["marybrown"]),
      handleStems: pick<string[]>([], ["marybrown"]),
      domains: pick<string[]>([], ["brown.com"]),
      houseNumber: pick("", "5"),
      street: pick("", "hope"),
      door: pick("", "5 hope"),
      locality: pick("", "kingston"),
      region: pick("", "JM-01"),
      postcode: pick("", "10001"),
      ids: pick<string[]>([], ["123456789"]),
      gender: pick("", "f"),
      birthPlace: pick("", "mona"),
      occupation: pick("", "baker"),
      titleWords: pick<string[]>([], ["red", "paint"]),
      authors: pick<string[]>([], ["brown"]),
      textWords: pick<string[]>([], ["a"], ["one", "two", "three"]),
      categoryWords: pick<string[]>([], ["paint"]),
      amounts: pick<{ column: string; value: number }[]>([], [{ column: "price", value: 5 }]),
      years: pick<{ column: string; value: number }[]>([], [{ column: "year", value: 1970 }]),
    };
    record.familyParts = record.family === "" ? [] : [record.family];
    record.people = random() < 0.2 ? [record, { given: ["ann"], family: "lee", familyParts: ["lee"] }] : [record];
    return record;
  });
}

describe("comparisons that stay silent", () => {
  it("give what they give when every comparison is run", () => {
    const records = someRecords(200, seededRandom(5));
    let passed = 0;
    for (const kind of PAIR_KINDS) {
      const scorer = compileScorer(defaultSettings(EMPTY_LEXICON), kind);
      const said = saidBits(scorer, records);
      const [whole, part] = [pairOutcome(scorer), pairOutcome(scorer)];
      for (const [left, a] of records.entries()) {
        for (const [right, b] of records.entries()) {
          const bits = (said[left] ?? -1) & (said[right] ?? -1);
          if (bits !== -1) passed += 1;
          comparePair(scorer, a, b, whole, false);
          comparePair(scorer, a, b, part, false, bits);
          if (whole.levels.join() !== part.levels.join() || whole.chance.join() !== part.chance.join())
            expect([left, right, kind, part.levels]).toEqual([left, right, kind, whole.levels]);
        }
      }
    }
    expect(passed).toBeGreaterThan(100_000);
  });
});

// Letters put in, left out or written for another, counted by the table that the definition gives.
function editsBetween(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_one, at) => at);
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at];
    for (let other = 1; other <= right.length; other += 1) {
      const same = left[at - 1] === right[other - 1] ? 0 : 1;
      next.push(Math.min((row[other] ?? 0) + 1, (next[other - 1] ?? 0) + 1, (row[other - 1] ?? 0) + same));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

describe("edits", () => {
  it("are counted up to two as the whole table counts them", () => {
    const random = seededRandom(9);
    const text = (letters: string, size: number): string =>
      Array.from({ length: size }, () => letters[Math.floor(random() * letters.length)]).join("");
    for (let n = 0; n < 20_000; n += 1) {
      const word = text("ab", 7 + Math.floor(random() * 4));
      const other = text("ab", word.length - 2 + Math.floor(random() * 5));
      const edits = editsBetween(word, other);
      // Words of seven letters and more are alike up to two edits.
      expect(isSimilarWord(word, other)).toBe(edits <= 2 && Math.abs(word.length - other.length) <= 2);
      const number = text("12", 5 + Math.floor(random() * 3));
      const near = text("12", number.length - 1 + Math.floor(random() * 3));
      const isSwapped = Array.from(
        { length: number.length - 1 },
        (_one, at) => number.slice(0, at) + (number[at + 1] ?? "") + (number[at] ?? "") + number.slice(at + 2),
      ).includes(near);
      expect(isNearNumber(number, near)).toBe(number !== near && (editsBetween(number, near) === 1 || isSwapped));
    }
  });
});
