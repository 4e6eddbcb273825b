import type { Prepared } from "./prepare.ts";
import type { Scorer } from "./weights.ts";

/**
 * What a record must hold for a comparison to say anything of it. Where either side holds nothing the comparison is
 * silent; those that are not named here may speak of anybody.
 */
const HOLDS: Readonly<Record<string, (one: Prepared) => boolean>> = {
  "given name": isNamed,
  "family name": isNamed,
  "name order": isNamed,
  "middle name": ({ middle }) => middle !== "",
  "birth date": ({ birth }) => birth !== "",
  gender: (one) => one.gender !== "",
  "birth place": ({ birthPlace }) => birthPlace !== "",
  occupation: (one) => one.occupation !== "",
  "contact person": ({ given, family }) => given.length > 0 && family !== "",
  "firm name": ({ firms }) => firms.length > 0,
  domain: ({ domains }) => domains.length > 0,
  phone: ({ phones }) => phones.length > 0,
  email: ({ emails }) => emails.length > 0,
  handle: ({ aliases }) => aliases.length > 0,
  street: (one) => one.street !== "",
  place: ({ postcode, locality, region }) => postcode !== "" || locality !== "" || region !== "",
  "tax number": ({ ids }) => ids.length > 0,
  title: ({ titleWords }) => titleWords.length > 0,
  authors: (one) => one.authors.length > 0,
  text: ({ textWords }) => textWords.length >= 3,
  amount: ({ amounts }) => amounts.length > 0,
  year: ({ years }) => years.length > 0,
  category: ({ categoryWords }) => categoryWords.length > 0,
};

function isNamed({ people, given, family }: Prepared): boolean {
  return given.length > 0 || family !== "" || people.length > 1;
}

/** Comparisons that a bit is kept for. */
const MOST_BITS = 31;

/**
 * Which of a scorer's comparisons may speak of each record: bit n for comparison n. A pair's comparisons are those of
 * both of its records: most stay silent, and are passed over without a look at either record.
 */
export function saidBits(scorer: Scorer, records: readonly Prepared[]): Int32Array {
  const bits = new Int32Array(records.length).fill(-1);
  for (const [at, name] of scorer.names.slice(0, MOST_BITS).entries()) {
    const holds = HOLDS[name];
    if (holds === undefined) continue;
    const rest = ~(1 << at);
    for (let rec = 0; rec < records.length; rec += 1) {
      const record = records[rec];
      if (record !== undefined && !holds(record)) bits[rec] = (bits[rec] ?? 0) & rest;
    }
  }
  return bits;
}
