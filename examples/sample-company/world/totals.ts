import type { Books } from "./books-types.ts";
import { textOf, type Row } from "./types.ts";
import { isThere, type World } from "./world.ts";

/** Count and sum of one kind in one currency. */
export interface Total {
  readonly kind: string;
  readonly currency: string;
  count: number;
  /** Cents. */
  sum: number;
  /** `all` is what the vendor tells; `good` and `planted_bad` add up to it. */
  readonly note: "all" | "good" | "planted_bad";
}

function adder(): { add: (kind: string, currency: string, cents: number, bad: boolean) => void; list: () => Total[] } {
  const totals = new Map<string, Total>();
  const one = (kind: string, currency: string, note: Total["note"], cents: number): void => {
    const key = `${kind}|${currency}|${note}`;
    const total = totals.get(key) ?? { kind, currency, count: 0, sum: 0, note };
    total.count += 1;
    total.sum += cents;
    totals.set(key, total);
  };
  return {
    add: (kind, currency, cents, bad) => {
      one(kind, currency, "all", cents);
      one(kind, currency, bad ? "planted_bad" : "good", cents);
    },
    list: () =>
      [...totals.values()].sort((a, b) =>
        `${a.kind}|${a.currency}|${a.note}` < `${b.kind}|${b.currency}|${b.note}` ? -1 : 1,
      ),
  };
}

const NAMES = {
  Invoice: "invoice",
  Payment: "payment",
  CreditMemo: "credit_memo",
  SalesReceipt: "sales_receipt",
  RefundReceipt: "refund_receipt",
  Estimate: "estimate",
} as const;

function addBooks(books: Books, day: number, add: ReturnType<typeof adder>["add"]): void {
  for (const doc of books.docs) {
    if (doc.day > day || (doc.deleted !== null && doc.deleted <= day)) continue;
    const voided = doc.voided !== null && doc.voided <= day;
    const cents = voided || doc.defect === "bad_amount" ? 0 : doc.cents;
    add(NAMES[doc.kind], doc.currency, cents, doc.defect !== "");
  }
}

function addRows(
  rows: readonly Row[],
  day: number,
  kind: string,
  amountAt: number,
  currencyAt: number,
  add: ReturnType<typeof adder>["add"],
): void {
  for (const row of rows) {
    if (!isThere(row, day) || row.defect === "total_row") continue;
    const [amount, currency] = [row.cells[amountAt], row.cells[currencyAt]];
    const cents = typeof amount === "object" && amount !== null && "cents" in amount ? amount.cents : 0;
    add(kind, row.defect === "shifted_columns" ? "?" : textOf(currency), cents, row.defect !== undefined);
  }
}

/** What the vendors' own reports would say on a day. */
export function vendorTotals(world: World, day: number): Total[] {
  const { add, list } = adder();
  addBooks(world.books, day, add);
  addRows(world.till, day, "till_sale", 6, 7, add);
  addRows(world.tabs.walkIns, day, "walk_in_sale", 4, 5, add);
  return list();
}
