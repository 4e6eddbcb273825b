import { SAMPLE_DAY } from "./calendar.ts";
import type { BookCustomer, Doc, DocKind } from "./books-types.ts";
import type { Rng } from "./random.ts";

/** Planted bad documents by kind and reason, at scale 1. The body that shows each is made by the server. */
const PLAN: readonly (readonly [DocKind, string, number])[] = [
  ["Invoice", "missing_customer", 4],
  ["Invoice", "negative_total", 5],
  ["Invoice", "bad_date", 4],
  ["Invoice", "future_date", 5],
  ["Invoice", "unknown_currency", 4],
  ["Invoice", "bad_amount", 4],
  ["Invoice", "schema_invalid", 3],
  ["Payment", "missing_customer", 2],
  ["Payment", "negative_total", 3],
  ["Payment", "bad_date", 2],
  ["Payment", "future_date", 2],
  ["Payment", "unknown_currency", 2],
  ["Payment", "bad_amount", 2],
  ["Payment", "schema_invalid", 2],
  ["CreditMemo", "negative_total", 2],
  ["CreditMemo", "future_date", 2],
  ["CreditMemo", "bad_date", 2],
  ["SalesReceipt", "negative_total", 2],
  ["SalesReceipt", "bad_amount", 2],
];

/** Adds the bad documents to the list, in place; a few of them come on later days. */
export function plantInBooks(r: Rng, docs: Doc[], customers: readonly BookCustomer[], share: number): void {
  const someone = customers.map((c, at) => ({ c, at })).filter(({ c }) => c.kind === "main" && c.inactiveFrom === null);
  const bad: Doc[] = [];
  for (const [kind, defect, wanted] of PLAN) {
    for (let n = 0; n < Math.max(1, Math.round(wanted * share)); n += 1) {
      const { at } = r.pick(someone);
      const cents = r.int(50, 900) * 10_000;
      const later = n === 1 && kind === "Invoice";
      const unit = defect === "negative_total" ? -cents : cents;
      bad.push({
        id: "",
        kind,
        customer: at,
        day: later ? SAMPLE_DAY + r.int(1, 3) : SAMPLE_DAY - r.int(5, 1000),
        minute: r.int(490, 960),
        cents: unit,
        tax: 0,
        currency: defect === "unknown_currency" ? r.pick(["JMX", "ZZD"]) : "JMD",
        rate: 1,
        due: SAMPLE_DAY,
        lines: kind === "Payment" ? [] : [{ item: r.int(0, 20), qty: 1, unit }],
        number: "",
        pays: [],
        paid: [],
        voided: null,
        deleted: null,
        defect,
      });
    }
  }
  docs.push(...bad);
  docs.sort((a, b) => a.day - b.day || a.minute - b.minute || a.customer - b.customer || a.cents - b.cents);
}
