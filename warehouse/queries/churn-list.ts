import type { SqlClient } from "#core";
import type { LeadRow } from "./summary.ts";

/** A customer who is likely to leave, with what a person needs to do something about it: told like a lead. */
export type ChurnRow = LeadRow;

/**
 * The published customers most worth keeping who may leave: by the chance of leaving times the value of the next 12
 * months, highest first. Those who asked not to be contacted, and those who cannot be reached, are left out.
 */
export async function listChurn(db: SqlClient, options: { readonly limit: number }): Promise<readonly ChurnRow[]> {
  const { rows } = await db.query<ChurnRow>(
    `select (row_number() over (order by s.value * coalesce(c.lifetime_value, 0) desc, s.rank))::int as rank,
            c.customer_id, c.display_name as customer, c.phone,
            greatest(c.last_contact, c.last_purchase)::text as last_contact, s.band, s.meaning,
            r.reasons[1] as reason_1, r.reasons[2] as reason_2,
            -- What somebody wrote into the last list stands last here too.
            case when l.reason_3 like 'On the last list: %' then l.reason_3 else r.reasons[3] end as reason_3,
            coalesce(l.action, 'Contact before they are gone') as action, s.data_as_of::text as data_as_of
       from customer_360.customer_scores s
       join customer_360.customers c on c.customer_id = s.customer_id
       left join customer_360.leads l on l.customer_id = s.customer_id
       left join lateral (
         select array_agg(case when x.direction = 'lowers' and s.band <> 'Low' then 'But: ' || x.reason else x.reason end
                          order by x.position) as reasons
           from customer_360.score_reasons x
          where x.customer_id = s.customer_id and x.score = s.score) r on true
      where s.score = 'churn' and s.value is not null and s.band in ('High', 'Medium') and not c.do_not_contact
        and (c.phone is not null or c.email is not null or c.street_address is not null)
      order by 1 limit $1`,
    [options.limit],
  );
  return rows;
}
