import Fuse from "fuse.js";
import type { SqlClient } from "#core";

/** One customer of a list. */
export interface FoundCustomer {
  readonly customer_id: string;
  readonly display_name: string;
  readonly company_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly city: string | null;
  readonly parish: string | null;
  readonly home_currency: string;
  readonly total_sales: string;
  readonly last_purchase: string | null;
  readonly record_count: number;
}

interface Candidate extends FoundCustomer {
  /** 2: an id, address or number matches; 1: a word of the name does; 0: only near in spelling, or not at all. */
  readonly hit: number;
}

/** At most this many candidates come out of the database to be ranked by spelling. */
const CANDIDATES = 5000;

const columns = `customer_id, display_name, company_name, email, phone, city, parish, home_currency, total_sales,
  last_purchase, record_count`;

/**
 * Customers that a person may mean: by name (also misspelt), company, e-mail, telephone number, town, customer id or id
 * in a source. The database chooses candidates, fuse.js ranks them. An empty text gives the largest customers.
 */
export async function searchCustomers(db: SqlClient, text: string, limit: number): Promise<readonly FoundCustomer[]> {
  const wanted = text.normalize("NFKC").trim().slice(0, 100);
  if (wanted === "") return largest(db, limit);
  const candidates = await fetchCandidates(db, wanted);
  const fuse = new Fuse(candidates, {
    keys: [
      { name: "display_name", weight: 5 },
      { name: "company_name", weight: 3 },
      { name: "email", weight: 2 },
      { name: "city", weight: 1 },
    ],
    threshold: 0.34,
    ignoreLocation: true,
    ignoreDiacritics: true,
    includeScore: true,
  });
  const scores = new Map(fuse.search(wanted).map((found) => [found.item.customer_id, found.score ?? 1]));
  return candidates
    .filter((candidate) => candidate.hit > 0 || scores.has(candidate.customer_id))
    .map((candidate) => ({ candidate, score: scores.get(candidate.customer_id) ?? 1 }))
    .sort(
      (a, b) =>
        b.candidate.hit - a.candidate.hit ||
        a.score - b.score ||
        (a.candidate.customer_id < b.candidate.customer_id ? -1 : 1),
    )
    .slice(0, limit)
    .map(({ candidate }) => candidate);
}

async function largest(db: SqlClient, limit: number): Promise<readonly FoundCustomer[]> {
  const { rows } = await db.query<FoundCustomer>(
    `select ${columns} from customer_360.customers order by total_sales desc, customer_id limit $1`,
    [limit],
  );
  return rows;
}

async function fetchCandidates(db: SqlClient, wanted: string): Promise<readonly Candidate[]> {
  const digits = wanted.replace(/[\s()+.-]/g, "");
  const number = /^\d{4,}$/.test(digits) ? `%${digits}%` : null;
  const tokens = wanted
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== "");
  const { rows } = await db.query<Candidate>(
    `with direct as (
       select customer_id from identity.crosswalk where source_id = $1
       union
       select customer_id from customer_360.contact_points
       where (kind = 'phone' and $2::text is not null and value like $2)
          or (kind = 'email' and position('@' in $1) > 0 and value like '%' || lower($4) || '%')
     ), weighed as (
       select ${columns},
         case when customer_id = $1 or customer_id in (select customer_id from direct)
                or phone like $2 or lower(email) = lower($1) then 2
              when lower(display_name) like '%' || lower($4) || '%'
                or lower(company_name) like '%' || lower($4) || '%' then 1
              else 0 end as hit,
         (select count(*) from unnest($3::text[]) token
          where starts_with(lower(display_name), left(token, 2))
             or position(' ' || left(token, 2) in lower(display_name)) > 0) as near
       from customer_360.customers
     )
     select ${columns}, hit from weighed order by hit desc, near desc, total_sales desc, customer_id limit $5`,
    [wanted, number, tokens, wanted.replace(/[\\%_]/g, "\\$&"), CANDIDATES],
  );
  return rows;
}
