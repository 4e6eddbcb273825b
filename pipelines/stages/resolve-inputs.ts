import type { CustomerIdRow, LinkConstraint, LinkRecord } from "#identity";
import type { SqlClient, StagedCustomerRow } from "#core";
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
  const staged = await tx.query<StagedCustomerRow>(sql.customers);
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

function toRecord(row: StagedCustomerRow): StagedCustomer {
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
