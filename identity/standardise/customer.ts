import { sourceKey } from "#core";
import type { CountryPack, CustomerRecord, EntityType } from "#core";
import { isPlaceholder, lexiconIndex } from "../lexicon.ts";
import type { LexiconIndex } from "../lexicon.ts";
import { bareForm, beforeColon, digits, fold, nameCase, orNull, tidy } from "../text.ts";
import { parseAddress } from "./addresses.ts";
import { parseDate } from "./dates.ts";
import { normaliseEmails } from "./emails.ts";
import { decideEntityType, isContact } from "./entity-type.ts";
import type { OpenFields } from "./fields.ts";
import { parseName, parseOrganisation } from "./names.ts";
import { normalisePhones } from "./phones.ts";
import { isProfilePage, normaliseHandles, normaliseWebsite } from "./web.ts";

/** What a record's standardisation may look at besides its fields. */
export interface StandardiseContext {
  readonly pack: CountryPack;
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly dateOrder?: "dmy" | "mdy" | null;
}

/** One source record's fields, cleansed: valid values only, one spelling for equal things, the entity type decided. */
export function standardiseCustomer(fields: OpenFields, context: StandardiseContext): CustomerRecord {
  const { pack } = context;
  const index = lexiconIndex(pack);
  const contact = readContact(fields, context);
  const birthDate = readDate(fields.birthDate, context);
  const given: GivenNames = {
    shown: orNull(fields.name),
    company: usable(fields.orgName, index),
    given: usable(fields.givenName, index),
    family: usable(fields.familyName, index),
    middle: fields.middleName,
  };
  const clues = {
    name: given.shown,
    givenName: given.given,
    familyName: given.family,
    orgName: given.company,
    birthDate,
    hasWebsite: contact.website !== null,
    emails: contact.emails,
    reachable: contact.emails.length + contact.phones.length + contact.handles.length > 0,
  };
  const type = decideEntityType(clues, pack);
  const names = readNames(given, type.entityType, pack, index);
  const { street, unit, locality, region, regionCode, postcode, country } = parseAddress(fields, { pack });
  return {
    entityType: type.entityType,
    entityTypeProbability: type.probability,
    displayName: displayName(fields, names, contact, type.entityType, pack),
    // Written out: spreading parts together takes several times as long.
    givenName: names.givenName,
    middleName: names.middleName,
    familyName: names.familyName,
    orgName: names.orgName,
    tradingAs: names.tradingAs,
    emails: contact.emails,
    phones: contact.phones,
    website: contact.website,
    handles: contact.handles,
    street,
    unit,
    locality,
    region,
    regionCode,
    postcode,
    country,
    taxId: readTaxId(fields.taxId, pack),
    birthDate,
    occupation: usable(fields.occupation, index),
    category: usable(fields.category, index),
    notes: orNull(fields.notes),
    parentKey: parentKey(fields, context),
    isJob: fields.isJob === true,
    active: fields.active !== false,
    doNotContact: fields.doNotContact === true,
    since: readDate(fields.since, context),
    accountNumber: orNull(fields.accountNumber),
    latitude: readCoordinate(fields.latitude, 90),
    longitude: readCoordinate(fields.longitude, 180),
  };
}

const NONE: readonly string[] = [];

function readContact(
  fields: OpenFields,
  context: StandardiseContext,
): Pick<CustomerRecord, "emails" | "phones" | "website" | "handles"> {
  const website = fields.website === undefined ? null : normaliseWebsite(fields.website);
  return {
    emails: fields.emails === undefined ? NONE : normaliseEmails(fields.emails).emails,
    phones: fields.phones === undefined ? NONE : normalisePhones(fields.phones, { pack: context.pack }).phones,
    website: website !== null && isProfilePage(website) ? null : website,
    handles: fields.handles === undefined && website === null ? NONE : normaliseHandles(fields.handles ?? [], website),
  };
}

// The text of a cell; null where it is blank or stands for nobody.
function usable(text: string | undefined, index: LexiconIndex): string | null {
  if (text === undefined) return null;
  const plain = orNull(text);
  return plain === null || isPlaceholder(plain, index) ? null : plain;
}

/** Names as their cells give them: placeholders are none, save in the name that is shown. */
interface GivenNames {
  readonly shown: string | null;
  readonly company: string | null;
  readonly given: string | null;
  readonly family: string | null;
  /** As it is written. */
  readonly middle: string | undefined;
}

type NameParts = Pick<CustomerRecord, "givenName" | "middleName" | "familyName" | "orgName" | "tradingAs">;

function readNames(names: GivenNames, type: EntityType, pack: CountryPack, index: LexiconIndex): NameParts {
  const { company } = names;
  const shown = names.shown === null || isPlaceholder(names.shown, index) ? null : beforeColon(names.shown);
  const person = personParts(names, shown, type, pack, index);
  if (type === "organisation" && company !== null && isContact(shown, company, pack)) {
    const firm = parseOrganisation(company, { pack });
    return withFirm(person, firm.name === "" ? null : firm.name, firm.tradingAs);
  }
  if (type === "organisation" || (type === "unknown" && company !== null)) {
    const firm = parseOrganisation(shown ?? company ?? "", { pack });
    const other = company !== null && shown !== null && fold(company) !== fold(shown) ? company : null;
    const orgName = firm.name === "" ? null : firm.name;
    return withFirm(person, orgName, firm.tradingAs ?? (other === null ? null : nameCase(other)));
  }
  return withFirm(person, company === null ? null : nameCase(company), null);
}

function withFirm(
  { givenName, middleName, familyName }: Pick<NameParts, "givenName" | "middleName" | "familyName">,
  orgName: string | null,
  tradingAs: string | null,
): NameParts {
  return { givenName, middleName, familyName, orgName, tradingAs };
}

function personParts(
  { company, given, family, middle: written }: GivenNames,
  shown: string | null,
  type: EntityType,
  pack: CountryPack,
  index: LexiconIndex,
): Pick<NameParts, "givenName" | "middleName" | "familyName"> {
  if (given !== null || family !== null) {
    const whole = parseName(`${family ?? ""}, ${given ?? ""}`, { pack });
    const middle = usable(written, index);
    // "Mary Jane" in the given-name cell stays one given name; only titles and suffixes are taken off.
    const first = joined(whole.given, whole.middle);
    const alone = family === null ? parseName(given ?? "", { pack }) : null;
    return {
      givenName: alone === null ? (first === "" ? null : first) : alone.given,
      middleName: middle === null ? (alone?.middle ?? null) : nameCase(middle),
      familyName: alone === null ? whole.family : alone.family,
    };
  }
  const speaksForFirm = type === "organisation" && isContact(shown, company, pack);
  if (shown === null || (type === "organisation" && !speaksForFirm) || type === "not_a_customer") {
    return { givenName: null, middleName: null, familyName: null };
  }
  const name = parseName(shown, { pack });
  return { givenName: name.given, middleName: name.middle, familyName: name.family };
}

const SUFFIX = /\S\s+(jr|sr|ii|iii|iv|jnr|snr|junior|senior)\.?$/i;

function displayName(
  fields: OpenFields,
  names: NameParts,
  contact: Pick<CustomerRecord, "emails" | "phones" | "handles">,
  type: EntityType,
  pack: CountryPack,
): string {
  const shown = orNull(fields.name);
  const company = orNull(fields.orgName);
  if (shown !== null && (type !== "organisation" || !isContact(shown, company, pack))) return nameCase(shown);
  if (company !== null && names.orgName !== null) return names.orgName;
  const suffix = suffixOf(fields.familyName) ?? suffixOf(fields.givenName);
  const person = joined(joined(names.givenName, names.middleName), names.familyName);
  if (person !== "") return suffix === undefined ? person : `${person} ${nameCase(suffix.toLowerCase())}`;
  return company ?? contact.emails[0] ?? contact.handles[0]?.replace(/^[^:]*:/, "@") ?? contact.phones[0] ?? "";
}

function suffixOf(name: string | undefined): string | undefined {
  // A mark stands behind something.
  return name === undefined || !/\s/.test(name) ? undefined : SUFFIX.exec(tidy(name))?.[1];
}

function joined(before: string | null, after: string | null): string {
  if (before === null || before === "") return after ?? "";
  return after === null ? before : `${before} ${after}`;
}

function readDate(text: string | undefined, context: StandardiseContext): string | null {
  return text === undefined ? null : parseDate(text, { order: context.dateOrder ?? null, pack: context.pack }).date;
}

/** Letters and digits of a tax number; digits of the right length keep leading zeros that a spreadsheet lost. */
export function readTaxId(text: string | undefined, pack: CountryPack): string | null {
  if (text === undefined) return null;
  const plain = bareForm(text).toUpperCase();
  if (plain.length < 5 || /^(.)\1*$/.test(plain) || digits(plain).length < 4) return null;
  if (pack.taxId === null || new RegExp(pack.taxId.pattern).test(plain)) return plain;
  const padded = plain.padStart(9, "0");
  return /^\d{7,8}$/.test(plain) && new RegExp(pack.taxId.pattern).test(padded) ? padded : plain;
}

function readCoordinate(text: string | undefined, limit: number): number | null {
  const value = text === undefined || tidy(text) === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}

function parentKey(fields: OpenFields, context: StandardiseContext): string | null {
  const id = orNull(fields.parentId);
  if (id === null) return null;
  return sourceKey({ source: context.source, account: context.account, stream: context.stream, id });
}
