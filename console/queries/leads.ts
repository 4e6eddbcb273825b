import type { SqlClient } from "#core";

/** One line of the ranked list. */
export interface Lead {
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

/** Leads after a rank, best first. */
export async function leadsAfter(db: SqlClient, rank: number, limit: number): Promise<readonly Lead[]> {
  const { rows } = await db.query<Lead>(
    `select rank, customer_id, customer, phone, last_contact, band, meaning, reason_1, reason_2, reason_3, action,
            data_as_of
     from customer_360.leads where rank > $1 order by rank limit $2`,
    [rank, limit],
  );
  return rows;
}
