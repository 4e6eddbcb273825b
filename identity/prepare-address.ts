import type { LexiconIndex } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { placeForm } from "./places.ts";
import { fold, words } from "./text.ts";

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
    unit: textWords(record.unit).at(-1) ?? "",
    locality: record.locality === null ? "" : placeForm(record.locality),
    region: record.regionCode ?? placeForm(record.region ?? ""),
    postcode: record.postcode === null ? "" : fold(record.postcode).replace(/[^a-z0-9]/g, ""),
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
  const named = list.filter((_word, at) => at !== numberAt).map((word) => index.streetTypes.get(word) ?? word);
  const types = index.streetTypeNames;
  // "Hope Road" and "Hope Rd" are one, and so is "Hope" alone; a street whose whole name is a type keeps it.
  const core = named.filter((word) => !types.has(word) || /north|south|east|west/.test(word));
  const street = (core.length > 0 ? core : named).join(" ");
  return {
    houseNumber,
    street,
    streetWords: street === "" ? [] : street.split(" "),
    streetJoined: street.replace(/ /g, ""),
    streetWhole: named.join(""),
    door: houseNumber === "" || street === "" ? "" : `${houseNumber} ${street}`,
  };
}

const ORDINALS: Readonly<Record<string, string>> = {
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
};

// "854 7th Ave. between 54th and 55th Sts." is 854 Seventh Avenue: directions to find it are no part of the address.
function streetWords(text: string): string[] {
  const bare = fold(text).replace(/\b(?:between|btw|near|opposite|opp|off|corner of|cnr|at|behind|next to)\b.*$/, "");
  return words(bare.trim() === "" ? text : bare).map((word) => ORDINALS[word] ?? word);
}
