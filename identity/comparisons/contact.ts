import type { FrequencyField } from "../frequencies.ts";
import type { Prepared } from "../prepare.ts";
import type { CompareContext, Comparator } from "./context.ts";
import { missing, rarestShared, set, tell } from "./context.ts";
import { areEqual, codeAt, fewEdits, isIn, isNearNumber, isSimilarWord, isTransposed } from "./strings.ts";

const phone: Comparator = (a, b, context, out) => {
  if (a.phones.length === 0 || b.phones.length === 0) return missing(out);
  const shared = rarestShared(a.phones, b.phones, "phone", context);
  if (shared !== null)
    return set(out, isCommon("phone", shared.value, context) ? 1 : 0, shared.frequency, shared.value, shared.value);
  set(out, areNearPhones(a.phones, b.phones) ? 2 : 3, 0);
  if (out.wanted) tell(out, a.phones.join(" "), b.phones.join(" "));
};

/** Different names that a value of one customer may go by: short, misspelt, turned round. */
const OWN_NAMES = 3;

// A number that many names share tells a building or a family, not a customer: it is a level of its own, so that the fit
// can learn who shares.
function isCommon(field: FrequencyField, value: string, context: CompareContext): boolean {
  return context.frequencies.count(field, value) > OWN_NAMES;
}

function areNearPhones(left: readonly string[], right: readonly string[]): boolean {
  for (const one of left) for (const other of right) if (isNearPhone(one, other)) return true;
  return false;
}

// One digit off, or the same line under another area code (a country may have two).
function isNearPhone(left: string, right: string): boolean {
  return isNearNumber(left, right) || (left.length === 10 && right.length === 10 && isSameLine(left, right));
}

// The seven digits after the area code.
function isSameLine(left: string, right: string): boolean {
  for (let at = 9; at >= 3; at -= 1) if (codeAt(left, at) !== codeAt(right, at)) return false;
  return true;
}

const email: Comparator = (a, b, context, out) => {
  if (a.emails.length === 0 || b.emails.length === 0) return missing(out);
  const shared = rarestShared(a.emails, b.emails, "email", context);
  if (shared !== null)
    return set(out, isCommon("email", shared.value, context) ? 1 : 0, shared.frequency, shared.value, shared.value);
  let level = 3;
  let isSpelt = true;
  for (const left of a.emails) {
    for (const right of b.emails) {
      let found = mailLevel(left, right);
      // "cburns" and "hburns" are two of one family.
      if (found === 2 && areRelatives(left, right, a, b)) found = 3;
      // "riley.kaufman" and "rileykaufman" are no typing error where both owners are called so.
      if (found === 2 && level >= 2) isSpelt &&= spellsEither(left, a, b) && spellsEither(right, a, b);
      level = Math.min(level, found);
    }
  }
  set(out, level + 1, level === 1 ? mailboxChance(a, b) : level === 2 && isSpelt ? NAMED_ALIKE : 0);
  if (out.wanted) tell(out, a.emails.join(" "), b.emails.join(" "));
};

/** Chance that two who bear like names have like mailbox names, each spelt as its owner's name is. */
const NAMED_ALIKE = 0.3;

function spellsEither(mail: string, a: Prepared, b: Prepared): boolean {
  return spellsName(mail, a) || spellsName(mail, b);
}

// Two mailboxes named after the family, with another initial.
function areRelatives(left: string, right: string, a: Prepared, b: Prepared): boolean {
  for (const { family } of [a, b]) {
    if (family.length < 3) continue;
    const [one, other] = [besideFamily(left, family), besideFamily(right, family)];
    if (one !== "" && other !== "") return one[0] !== other[0];
  }
  return false;
}

// The letters of a mailbox name beside the family name at its beginning or end.
function besideFamily(mail: string, family: string): string {
  const box = mail.slice(0, mail.indexOf("@")).replace(/[^a-z]/g, "");
  if (box.endsWith(family)) return box.slice(0, -family.length);
  return box.startsWith(family) ? box.slice(family.length) : "";
}

/** True where a mailbox is named just as its owner is: "riley.kaufman", "rkaufman". */
export function spellsName(mail: string, one: Prepared): boolean {
  const [given = ""] = one.given;
  const { family } = one;
  if (given === "" || family === "") return false;
  const box = mail.slice(0, mail.indexOf("@")).replace(/[._-]/g, "");
  const initial = given.slice(0, 1);
  return [given + family, family + given, initial + family, family + initial].includes(box);
}

// 0 where the mailbox name is not made of the person's name: its own rate applies.
function mailboxChance(a: Prepared, b: Prepared): number {
  const named = a.aliases.some((alias) => isIn(b.aliases, alias) && spellsNames(alias, a, b));
  return named ? (sharesLogin(a, b) ? NAMED_NUMBER : NAMED / 3) : 0;
}

function mailLevel(left: string, right: string): number {
  const [at, otherAt] = [left.indexOf("@"), right.indexOf("@")];
  if (at > 0 && otherAt > 0 && areFarBoxes(left, right, at, otherAt)) return 3;
  const [box, otherBox] = [left.slice(0, at), right.slice(0, otherAt)];
  const [host, otherHost] = [left.slice(at + 1), right.slice(otherAt + 1)];
  if (box === otherBox) return box.length >= 6 ? 1 : isSimilarWord(host, otherHost) ? 2 : 3;
  const longEnough = Math.min(box.length, otherBox.length) >= 5;
  if (!longEnough || !isSimilarWord(box, otherBox)) return 3;
  // "john1@x" and "john2@x" are two mailboxes more often than one typing error.
  return box.replace(/\d/g, "") === otherBox.replace(/\d/g, "")
    ? 3
    : host === otherHost || isSimilarWord(host, otherHost)
      ? 2
      : 3;
}

// Most mailboxes have nothing to do with each other: that is seen without taking them out of their addresses.
function areFarBoxes(left: string, right: string, at: number, otherAt: number): boolean {
  if (at === otherAt && areEqual(left, 0, right, 0, at)) return false;
  return at < 5 || otherAt < 5 || Math.abs(at - otherAt) > 2 || fewEdits(left, right, at, otherAt) > 2;
}

// Handles are held against mailbox names too: people keep one name everywhere. Mail against mail is the e-mail comparison's.
const handle: Comparator = (a, b, context, out) => {
  if (a.handles.length === 0 && b.handles.length === 0) return missing(out);
  if (a.aliases.length === 0 || b.aliases.length === 0) return missing(out);
  const exact = rarestShared(a.handles, b.handles, "alias", context);
  if (exact !== null) return set(out, 0, 1 / context.frequencies.size, exact.value, exact.value);
  const shared = rarestShared(a.aliases, b.aliases, "alias", context);
  if (shared !== null && isOwnAlias(a, b, shared.value)) {
    const chance = spellsNames(shared.value, a, b) ? (sharesLogin(a, b) ? NAMED_NUMBER : NAMED) : shared.frequency;
    return set(out, 0, Math.max(chance, shared.frequency), shared.value, shared.value);
  }
  // A mailbox against a mailbox is the e-mail comparison's: one side at least must be a handle.
  const near = nearStems(a.handleStems, b.aliases) ?? nearStems(b.handleStems, a.aliases);
  // Each spelt as its own bearer's name is: what the names said already.
  const isSpelt = near !== null && near.every((alias) => spellsNames(alias, a, b));
  set(out, near === null ? 2 : 1, isSpelt ? NAMED_NEAR : 0);
  if (out.wanted) tell(out, a.aliases.join(" "), b.aliases.join(" "));
};

/** Chance that two who bear one name also spell it alike in a handle or mailbox name, without and with figures. */
const NAMED = 0.45;
const NAMED_NUMBER = 0.02;
/** Chance that two who bear like names spell them alike there. */
const NAMED_NEAR = 0.1;

// "julia.perez" and "juliaperez40" agree because the names do: what the names said already must not count twice.
function spellsNames(alias: string, a: Prepared, b: Prepared): boolean {
  return spellsOne(alias, a) || spellsOne(alias, b);
}

function spellsOne(alias: string, one: Prepared): boolean {
  const [given = ""] = one.given;
  if (given === "" || one.family.length < 2) return false;
  const at = alias.indexOf(one.family);
  if (at < 0) return alias.length <= given.length + 2 && alias.startsWith(given);
  const rest = alias.slice(0, at) + alias.slice(at + one.family.length);
  return rest.length <= 2 || rest.startsWith(given) || given.startsWith(rest) || rest.endsWith(given);
}

function sharesLogin(a: Prepared, b: Prepared): boolean {
  return a.logins.some((login) => /\d/.test(login) && b.logins.includes(login));
}

function nearStems(handles: readonly string[], aliases: readonly string[]): readonly [string, string] | null {
  for (const left of handles) {
    if (left.length <= 6) continue;
    for (const right of aliases) if (isSimilarWord(left, right)) return [left, right];
  }
  return null;
}

function isOwnAlias(a: Prepared, b: Prepared, alias: string): boolean {
  return a.handleStems.includes(alias) || b.handleStems.includes(alias);
}

const street: Comparator = (a, b, context, out) => {
  if (a.street === "" || b.street === "") return missing(out);
  const level = streetLevel(a, b);
  if (level === ELSEWHERE) {
    const shared = sharedPlace(a, b, context);
    set(out, shared > 0 ? 6 : a.region !== "" && a.region === b.region ? 7 : 8, shared);
  } else {
    const frequency =
      level <= 2 ? Math.max(context.frequencies.of("door", a.door), context.frequencies.of("door", b.door)) : 0;
    set(out, level === 0 ? (isCommon("door", a.door, context) ? 1 : 0) : level + 1, frequency);
  }
  if (out.wanted) tell(out, doorText(a), doorText(b));
};

/** Level of two streets that have nothing in common. */
const ELSEWHERE = 5;

/** Frequency of the town or postcode that both name; 0 where they name none together. */
function sharedPlace(a: Prepared, b: Prepared, { frequencies }: CompareContext): number {
  if (a.postcode !== "" && a.postcode === b.postcode) return frequencies.of("postcode", a.postcode);
  if (a.locality === "" || b.locality === "" || !isSameTown(a.locality, b.locality)) return 0;
  return frequencies.of("locality", a.locality < b.locality ? a.locality : b.locality);
}

function doorText(one: Prepared): string {
  return one.unit === ""
    ? `${one.houseNumber} ${one.street}`.trim()
    : `${one.houseNumber} ${one.street}, unit ${one.unit}`.trim();
}

let lastA: Prepared | null = null;
let lastB: Prepared | null = null;
let lastLevel = 0;

// Two comparisons look at one pair of streets: they are compared once for each pair.
function streetLevel(a: Prepared, b: Prepared): number {
  if (lastA !== a || lastB !== b) {
    lastLevel = compareStreets(a, b);
    lastA = a;
    lastB = b;
  }
  return lastLevel;
}

function compareStreets(a: Prepared, b: Prepared): number {
  const sameStreet = a.street === b.street;
  const likeStreet = sameStreet || isLikeStreet(a, b);
  const sameNumber = a.houseNumber === b.houseNumber;
  if (sameNumber && a.houseNumber !== "" && likeStreet) {
    if (a.unit === b.unit) return 0;
    return a.unit === "" || b.unit === "" ? 1 : 2;
  }
  if (likeStreet && (a.houseNumber === "" || b.houseNumber === "" || isLikeNumber(a.houseNumber, b.houseNumber)))
    return 3;
  if (isOnOtherLine(a, b) || isOnOtherLine(b, a)) return 3;
  return likeStreet ? 4 : 5;
}

// The lines of an address in another order: the house's name first, or the street.
function isOnOtherLine(a: Prepared, b: Prepared): boolean {
  for (const line of b.otherLines)
    if (line.length >= 5 && (isSimilarWord(a.streetWhole, line) || isSimilarWord(a.streetJoined, line))) return true;
  return false;
}

function isLikeNumber(a: string, b: string): boolean {
  if (a.length < 2 || b.length < 2) return false;
  return a.startsWith(b) || b.startsWith(a) || isTransposed(a, b);
}

function isLikeStreet(a: Prepared, b: Prepared): boolean {
  if (isSimilarWord(a.streetJoined, b.streetJoined) || isSimilarWord(a.streetWhole, b.streetWhole)) return true;
  const [short, long] =
    a.streetWords.length <= b.streetWords.length ? [a.streetWords, b.streetWords] : [b.streetWords, a.streetWords];
  for (const word of short) {
    if (word.length <= 2 || !holdsSimilar(long, word)) return false;
  }
  return true;
}

function holdsSimilar(list: readonly string[], word: string): boolean {
  for (const other of list) if (isSimilarWord(word, other)) return true;
  return false;
}

/** Streets that may be one: the town tells whether they are. */
function areNear(level: number): boolean {
  return level === 3 || level === 4;
}

// Where both streets are known, a door that agrees has said all, and so has another street (see there): who moves mostly
// changes the town too, and must not be counted out twice for it.
const place: Comparator = (a, b, context, out) => {
  if (a.street !== "" && b.street !== "" && !areNear(streetLevel(a, b))) return missing(out);
  const { frequencies } = context;
  if (a.postcode !== "" && a.postcode === b.postcode)
    return set(out, 0, frequencies.of("postcode", a.postcode), a.postcode, b.postcode);
  const hasTowns = a.locality !== "" && b.locality !== "";
  if (hasTowns && isSameTown(a.locality, b.locality)) {
    return set(out, 1, sharedPlace(a, b, context), a.locality, b.locality);
  }
  if (a.region !== "" && b.region !== "") {
    return set(out, a.region === b.region ? 2 : 3, 0, a.region, b.region);
  }
  if (hasTowns) return set(out, 3, 0, a.locality, b.locality);
  if (a.postcode !== "" && b.postcode !== "")
    return set(out, isNearNumber(a.postcode, b.postcode) ? 2 : 3, 0, a.postcode, b.postcode);
  missing(out);
};

const SPACE = 32;

// "New York City" and "New York"; not "Bay" and "Montego Bay".
function isSameTown(left: string, right: string): boolean {
  if (left === right || isSimilarWord(left, right)) return true;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (short.length < 5 || short.length === long.length) return false;
  return codeAt(long, short.length) === SPACE && long.startsWith(short);
}

const taxNumber: Comparator = (a, b, context, out) => {
  if (a.ids.length === 0 || b.ids.length === 0) return missing(out);
  const shared = rarestShared(a.ids, b.ids, "id", context);
  if (shared !== null) return set(out, 0, shared.frequency, shared.value, shared.value);
  const near = areNearNumbers(a.ids, b.ids);
  // A passport and a licence differ for everybody: only numbers of one column speak against.
  if (!near && !a.idColumns.some((column) => b.idColumns.includes(column))) return missing(out);
  set(out, near ? 1 : 2, 0);
  if (out.wanted) tell(out, a.ids.join(" "), b.ids.join(" "));
};

function areNearNumbers(left: readonly string[], right: readonly string[]): boolean {
  for (const one of left) for (const other of right) if (isNearNumber(one, other)) return true;
  return false;
}

// Most sources know a customer once: how seldom they do not is learnt like any other evidence.
const source: Comparator = (a, b, context, out) => {
  if (!context.severalSources) return missing(out);
  if (a.source !== b.source) return set(out, 0, 0, a.source, b.source);
  set(out, context.frequencies.count("source", a.source) > 1 ? 1 : 2, 0, a.source, b.source);
};

/** Comparisons that persons and firms share. */
export const CONTACT_COMPARATORS: Readonly<Record<string, Comparator>> = {
  phone,
  email,
  handle,
  street,
  place,
  "tax number": taxNumber,
  source,
};
