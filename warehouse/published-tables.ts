import type { SqlClient } from "#core";

/** A table that a publication carries from candidates to readers. */
export interface PublishedTable {
  /** Candidate table. */
  readonly build: string;
  /** Published table. */
  readonly target: string;
  readonly key: readonly string[];
  /** Part of the content hash and of the snapshot. */
  readonly content: boolean;
  /** Rows that are missing among the candidates stay. */
  readonly keepMissing?: boolean;
}

/** Every published table, in the order in which they are carried over. */
export const PUBLISHED_TABLES: readonly PublishedTable[] = [
  customer360("customers", "customer_id"),
  customer360("customer_fields", "customer_id", "field"),
  customer360("contact_points", "customer_id", "kind", "value"),
  customer360("transactions", "transaction_key"),
  customer360("customer_interactions", "interaction_key"),
  customer360("social_media_profiles", "profile_key"),
  customer360("marketing_campaigns", "campaign_key"),
  customer360("items", "item_key"),
  customer360("relationships", "left_customer_id", "right_customer_id", "relation"),
  customer360("customer_scores", "customer_id", "score"),
  customer360("score_reasons", "customer_id", "score", "position"),
  customer360("leads", "rank"),
  {
    build: "build.crosswalk",
    target: "identity.crosswalk",
    key: ["source", "account", "stream", "source_id"],
    content: true,
  },
  // The ledger never forgets an id.
  {
    build: "build.customer_ids",
    target: "identity.customer_ids",
    key: ["customer_id"],
    content: true,
    keepMissing: true,
  },
  { build: "build.clusters", target: "identity.clusters", key: ["key"], content: false },
  { build: "build.pairs", target: "identity.pairs", key: ["left_key", "right_key"], content: false },
  { build: "build.review_tasks", target: "identity.review_tasks", key: ["task_id"], content: false },
];

/** A column of a published table. */
export interface TableColumn {
  readonly name: string;
  /** Type as the server writes it: `numeric(18,2)`, `text[]`, `timestamp with time zone`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string | null;
}

/** Columns of a table or view, in order. */
export async function columnsOf(client: SqlClient, table: string): Promise<readonly TableColumn[]> {
  const { rows } = await client.query<TableColumn>(
    `select a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable,
            col_description(a.attrelid, a.attnum) as comment
       from pg_attribute a
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [table],
  );
  return rows;
}

function customer360(name: string, ...key: readonly string[]): PublishedTable {
  return { build: `build.${name}`, target: `customer_360.${name}`, key, content: true };
}
