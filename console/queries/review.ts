import type { SqlClient } from "#core";
import type { StagedCustomer } from "../compare.ts";

/** One question for a steward. */
export interface ReviewTask {
  readonly task_id: string;
  readonly left_key: string;
  readonly right_key: string;
  readonly kind: "join" | "split";
  readonly probability: number;
  readonly value_at_stake: string;
  readonly reason: string;
  readonly evidence: unknown;
  readonly status: "open" | "answered" | "skipped" | "obsolete";
}

/** Which questions to ask; null means all. */
export interface ReviewFilter {
  /** Two connectors: `excel|quickbooks`. */
  readonly pair: string | null;
  readonly reason: string | null;
}

/** How far the queue is worked through. */
export interface ReviewProgress {
  readonly open: number;
  readonly skipped: number;
  /** Open, skipped and answered together. */
  readonly total: number;
}

/** A filter that can be chosen, with the number of open questions behind it. */
export interface ReviewFacets {
  readonly pairs: readonly { readonly pair: string; readonly tasks: number }[];
  readonly reasons: readonly { readonly reason: string; readonly tasks: number }[];
}

/** What is published of one side of a question. */
export interface SideCustomer {
  readonly key: string;
  readonly customer_id: string;
  readonly anchor_key: string;
  readonly display_name: string;
  readonly record_count: number;
  readonly home_currency: string;
  readonly total_sales: string;
  readonly purchases: number;
  readonly interactions: number;
  readonly last_purchase: string | null;
  readonly do_not_contact: boolean;
  readonly lead_band: string | null;
}

const columns = `task_id, left_key, right_key, kind, probability, value_at_stake, reason, evidence, status`;

// The first connector of a key is its first part; `$1` holds "a|b" in either order.
const filter = `($1::text is null
      or split_part(left_key, ':', 1) || '|' || split_part(right_key, ':', 1) = $1
      or split_part(right_key, ':', 1) || '|' || split_part(left_key, ':', 1) = $1)
    and ($2::text is null or reason = $2)`;

/** The open question whose answer is worth most; null when none is open. Walks the index of open tasks. */
export async function nextTask(db: SqlClient, choice: ReviewFilter): Promise<ReviewTask | null> {
  const { rows } = await db.query<ReviewTask>(
    `select ${columns} from identity.review_tasks
     where status = 'open' and ${filter}
     order by gain desc, task_id limit 1`,
    [choice.pair, choice.reason],
  );
  return rows[0] ?? null;
}

/** One question by its id, whatever its status. */
export async function taskById(db: SqlClient, taskId: string): Promise<ReviewTask | null> {
  const { rows } = await db.query<ReviewTask>(`select ${columns} from identity.review_tasks where task_id = $1`, [
    taskId,
  ]);
  return rows[0] ?? null;
}

/** Counts of the questions that a filter lets through. */
export async function reviewProgress(db: SqlClient, choice: ReviewFilter): Promise<ReviewProgress> {
  const filtered = choice.pair !== null || choice.reason !== null;
  const { rows } = await db.query<{ status: string; tasks: number }>(
    `select status, count(*) as tasks from identity.review_tasks
     where ${filtered ? filter : "true"} group by status`,
    filtered ? [choice.pair, choice.reason] : [],
  );
  const of = (status: string): number => rows.find((row) => row.status === status)?.tasks ?? 0;
  return { open: of("open"), skipped: of("skipped"), total: of("open") + of("skipped") + of("answered") };
}

/** The filters that make sense now, most questions first. */
export async function reviewFacets(db: SqlClient): Promise<ReviewFacets> {
  const { rows } = await db.query<{ pair: string; reason: string; tasks: number }>(
    `select least(split_part(left_key, ':', 1), split_part(right_key, ':', 1)) || '|' ||
            greatest(split_part(left_key, ':', 1), split_part(right_key, ':', 1)) as pair,
            reason, count(*) as tasks
     from identity.review_tasks where status = 'open' group by 1, 2`,
  );
  const sum = (of: (row: (typeof rows)[number]) => string): [string, number][] => {
    const sums = new Map<string, number>();
    for (const row of rows) sums.set(of(row), (sums.get(of(row)) ?? 0) + row.tasks);
    return [...sums].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  };
  return {
    pairs: sum((row) => row.pair).map(([pair, tasks]) => ({ pair, tasks })),
    reasons: sum((row) => row.reason).map(([reason, tasks]) => ({ reason, tasks })),
  };
}

/** The two records of a question; a record that its source no longer has is missing. */
export async function stagedRecords(db: SqlClient, keys: readonly string[]): Promise<Map<string, StagedCustomer>> {
  const { rows } = await db.query<StagedCustomer>(
    `select key, source, account, stream, source_id, file, observed_at, entity_type, entity_type_probability,
            display_name, given_name, middle_name, family_name, org_name, trading_as, emails, phones, street, unit,
            locality, region, region_code, postcode, country, website, handles, tax_id, birth_date, occupation,
            category, notes, parent_key, is_job, active, do_not_contact, since, account_number, latitude, longitude
     from stage.customers where key = any($1)`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** The published customers that the records belong to, by record key. */
export async function sideCustomers(db: SqlClient, keys: readonly string[]): Promise<Map<string, SideCustomer>> {
  const { rows } = await db.query<SideCustomer>(
    `select w.key, c.customer_id, coalesce(i.anchor_key, w.key) as anchor_key, c.display_name, c.record_count,
            c.home_currency, c.total_sales, c.purchases, c.interactions, c.last_purchase, c.do_not_contact,
            s.band as lead_band
     from identity.crosswalk w
     join customer_360.customers c on c.customer_id = w.customer_id
     left join identity.customer_ids i on i.customer_id = w.customer_id
     left join customer_360.customer_scores s on s.customer_id = w.customer_id and s.score = 'lead'
     where w.key = any($1)`,
    [keys],
  );
  return new Map(rows.map((row) => [row.key, row]));
}

/** Puts skipped questions back into the queue; gives how many. */
export async function reopenSkipped(db: SqlClient): Promise<number> {
  const { rowCount } = await db.query(`update identity.review_tasks set status = 'open' where status = 'skipped'`);
  return rowCount;
}
