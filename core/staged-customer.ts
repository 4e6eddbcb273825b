import type { EntityType } from "./records.ts";

/** One row of stage.customers as SQL gives it: a cleansed customer record with its key and where it came from. */
export interface StagedCustomerRow {
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
