import { doubleMetaphone } from "double-metaphone";
import { codeAt } from "./comparisons/strings.ts";
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

/** Takes keys: kind and the parts of the value. An object, because a closure for each record would cost more than its keys. */
interface KeySink {
  add(kind: string, one: string, two?: string, three?: string): void;
}

class TextSink implements KeySink {
  readonly keys = new Set<string>();

  add(kind: string, ...parts: string[]): void {
    this.keys.add(`${kind}:${parts.join(" ")}`);
  }
}

/** Values by which a record may meet its duplicates, as text: `kind:value`, distinct. */
export function blockingKeys(record: Prepared): string[] {
  const sink = new TextSink();
  visitKeys(record, sink);
  return [...sink.keys];
}

const PRIME = 0x01000193;
const PRIME_HIGH = 0x85ebca6b;
const COLON = 58;
const SPACE = 32;

class HashSink implements KeySink {
  into: number[] = [];
  private low = 0;
  private high = 0;

  add(kind: string, one: string, two?: string, three?: string): void {
    this.low = 0x811c9dc5;
    this.high = 0x6b43a9b5;
    this.mix(kind);
    this.mixCode(COLON);
    this.mix(one);
    if (two !== undefined) {
      this.mixCode(SPACE);
      this.mix(two);
    }
    if (three !== undefined) {
      this.mixCode(SPACE);
      this.mix(three);
    }
    const { low, high } = this;
    this.into.push((low >>> 0) + ((high ^ (high >>> 15)) & 0xfffff) * 0x1_0000_0000);
  }

  private mixCode(code: number): void {
    this.low = Math.imul(this.low ^ code, PRIME);
    this.high = Math.imul(this.high ^ code, PRIME_HIGH) ^ (this.high >>> 13);
  }

  private mix(text: string): void {
    let { low, high } = this;
    const size = text.length;
    for (let at = 0; at < size; at += 1) {
      const code = codeAt(text, at);
      low = Math.imul(low ^ code, PRIME);
      high = Math.imul(high ^ code, PRIME_HIGH) ^ (high >>> 13);
    }
    this.low = low;
    this.high = high;
  }
}

const hashes = new HashSink();

/** Adds the keys of {@link blockingKeys} as numbers below 2^52, not always distinct, to a list. */
export function hashedKeys(record: Prepared, into: number[]): void {
  hashes.into = into;
  visitKeys(record, hashes);
}

/** The number of one key by its kind and the parts of its value, as {@link hashedKeys} gives it. */
export function keyHash(kind: string, one: string, two?: string, three?: string): number {
  single.length = 0;
  hashes.into = single;
  hashes.add(kind, one, two, three);
  return single[0] ?? 0;
}

const single: number[] = [];

/**
 * Wide on purpose: each kind of error (typing, order, moving, another number) leaves some key whole; how often a value
 * occurs decides whether it is used at all.
 */
function visitKeys(record: Prepared, sink: KeySink): void {
  if (record.type === "none") return;
  for (const phone of record.phones) {
    sink.add("p", phone);
    if (phone.length === 10) sink.add("p7", phone.slice(3));
  }
  for (const email of record.emails) {
    sink.add("e", email);
    const box = email.slice(0, email.indexOf("@"));
    if (box.length >= 5) sink.add("eb", box);
  }
  for (const alias of record.aliases) sink.add("a", alias);
  for (const handle of record.handles) sink.add("h", handle);
  for (const domain of record.domains) sink.add("d", domain);
  for (const id of record.ids) sink.add("t", id);
  addAddressKeys(sink, record);
  if (record.type !== "organisation") for (const name of record.people) addPersonKeys(sink, record, name);
  addFirmKeys(sink, record);
  addItemKeys(sink, record);
}

function addAddressKeys(sink: KeySink, record: Prepared): void {
  if (record.door !== "") {
    sink.add("s", record.door);
    sink.add("s2", record.houseNumber, sound(record.streetWords[0] ?? ""), record.locality);
    if (record.postcode !== "") sink.add("sp", record.houseNumber, record.postcode);
  }
  if (record.street !== "" && record.family !== "") sink.add("sf", record.street, sound(record.family));
}

function addPersonKeys(sink: KeySink, record: Prepared, name: PreparedName): void {
  const first = name.given[0] ?? "";
  const { family } = name;
  const place = record.locality === "" ? record.postcode : record.locality;
  if (first !== "" && family !== "") {
    const initial = first.slice(0, 1);
    addPair(sink, "n", first, family);
    sink.add("i", family, initial);
    sink.add("i", first, family.slice(0, 1));
    addPair(sink, "m", sound(first), sound(family));
    if (place !== "") sink.add("mp", sound(family), initial, place);
    if (name.familyParts.length > 1) for (const part of name.familyParts) sink.add("i", part, initial);
    sink.add("a", first + family);
  }
  for (const word of name.given) addWordKeys(sink, word, place, record.postcode);
  addWordKeys(sink, family, place, record.postcode);
  if (name.familyParts.length > 1) for (const word of name.familyParts) addWordKeys(sink, word, place, record.postcode);
  if (record.birth !== "") addBirthKeys(sink, record.birth, first, family);
}

function addWordKeys(sink: KeySink, word: string, place: string, postcode: string): void {
  if (word.length < 2) return;
  sink.add("w", word);
  if (place !== "") sink.add("wp", word, place);
  if (postcode !== "" && postcode !== place) sink.add("wz", word, postcode);
}

function addBirthKeys(sink: KeySink, birth: string, first: string, family: string): void {
  const year = birth.slice(0, 4);
  const day = birth.slice(4);
  if (!birth.includes("-")) sink.add("b", birth);
  for (const word of [first, family]) {
    if (word === "") continue;
    if (!year.includes("-")) sink.add("bi", year, sound(word));
    if (!day.includes("-")) sink.add("bj", day, word.slice(0, 1));
  }
}

function addPair(sink: KeySink, kind: string, one: string, two: string): void {
  if (one < two) sink.add(kind, one, two);
  else sink.add(kind, two, one);
}

function addFirmKeys(sink: KeySink, record: Prepared): void {
  for (const list of record.firms) {
    const joined = list.join("");
    sink.add("f", firmKey(list));
    sink.add("fj", joined.slice(0, 12));
    sink.add("a", joined);
    const [one = "", two = ""] = list;
    if (two !== "") addPair(sink, "f2", sound(one), sound(two));
    if (list.length >= 3 && list.length <= 8) sink.add("fa", list.map((word) => word.slice(0, 1)).join(""));
    for (const word of list) {
      if (word.length < 2) continue;
      sink.add("w", word);
      if (record.locality !== "") sink.add("wp", word, record.locality);
      if (word.length > 4) sink.add("ws", sound(word));
    }
    for (let at = 1; at < list.length; at += 1) addPair(sink, "wb", list[at - 1] ?? "", list[at] ?? "");
    if (isNameOnly(record)) addWordPairs(sink, list);
  }
  if (record.type === "organisation" && record.family !== "" && record.given[0] !== undefined) {
    addPair(sink, "n", record.given[0], record.family);
  }
}

/** Words of a name that are paired with each other, at most. */
const MOST_PAIRED = 9;

// Of a firm that is known by its name alone, any two words may be all that another spelling of it keeps.
function addWordPairs(sink: KeySink, list: readonly string[]): void {
  for (let one = 0; one < Math.min(list.length, MOST_PAIRED); one += 1)
    for (let two = one + 2; two < Math.min(list.length, MOST_PAIRED); two += 1)
      addPair(sink, "wb", list[one] ?? "", list[two] ?? "");
}

function isNameOnly(record: Prepared): boolean {
  const { phones, emails, domains, ids, door, street, locality, postcode } = record;
  const isReached = phones.length + emails.length + domains.length + ids.length > 0;
  return !isReached && door === "" && street === "" && locality === "" && postcode === "";
}

/** Pairs of neighbouring rare-first words are enough for titles: one or two wrong words leave some pair whole. */
function addItemKeys(sink: KeySink, record: Prepared): void {
  const { titleWords } = record;
  if (titleWords.length === 0) return;
  sink.add("ij", titleWords.join("").slice(0, 16));
  for (const [at, word] of titleWords.entries()) {
    if (word.length < 2) continue;
    sink.add("iw", word);
    for (let next = at + 1; next < Math.min(titleWords.length, at + 4); next += 1)
      addPair(sink, "i2", word, titleWords[next] ?? "");
  }
  for (const author of record.authors) sink.add("ia", author, titleWords[0] ?? "");
}
