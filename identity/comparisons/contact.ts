import type { Prepared } from "../prepare.ts";
import { aliasStem } from "../prepare.ts";
import type { CompareContext, Comparator } from "./context.ts";
import { missing, rarestShared, set } from "./context.ts";
import { isNearNumber, isSimilarWord, isTransposed } from "./strings.ts";

const phone: Comparator = (a, b, context, out) => {
  if (a.phones.length === 0 || b.phones.length === 0) return missing(out);
  const shared = rarestShared(a.phones, b.phones, "phone", context);
  if (shared !== null) return set(out, 0, shared.frequency, shared.value, shared.value);
  const near = a.phones.some((left) => b.phones.some((right) => isNearPhone(left, right)));
  set(out, near ? 1 : 2, 0, a.phones.join(" "), b.phones.join(" "));
};

// One digit off, or the same line under another area code (a country may have two).
function isNearPhone(left: string, right: string): boolean {
  return isNearNumber(left, right) || (left.length === 10 && right.length === 10 && left.slice(3) === right.slice(3));
}

const email: Comparator = (a, b, context, out) => {
  if (a.emails.length === 0 || b.emails.length === 0) return missing(out);
  const shared = rarestShared(a.emails, b.emails, "email", context);
  if (shared !== null) return set(out, 0, shared.frequency, shared.value, shared.value);
  let level = 3;
  for (const left of a.emails) for (const right of b.emails) level = Math.min(level, mailLevel(left, right));
  set(out, level, 0, a.emails.join(" "), b.emails.join(" "));
};

function mailLevel(left: string, right: string): number {
  const [box = "", host = ""] = left.split("@");
  const [otherBox = "", otherHost = ""] = right.split("@");
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

// Handles are held against mailbox names too: people keep one name everywhere. Mail against mail is the e-mail comparison's.
const handle: Comparator = (a, b, context, out) => {
  if (a.handles.length === 0 && b.handles.length === 0) return missing(out);
  if (a.aliases.length === 0 || b.aliases.length === 0) return missing(out);
  const exact = rarestShared(a.handles, b.handles, "alias", context);
  if (exact !== null) return set(out, 0, 1 / context.frequencies.size, exact.value, exact.value);
  const shared = rarestShared(a.aliases, b.aliases, "alias", context);
  if (shared !== null && isOwnAlias(a, b, shared.value))
    return set(out, 0, shared.frequency, shared.value, shared.value);
  const near = a.aliases.some((left) => b.aliases.some((right) => left.length > 6 && isSimilarWord(left, right)));
  set(out, near ? 1 : 2, 0, a.aliases.join(" "), b.aliases.join(" "));
};

function isOwnAlias(a: Prepared, b: Prepared, alias: string): boolean {
  return [a, b].some((one) => one.handles.some((text) => aliasStem(text) === alias));
}

const street: Comparator = (a, b, context, out) => {
  if (a.street === "" || b.street === "") return missing(out);
  const level = streetLevel(a, b);
  const frequency =
    level <= 2 ? Math.max(context.frequencies.of("door", a.door), context.frequencies.of("door", b.door)) : 0;
  set(out, level, frequency, doorText(a), doorText(b));
};

function doorText(one: Prepared): string {
  return one.unit === ""
    ? `${one.houseNumber} ${one.street}`.trim()
    : `${one.houseNumber} ${one.street}, unit ${one.unit}`.trim();
}

function streetLevel(a: Prepared, b: Prepared): number {
  const sameStreet = a.street === b.street;
  const likeStreet = sameStreet || isLikeStreet(a, b);
  const sameNumber = a.houseNumber === b.houseNumber;
  if (sameNumber && a.houseNumber !== "" && likeStreet) {
    if (a.unit === b.unit) return 0;
    return a.unit === "" || b.unit === "" ? 1 : 2;
  }
  if (likeStreet && (a.houseNumber === "" || b.houseNumber === "" || isLikeNumber(a.houseNumber, b.houseNumber)))
    return 3;
  return 4;
}

function isLikeNumber(a: string, b: string): boolean {
  if (a.length < 2 || b.length < 2) return false;
  return a.startsWith(b) || b.startsWith(a) || isTransposed(a, b);
}

function isLikeStreet(a: Prepared, b: Prepared): boolean {
  if (isSimilarWord(a.streetJoined, b.streetJoined)) return true;
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

// Where the door agrees the town says nothing new, so it is only weighed when the street does not.
const place: Comparator = (a, b, context, out) => {
  if (a.street !== "" && b.street !== "" && streetLevel(a, b) <= 2) return missing(out);
  const hasTowns = a.locality !== "" && b.locality !== "";
  if (hasTowns && isSameTown(a.locality, b.locality)) {
    return set(
      out,
      0,
      context.frequencies.of("locality", a.locality < b.locality ? a.locality : b.locality),
      a.locality,
      b.locality,
    );
  }
  if (a.postcode !== "" && a.postcode === b.postcode && !hasTowns) return set(out, 0, 0, a.postcode, b.postcode);
  if (a.region !== "" && b.region !== "") {
    return set(out, a.region === b.region ? 1 : 2, 0, a.region, b.region);
  }
  if (hasTowns) return set(out, 2, 0, a.locality, b.locality);
  missing(out);
};

// "New York City" and "New York"; not "Bay" and "Montego Bay".
function isSameTown(left: string, right: string): boolean {
  if (left === right || isSimilarWord(left, right)) return true;
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  return short.length >= 5 && long.startsWith(`${short} `);
}

const taxNumber: Comparator = (a: Prepared, b: Prepared, context: CompareContext, out) => {
  if (a.taxId === "" || b.taxId === "") return missing(out);
  const level = a.taxId === b.taxId ? 0 : isNearNumber(a.taxId, b.taxId) ? 1 : 2;
  set(out, level, level === 0 ? 1 / context.frequencies.size : 0, a.taxId, b.taxId);
};

/** Comparisons that persons and firms share. */
export const CONTACT_COMPARATORS: Readonly<Record<string, Comparator>> = {
  phone,
  email,
  handle,
  street,
  place,
  "tax number": taxNumber,
};
