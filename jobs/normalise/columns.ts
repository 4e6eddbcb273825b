import { parseAddress, readDates, readMoney, readNameCell, readPhones } from "#identity";
import type { CountryPack } from "#core";
import type { PhoneReading } from "#identity";
import type { TableCell } from "../table-files.ts";

/** The columns that a kind of value gives, and the cells of each row under them. */
export interface NormalisedColumns {
  readonly names: readonly string[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** Kinds of values that can be put into one form. */
export const NORMALISERS: Readonly<
  Record<
    "phone" | "address" | "money" | "date" | "name",
    (values: readonly string[], pack: CountryPack) => NormalisedColumns
  >
> = { phone: phones, address: addresses, money, date: dates, name: names };

/** A kind that {@link NORMALISERS} knows. */
export type NormaliseKind = keyof typeof NORMALISERS;

function phones(values: readonly string[], pack: CountryPack): NormalisedColumns {
  const rows = values.map((value) => {
    if (value.trim() === "") return [null, null, null, null, null, null];
    const readings = readPhones(value, { pack });
    const good = readings.filter(({ e164 }) => e164 !== null);
    const valid = readings.length > 0 && readings.every((one) => one.valid);
    return [
      good.length === 0 ? null : good.map(({ e164 }) => e164).join(" "),
      valid,
      alike(good.map(({ type }) => type)),
      alike(good.map(({ country }) => country)),
      alike(readings.map(({ extension }) => extension)),
      phoneNotes(readings),
    ];
  });
  return { names: ["e164", "valid", "type", "country", "extension", "notes"], rows };
}

function phoneNotes(readings: readonly PhoneReading[]): string | null {
  const notes = readings.flatMap((one) => one.notes);
  return notesText(notes.length === 0 && readings.every(({ e164 }) => e164 === null) ? ["phone_unreadable"] : notes);
}

/** One value where all are equal; else one for each number, in their order. */
function alike(values: readonly (string | null)[]): string | null {
  const filled = values.filter((value): value is string => value !== null);
  if (filled.length === 0) return null;
  return new Set(filled).size === 1 ? (filled[0] ?? null) : values.map((value) => value ?? "-").join(" ");
}

function addresses(values: readonly string[], pack: CountryPack): NormalisedColumns {
  const rows = values.map((value) => {
    const { unit, street, locality, postcode, region, country, notes } = parseAddress(value, { pack });
    return [unit, street, locality, postcode, region, country, notesText(notes)];
  });
  return { names: ["unit", "street", "locality", "postal_district", "region", "country", "notes"], rows };
}

function money(values: readonly string[], pack: CountryPack): NormalisedColumns {
  const rows = values.map((value) => {
    if (value.trim() === "") return [null, null, null];
    const { amount, currency, negative, notes } = readMoney(value, { pack, homeCurrency: pack.currency });
    if (amount === null) return [null, null, notesText(notes)];
    return [`${negative ? "-" : ""}${amount}`, currency, notesText(notes)];
  });
  return { names: ["amount", "currency", "notes"], rows };
}

function dates(values: readonly string[], pack: CountryPack): NormalisedColumns {
  const read = readDates(values, { pack });
  return { names: ["date", "notes"], rows: read.dates.map(({ date, notes }) => [date, notesText(notes)]) };
}

function names(values: readonly string[], pack: CountryPack): NormalisedColumns {
  const rows = values.map((value) => {
    const read = readNameCell(value, { pack });
    const type = value.trim() === "" ? null : read.entityType;
    return [type, read.givenName, read.familyName, read.orgName, read.legalForm, read.tradingAs, notesText(read.notes)];
  });
  return {
    names: ["entity_type", "given_name", "family_name", "org_name", "legal_form", "trading_as", "notes"],
    rows,
  };
}

function notesText(notes: readonly string[]): string | null {
  return notes.length === 0 ? null : [...new Set(notes)].join("; ");
}
