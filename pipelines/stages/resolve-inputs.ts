import type { CustomerIdRow, LinkConstraint, LinkRecord } from "#identity";
import type { EntityType, SqlClient } from "#core";
import * as sql from "../queries/resolve.ts";

/** A staged customer with what the crosswalk says of it. */
export interface StagedCustomer extends LinkRecord {
  readonly sourceId: string;
  readonly file: string | null;
}

/** Everything that one resolution reads, as of one moment. */
export interface ResolveInputs {
  readonly records: readonly StagedCustomer[];
  readonly constraints: readonly LinkConstraint[];
  readonly ledger: readonly CustomerIdRow[];
  readonly crosswalk: ReadonlyMap<string, string>;
}

/** Reads staged customers, standing decisions, ledger and crosswalk. */
export async function readInputs(tx: SqlClient): Promise<ResolveInputs> {
  const staged = await tx.query<CustomerRow>(sql.customers);
  const decisions = await tx.query<{ left_key: string; right_key: string; decision: string }>(sql.decisions);
  const ledger = await tx.query<CustomerIdRow>(sql.ledger);
  const crosswalk = await tx.query<{ key: string; customer_id: string }>(sql.crosswalk);
  return {
    records: staged.rows.map(toRecord),
    constraints: decisions.rows.map((row) => ({
      left: row.left_key,
      right: row.right_key,
      same: row.decision === "must_link",
    })),
    ledger: ledger.rows,
    crosswalk: new Map(crosswalk.rows.map((row) => [row.key, row.customer_id])),
  };
}

interface CustomerRow {
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly source_id: string;
  readonly file: string | null;
  readonly entity_type: EntityType;
  readonly entity_type_probability: number;
  readonly display_name: string;
  readonly given_name: string | null;
  readonly middle_name: string | null;
  readonly family_name: string | null;
  readonly org_name: string | null;
  readonly trading_as: string | null;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly street: string | null;
  readonly unit: string | null;
  readonly locality: string | null;
  readonly region: string | null;
  readonly region_code: string | null;
  readonly postcode: string | null;
  readonly country: string | null;
  readonly website: string | null;
  readonly handles: readonly string[];
  readonly tax_id: string | null;
  readonly birth_date: string | null;
  readonly occupation: string | null;
  readonly category: string | null;
  readonly notes: string | null;
  readonly parent_key: string | null;
  readonly is_job: boolean;
  readonly active: boolean;
  readonly do_not_contact: boolean;
  readonly since: string | null;
  readonly account_number: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

function toRecord(row: CustomerRow): StagedCustomer {
  return {
    key: row.key,
    source: row.source,
    account: row.account,
    stream: row.stream,
    sourceId: row.source_id,
    file: row.file,
    entityType: row.entity_type,
    entityTypeProbability: row.entity_type_probability,
    displayName: row.display_name,
    givenName: row.given_name,
    middleName: row.middle_name,
    familyName: row.family_name,
    orgName: row.org_name,
    tradingAs: row.trading_as,
    emails: row.emails,
    phones: row.phones,
    street: row.street,
    unit: row.unit,
    locality: row.locality,
    region: row.region,
    regionCode: row.region_code,
    postcode: row.postcode,
    country: row.country,
    website: row.website,
    handles: row.handles,
    taxId: row.tax_id,
    birthDate: row.birth_date,
    occupation: row.occupation,
    category: row.category,
    notes: row.notes,
    parentKey: row.parent_key,
    isJob: row.is_job,
    active: row.active,
    doNotContact: row.do_not_contact,
    since: row.since,
    accountNumber: row.account_number,
    latitude: row.latitude,
    longitude: row.longitude,
  };
}
