import type { EntityType } from "#core";
import type { LinkRecord } from "./link-types.ts";
import { byText, fold } from "./text.ts";

/** One way to reach a customer. */
export interface ContactPoint {
  readonly kind: "email" | "phone" | "handle" | "website";
  readonly value: string;
  /** Source records that carry it. */
  readonly records: number;
  /** Smallest key of those records. */
  readonly sourceKey: string;
}

/** Every address, number, handle and site of a cluster's records, which come in key order. */
export function contactPoints(records: readonly LinkRecord[]): ContactPoint[] {
  const found = new Map<string, ContactPoint>();
  const add = (kind: ContactPoint["kind"], value: string, key: string): void => {
    const id = `${kind} ${value}`;
    const before = found.get(id);
    found.set(
      id,
      before === undefined ? { kind, value, records: 1, sourceKey: key } : { ...before, records: before.records + 1 },
    );
  };
  for (const record of records) {
    for (const email of record.emails) add("email", email, record.key);
    for (const phone of record.phones) add("phone", phone, record.key);
    for (const handle of record.handles) add("handle", handle, record.key);
    if (record.website !== null) add("website", record.website, record.key);
  }
  return [...found.values()].sort((a, b) => byText(a.kind, b.kind) || byText(a.value, b.value));
}

const PERSON_FIELDS = [
  "first_name",
  "last_name",
  "email",
  "phone",
  "street_address",
  "city",
  "parish",
  "country",
  "date_of_birth",
];
const FIRM_FIELDS = [
  "company_name",
  "email",
  "phone",
  "street_address",
  "city",
  "parish",
  "country",
  "website",
  "industry",
];

const READERS: readonly ((record: LinkRecord) => readonly string[])[] = [
  (record) => listOf(record.givenName),
  (record) => listOf(record.familyName),
  (record) => record.emails,
  (record) => record.phones,
  (record) => listOf(record.street),
  (record) => listOf(record.locality),
  (record) => listOf(record.region),
  (record) => listOf(record.birthDate),
  (record) => listOf(record.taxId),
  (record) => listOf(record.website),
];

function listOf(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

/** Completeness: share of the main fields that are filled. Quality: share of filled fields whose records agree. */
export function profileScores(
  records: readonly LinkRecord[],
  type: EntityType,
  filled: ReadonlySet<string>,
): { readonly data_quality_score: number; readonly profile_completeness: number } {
  const main = type === "organisation" ? FIRM_FIELDS : PERSON_FIELDS;
  const complete = main.filter((field) => filled.has(field)).length / main.length;
  let known = 0;
  let agreeing = 0;
  for (const read of READERS) {
    const lists = records.map((record) => read(record).map(fold)).filter((list) => list.length > 0);
    if (lists.length === 0) continue;
    known += 1;
    const [first = [], ...others] = lists;
    if (others.every((list) => list.some((value) => first.includes(value)))) agreeing += 1;
  }
  return { data_quality_score: round(known === 0 ? 0 : agreeing / known), profile_completeness: round(complete) };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
