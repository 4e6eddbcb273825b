import { parseSourceKey } from "#core";
import type { EntityType } from "#core";
import type { LinkRecord } from "./link-types.ts";
import { contactPoints, profileScores } from "./survivorship-scores.ts";
import type { ContactPoint } from "./survivorship-scores.ts";
import { byText, fold, sortedUnique } from "./text.ts";

/** Where a surviving value comes from. */
export interface SurvivingField {
  /** Column of customer_360.customers. */
  readonly field: string;
  readonly value: string;
  readonly sourceKey: string;
  /** Survivorship rule that chose it. */
  readonly rule: SurvivorshipRule;
}

/** Why a value survived, in the order in which the rules are asked. */
export type SurvivorshipRule =
  "only value" | "most trusted source" | "most records agree" | "most complete" | "smallest key" | "made of names";

/** One customer put together from its records: the columns of build.golden except id and confidence, and their provenance. */
export interface GoldenRecord {
  readonly entity_type: EntityType;
  readonly display_name: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street_address: string | null;
  readonly city: string | null;
  readonly parish: string | null;
  readonly region_code: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
  readonly website: string | null;
  readonly date_of_birth: string | null;
  readonly job_title: string | null;
  readonly industry: string | null;
  /** Ids in the sources, sorted: `{source: [id, ...]}`. */
  readonly external_ids: Readonly<Record<string, readonly string[]>>;
  readonly data_sources: readonly string[];
  readonly record_count: number;
  readonly do_not_contact: boolean;
  readonly active: boolean;
  readonly customer_since: string | null;
  readonly data_quality_score: number;
  readonly profile_completeness: number;
  readonly fields: readonly SurvivingField[];
  readonly contactPoints: readonly ContactPoint[];
}

/** How far each source is believed; higher wins. A source that is not named counts as 2. */
export const SOURCE_TRUST: Readonly<Record<string, number>> = {
  quickbooks: 5,
  hubspot: 4,
  salesforce: 4,
  "google-sheets": 3,
  excel: 3,
  directory: 2,
  campaigns: 1,
  social: 1,
};

/** Settings of survivorship. */
export interface SurvivorshipOptions {
  readonly trust?: Readonly<Record<string, number>>;
  /** The cluster's entity type; by the records' votes where absent. */
  readonly entityType?: EntityType;
}

interface Choice {
  readonly value: string;
  readonly record: LinkRecord;
  readonly rule: SurvivorshipRule;
}

/**
 * Puts one cluster's records together. For each field the most trusted source wins, then the value that most records
 * agree on, then the more complete one, then the smallest key; when a record was seen never decides, so that the same
 * records give the same customer. Throws a TypeError for an empty cluster.
 */
export function survive(records: readonly LinkRecord[], options: SurvivorshipOptions = {}): GoldenRecord {
  if (records.length === 0) throw new TypeError("a customer needs at least one record");
  const sorted = [...records].sort((a, b) => byText(a.key, b.key));
  const trust = options.trust ?? SOURCE_TRUST;
  const type = options.entityType ?? votedType(sorted);
  const choices = new Map<string, Choice>();
  const choose = (field: string, read: (record: LinkRecord) => readonly (string | null)[], among = sorted): void => {
    const found = chooseValue(among, read, trust);
    if (found !== null) choices.set(field, found);
  };
  chooseNames(choices, choose, sorted, type, trust);
  choose("email", (record) => record.emails);
  choose("phone", (record) => record.phones);
  chooseAddress(choices, sorted, trust);
  choose("website", (record) => [record.website]);
  if (type !== "organisation") choose("date_of_birth", (record) => [record.birthDate]);
  if (type !== "organisation") choose("job_title", (record) => [record.occupation]);
  choose("industry", (record) => [record.category]);
  const fields = [...choices]
    .map(([field, { value, record, rule }]) => ({ field, value, sourceKey: record.key, rule }))
    .sort((a, b) => byText(a.field, b.field));
  const value = (field: string): string | null => choices.get(field)?.value ?? null;
  return {
    entity_type: type,
    display_name: value("display_name") ?? "",
    first_name: value("first_name"),
    last_name: value("last_name"),
    company_name: value("company_name"),
    email: value("email"),
    phone: value("phone"),
    street_address: value("street_address"),
    city: value("city"),
    parish: value("parish"),
    region_code: value("region_code"),
    postal_code: value("postal_code"),
    country: value("country"),
    website: value("website"),
    date_of_birth: value("date_of_birth"),
    job_title: value("job_title"),
    industry: value("industry"),
    external_ids: externalIds(sorted),
    data_sources: sortedUnique(sorted.map((record) => record.source)),
    record_count: sorted.length,
    do_not_contact: sorted.some((record) => record.doNotContact),
    active: sorted.some((record) => record.active),
    customer_since: sortedUnique(sorted.map((record) => record.since ?? ""))[0] ?? null,
    ...profileScores(sorted, type, new Set(choices.keys())),
    fields,
    contactPoints: contactPoints(sorted),
  };
}

function votedType(records: readonly LinkRecord[]): EntityType {
  const votes = new Map<EntityType, number>();
  for (const { entityType, entityTypeProbability } of records) {
    votes.set(entityType, (votes.get(entityType) ?? 0) + (entityType === "unknown" ? 0.01 : entityTypeProbability));
  }
  return [...votes].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))[0]?.[0] ?? "unknown";
}

function chooseValue(
  records: readonly LinkRecord[],
  read: (record: LinkRecord) => readonly (string | null)[],
  trust: Readonly<Record<string, number>>,
): Choice | null {
  const offers = records.flatMap((record) =>
    read(record)
      .filter((value): value is string => value !== null && value !== "")
      .map((value) => ({ value, record, trust: trust[record.source] ?? 2 })),
  );
  const first = offers[0];
  if (first === undefined) return null;
  const agree = new Map<string, Set<string>>();
  for (const { value, record } of offers) {
    const form = fold(value);
    agree.set(form, (agree.get(form) ?? new Set()).add(record.key));
  }
  if (agree.size === 1 && offers.length === 1) return { value: first.value, record: first.record, rule: "only value" };
  const ranked = offers
    .map((offer) => ({ ...offer, agreeing: agree.get(fold(offer.value))?.size ?? 1, length: offer.value.length }))
    .sort(
      (a, b) =>
        b.trust - a.trust ||
        b.agreeing - a.agreeing ||
        b.length - a.length ||
        byText(a.record.key, b.record.key) ||
        byText(a.value, b.value),
    );
  const [best, next] = ranked;
  if (best === undefined) return null;
  const rival = ranked.find((offer) => fold(offer.value) !== fold(best.value)) ?? next;
  if (rival === undefined || agree.size === 1)
    return { value: best.value, record: best.record, rule: "most records agree" };
  const rule: SurvivorshipRule =
    best.trust !== rival.trust
      ? "most trusted source"
      : best.agreeing !== rival.agreeing
        ? "most records agree"
        : best.length !== rival.length
          ? "most complete"
          : "smallest key";
  return { value: best.value, record: best.record, rule };
}

type Choose = (
  field: string,
  read: (record: LinkRecord) => readonly (string | null)[],
  among?: readonly LinkRecord[] & LinkRecord[],
) => void;

function chooseNames(
  choices: Map<string, Choice>,
  choose: Choose,
  records: LinkRecord[],
  type: EntityType,
  trust: Readonly<Record<string, number>>,
): void {
  const isPerson = type === "person" || (type === "unknown" && records.every((record) => record.orgName === null));
  // An initial is no name while another record has the whole of it; a whole name belongs together.
  const whole = (record: LinkRecord): boolean =>
    (record.givenName?.length ?? 0) > 1 && (record.familyName?.length ?? 0) > 1;
  const named = records.filter(whole);
  const among = named.length > 0 ? named : records;
  const pair = chooseValue(
    among,
    (record) => [[record.givenName, record.familyName].filter((part) => part !== null).join("\u0000")],
    trust,
  );
  if (pair !== null && pair.value !== "") {
    if (pair.record.givenName !== null) choices.set("first_name", { ...pair, value: pair.record.givenName });
    if (pair.record.familyName !== null) choices.set("last_name", { ...pair, value: pair.record.familyName });
  }
  // A firm's own records name it; a person's company is where the person works.
  const firms = records.filter((record) => record.entityType === "organisation");
  choose("company_name", (record) => [record.orgName], !isPerson && firms.length > 0 ? firms : records);
  const first = choices.get("first_name");
  const last = choices.get("last_name");
  const company = choices.get("company_name");
  if (isPerson && first !== undefined && last !== undefined) {
    const shown = records.find((record) => record.key === first.record.key)?.displayName ?? "";
    const generation = /\s(Jr|Sr|II|III|IV)\.?$/i.exec(shown)?.[1];
    const value = [first.value, last.value, generation].filter((part) => part !== undefined).join(" ");
    choices.set("display_name", { value, record: first.record, rule: "made of names" });
  } else if (!isPerson && company !== undefined) choices.set("display_name", company);
  else choose("display_name", (record) => [record.displayName]);
}

// An address is taken whole from one record: a street from one source and a town from another make a place that is none.
function chooseAddress(
  choices: Map<string, Choice>,
  records: readonly LinkRecord[],
  trust: Readonly<Record<string, number>>,
): void {
  const parts = (record: LinkRecord): number =>
    [record.street, record.locality, record.region, record.postcode].filter((part) => part !== null).length +
    (record.street === null ? 0 : 2);
  const filled = records.filter((record) => parts(record) > 0);
  const streets = filled.filter((record) => record.street !== null);
  const among = streets.length > 0 ? streets : filled;
  const form = (record: LinkRecord): string => fold(record.street ?? record.locality ?? record.region ?? "");
  const chosen = chooseValue(among, (record) => [form(record)], trust);
  if (chosen === null) {
    const country = chooseValue(records, (record) => [record.country], trust);
    if (country !== null) choices.set("country", country);
    return;
  }
  const source = trust[chosen.record.source] ?? 2;
  const best = among
    .filter((record) => form(record) === chosen.value && (trust[record.source] ?? 2) === source)
    .sort((a, b) => parts(b) - parts(a) || byText(a.key, b.key))[0];
  const record = best ?? chosen.record;
  const put = (field: string, value: string | null): void => {
    if (value !== null) choices.set(field, { value, record, rule: chosen.rule });
  };
  put("street_address", [record.unit, record.street].filter((part) => part !== null).join(", ") || null);
  put("city", record.locality);
  put("parish", record.region);
  put("region_code", record.regionCode);
  put("postal_code", record.postcode);
  put("country", record.country);
}

function externalIds(records: readonly LinkRecord[]): Record<string, string[]> {
  const ids: Record<string, string[]> = {};
  for (const record of records) (ids[record.source] ??= []).push(idOf(record.key));
  return Object.fromEntries(
    Object.entries(ids)
      .sort(([a], [b]) => byText(a, b))
      .map(([source, list]) => [source, sortedUnique(list)]),
  );
}

function idOf(key: string): string {
  try {
    return parseSourceKey(key).id;
  } catch {
    return key;
  }
}
