import { sha256 } from "#core";
import type { SqlClient } from "#core";

/** What became of one stream's records in one run, and how its read ended. */
export interface StreamSummary {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  /** What people call the stream; its name where it has no title. */
  readonly title: string;
  /** Outcome of the last attempt; `cut off` when it never ended. */
  readonly outcome: string;
  readonly read: number;
  readonly loaded: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly filtered: number;
  /** What went wrong, or null. */
  readonly problem: string | null;
}

/** Size of what is published. */
export interface PublishedCounts {
  readonly records: number;
  readonly customers: number;
  /** Open questions for a steward. */
  readonly questions: number;
}

/** One line of the ranked list. */
export interface LeadRow {
  readonly rank: number;
  readonly customer_id: string;
  readonly customer: string;
  readonly phone: string | null;
  readonly last_contact: string | null;
  readonly band: string;
  readonly meaning: string;
  readonly reason_1: string | null;
  readonly reason_2: string | null;
  readonly reason_3: string | null;
  readonly action: string;
  readonly data_as_of: string;
}

/** Streams of a run with their sums as they stand, by source. */
export async function listBalance(db: SqlClient, runId: string): Promise<readonly StreamSummary[]> {
  const { rows } = await db.query<StreamSummary>(
    `with last_reads as (
       select distinct on (source, account, stream) source, account, stream,
              coalesce(outcome, 'cut off') as outcome, error_message, title
         from ops.stream_reads where run_id = $1
        order by source, account, stream, started_at desc, attempt desc
     )
     select b.source, b.account, b.stream, coalesce(nullif(r.title, ''), b.stream) as title,
            coalesce(r.outcome, 'complete') as outcome, b.read, b.loaded, b.unchanged,
            b.quarantined, b.filtered, r.error_message as problem
       from ops.run_balance b left join last_reads r using (source, account, stream)
      where b.run_id = $1
      order by b.source, b.account, b.stream`,
    [runId],
  );
  return rows;
}

/** Counts of what is published. */
export async function countPublished(db: SqlClient): Promise<PublishedCounts> {
  const { rows } = await db.query<PublishedCounts>(
    `select (select count(*) from identity.crosswalk) as records,
            (select count(*) from customer_360.customers) as customers,
            (select count(*) from identity.review_tasks where status = 'open') as questions`,
  );
  return rows[0] as PublishedCounts;
}

/** The best leads after a rank (0 where absent), best first. */
export async function listLeads(
  db: SqlClient,
  options: { readonly limit: number; readonly after?: number },
): Promise<readonly LeadRow[]> {
  const { rows } = await db.query<LeadRow>(
    `select rank, customer_id, customer, phone, last_contact, band, meaning, reason_1, reason_2, reason_3, action, data_as_of
       from customer_360.leads where rank > $2 order by rank limit $1`,
    [options.limit, options.after ?? 0],
  );
  return rows;
}

/** Why nobody has a lead score, when nobody has one; null when somebody has, or nothing is published. */
export async function reasonNotScored(db: SqlClient): Promise<string | null> {
  const { rows } = await db.query<{ reason: string | null }>(
    `select case when count(value) = 0 then mode() within group (order by not_scored_reason) end as reason
       from customer_360.customer_scores where score = 'lead'`,
  );
  return rows[0]?.reason ?? null;
}

/**
 * Hash of everything that a publication is made from: the staged records and the decisions of stewards that stand.
 * Equal hash, same settings and same release give the same content.
 */
export async function inputHash(db: SqlClient): Promise<string> {
  const { rows } = await db.query<{ records: string; decisions: string; staged: string }>(
    `select
       (select encode(sha256(coalesce(string_agg(sha256(convert_to(row(key, raw_hash, mapping_hash, outcome)::text, 'UTF8')),
                 ''::bytea order by key collate "C"), ''::bytea)), 'hex') from stage.record_state) as records,
       (select encode(sha256(convert_to(coalesce(string_agg(row(left_key, right_key, decision)::text, '' order by
                 left_key collate "C", right_key collate "C", decision, id), ''), 'UTF8')), 'hex')
          from identity.steward_decisions where undone_at is null) as decisions,
       concat_ws(' ', (select count(*) from stage.customers), (select count(*) from stage.transactions),
                 (select count(*) from stage.interactions), (select count(*) from stage.campaigns),
                 (select count(*) from stage.social_profiles), (select count(*) from stage.items)) as staged`,
  );
  return sha256(JSON.stringify(rows[0]));
}

/** A fact that the warehouse keeps for itself; null when it was never written. */
export async function readSetting(db: SqlClient, name: string): Promise<unknown> {
  const { rows } = await db.query<{ value: unknown }>("select value from ops.settings where name = $1", [name]);
  return rows[0]?.value ?? null;
}

/** Keeps a fact; any JSON value. */
export async function writeSetting(db: SqlClient, name: string, value: unknown, at: string): Promise<void> {
  await db.query(
    `insert into ops.settings (name, value, updated_at) values ($1, $2::jsonb, $3)
     on conflict (name) do update set value = excluded.value, updated_at = excluded.updated_at`,
    [name, JSON.stringify(value), at],
  );
}
