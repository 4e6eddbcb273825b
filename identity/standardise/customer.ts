import { sourceKey } from "#core";
import type { CountryPack, CustomerFields, CustomerRecord, EntityType } from "#core";
import { isPlaceholder, lexiconIndex } from "../lexicon.ts";
import { digits, fold, nameCase, orNull, tidy } from "../text.ts";
import { parseAddress } from "./addresses.ts";
import { parseDate } from "./dates.ts";
import { normaliseEmails } from "./emails.ts";
import { decideEntityType, isContact } from "./entity-type.ts";
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
export function standardiseCustomer(fields: CustomerFields, context: StandardiseContext): CustomerRecord {
  const { pack } = context;
  const usable = (text: string | undefined): string | null => {
    const plain = orNull(text);
    return plain === null || isPlaceholder(plain, lexiconIndex(pack)) ? null : plain;
  };
  const contact = readContact(fields, context);
  const birthDate = readDate(fields.birthDate, context);
  const written = orNull(fields.name);
  const clues = {
    name: written,
    givenName: usable(fields.givenName),
    familyName: usable(fields.familyName),
    orgName: usable(fields.orgName),
    birthDate,
    hasWebsite: contact.website !== null,
    emails: contact.emails,
    reachable: contact.emails.length + contact.phones.length + contact.handles.length > 0,
  };
  const type = decideEntityType(clues, pack);
  const names = readNames(fields, type.entityType, pack, usable);
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
    occupation: usable(fields.occupation),
    category: usable(fields.category),
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

function readContact(
  fields: CustomerFields,
  context: StandardiseContext,
): Pick<CustomerRecord, "emails" | "phones" | "website" | "handles"> {
  const website = fields.website === undefined ? null : normaliseWebsite(fields.website);
  return {
    emails: fields.emails === undefined ? [] : normaliseEmails(fields.emails).emails,
    phones: fields.phones === undefined ? [] : normalisePhones(fields.phones, { pack: context.pack }).phones,
    website: website !== null && isProfilePage(website) ? null : website,
    handles: fields.handles === undefined && website === null ? [] : normaliseHandles(fields.handles ?? [], website),
  };
}

type NameParts = Pick<CustomerRecord, "givenName" | "middleName" | "familyName" | "orgName" | "tradingAs">;

function readNames(
  fields: CustomerFields,
  type: EntityType,
  pack: CountryPack,
  usable: (text: string | undefined) => string | null,
): NameParts {
  const shown = usable(fields.name)?.replace(/:.*$/, "") ?? null;
  const company = usable(fields.orgName);
  const given = usable(fields.givenName);
  const family = usable(fields.familyName);
  const person = personParts(fields, shown, given, family, type, pack, usable);
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
  fields: CustomerFields,
  shown: string | null,
  given: string | null,
  family: string | null,
  type: EntityType,
  pack: CountryPack,
  usable: (text: string | undefined) => string | null,
): Pick<NameParts, "givenName" | "middleName" | "familyName"> {
  if (given !== null || family !== null) {
    const whole = parseName(`${family ?? ""}, ${given ?? ""}`, { pack });
    const middle = usable(fields.middleName);
    // "Mary Jane" in the given-name cell stays one given name; only titles and suffixes are taken off.
    const first = [whole.given, whole.middle].filter((part) => part !== null).join(" ");
    const alone = family === null ? parseName(given ?? "", { pack }) : null;
    return {
      givenName: alone === null ? (first === "" ? null : first) : alone.given,
      middleName: middle === null ? (alone?.middle ?? null) : nameCase(middle),
      familyName: alone === null ? whole.family : alone.family,
    };
  }
  const speaksForFirm = type === "organisation" && isContact(shown, usable(fields.orgName), pack);
  if (shown === null || (type === "organisation" && !speaksForFirm) || type === "not_a_customer") {
    return { givenName: null, middleName: null, familyName: null };
  }
  const name = parseName(shown, { pack });
  return { givenName: name.given, middleName: name.middle, familyName: name.family };
}

const SUFFIX = /\S\s+(jr|sr|ii|iii|iv|jnr|snr|junior|senior)\.?$/i;

function displayName(
  fields: CustomerFields,
  names: NameParts,
  contact: Pick<CustomerRecord, "emails" | "phones" | "handles">,
  type: EntityType,
  pack: CountryPack,
): string {
  const person = [names.givenName, names.middleName, names.familyName].filter((part) => part !== null).join(" ");
  const shown = orNull(fields.name);
  const company = orNull(fields.orgName);
  if (shown !== null && (type !== "organisation" || !isContact(shown, company, pack))) return nameCase(shown);
  if (company !== null && names.orgName !== null) return names.orgName;
  const suffix = SUFFIX.exec(tidy(fields.familyName ?? ""))?.[1] ?? SUFFIX.exec(tidy(fields.givenName ?? ""))?.[1];
  if (person !== "") return suffix === undefined ? person : `${person} ${nameCase(suffix.toLowerCase())}`;
  return company ?? contact.emails[0] ?? contact.handles[0]?.replace(/^[^:]*:/, "@") ?? contact.phones[0] ?? "";
}

function readDate(text: string | undefined, context: StandardiseContext): string | null {
  return text === undefined ? null : parseDate(text, { order: context.dateOrder ?? null, pack: context.pack }).date;
}

/** Letters and digits of a tax number; digits of the right length keep leading zeros that a spreadsheet lost. */
export function readTaxId(text: string | undefined, pack: CountryPack): string | null {
  if (text === undefined) return null;
  const plain = fold(text)
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
  if (plain.length < 5 || /^(.)\1*$/.test(plain) || digits(plain).length < 4) return null;
  if (pack.taxId === null || new RegExp(pack.taxId.pattern).test(plain)) return plain;
  const padded = plain.padStart(9, "0");
  return /^\d{7,8}$/.test(plain) && new RegExp(pack.taxId.pattern).test(padded) ? padded : plain;
}

function readCoordinate(text: string | undefined, limit: number): number | null {
  const value = text === undefined || tidy(text) === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}

function parentKey(fields: CustomerFields, context: StandardiseContext): string | null {
  const id = orNull(fields.parentId);
  if (id === null) return null;
  return sourceKey({ source: context.source, account: context.account, stream: context.stream, id });
}
