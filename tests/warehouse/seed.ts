import { systemClock } from "#core";
import type { Database } from "#core";
import { buildMarts, publish, startRun } from "#warehouse";

/** A staged customer record with only what the test cares for. */
export interface SeedCustomer {
  readonly id: string;
  readonly customerId: string;
  readonly source?: string;
  readonly account?: string;
  readonly stream?: string;
  readonly name?: string;
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  readonly accountNumber?: string;
}

/** A staged document. */
export interface SeedDocument {
  readonly id: string;
  readonly kind?: string;
  readonly date?: string;
  readonly amount: string;
  readonly currency?: string;
  readonly rate?: string;
  readonly voided?: boolean;
  readonly ref: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly account?: string;
  readonly stream?: string;
}

/** Stages customers, and writes what the resolve stage would have written for them. */
export async function seedCustomers(db: Database, customers: readonly SeedCustomer[]): Promise<void> {
  const rows = customers.map((one) => {
    const source = one.source ?? "quickbooks";
    const account = one.account ?? "books";
    const stream = one.stream ?? "customers";
    return { ...one, source, account, stream, key: `${source}:${account}:${stream}:${one.id}` };
  });
  await db.copyIn(
    db,
    "stage.customers",
    [
      "key",
      "source",
      "account",
      "stream",
      "source_id",
      "observed_at",
      "raw_hash",
      "entity_type",
      "entity_type_probability",
      "display_name",
      "emails",
      "phones",
      "handles",
      "is_job",
      "active",
      "do_not_contact",
      "account_number",
    ],
    rows.map((one) => [
      one.key,
      one.source,
      one.account,
      one.stream,
      one.id,
      "2026-06-30T00:00:00Z",
      `h${one.key}`,
      "person",
      1,
      one.name ?? `Name ${one.id}`,
      one.emails ?? [],
      one.phones ?? [],
      [],
      false,
      true,
      false,
      one.accountNumber ?? null,
    ]),
  );
  await db.copyIn(
    db,
    "build.crosswalk",
    ["source", "account", "stream", "source_id", "customer_id", "key"],
    rows.map((one) => [one.source, one.account, one.stream, one.id, one.customerId, one.key]),
  );
  const first = new Map([...rows].reverse().map((one) => [one.customerId, one] as const));
  await db.copyIn(
    db,
    "build.golden",
    [
      "customer_id",
      "entity_type",
      "display_name",
      "email",
      "phone",
      "external_ids",
      "data_sources",
      "record_count",
      "identity_confidence",
      "do_not_contact",
      "active",
      "data_quality_score",
      "profile_completeness",
    ],
    [...first.values()].map((one) => [
      one.customerId,
      "person",
      one.name ?? `Name ${one.id}`,
      one.emails?.[0] ?? null,
      one.phones?.[0] ?? null,
      { [one.source]: [one.id] },
      [one.source],
      1,
      1,
      false,
      true,
      0.5,
      0.5,
    ]),
  );
  await db.copyIn(
    db,
    "build.customer_ids",
    ["customer_id", "anchor_key", "status", "minted_run_id"],
    [...first.values()].map((one) => [one.customerId, one.key, "active", "r1"]),
  );
}

/** Stages documents. */
export async function seedDocuments(db: Database, documents: readonly SeedDocument[]): Promise<void> {
  await db.copyIn(
    db,
    "stage.transactions",
    [
      "key",
      "source",
      "account",
      "stream",
      "source_id",
      "observed_at",
      "raw_hash",
      "kind",
      "date",
      "currency",
      "amount",
      "exchange_rate",
      "customer_ref",
      "voided",
    ],
    documents.map((one) => {
      const source = one.source ?? "quickbooks";
      const account = one.account ?? "books";
      const stream = one.stream ?? "invoices";
      const key = `${source}:${account}:${stream}:${one.id}`;
      return [
        key,
        source,
        account,
        stream,
        one.id,
        "2026-06-30T00:00:00Z",
        `h${key}`,
        one.kind ?? "invoice",
        one.date ?? "2026-06-01",
        one.currency ?? "JMD",
        one.amount,
        one.rate ?? null,
        one.ref,
        one.voided ?? false,
      ];
    }),
  );
}

/** Stages contacts. */
export async function seedContacts(
  db: Database,
  contacts: readonly {
    id: string;
    kind: string;
    at: string;
    ref: object;
    campaign?: string;
    likes?: number;
    comments?: number;
    source?: string;
  }[],
): Promise<void> {
  await db.copyIn(
    db,
    "stage.interactions",
    [
      "key",
      "source",
      "account",
      "stream",
      "source_id",
      "observed_at",
      "raw_hash",
      "kind",
      "at",
      "customer_ref",
      "campaign_id",
      "likes",
      "comments",
    ],
    contacts.map((one) => {
      const source = one.source ?? "excel";
      const key = `${source}:visits:log:${one.id}`;
      return [
        key,
        source,
        "visits",
        "log",
        one.id,
        "2026-06-30T00:00:00Z",
        `h${key}`,
        one.kind,
        one.at,
        one.ref,
        one.campaign ?? null,
        one.likes ?? null,
        one.comments ?? null,
      ];
    }),
  );
}

/** Builds the marts in home currency JMD. */
export function build(db: Database, rates: readonly { date: string; currency: string; rate: string }[] = []) {
  return db.transaction((tx) => buildMarts(tx, { homeCurrency: "JMD", mode: "shop", rates, asOf: "2026-06-30" }));
}

/** Starts a run and publishes what is built. */
export async function publishRun(db: Database, runId: string, at = `2026-07-01T00:00:00Z`) {
  await startRun(db, { runId, kind: "nightly", at });
  return publish(db, { runId, clock: systemClock, asOf: "2026-06-30" });
}
