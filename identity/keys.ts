import { doubleMetaphone } from "double-metaphone";
import { firmKey } from "./frequencies.ts";
import type { Prepared, PreparedName } from "./prepare.ts";

const phonetics = new Map<string, string>();

/** A word by its sound, five letters at most. */
export function sound(word: string): string {
  let code = phonetics.get(word);
  if (code === undefined) {
    code = doubleMetaphone(word)[0].slice(0, 5);
    if (phonetics.size > 200_000) phonetics.clear();
    phonetics.set(word, code);
  }
  return code;
}

/** Takes one key: its kind and the parts of its value. */
type KeyVisitor = (kind: string, one: string, two?: string, three?: string) => void;

/** Values by which a record may meet its duplicates, as text: `kind:value`, distinct. */
export function blockingKeys(record: Prepared): string[] {
  const keys = new Set<string>();
  visitKeys(record, (kind, ...parts) => keys.add(`${kind}:${parts.join(" ")}`));
  return [...keys];
}

const PRIME = 0x01000193;

/** Adds the keys of {@link blockingKeys} as numbers below 2^52, not always distinct, to a list. */
export function hashedKeys(record: Prepared, into: number[]): void {
  visitKeys(record, (kind, one, two, three) => {
    let low = 0x811c9dc5;
    let high = 0x6b43a9b5;
    const mix = (text: string): void => {
      for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        low = Math.imul(low ^ code, PRIME);
        high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
      }
    };
    mix(kind);
    mix(":");
    mix(one);
    for (const part of [two, three]) {
      if (part === undefined) continue;
      mix(" ");
      mix(part);
    }
    into.push((low >>> 0) + ((high ^ (high >>> 15)) & 0xfffff) * 0x1_0000_0000);
  });
}

/**
 * Wide on purpose: each kind of error (typing, order, moving, another number) leaves some key whole; how often a value
 * occurs decides whether it is used at all.
 */
function visitKeys(record: Prepared, add: KeyVisitor): void {
  if (record.type === "none") return;
  for (const phone of record.phones) {
    add("p", phone);
    if (phone.length === 10) add("p7", phone.slice(3));
  }
  for (const email of record.emails) {
    add("e", email);
    const box = email.slice(0, email.indexOf("@"));
    if (box.length >= 5) add("eb", box);
  }
  for (const alias of record.aliases) add("a", alias);
  for (const handle of record.handles) add("h", handle);
  for (const domain of record.domains) add("d", domain);
  for (const id of record.ids) add("t", id);
  addAddressKeys(add, record);
  if (record.type !== "organisation") for (const name of record.people) addPersonKeys(add, record, name);
  addFirmKeys(add, record);
  addItemKeys(add, record);
}

function addAddressKeys(add: KeyVisitor, record: Prepared): void {
  if (record.door !== "") {
    add("s", record.door);
    add("s2", record.houseNumber, sound(record.streetWords[0] ?? ""), record.locality);
    if (record.postcode !== "") add("sp", record.houseNumber, record.postcode);
  }
  if (record.street !== "" && record.family !== "") add("sf", record.street, sound(record.family));
}

function addPersonKeys(add: KeyVisitor, record: Prepared, name: PreparedName): void {
  const first = name.given[0] ?? "";
  const { family } = name;
  const place = record.locality === "" ? record.postcode : record.locality;
  if (first !== "" && family !== "") {
    const initial = first.slice(0, 1);
    addPair(add, "n", first, family);
    add("i", family, initial);
    add("i", first, family.slice(0, 1));
    addPair(add, "m", sound(first), sound(family));
    if (place !== "") add("mp", sound(family), initial, place);
    if (name.familyParts.length > 1) for (const part of name.familyParts) add("i", part, initial);
    add("a", first + family);
  }
  for (const word of [...name.given, family, ...(name.familyParts.length > 1 ? name.familyParts : [])]) {
    if (word.length < 2) continue;
    add("w", word);
    if (place !== "") add("wp", word, place);
    if (record.postcode !== "" && record.postcode !== place) add("wz", word, record.postcode);
  }
  if (record.birth !== "") addBirthKeys(add, record.birth, first, family);
}

function addBirthKeys(add: KeyVisitor, birth: string, first: string, family: string): void {
  const year = birth.slice(0, 4);
  const day = birth.slice(4);
  if (!birth.includes("-")) add("b", birth);
  for (const word of [first, family]) {
    if (word === "") continue;
    if (!year.includes("-")) add("bi", year, sound(word));
    if (!day.includes("-")) add("bj", day, word.slice(0, 1));
  }
}

function addPair(add: KeyVisitor, kind: string, one: string, two: string): void {
  if (one < two) add(kind, one, two);
  else add(kind, two, one);
}

function addFirmKeys(add: KeyVisitor, record: Prepared): void {
  for (const list of record.firms) {
    const joined = list.join("");
    add("f", firmKey(list));
    add("fj", joined.slice(0, 12));
    add("a", joined);
    const [one = "", two = ""] = list;
    if (two !== "") addPair(add, "f2", sound(one), sound(two));
    if (list.length >= 3 && list.length <= 8) add("fa", list.map((word) => word.slice(0, 1)).join(""));
    for (const word of list) {
      if (word.length < 2) continue;
      add("w", word);
      if (record.locality !== "") add("wp", word, record.locality);
      if (word.length > 4) add("ws", sound(word));
    }
    for (let at = 1; at < list.length; at += 1) addPair(add, "wb", list[at - 1] ?? "", list[at] ?? "");
  }
  if (record.type === "organisation" && record.family !== "" && record.given[0] !== undefined) {
    addPair(add, "n", record.given[0], record.family);
  }
}

/** Pairs of neighbouring rare-first words are enough for titles: one or two wrong words leave some pair whole. */
function addItemKeys(add: KeyVisitor, record: Prepared): void {
  const { titleWords } = record;
  if (titleWords.length === 0) return;
  add("ij", titleWords.join("").slice(0, 16));
  for (const [at, word] of titleWords.entries()) {
    if (word.length < 2) continue;
    add("iw", word);
    for (let next = at + 1; next < Math.min(titleWords.length, at + 4); next += 1)
      addPair(add, "i2", word, titleWords[next] ?? "");
  }
  for (const author of record.authors) add("ia", author, titleWords[0] ?? "");
}
