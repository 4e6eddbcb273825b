import type { SqlClient } from "#core";

/** The published profile. */
export interface Customer {
  readonly customer_id: string;
  readonly entity_type: string;
  readonly display_name: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly company_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street_address: string | null;
  readonly city: string | null;
  readonly parish: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
  readonly website: string | null;
  readonly date_of_birth: string | null;
  readonly job_title: string | null;
  readonly industry: string | null;
  readonly data_sources: readonly string[];
  readonly record_count: number;
  readonly identity_confidence: number;
  readonly do_not_contact: boolean;
  readonly active: boolean;
  readonly customer_since: string | null;
  readonly home_currency: string;
  readonly total_sales: string;
  readonly total_paid: string;
  readonly sales_without_rate: number;
  readonly first_purchase: string | null;
  readonly last_purchase: string | null;
  readonly purchases: number;
  readonly last_contact: string | null;
  readonly interactions: number;
  readonly customer_segment: string;
  readonly data_quality_score: number;
  readonly profile_completeness: number;
}

/** Where one field of a profile comes from. */
export interface FieldSource {
  readonly field: string;
  readonly value: string;
  readonly source_key: string;
  readonly rule: string;
}

/** An address, number, handle or site. */
export interface ContactPoint {
  readonly kind: string;
  readonly value: string;
  readonly records: number;
  readonly source_key: string;
}

/** A source record of the customer. */
export interface CustomerSourceRecord {
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly source_id: string;
  readonly file: string | null;
  readonly display_name: string | null;
}

/** One event of a customer's history. */
export interface TimelineEntry {
  readonly type: "transaction" | "interaction";
  readonly kind: string;
  readonly at: string;
  readonly text: string | null;
  readonly number: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly voided: boolean;
  readonly outcome: string | null;
  readonly source: string;
}

/** A score with its reasons, strongest first. */
export interface CustomerScore {
  readonly score: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string;
  readonly rank: number | null;
  readonly band: string;
  readonly meaning: string;
  readonly not_scored_reason: string | null;
  readonly model_version: string;
  readonly model_kind: string;
  readonly data_as_of: string;
  readonly horizon_days: number;
  readonly reasons: readonly { readonly direction: string; readonly reason: string }[];
}

/** A customer related to another. */
export interface RelatedCustomer {
  readonly customer_id: string;
  readonly display_name: string;
  readonly relation: string;
  readonly probability: number;
  readonly evidence: string;
}

/** An active id, or the survivor that a retired id leads to; null for an id that was never minted. */
export async function survivingId(db: SqlClient, customerId: string): Promise<string | null> {
  const { rows } = await db.query<{ customer_id: string; status: string }>(
    `with recursive chain as (
       select customer_id, status, redirect_to, 1 as depth from identity.customer_ids where customer_id = $1
       union all
       select i.customer_id, i.status, i.redirect_to, chain.depth + 1
       from chain join identity.customer_ids i on i.customer_id = chain.redirect_to
       where chain.status = 'retired' and chain.depth < 50
     )
     select customer_id, status from chain order by depth desc limit 1`,
    [customerId],
  );
  return rows[0]?.status === "active" ? rows[0].customer_id : null;
}

/** The published profile, or null. */
export async function customerById(db: SqlClient, customerId: string): Promise<Customer | null> {
  const { rows } = await db.query<Customer>(
    `select customer_id, entity_type, display_name, first_name, last_name, company_name, email, phone, street_address,
            city, parish, postal_code, country, website, date_of_birth, job_title, industry, data_sources,
            record_count, identity_confidence, do_not_contact, active, customer_since, home_currency, total_sales,
            total_paid, sales_without_rate, first_purchase, last_purchase, purchases, last_contact, interactions,
            customer_segment, data_quality_score, profile_completeness
     from customer_360.customers where customer_id = $1`,
    [customerId],
  );
  return rows[0] ?? null;
}

/** Sources of the profile's fields, by field. */
export async function fieldSources(db: SqlClient, customerId: string): Promise<Map<string, FieldSource>> {
  const { rows } = await db.query<FieldSource>(
    `select field, value, source_key, rule from customer_360.customer_fields where customer_id = $1`,
    [customerId],
  );
  return new Map(rows.map((row) => [row.field, row]));
}

/** Addresses and numbers, by kind, most used first. */
export async function contactPoints(db: SqlClient, customerId: string): Promise<readonly ContactPoint[]> {
  const { rows } = await db.query<ContactPoint>(
    `select kind, value, records, source_key from customer_360.contact_points
     where customer_id = $1 order by kind, records desc, value limit 200`,
    [customerId],
  );
  return rows;
}

/** Source records that were put together, at most 500. */
export async function customerRecords(db: SqlClient, customerId: string): Promise<readonly CustomerSourceRecord[]> {
  const { rows } = await db.query<CustomerSourceRecord>(
    `select w.key, w.source, w.account, w.stream, w.source_id, w.file, s.display_name
     from identity.crosswalk w left join stage.customers s on s.key = w.key
     where w.customer_id = $1 order by w.source, w.account, w.stream, w.source_id limit 500`,
    [customerId],
  );
  return rows;
}

/** Transactions and interactions, newest first. Ask for one more than a page to know whether there are older ones. */
export async function timeline(
  db: SqlClient,
  customerId: string,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly TimelineEntry[]> {
  // Each half is cut to what the page can need before the two are put together.
  const { rows } = await db.query<TimelineEntry>(
    `select type, kind, at, text, number, currency, amount, voided, outcome, source from (
       (select 'transaction' as type, kind, (date::timestamp at time zone 'UTC') as at, description as text, number,
               currency, amount, voided, null as outcome, source, transaction_key as key
        from customer_360.transactions where customer_id = $1
        order by date desc, transaction_key limit $2::bigint + $3::bigint)
       union all
       (select 'interaction', interaction_type, interaction_date, subject, null, null, null, false, outcome, source,
               interaction_key
        from customer_360.customer_interactions where customer_id = $1
        order by interaction_date desc, interaction_key limit $2::bigint + $3::bigint)
     ) both_kinds order by at desc, key limit $3 offset $2`,
    [customerId, page.offset, page.limit],
  );
  return rows;
}

/** Scores with their reasons. */
export async function customerScores(db: SqlClient, customerId: string): Promise<readonly CustomerScore[]> {
  const { rows } = await db.query<CustomerScore>(
    `select s.score, s.value, s.low, s.high, s.unit, s.rank, s.band, s.meaning, s.not_scored_reason, s.model_version,
            s.model_kind, s.data_as_of, s.horizon_days,
            coalesce((select json_agg(json_build_object('direction', r.direction, 'reason', r.reason) order by r.position)
                      from customer_360.score_reasons r
                      where r.customer_id = s.customer_id and r.score = s.score), '[]'::json) as reasons
     from customer_360.customer_scores s where s.customer_id = $1
     order by array_position(array['lead', 'churn', 'lifetime_value'], s.score), s.score`,
    [customerId],
  );
  return rows;
}

/** Customers related to this one, surest first. */
export async function relatedCustomers(db: SqlClient, customerId: string): Promise<readonly RelatedCustomer[]> {
  const { rows } = await db.query<RelatedCustomer>(
    `select c.customer_id, c.display_name, r.relation, r.probability, r.evidence
     from customer_360.relationships r
     join customer_360.customers c
       on c.customer_id = case when r.left_customer_id = $1 then r.right_customer_id else r.left_customer_id end
     where r.left_customer_id = $1 or r.right_customer_id = $1
     order by r.probability desc, c.customer_id limit 100`,
    [customerId],
  );
  return rows;
}
