import { doubleMetaphone } from "double-metaphone";
import { firmKey } from "./frequencies.ts";
import type { Prepared } from "./prepare.ts";

const phonetics = new Map<string, string>();

/** A word by its sound, four letters at most. */
export function sound(word: string): string {
  let code = phonetics.get(word);
  if (code === undefined) {
    code = doubleMetaphone(word)[0].slice(0, 5);
    if (phonetics.size > 200_000) phonetics.clear();
    phonetics.set(word, code);
  }
  return code;
}

/**
 * Values by which a record may meet its duplicates. Wide on purpose: each kind of error (typing, order, moving, another
 * number) leaves some key whole; how often a value occurs decides whether it is used at all.
 */
export function blockingKeys(record: Prepared): string[] {
  if (record.type === "none") return [];
  const keys = new Set<string>();
  for (const phone of record.phones) {
    keys.add(`p:${phone}`);
    if (phone.length === 10) keys.add(`p7:${phone.slice(3)}`);
  }
  for (const email of record.emails) keys.add(`e:${email}`);
  for (const alias of record.aliases) keys.add(`a:${alias}`);
  for (const handle of record.handles) keys.add(`h:${handle}`);
  for (const domain of record.domains) keys.add(`d:${domain}`);
  if (record.taxId !== "") keys.add(`t:${record.taxId}`);
  addAddressKeys(keys, record);
  if (record.type !== "organisation") addPersonKeys(keys, record);
  addFirmKeys(keys, record);
  return [...keys];
}

function addAddressKeys(keys: Set<string>, record: Prepared): void {
  if (record.door !== "") {
    keys.add(`s:${record.door}`);
    keys.add(`s2:${record.houseNumber} ${sound(record.street.split(" ")[0] ?? "")} ${record.locality}`);
  }
  if (record.street !== "" && record.family !== "") keys.add(`sf:${record.street} ${sound(record.family)}`);
}

function addPersonKeys(keys: Set<string>, record: Prepared): void {
  const first = record.given[0] ?? "";
  const { family } = record;
  const place = record.locality === "" ? record.postcode : record.locality;
  if (first !== "" && family !== "") {
    const initial = first.slice(0, 1);
    keys.add(`n:${[first, family].sort().join(" ")}`);
    keys.add(`i:${family} ${initial}`);
    keys.add(`i:${first} ${family.slice(0, 1)}`);
    keys.add(`m:${[sound(first), sound(family)].sort().join(" ")}`);
    if (place !== "") keys.add(`mp:${sound(family)} ${initial} ${place}`);
    for (const part of record.familyParts) if (record.familyParts.length > 1) keys.add(`i:${part} ${initial}`);
    keys.add(`a:${[`${first}${family}`][0] ?? ""}`);
  }
  for (const name of [...record.given, family, ...record.familyParts]) {
    if (name.length < 2) continue;
    keys.add(`w:${name}`);
    if (place !== "") keys.add(`wp:${name} ${place}`);
  }
  if (record.birth !== "") {
    keys.add(`b:${record.birth}`);
    for (const name of [first, family]) if (name !== "") keys.add(`bi:${record.birth.slice(0, 4)} ${sound(name)}`);
    for (const name of [first, family]) if (name !== "") keys.add(`bj:${record.birth.slice(4)} ${name.slice(0, 1)}`);
  }
}

function addFirmKeys(keys: Set<string>, record: Prepared): void {
  for (const list of record.firms) {
    const joined = list.join("");
    keys.add(`f:${firmKey(list)}`);
    keys.add(`fj:${joined.slice(0, 12)}`);
    keys.add(`a:${joined}`);
    const [one = "", two = ""] = list;
    if (two !== "") keys.add(`f2:${[sound(one), sound(two)].sort().join(" ")}`);
    for (const word of list) {
      if (word.length < 2) continue;
      keys.add(`w:${word}`);
      if (record.locality !== "") keys.add(`wp:${word} ${record.locality}`);
      if (word.length > 4) keys.add(`ws:${sound(word)}`);
    }
  }
  if (record.type === "organisation" && record.family !== "" && record.given[0] !== undefined) {
    keys.add(`n:${[record.given[0], record.family].sort().join(" ")}`);
  }
}
