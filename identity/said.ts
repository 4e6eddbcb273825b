import type { Prepared } from "./prepare.ts";
import type { Scorer } from "./weights.ts";

/**
 * What a record must hold for a comparison to say anything of it, bit by bit. Where either side holds nothing the
 * comparison is silent.
 */
function heldBits(one: Prepared): number {
  return (
    nameBits(one) |
    (one.middle === "" ? 0 : 1 << 1) |
    (one.birth === "" ? 0 : 1 << 2) |
    (one.gender === "" ? 0 : 1 << 3) |
    (one.birthPlace === "" ? 0 : 1 << 4) |
    (one.occupation === "" ? 0 : 1 << 5) |
    (one.firms.length === 0 ? 0 : 1 << 7) |
    (one.domains.length === 0 ? 0 : 1 << 8) |
    (one.phones.length === 0 ? 0 : 1 << 9) |
    (one.emails.length === 0 ? 0 : 1 << 10) |
    (one.aliases.length === 0 ? 0 : 1 << 11) |
    (one.street === "" ? 0 : 1 << 12) |
    (one.postcode === "" && one.locality === "" && one.region === "" ? 0 : 1 << 13) |
    (one.ids.length === 0 ? 0 : 1 << 14) |
    itemBits(one)
  );
}

function nameBits({ given, family, people }: Prepared): number {
  const isWhole = given.length > 0 && family !== "";
  return (given.length > 0 || family !== "" || people.length > 1 ? 1 : 0) | (isWhole ? 1 << 6 : 0);
}

function itemBits(one: Prepared): number {
  return (
    (one.titleWords.length === 0 ? 0 : 1 << 15) |
    (one.authors.length === 0 ? 0 : 1 << 16) |
    (one.textWords.length < 3 ? 0 : 1 << 17) |
    (one.amounts.length === 0 ? 0 : 1 << 18) |
    (one.years.length === 0 ? 0 : 1 << 19) |
    (one.categoryWords.length === 0 ? 0 : 1 << 20)
  );
}

/** The bit that each comparison needs; those that are not named here may speak of anybody. */
const NEEDS: Readonly<Record<string, number>> = {
  "given name": 0,
  "family name": 0,
  "name order": 0,
  "middle name": 1,
  "birth date": 2,
  gender: 3,
  "birth place": 4,
  occupation: 5,
  "contact person": 6,
  "firm name": 7,
  domain: 8,
  phone: 9,
  email: 10,
  handle: 11,
  street: 12,
  place: 13,
  "tax number": 14,
  title: 15,
  authors: 16,
  text: 17,
  amount: 18,
  year: 19,
  category: 20,
};

/** Comparisons that a bit is kept for. */
const MOST_BITS = 31;

/**
 * Which of a scorer's comparisons may speak of each record: bit n for comparison n. A pair's comparisons are those of
 * both of its records: most stay silent, and are passed over without a look at either record.
 */
export function saidBits(scorer: Scorer, records: readonly Prepared[]): Int32Array {
  const bits = new Int32Array(records.length).fill(-1);
  const needs = scorer.names.slice(0, MOST_BITS).map((name) => NEEDS[name] ?? -1);
  // Few records differ in what they hold.
  const known = new Map<number, number>();
  for (let at = 0; at < bits.length; at += 1) {
    const record = records[at];
    if (record === undefined) continue;
    const held = heldBits(record);
    let said = known.get(held);
    if (said === undefined) {
      said = saidOf(held, needs);
      known.set(held, said);
    }
    bits[at] = said;
  }
  return bits;
}

function saidOf(held: number, needs: readonly number[]): number {
  let said = -1;
  for (const [at, need] of needs.entries()) if (need >= 0 && ((held >> need) & 1) === 0) said &= ~(1 << at);
  return said;
}
