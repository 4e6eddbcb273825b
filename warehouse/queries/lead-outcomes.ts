import { sha256 } from "#core";
import type { SqlClient } from "#core";

/** A row of a list that came back. */
export interface LeadOutcome {
  readonly customerId: string;
  readonly outcome: string;
  readonly notes: string | null;
}

/** What was taken in. */
export interface LeadOutcomesSaved {
  readonly saved: number;
  /** Rows that were read before. */
  readonly known: number;
  /** Rows whose customer id this warehouse has never given. */
  readonly unknown: number;
}

/** Takes in the outcomes of a returned list. The same row is taken once, from however many copies of the file. */
export async function saveLeadOutcomes(
  tx: SqlClient,
  list: { readonly file: string; readonly listedAsOf: string | null; readonly at: string },
  outcomes: readonly LeadOutcome[],
): Promise<LeadOutcomesSaved> {
  const rows = outcomes.map((one) => ({
    key: sha256(JSON.stringify([one.customerId, list.listedAsOf, one.outcome, one.notes])),
    customer_id: one.customerId,
    outcome: one.outcome,
    notes: one.notes,
  }));
  const { rows: found } = await tx.query<{ customer_id: string }>(
    "select customer_id from identity.customer_ids where customer_id = any($1::text[])",
    [rows.map((row) => row.customer_id)],
  );
  const ids = new Set(found.map((row) => row.customer_id));
  const usable = rows.filter((row) => ids.has(row.customer_id));
  const { rowCount } = await tx.query(
    `insert into ops.lead_outcomes (outcome_key, file, customer_id, listed_as_of, outcome, notes, imported_at)
     select distinct on (o.key) o.key, $2, o.customer_id, $3::date, o.outcome, o.notes, $4
       from jsonb_to_recordset($1::jsonb) o (key text, customer_id text, outcome text, notes text)
      order by o.key
     on conflict (outcome_key) do nothing`,
    [JSON.stringify(usable), list.file, list.listedAsOf, list.at],
  );
  return { saved: rowCount, known: usable.length - rowCount, unknown: rows.length - usable.length };
}

/** Hash of all outcomes that were read back: part of what a publication is made from; empty where there are none. */
export async function leadOutcomesHash(db: SqlClient): Promise<string> {
  const { rows } = await db.query<{ hash: string }>(
    `select coalesce(encode(sha256(convert_to(string_agg(outcome_key, ' ' order by outcome_key collate "C"), 'UTF8')), 'hex'),
                     '') as hash
       from ops.lead_outcomes`,
  );
  return rows[0]?.hash ?? "";
}
