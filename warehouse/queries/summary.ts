import type { SqlClient } from "#core";

/** One stream's balance in a run, with what went wrong. */
export interface BalanceRow {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly outcome: string;
  readonly read: number;
  readonly loaded: number;
  readonly unchanged: number;
  readonly quarantined: number;
  readonly filtered: number;
  readonly problem: string | null;
}

/** What became of the records of each stream in a run; `source` is the name in c360.yaml. */
export async function listBalance(db: SqlClient, runId: string): Promise<readonly BalanceRow[]> {
  const { rows } = await db.query<BalanceRow>(
    `with reads as (
       select source, account, stream, max(source_name) as source_name,
              sum(read)::bigint as read,
              (array_agg(coalesce(outcome, 'interrupted') order by started_at desc))[1] as outcome,
              (array_agg(error_message order by started_at desc))[1] as problem
         from ops.stream_reads where run_id = $1 group by source, account, stream),
     outcomes as (
       select source, account, stream,
              coalesce(sum(records) filter (where outcome = 'loaded'), 0)::bigint as loaded,
              coalesce(sum(records) filter (where outcome = 'unchanged'), 0)::bigint as unchanged,
              coalesce(sum(records) filter (where outcome = 'quarantined'), 0)::bigint as quarantined,
              coalesce(sum(records) filter (where outcome = 'filtered'), 0)::bigint as filtered
         from ops.stream_outcomes where run_id = $1 group by source, account, stream)
     select coalesce(reads.source_name, outcomes.source) as source, account, stream,
            coalesce(reads.outcome, 'complete') as outcome, coalesce(reads.read, 0) as read,
            coalesce(loaded, 0) as loaded, coalesce(unchanged, 0) as unchanged,
            coalesce(quarantined, 0) as quarantined, coalesce(filtered, 0) as filtered, reads.problem
       from reads full join outcomes using (source, account, stream)
      order by 1, 2, 3`,
    [runId],
  );
  return rows;
}

/** Records that are kept out now, by source and reason: open quarantine and what is filtered. */
export async function listKeptOut(
  db: SqlClient,
): Promise<readonly { readonly source: string; readonly reason: string; readonly records: number }[]> {
  const { rows } = await db.query<{ source: string; reason: string; records: number }>(
    `select source, reason, count(*)::bigint as records
       from (select source, reason from ops.quarantine where status = 'open'
             union all
             select source, reason from ops.filtered) kept
      group by source, reason order by count(*) desc, source, reason`,
  );
  return rows;
}

/** Counts for the last screen: living customer records, published customers, open questions. */
export async function countPublished(
  db: SqlClient,
): Promise<{ readonly records: number; readonly customers: number; readonly questions: number }> {
  const { rows } = await db.query<{ records: number; customers: number; questions: number }>(
    `select (select count(*) from identity.crosswalk) as records,
            (select count(*) from customer_360.customers) as customers,
            (select count(*) from identity.review_tasks where status = 'open') as questions`,
  );
  return rows[0] ?? { records: 0, customers: 0, questions: 0 };
}

/** The ranked list as published, best first. */
export async function listLeads(
  db: SqlClient,
  options: { readonly limit: number },
): Promise<
  readonly {
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
  }[]
> {
  const { rows } = await db.query<{
    rank: number;
    customer_id: string;
    customer: string;
    phone: string | null;
    last_contact: string | null;
    band: string;
    meaning: string;
    reason_1: string | null;
    reason_2: string | null;
    reason_3: string | null;
    action: string;
    data_as_of: string;
  }>(
    `select rank, customer_id, customer, phone, last_contact, band, meaning, reason_1, reason_2, reason_3, action, data_as_of
       from customer_360.leads order by rank limit $1`,
    [options.limit],
  );
  return rows;
}

/** Why leads are not scored, when none is; null when at least one is. */
export async function reasonNotScored(db: SqlClient): Promise<string | null> {
  const { rows } = await db.query<{ reason: string | null; scored: boolean }>(
    `select min(not_scored_reason) as reason, coalesce(bool_or(value is not null), false) as scored
       from customer_360.customer_scores where score = 'lead'`,
  );
  const [row] = rows;
  return row === undefined || row.scored ? null : row.reason;
}
