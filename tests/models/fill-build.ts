import type { Database } from "#core";
import { isoDay } from "./simulated.ts";
import type { SimulatedCustomer } from "./simulated.ts";

const GOLDEN = [
  "customer_id",
  "entity_type",
  "display_name",
  "email",
  "phone",
  "parish",
  "external_ids",
  "data_sources",
  "record_count",
  "identity_confidence",
  "do_not_contact",
  "active",
  "customer_since",
  "data_quality_score",
  "profile_completeness",
];
const TRANSACTIONS = [
  "transaction_key",
  "customer_id",
  "kind",
  "date",
  "due_date",
  "currency",
  "amount",
  "rate_source",
  "home_amount",
  "voided",
  "category",
  "source",
  "account",
];
const INTERACTIONS = [
  "interaction_key",
  "customer_id",
  "interaction_type",
  "interaction_date",
  "direction",
  "outcome",
  "source",
  "account",
];

/** Writes simulated customers into the candidate tables: invoices, payments, visits, complaints, campaign clicks. */
export async function fillBuild(db: Database, customers: readonly SimulatedCustomer[]): Promise<void> {
  const golden = customers.map((c, i) => [
    c.id,
    c.firm ? "organisation" : "person",
    c.id,
    i % 5 === 0 ? null : `${c.id}@example.com`,
    `+1876555${String(i).padStart(4, "0")}`,
    c.parish,
    "{}",
    "{quickbooks}",
    1,
    1,
    i % 50 === 0,
    true,
    isoDay((c.days[0] ?? c.visits[0] ?? 20_000) - 5),
    0.9,
    0.5 + (i % 5) / 10,
  ]);
  const transactions = customers.flatMap((c) =>
    c.days.flatMap((day, k) => {
      const base = (kind: string, on: number) => [
        `q:a:${kind}:${c.id}-${String(k)}`,
        c.id,
        kind,
        isoDay(on),
        kind === "invoice" ? isoDay(on + 30) : null,
        "JMD",
        c.amount,
        "home",
        c.amount,
        false,
        k % 3 === 0 ? "Hardware" : "Paint",
        "quickbooks",
        "a",
      ];
      return [base("invoice", day), base("payment", day + 20)];
    }),
  );
  const interactions = customers.flatMap((c) => {
    const row = (type: string, day: number, direction: string, outcome: string, n: number) => [
      `i:a:${type}:${c.id}-${String(n)}`,
      c.id,
      type,
      `${isoDay(day)}T15:00:00Z`,
      direction,
      outcome,
      "sheet",
      "a",
    ];
    return [
      ...c.visits.map((day, n) => row("visit", day, "out", "Routine", n)),
      ...c.clicks.map((day, n) => row("campaign_response", day, "in", "click", n)),
      ...(c.complaint === null ? [] : [row("call", c.complaint, "in", "Complaint - unresolved", 0)]),
    ];
  });
  await db.transaction(async (tx) => {
    await db.copyIn(tx, "build.golden", GOLDEN, golden);
    await db.copyIn(tx, "build.transactions", TRANSACTIONS, transactions);
    await db.copyIn(tx, "build.customer_interactions", INTERACTIONS, interactions);
  });
  await db.query("analyze build.golden, build.transactions, build.customer_interactions");
}
