import { describe, expect, test } from "vitest";
import { readEvidence } from "../../console/evidence.ts";
import { createWords, keyInWords, probabilityInWords, safeHref, sourceInWords, telHref } from "../../console/words.ts";

const words = createWords({ homeCurrency: "JMD", timeZone: "America/Jamaica" });

describe("money", () => {
  test.each([
    ["0", "JMD 0.00"],
    ["1234567.5", "JMD 1,234,567.50"],
    ["-999.99", "JMD -999.99"],
    ["1000", "JMD 1,000.00"],
    ["9007199254740993.01", "JMD 9,007,199,254,740,993.01"],
  ])("%s is shown as %s, without passing through floating point", (amount, shown) => {
    expect(words.money(amount)).toBe(shown);
  });

  test("an unknown amount is not shown as zero", () => {
    expect(words.money(null)).toBe("not known");
  });
});

describe("times", () => {
  test("are shown in the workspace's zone", () => {
    expect(words.time("2024-03-01T02:30:00.000Z")).toBe("29 Feb 2024, 21:30");
  });

  test("a day without a time stays that day", () => {
    expect(words.time("2024-03-01T00:00:00.000Z")).toBe("1 Mar 2024");
    expect(words.date("2024-03-01")).toBe("1 Mar 2024");
  });

  test("a zone that this machine does not know falls back to UTC and says so", () => {
    expect(createWords({ homeCurrency: "JMD", timeZone: "Mars/Olympus" }).time("2024-03-01T02:30:00Z")).toBe(
      "1 Mar 2024, 02:30 UTC",
    );
  });
});

test("sources and keys are told in words, and a text that is no key stays as it is", () => {
  expect(sourceInWords("google-sheets")).toBe("Google Sheets");
  expect(sourceInWords("own_shop")).toBe("Own shop");
  expect(keyInWords("excel:drop%3Amain:contacts:A%2F1")).toBe("Excel and CSV files, contacts, record A/1");
  expect(keyInWords("%E0%A4%A")).toBe("%E0%A4%A");
});

test("a probability is never told as certain", () => {
  expect(probabilityInWords(1)).toMatch(/^Almost certainly the same customer: about 99 in 100/);
  expect(probabilityInWords(0)).toMatch(/^Almost certainly two customers: about 1 in 100/);
  expect(probabilityInWords(0.5)).toMatch(/^It could go either way/);
});

describe("links", () => {
  test.each([
    ["https://a.example/x?y=1", "https://a.example/x?y=1"],
    ["a.example", "https://a.example/"],
    ["a.example:8080/x", "https://a.example:8080/x"],
  ])("%s may be followed", (site, href) => {
    expect(safeHref(site)).toBe(href);
  });

  test.each([
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "https://user:pw@a.example",
    "http://localhost",
    "not a site",
    "",
  ])("%j may not", (site) => {
    expect(safeHref(site)).toBeNull();
  });

  test("only a number in international form can be dialled", () => {
    expect(telHref("+18765550101")).toBe("tel:+18765550101");
    expect(telHref("555-0101")).toBeNull();
    expect(telHref("+1876;ext=1")).toBeNull();
  });
});

describe("evidence", () => {
  test("is ordered by weight, told in words, and a text of its own comes first", () => {
    const lines = readEvidence([
      { comparison: "family_name", level: "exact", weight: 1, left: "Brown", right: "Brown" },
      { comparison: "birthDate", level: "year_differs", weight: -7.5, left: "1980", right: null },
      { comparison: "phones", weight: 0.1, left: ["+1"], right: { odd: true }, text: "One phone" },
    ]);
    expect(lines.map((line) => [line.sign, line.subject, line.finding, line.strength])).toEqual([
      ["−", "Date of birth", "Year differs", "speaks very strongly for two customers"],
      ["+", "Family name", "Exact", "speaks a little for the same customer"],
      ["·", "Phone", "One phone", "says little either way"],
    ]);
  });

  test.each([[null], ["text"], [{}], [[null, 1, "x", { weight: 2 }]], [{ terms: "x" }]])(
    "of an unknown shape (%j) is left out",
    (odd) => {
      expect(readEvidence(odd)).toEqual([]);
    },
  );

  test("as the linkage writes it is told without saying the field and the direction twice, the prior last", () => {
    const lines = readEvidence([
      {
        field: "rate",
        level: "prior",
        left: "",
        right: "",
        weight: -12,
        words: "Two persons are seldom the same one.",
      },
      {
        field: "phone",
        level: "same",
        left: "1",
        right: "1",
        weight: 8,
        words: "Phone: same. This speaks for one customer; by chance about 1 pair in 900 would.",
      },
      { field: "name", level: "other", left: "a", right: "b", weight: -3, words: "Name: other. This speaks for two." },
    ]);
    expect(lines.map((line) => [line.sign, line.subject, line.finding])).toEqual([
      ["+", "Phone", "Same; by chance about 1 pair in 900 would."],
      ["−", "Name", "Other."],
      ["·", "Before comparing", "Two persons are seldom the same one."],
    ]);
  });

  test("inside a wrapper is found", () => {
    expect(readEvidence({ prior: 1, terms: [{ comparison: "email", weight: 3 }] })).toHaveLength(1);
  });
});
