import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { CountryCode } from "libphonenumber-js/max";
import { seededRandom } from "#core";
import type { CountryPack } from "#core";
import { loadPack, readPhones } from "#identity";
import { isHome, isHopeless, plainNumber } from "../../identity/standardise/phone-plan.ts";

const packOf = (country: string): CountryPack =>
  loadPack(JSON.parse(readFileSync(join(import.meta.dirname, `../../packs/${country}/pack.json`), "utf8")));
const packs = ["jm", "us", "ca", "gb"].map(packOf);
const AREAS = ["876", "658", "212", "718", "416", "800", "809", "829", "242", "473", "900", "555", "684", "787"];

/** Numbers as people write them, most of them of the plan, many of them of nobody. */
function writtenNumbers(count: number): string[] {
  const random = seededRandom(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] ?? list[0]!;
  const digit = (): string => String(Math.floor(random() * 10));
  const run = (size: number): string => Array.from({ length: size }, digit).join("");
  return Array.from({ length: count }, () => {
    const area = random() < 0.7 ? pick(AREAS) : run(3);
    const [exchange, line] = [run(3), random() < 0.05 ? pick(["0000", "1111", "1234"]) : run(4)];
    const gap = (): string => pick(["", "", " ", "-", ".", " - "]);
    const lead = pick(["", "", "", "1", "+1", "1-", "+1 ", "001", "0", "+"]);
    const shape = random();
    if (shape < 0.15) return `${exchange}${gap()}${line}`;
    if (shape < 0.35) return `${lead}(${area})${gap()}${exchange}${gap()}${line}`;
    return `${pick(["", " "])}${lead}${area}${gap()}${exchange}${gap()}${line}${pick(["", "", " ", "/5", "-6", " x12"])}`;
  });
}

describe("telephone numbers that are plainly written", () => {
  it("are read by the plan alone exactly as the full reading reads them", () => {
    const wrong: string[] = [];
    let quick = 0;
    for (const pack of packs) {
      for (const cell of writtenNumbers(6000)) {
        const plain = plainNumber(cell, pack);
        if (plain === null) continue;
        quick += 1;
        const full = readPhones(cell, { pack });
        const [only] = full;
        const notes = [...(plain.isLocal ? ["area_inferred"] : []), ...(plain.isListed ? [] : ["block_unlisted"])];
        const agrees = only?.e164 === plain.e164 && only.valid && only.extension === null;
        if (full.length !== 1 || !agrees || only.notes.join(" ") !== notes.join(" "))
          wrong.push(`${pack.country} ${JSON.stringify(cell)} ${plain.e164} ${JSON.stringify(full)}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(quick).toBeGreaterThan(2500);
  });

  it("leave what is no plain number to the full reading", () => {
    const [jamaica, , , britain] = packs;
    for (const cell of ["", "n/a", "926-1234/5", "876-926-1234 ext 5", "000-0000", "+44 20 7946 0958", "876-926-12345"])
      expect(plainNumber(cell, jamaica!)).toBeNull();
    expect(plainNumber("020 7946 0958", britain!)).toBeNull();
  });
});

/** Numbers with and without a calling code, trunk zero and right length, as they are dialled. */
function dialledNumbers(count: number): string[] {
  const random = seededRandom(11);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const run = (size: number): string => Array.from({ length: size }, () => String(Math.floor(random() * 10))).join("");
  const codes = "1 1 1 44 44 44 49 33 39 52 54 55 61 7 91 86 592 509 1246 1876 290 377 800 999 0 00".split(" ");
  return Array.from({ length: count }, () => {
    const lead = pick(["+", "+", "+", "0", "011", ""]);
    const code = lead === "+" ? pick(codes) : "";
    const trunk = pick(["", "", "", "0", "(0)", " (0)", "1", "8"]);
    const head = pick(["20", "7", "121", "876", "212", "800", ""]);
    return `${lead}${code}${pick(["", " ", "-"])}${trunk}${head}${run(4 + Math.floor(random() * 9))}`;
  });
}

describe("digits that nobody can call", () => {
  it("are told without the library only where the library finds no number either", () => {
    const wrong: string[] = [];
    let told = 0;
    for (const pack of packs) {
      for (const dial of dialledNumbers(6000)) {
        if (!isHopeless(dial, pack)) continue;
        told += 1;
        const parsed = parsePhoneNumberFromString(dial, pack.country as CountryCode);
        if (parsed !== undefined && (parsed.isValid() || isHome(parsed.number, pack)))
          wrong.push(`${pack.country} ${dial}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThan(4000);
  });
});
