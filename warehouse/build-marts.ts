import type { SqlClient } from "#core";
import { readSql } from "./sql-files.ts";

/** Home currency for one unit of a currency on a day. */
export interface DatedRate {
  /** ISO date. */
  readonly date: string;
  /** ISO 4217. */
  readonly currency: string;
  /** Decimal text. */
  readonly rate: string;
}

/** How the marts are built. */
export interface MartOptions {
  readonly homeCurrency: string;
  /** Words only: sums treat sales and gifts alike. */
  readonly mode: "shop" | "nonprofit";
  readonly rates: readonly DatedRate[];
  /** ISO date that segments look back from; `dataAsOf` where absent. */
  readonly asOf?: string;
}

/** What was built, and what could not be joined or converted. */
export interface MartCounts {
  readonly customers: number;
  readonly transactions: number;
  readonly interactions: number;
  readonly transactionsWithoutCustomer: number;
  readonly interactionsWithoutCustomer: number;
  readonly transactionsWithoutRate: number;
}

const TABLES = [
  "customer_refs",
  "rates",
  "transactions",
  "customer_interactions",
  "social_media_profiles",
  "marketing_campaigns",
  "items",
  "customers",
];

/** Files in order, with the parameters that each takes. */
const MARTS: readonly { readonly file: string; readonly takes: readonly ("homeCurrency" | "asOf")[] }[] = [
  { file: "transactions", takes: ["homeCurrency"] },
  { file: "customer-interactions", takes: [] },
  { file: "lead-outcomes", takes: [] },
  { file: "social-media-profiles", takes: [] },
  { file: "marketing-campaigns", takes: [] },
  { file: "items", takes: [] },
  { file: "customers", takes: ["homeCurrency", "asOf"] },
  { file: "review-tasks", takes: [] },
];

/**
 * Fills the candidate tables of documents, contacts, profiles, campaigns, items and customers from the staged records,
 * the crosswalk and the golden records of this run. Everything is built anew; building twice gives the same rows.
 */
export async function buildMarts(tx: SqlClient, options: MartOptions): Promise<MartCounts> {
  await tx.query(`truncate ${TABLES.map((table) => `build.${table}`).join(", ")}`);
  const { rates } = options;
  await tx.query(
    `insert into build.rates (currency, date, rate)
     select distinct on (r.currency, r.date) r.currency, r.date, r.rate
       from unnest($1::text[], $2::date[], $3::numeric[]) with ordinality r (currency, date, rate, position)
      where r.rate > 0
      order by r.currency, r.date, r.position desc`,
    [rates.map((row) => row.currency), rates.map((row) => row.date), rates.map((row) => row.rate)],
  );
  for (const table of [
    "build.crosswalk",
    "build.golden",
    "stage.customers",
    "stage.transactions",
    "stage.interactions",
  ]) {
    await tx.query(`analyze ${table}`);
  }
  await tx.query(readSql("marts/customer-refs.sql"));
  await tx.query("analyze build.customer_refs");
  const values = { homeCurrency: options.homeCurrency, asOf: options.asOf ?? (await dataAsOf(tx)) };
  for (const mart of MARTS) {
    await tx.query(
      readSql(`marts/${mart.file}.sql`),
      mart.takes.map((name) => values[name]),
    );
  }
  return countMarts(tx);
}

/**
 * The latest day that the staged data know: of documents and contacts, leaving out those dated after the day on which
 * they were read. Without any, the latest day on which a customer record was read. Null when nothing is staged.
 */
export async function dataAsOf(db: SqlClient): Promise<string | null> {
  const { rows } = await db.query<{ day: string | null }>(
    `select coalesce(
       greatest(
         (select max(date) from stage.transactions where date <= (observed_at at time zone 'UTC')::date + 1),
         (select max((at at time zone 'UTC')::date) from stage.interactions
           where (at at time zone 'UTC')::date <= (observed_at at time zone 'UTC')::date + 1)),
       (select max((observed_at at time zone 'UTC')::date) from stage.customers)) as day`,
  );
  return rows[0]?.day ?? null;
}

/** Writes each customer's scores into its candidate row: lifetime value, churn probability, lead score. */
export async function applyScores(tx: SqlClient): Promise<void> {
  await tx.query(
    `update build.customers c
        set lifetime_value = s.lifetime_value, churn_probability = s.churn, lead_score = s.lead
       from (select k.customer_id,
                    (max(v.value) filter (where v.score = 'lifetime_value'))::numeric(18, 2) as lifetime_value,
                    max(v.value) filter (where v.score = 'churn') as churn,
                    max(v.value) filter (where v.score = 'lead') as lead
               from build.customers k
               left join build.customer_scores v on v.customer_id = k.customer_id
              group by k.customer_id) s
      where s.customer_id = c.customer_id
        and (c.lifetime_value, c.churn_probability, c.lead_score) is distinct from (s.lifetime_value, s.churn, s.lead)`,
  );
}

async function countMarts(tx: SqlClient): Promise<MartCounts> {
  const { rows } = await tx.query<MartCounts>(
    `select (select count(*) from build.customers) as customers,
            (select count(*) from build.transactions) as transactions,
            (select count(*) from build.customer_interactions) as interactions,
            (select count(*) from build.transactions where customer_id is null) as "transactionsWithoutCustomer",
            (select count(*) from build.customer_interactions where customer_id is null) as "interactionsWithoutCustomer",
            (select count(*) from build.transactions where home_amount is null) as "transactionsWithoutRate"`,
  );
  return rows[0] as MartCounts;
}
