import { existsSync } from "node:fs";
import { join } from "node:path";

/** A labelled set and the field map that it is read with; nothing else is known of it. */
export interface IdentitySet {
  readonly name: string;
  readonly folder: string;
  readonly map: string;
  /** Least closure F1 of `cluster_id`, and B-cubed where it decides. */
  readonly f1?: number;
  readonly bcubed?: number;
  /** Most questions for each hundred records. */
  readonly questions?: number;
  /** Most seconds for the whole command, and megabytes. */
  readonly seconds?: number;
  readonly megabytes?: number;
  /** Largest calibration error over ten bins. */
  readonly calibration?: number;
}

const MIXED = `id: record_id
source: source
fields: {display_name: any_name, company: org_name, first_name: given_name, last_name: family_name, email: email,
  phone: phone, phone2: phone, address: address, city: locality, region: region, postcode: postcode, country: country,
  website: url, handle: handle, tax_id: tax_id, birth_date: birth_date, parent_ref: parent_ref, notes: text}
`;
const FEBRL = `id: record_id
fields: {given_name: given_name, surname: family_name, street_number: house_number, address_1: street,
  address_2: street, suburb: locality, postcode: postcode, state: region, date_of_birth: birth_date`;

/** The map of the records that `identity-people.ts` makes. */
export const PEOPLE_MAP = `id: record_id
source: source
fields: {display_name: any_name, company: org_name, first_name: given_name, last_name: family_name, email: email,
  phone: phone, address: address, city: locality, region: region, postcode: postcode, handle: handle, tax_id: tax_id,
  birth_date: birth_date}
`;

/** The development sets with their bars. */
export const IDENTITY_SETS: readonly IdentitySet[] = [
  {
    name: "febrl3",
    folder: "febrl3",
    map: `${FEBRL}, soc_sec_id: person_id}\n`,
    f1: 0.9994,
    questions: 0,
    calibration: 0.02,
  },
  { name: "febrl3 without soc_sec_id", folder: "febrl3", map: `${FEBRL}}\n`, f1: 0.9965, calibration: 0.02 },
  {
    name: "fake_1000",
    folder: "fake_1000",
    map: "id: record_id\nfields: {first_name: given_name, surname: family_name, dob: birth_date, city: locality, email: email}\n",
    f1: 0.94,
    bcubed: 0.95,
    questions: 12,
    calibration: 0.02,
  },
  {
    name: "fodors_zagat",
    folder: "fodors_zagat",
    map: "id: record_id\nsource: source\none_record_per_entity: true\nfields: {name: org_name, addr: street, city: locality, phone: phone, type: category}\n",
    f1: 0.98,
    questions: 1.5,
  },
  {
    name: "senzing_truthset",
    folder: "senzing_truthset",
    map: `id: record_id
source: source
fields: {PRIMARY_NAME_FULL: any_name, PRIMARY_NAME_ORG: org_name, PRIMARY_NAME_LAST: family_name,
  PRIMARY_NAME_FIRST: given_name, PRIMARY_NAME_MIDDLE: middle_name, NATIVE_NAME_FULL: any_name,
  SECONDARY_NAME_ORG: org_name, GENDER: gender, DATE_OF_BIRTH: birth_date, PASSPORT_NUMBER: person_id,
  DRIVERS_LICENSE_NUMBER: person_id, SSN_NUMBER: person_id, NATIONAL_ID_NUMBER: person_id, EMAIL_ADDRESS: email,
  ADDR_FULL: address, ADDR_LINE1: street, ADDR_CITY: locality, ADDR_STATE: region, ADDR_POSTAL_CODE: postcode,
  ADDR_COUNTRY: country, PHONE_NUMBER: phone, RECORD_TYPE: entity_type, TAX_ID_NUMBER: tax_id, LEI_NUMBER: tax_id}
`,
    f1: 0.985,
  },
  {
    name: "org_names_agency",
    folder: "org_names_agency",
    map: "id: record_id\nsource: source\nfields: {title: org_name}\n",
    f1: 0.76,
  },
  { name: "smb_mixed", folder: "smb_mixed", map: MIXED, f1: 0.9, bcubed: 0.945, questions: 12, seconds: 1.5 },
  { name: "scale_100k", folder: "scale_100k", map: MIXED, questions: 4, seconds: 10, megabytes: 1024 },
];

const DATA = join(import.meta.dirname, "../../../shared/data/identity");

/** Path of a set's file, or null where it is not there. */
export function setFile(folder: string, file: string): string | null {
  const path = join(DATA, folder, file);
  return existsSync(path) ? path : null;
}

/** Most false merges by trap, and least recall by noise, on smb_mixed. */
export const TRAP_BARS: Readonly<Record<string, number>> = {
  shared_phone: 0.01,
  owner_firm: 0.02,
  household: 0.05,
  twins: 0.05,
  father_son: 0.4,
  namesake: 0.1,
  branch: 0.05,
  shared_email: 0.01,
  recycled_phone: 0.01,
  walkin: 0,
};
export const NOISE_BARS: Readonly<Record<string, number>> = {
  nickname: 0.85,
  initial: 0.8,
  swapped: 0.9,
  hyphen: 0.82,
  typo: 0.88,
  moved: 0.88,
  old_phone: 0.82,
  old_email: 0.9,
  surname_change: 0.75,
  dba: 0.6,
};
