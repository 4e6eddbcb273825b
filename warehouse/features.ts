import { readFileSync } from "node:fs";
import type { Database, SqlClient } from "#core";
import { readBlocks } from "./cursor.ts";

/** Features of one customer on one evening, by name; `label_...` columns only in training snapshots. */
export interface FeatureRow {
  readonly customer_id: string;
  readonly [feature: string]: string | number | boolean | null;
}

/** What to read. */
export interface FeatureOptions {
  /** ISO date: the last day that features know of. */
  readonly cutoff: string;
  /** Days after the cut-off that labels speak of. */
  readonly horizonDays: number;
  /**
   * ISO date of the last day whose data are complete. Given for training: rows carry labels and only customers known by
   * the cut-off are read. Absent for the table to be scored: everybody, without labels.
   */
  readonly knownUntil?: string;
  /** Share of customers to read, 0 to 1; the same ones at every cut-off. All where absent. */
  readonly share?: number;
}

const FEATURES = readFileSync(new URL("./features.sql", import.meta.url), "utf8");

/**
 * Reads the features of every customer as of a cut-off from the run's candidate tables, ordered by customer id. Throws a
 * RangeError when the label window would end after the last day that is known.
 */
export async function readFeatures(db: Database, options: FeatureOptions): Promise<readonly FeatureRow[]> {
  const { cutoff, horizonDays, knownUntil, share = 1 } = options;
  if (knownUntil !== undefined && addDays(cutoff, horizonDays) > knownUntil) {
    throw new RangeError(`the label window of ${cutoff} ends after ${knownUntil}`);
  }
  const values = [cutoff, horizonDays, knownUntil !== undefined, share];
  return db.transaction(async (tx) => {
    const found: FeatureRow[] = [];
    for await (const rows of readBlocks<FeatureRow>(tx, FEATURES, values)) for (const row of rows) found.push(row);
    return found;
  });
}

/**
 * Cut-offs to train on, latest first: the scoring date less the horizon, then every 90 days before, at most four, each
 * with half a year of transactions behind it. Empty where the history is too short.
 */
export async function readTrainingCutoffs(
  db: SqlClient,
  options: { readonly asOf: string; readonly horizonDays: number },
): Promise<readonly string[]> {
  const { rows } = await db.query<{ first_day: string | null }>(
    `select min(date)::text as first_day from build.transactions
     where customer_id is not null and not voided and kind in ('invoice', 'sale', 'gift')`,
  );
  const first = rows[0]?.first_day ?? null;
  if (first === null) return [];
  return [0, 1, 2, 3]
    .map((step) => addDays(options.asOf, -options.horizonDays - 90 * step))
    .filter((cutoff) => cutoff >= addDays(first, 180));
}

/** Rows of all training tables together above which more teach little that is new. */
const MOST_TRAINING_ROWS = 40_000;

/** Share of customers to train on, so that tables of so many evenings stay within what is worth its time. */
export async function trainingShare(db: SqlClient, evenings: number): Promise<number> {
  const { rows } = await db.query<{ customers: number }>("select count(*)::int as customers from build.golden");
  const all = Math.max(1, (rows[0]?.customers ?? 0) * evenings);
  return Math.min(1, MOST_TRAINING_ROWS / all);
}

/** One customer's purchases and returns in the home currency; days are counted from 1970-01-01. */
export interface CustomerPurchases {
  readonly customerId: string;
  readonly purchases: readonly { readonly day: number; readonly amount: number }[];
  readonly returns: readonly { readonly day: number; readonly amount: number }[];
}

/** All purchases, and how many documents were left out because their currency has no rate. */
export interface PurchaseRead {
  readonly histories: readonly CustomerPurchases[];
  readonly documentsWithoutRate: number;
}

/** Reads purchases (invoices, sales, gifts) and returns (credit memos, refunds) up to and with a day, by customer. */
export async function readPurchases(db: Database, options: { readonly until: string }): Promise<PurchaseRead> {
  const found = new Map<string, { purchases: PurchaseOn[]; returns: PurchaseOn[] }>();
  let documentsWithoutRate = 0;
  await db.transaction(async (tx) => {
    for await (const rows of readBlocks<PurchaseLine>(tx, PURCHASES, [options.until])) {
      for (const row of rows) {
        const history = found.get(row.customer_id) ?? { purchases: [], returns: [] };
        found.set(row.customer_id, history);
        if (row.amount === null) documentsWithoutRate += 1;
        else (row.returned ? history.returns : history.purchases).push({ day: row.day, amount: row.amount });
      }
    }
  });
  return {
    histories: [...found].map(([customerId, history]) => ({ customerId, ...history })),
    documentsWithoutRate,
  };
}

interface PurchaseOn {
  readonly day: number;
  readonly amount: number;
}

interface PurchaseLine {
  readonly customer_id: string;
  readonly returned: boolean;
  readonly day: number;
  readonly amount: number | null;
}

const PURCHASES = `select t.customer_id, t.kind in ('credit_memo', 'refund') as returned,
       (t.date - date '1970-01-01')::int as day, t.home_amount::double precision as amount
     from build.transactions t
     where t.customer_id is not null and not t.voided and t.date <= $1::date
       and t.kind in ('invoice', 'sale', 'gift', 'credit_memo', 'refund')
     order by t.customer_id, t.date, t.transaction_key`;

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
