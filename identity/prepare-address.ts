import type { LexiconIndex } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { placeForm } from "./places.ts";
import { bareForm, fold, words } from "./text.ts";

const NOTHING: readonly string[] = [];

/** Words of a text; none where it is absent. */
export function textWords(text: string | null): readonly string[] {
  return text === null ? NOTHING : words(text);
}

/** The address of a record in the form that comparisons read. */
export interface PreparedAddress {
  readonly houseNumber: string;
  readonly street: string;
  /** The street's words, and all of them in one. */
  readonly streetWords: readonly string[];
  readonly streetJoined: string;
  /** With the type of street, in one: "townscrescent". */
  readonly streetWhole: string;
  readonly door: string;
  readonly unit: string;
  readonly locality: string;
  readonly region: string;
  readonly postcode: string;
}

/** Prepares the address of a record. */
export function prepareAddress(record: LinkRecord, index: LexiconIndex): PreparedAddress {
  const street = record.street === null ? NO_STREET : prepareStreet(record.street, index);
  return {
    houseNumber: street.houseNumber,
    street: street.street,
    streetWords: street.streetWords,
    streetJoined: street.streetJoined,
    streetWhole: street.streetWhole,
    door: street.door,
    unit: record.unit === null ? "" : (words(record.unit).at(-1) ?? ""),
    locality: record.locality === null ? "" : placeForm(record.locality),
    region: record.regionCode ?? placeForm(record.region ?? ""),
    postcode: record.postcode === null ? "" : bareForm(record.postcode),
  };
}

type PreparedStreet = Omit<PreparedAddress, "unit" | "locality" | "region" | "postcode">;

const NO_STREET: PreparedStreet = {
  houseNumber: "",
  street: "",
  streetWords: NOTHING,
  streetJoined: "",
  streetWhole: "",
  door: "",
};

function prepareStreet(text: string, index: LexiconIndex): PreparedStreet {
  const list = streetWords(text);
  const numberAt = list.findIndex((word) => word.charCodeAt(0) < 58 && /^\d+[a-z]?$/.test(word));
  const houseNumber = numberAt < 0 ? "" : (list[numberAt] ?? "");
  const named: string[] = [];
  // "Hope Road" and "Hope Rd" are one, and so is "Hope" alone; a street whose whole name is a type keeps it.
  const core: string[] = [];
  for (const [at, text] of list.entries()) {
    if (at === numberAt) continue;
    const word = index.streetTypes.get(text) ?? text;
    named.push(word);
    if (!index.streetTypeNames.has(word) || /north|south|east|west/.test(word)) core.push(word);
  }
  const kept = core.length > 0 ? core : named;
  const street = kept.join(" ");
  return {
    houseNumber,
    street,
    streetWords: kept,
    streetJoined: kept.join(""),
    streetWhole: kept.length === named.length ? kept.join("") : named.join(""),
    door: houseNumber === "" || street === "" ? "" : `${houseNumber} ${street}`,
  };
}

const ORDINALS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    first: "1st",
    second: "2nd",
    third: "3rd",
    fourth: "4th",
    fifth: "5th",
    sixth: "6th",
    seventh: "7th",
    eighth: "8th",
    ninth: "9th",
    tenth: "10th",
    eleventh: "11th",
    twelfth: "12th",
  }),
);

const DIRECTION = /\b(?:between|btw|near|opposite|opp|off|corner of|cnr|at|behind|next to)\b.*$/;
/** Words with which a direction begins. */
const DIRECTION_WORDS: ReadonlySet<string> = new Set(
  "between btw near opposite opp off corner cnr at behind next".split(" "),
);

// "854 7th Ave. between 54th and 55th Sts." is 854 Seventh Avenue: directions to find it are no part of the address.
function streetWords(text: string): string[] {
  let list = words(text);
  if (list.some((word) => DIRECTION_WORDS.has(word))) {
    const bare = fold(text).replace(DIRECTION, "");
    if (bare.trim() !== "") list = words(bare);
  }
  return list.map((word) => ORDINALS.get(word) ?? word);
}
