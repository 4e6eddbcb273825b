import type { Lexicon, LexiconIndex } from "./lexicon.ts";
import { lexiconIndex } from "./lexicon.ts";
import type { LinkRecord } from "./link-types.ts";
import { prepareAddress, textWords } from "./prepare-address.ts";
import type { PreparedAddress } from "./prepare-address.ts";
import { prepareExtra } from "./prepare-extra.ts";
import type { PreparedExtra } from "./prepare-extra.ts";
import { scriptsOf } from "./scripts.ts";
import { isPublicMailHost } from "./standardise/emails.ts";
import { organisationTokens, parseName } from "./standardise/names.ts";
import { hostOf } from "./standardise/web.ts";
import { words } from "./text.ts";

/** What a record is taken for when pairs are compared. */
export type PreparedType = "person" | "organisation" | "unknown" | "item" | "none";

/** One name of a person. */
export interface PreparedName {
  /** Given names in order, lower-case ASCII letters. */
  readonly given: readonly string[];
  /** Family name without separators, and its parts. */
  family: string;
  familyParts: readonly string[];
}

/** A record in the form that comparisons read: folded, split, keyed. */
export interface Prepared extends PreparedName, PreparedAddress, PreparedExtra {
  readonly key: string;
  readonly source: string;
  readonly type: PreparedType;
  /** Every name that a person bears, the first of them the record's own. */
  readonly people: readonly PreparedName[];
  readonly middle: string;
  readonly generation: string;
  /** In which kinds of script its names are written; see scriptsOf. */
  readonly scripts: string;
  /** Words of every name of a firm: legal name, trading name. */
  firms: readonly (readonly string[])[];
  /** yyyymmdd, with "-" for digits that are not known; empty where nothing is. */
  readonly birth: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  /** Mailbox names and handles without digits and separators. */
  readonly aliases: readonly string[];
  readonly handles: readonly string[];
  /** Mailbox names and handles with their figures, without separators. */
  readonly logins: readonly string[];
  /** Handles as aliases. */
  readonly handleStems: readonly string[];
  readonly domains: readonly string[];
  /** Tax and person numbers. */
  readonly ids: readonly string[];
  /** A coarse form of the name, to count how many different names share a value. */
  readonly nameKey: string;
}

/** Prepares one record. The same record always gives the same result. */
export function prepareRecord(record: LinkRecord, lexicon: Lexicon): Prepared {
  const index = lexiconIndex(lexicon);
  const extra = prepareExtra(record.extra ?? [], lexicon);
  const type = preparedType(record, extra);
  const suffix = parseSuffix(record, lexicon);
  const own = nameOf(record.givenName, record.familyName);
  const handles = record.handles.length === 0 ? NOTHING : record.handles.map((one) => one.replace(/^[^:]*:/, ""));
  const address = prepareAddress(record, index);
  const category = extra.categoryWords.length > 0 ? extra.categoryWords : textWords(record.category);
  // One literal: spreading parts together would copy its fifty fields several times over.
  const prepared: Draft = {
    key: record.key,
    source: record.source,
    type,
    given: own.given,
    family: own.family,
    familyParts: own.familyParts,
    people: NOBODY,
    middle: nameParts(record.middleName).join(""),
    generation: suffix,
    scripts: scriptsOf(record),
    firms: firmsOf(type, record, extra, lexicon),
    phones: record.phones.length === 0 ? NOTHING : exact(distinct(record.phones.map(nationalNumber))),
    emails: exact(record.emails),
    aliases: exact(aliasesOf(record, handles, index)),
    handles: exact(handles),
    logins: exact(loginsOf(record, handles)),
    handleStems: exact(stemsOf(handles, index)),
    domains: exact(domainsOf(record)),
    houseNumber: address.houseNumber,
    street: address.street,
    streetWords: exact(address.streetWords),
    streetJoined: address.streetJoined,
    streetWhole: address.streetWhole,
    otherLines: exact(extra.otherLines),
    door: address.door,
    unit: address.unit,
    locality: address.locality,
    region: address.region,
    postcode: address.postcode,
    nameKey: "",
    birth: record.birthDate === null ? extra.birth : record.birthDate.replace(/-/g, ""),
    ids: exact(record.taxId === null ? extra.ids : [record.taxId, ...extra.ids.filter((id) => id !== record.taxId)]),
    idColumns: exact(record.taxId === null ? extra.idColumns : ["", ...extra.idColumns]),
    gender: extra.gender,
    birthPlace: extra.birthPlace,
    occupation: textWords(record.occupation).join(" "),
    otherPeople: exact(extra.otherPeople),
    otherFirms: exact(extra.otherFirms),
    titleWords: exact(extra.titleWords),
    authors: exact(extra.authors),
    textWords: exact(extra.textWords),
    categoryWords: exact(category),
    amounts: extra.amounts,
    years: extra.years,
  };
  // The first person's name is the record's own object, which inference fills; further names stand beside it.
  const others = type === "person" || type === "unknown" ? otherNames(extra.otherPeople, lexicon) : [];
  prepared.people = [prepared, ...others];
  prepared.nameKey = nameKey(prepared);
  return prepared;
}

function firmsOf(
  type: PreparedType,
  record: LinkRecord,
  extra: PreparedExtra,
  lexicon: Lexicon,
): readonly (readonly string[])[] {
  const own = isFirmless(type, record) ? [] : firmNames(record, lexicon);
  const isOpen = type === "organisation" || type === "unknown";
  const others = isOpen ? extra.otherFirms.map((text) => organisationTokens(text, lexicon)) : [];
  const lists = isOpen ? distinctLists([...own, ...others]) : own;
  return lists.length === 0 ? NO_FIRMS : lists.map(exact);
}

const NOTHING: readonly string[] = [];
const NOBODY: readonly PreparedName[] = [];
const NO_FIRMS: readonly (readonly string[])[] = [];

function distinct(list: readonly string[]): readonly string[] {
  return list.length < 2 ? list : [...new Set(list)];
}

// Lists that grew keep room for more, and empty ones are all alike: with a million records that is most of the memory.
function exact(list: readonly string[]): readonly string[] {
  return list.length === 0 ? NOTHING : list.slice();
}

type Draft = { -readonly [K in keyof Prepared]: Prepared[K] };

function otherNames(texts: readonly string[], lexicon: Lexicon): readonly PreparedName[] {
  return texts
    .map((text) => {
      const name = parseName(text, { pack: lexicon });
      return nameOf([name.given, name.middle].filter((part) => part !== null).join(" "), name.family);
    })
    .filter(({ given, family }) => family !== "" || given.length > 0);
}

function nameOf(given: string | null, family: string | null): PreparedName {
  const familyParts = exact(nameParts(family));
  return { given: exact(nameParts(given)), family: familyParts.join(""), familyParts };
}

function parseSuffix(record: LinkRecord, lexicon: Lexicon): string {
  // Only a name with such a mark needs to be taken apart again.
  const shown = MARKED.test(record.displayName) ? parseName(record.displayName, { pack: lexicon }).suffix : null;
  return generationOf(record, shown);
}

// Calling codes of one and two figures; all others have three.
const CALLING_CODES = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

const NORTH_AMERICAN = /^\+1[1-9]\d{9}$/;

// A number is written with its country's code in one list and without in another.
function nationalNumber(phone: string): string {
  // The plan that most numbers are of: +1 and ten digits, the first of them no zero.
  if (phone.length === 12 && NORTH_AMERICAN.test(phone)) return phone.slice(2);
  const plain = phone.replace(/\D/g, "");
  const isWhole = phone.startsWith("+") || plain.length > 11;
  return (isWhole ? plain.replace(CALLING_CODES, "") : plain).replace(/^0+/, "");
}

const MARKED = /\b(?:jr|sr|jnr|snr|junior|senior|i{2,3}|iv|2nd|3rd)\b/i;

// A type that is only likely does not forbid a comparison.
function preparedType(record: LinkRecord, extra: PreparedExtra): PreparedType {
  const isNamed = record.displayName !== "" || record.givenName !== null || record.familyName !== null;
  if (extra.titleWords.length > 0 && (!isNamed || record.entityType === "unknown")) return "item";
  if (record.entityType === "not_a_customer") return "none";
  if (record.entityType === "unknown" || record.entityTypeProbability < 0.7) return "unknown";
  return record.entityType;
}

function isFirmless(type: PreparedType, record: LinkRecord): boolean {
  return type === "person" || type === "none" || (type === "item" && record.orgName === null);
}

function nameParts(text: string | null): readonly string[] {
  if (text === null) return NOTHING;
  const list = words(text);
  return list.every(hasLetter) ? list : list.filter(hasLetter);
}

function hasLetter(word: string): boolean {
  return /[a-z]/.test(word);
}

const SUFFIX = /\S\s+(jr|sr|junior|senior|i{1,3}|iv)\.?$/i;

function generationOf(record: LinkRecord, shown: string | null): string {
  if (shown !== null) return shown;
  const found = endOf(record.familyName) ?? endOf(record.givenName) ?? "";
  return found === "senior" ? "sr" : found === "junior" ? "jr" : found;
}

function endOf(name: string | null): string | undefined {
  return name?.includes(" ") === true ? SUFFIX.exec(name)?.[1]?.toLowerCase() : undefined;
}

function firmNames(record: LinkRecord, lexicon: Lexicon): (readonly string[])[] {
  // A mailbox shown for want of a name is no name.
  const shown = record.emails.includes(record.displayName) ? null : record.displayName;
  const names = [record.orgName ?? shown, record.tradingAs];
  const lists = names
    .filter((name): name is string => name !== null && name !== "")
    .map((name) => organisationTokens(name, lexicon))
    .filter((list) => list.length > 0);
  return distinctLists(lists);
}

function distinctLists(lists: readonly (readonly string[])[]): (readonly string[])[] {
  if (lists.length < 2) return lists.filter((list) => list.length > 0);
  const known = new Map(lists.map((list) => [list.join(" "), [...list]]));
  return [...known.values()].filter((list) => list.length > 0);
}

function aliasesOf(record: LinkRecord, handles: readonly string[], index: LexiconIndex): readonly string[] {
  if (record.emails.length === 0 && handles.length === 0) return NOTHING;
  const stems: string[] = [];
  for (const email of record.emails) {
    const at = email.indexOf("@");
    if (isPublicMailHost(email.slice(at + 1))) addLong(stems, aliasStem(email.slice(0, at), index));
  }
  for (const handle of handles) addLong(stems, aliasStem(handle, index));
  return stems;
}

function stemsOf(handles: readonly string[], index: LexiconIndex): readonly string[] {
  const stems: string[] = [];
  for (const handle of handles) addLong(stems, aliasStem(handle, index));
  return stems;
}

// Stems of fewer letters are borne by too many.
function addLong(stems: string[], stem: string): void {
  if (stem.length >= 5 && !stems.includes(stem)) stems.push(stem);
}

function loginsOf(record: LinkRecord, handles: readonly string[]): readonly string[] {
  if (record.emails.length === 0 && handles.length === 0) return NOTHING;
  const logins: string[] = [];
  for (const email of record.emails) addNew(logins, loginForm(email.slice(0, email.indexOf("@"))));
  for (const handle of handles) addNew(logins, loginForm(handle));
  return logins;
}

function loginForm(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function addNew(list: string[], text: string): void {
  if (!list.includes(text)) list.push(text);
}

/** A mailbox name or handle without digits, separators and the usual endings. */
function aliasStem(text: string, { handleEnd }: LexiconIndex): string {
  return text
    .toLowerCase()
    .replace(handleEnd, "")
    .replace(/[^a-z]/g, "");
}

function domainsOf(record: LinkRecord): readonly string[] {
  if (record.emails.length === 0 && record.website === null) return NOTHING;
  const domains: string[] = [];
  for (const email of record.emails) {
    const domain = email.slice(email.indexOf("@") + 1);
    if (!isPublicMailHost(domain)) addNew(domains, domain);
  }
  if (record.website !== null) addNew(domains, hostOf(record.website));
  return domains;
}

// Three letters of the family or firm name and one of the given name: typing errors do not make another name.
function nameKey(record: Prepared): string {
  if (record.type !== "organisation" && (record.family !== "" || record.given.length > 0)) {
    return `${record.family.slice(0, 3)}|${(record.given[0] ?? "").slice(0, 1)}`;
  }
  if (record.firms[0] === undefined) return "";
  let key = ":";
  for (const word of record.firms[0]) key += word.slice(0, 3);
  return key.slice(0, 10);
}

/** Fills missing or initial-only family names from handles and mailbox names that spell out one that others bear. */
export function inferFamilies(records: readonly Prepared[]): void {
  const known = new Map<string, number>();
  for (const record of records) {
    if (record.type === "person" && record.family.length > 2)
      known.set(record.family, (known.get(record.family) ?? 0) + 1);
  }
  for (const record of records) {
    if (record.type === "organisation" || record.type === "none" || record.family.length > 1) continue;
    const given = record.given[0] ?? "";
    const found = record.aliases.map((alias) => familyIn(alias, given, record.family, known)).find((one) => one !== "");
    if (found === undefined) continue;
    record.family = found;
    record.familyParts = [found];
  }
}

function familyIn(alias: string, given: string, initial: string, known: ReadonlyMap<string, number>): string {
  if (given === "") return "";
  const heads = given.length > 1 ? [given, given.slice(0, 1)] : [given];
  for (const head of heads) {
    for (const rest of [
      alias.startsWith(head) ? alias.slice(head.length) : "",
      alias.endsWith(head) ? alias.slice(0, -head.length) : "",
    ]) {
      const isKnown = rest.length > 2 && (known.has(rest) || (head.length > 1 && rest.length > 3 && initial !== ""));
      if (isKnown && (initial === "" ? head.length > 1 : rest.startsWith(initial))) return rest;
    }
  }
  return "";
}
