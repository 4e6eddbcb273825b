import { ITEMS } from "../data/items.ts";
import { bookCustomers } from "./book-customers.ts";
import type { BookCustomer, Books, Doc, DocKind, DocLine } from "./books-types.ts";
import { plantInBooks } from "./book-defects.ts";
import { SAMPLE_DAY } from "./calendar.ts";
import type { Presence } from "./presence.ts";
import { rng, type Rng } from "./random.ts";
import { usdRate } from "./rates.ts";
import type { Entity, Life } from "./types.ts";

/** Realm of the sample company: constant, so that configuration and keys are too. */
const REALM = "9341453908213477";

interface Basket {
  readonly lines: readonly DocLine[];
  readonly net: number;
  readonly tax: number;
}

function fillBasket(r: Rng, value: number, usd: boolean): Basket {
  const lines: DocLine[] = [];
  const wanted = r.chance(0.55) ? 1 : 2;
  let taxable = 0;
  let net = 0;
  for (let n = 0; n < wanted; n += 1) {
    const item = r.int(0, ITEMS.length - 2);
    const { cents = 100_000, category = "" } = ITEMS[item] ?? {};
    const unit = usd ? Math.round(cents / 157) : cents;
    const qty = Math.max(1, Math.round((value * 100) / wanted / cents));
    lines.push({ item, qty, unit });
    net += unit * qty;
    if (category !== "Grocery") taxable += unit * qty;
  }
  return { lines, net, tax: Math.round(taxable * 0.15) };
}

function newDoc(kind: DocKind, customer: number, day: number, minute: number, usd: boolean, r: Rng): Doc {
  return {
    id: "",
    kind,
    customer,
    day,
    minute,
    cents: 0,
    tax: 0,
    currency: usd ? "USD" : "JMD",
    // One document in ten was entered without its rate: the dated rates file must serve.
    rate: usd ? (r.chance(0.1) ? null : usdRate(day)) : 1,
    due: day,
    lines: [],
    number: "",
    pays: [],
    paid: [],
    voided: null,
    deleted: null,
    defect: "",
  };
}

function payFor(r: Rng, invoice: Doc, after: number): Doc[] {
  const parts = r.chance(0.1) ? [Math.round(invoice.cents * 0.6), 0] : [invoice.cents];
  if (parts.length === 2) parts[1] = invoice.cents - (parts[0] ?? 0);
  return parts.map((cents, n) => {
    const day = invoice.day + after + n * r.int(5, 15);
    const minute = r.int(500, 1000);
    invoice.paid.push({ day, minute, cents });
    const base = newDoc("Payment", invoice.customer, day, minute, invoice.currency === "USD", r);
    return { ...base, rate: invoice.rate === null ? null : base.rate, cents, pays: [{ doc: invoice, cents }] };
  });
}

function sell(r: Rng, entity: Entity, life: Life, pick: (day: number) => number): Doc[] {
  const docs: Doc[] = [];
  for (const purchase of life.purchases) {
    const basket = fillBasket(r, purchase.value, entity.usd);
    const onSpot = entity.type === "person" && r.chance(0.12);
    const kind = onSpot ? "SalesReceipt" : "Invoice";
    const doc: Doc = {
      ...newDoc(kind, pick(purchase.day), purchase.day, r.int(490, 960), entity.usd, r),
      lines: basket.lines,
      cents: basket.net + basket.tax,
      tax: basket.tax,
      due: purchase.day + (entity.type === "person" ? 15 : 30),
    };
    docs.push(doc);
    if (onSpot) continue;
    if (r.chance(0.004)) doc.voided = doc.day + 1;
    else if (purchase.day <= SAMPLE_DAY && purchase.day > SAMPLE_DAY - 40 && r.chance(0.02))
      doc.deleted = SAMPLE_DAY + r.int(1, 3);
    else if (purchase.payAfter !== null) docs.push(...payFor(r, doc, purchase.payAfter));
    if (r.chance(0.012)) life.returns.push(purchase.day + r.int(3, 15));
  }
  for (const day of life.returns) docs.push(...giveBack(r, docs, day));
  for (const day of life.quotes) {
    const basket = fillBasket(r, 40_000, entity.usd);
    const base = newDoc("Estimate", pick(day), day, r.int(490, 960), entity.usd, r);
    docs.push({ ...base, lines: basket.lines, cents: basket.net + basket.tax, tax: basket.tax, due: day + 30 });
  }
  return docs;
}

/** A credit memo (or, for a cash sale, a refund) on the latest sale before a day. */
function giveBack(r: Rng, docs: readonly Doc[], day: number): Doc[] {
  const sale = docs
    .filter((d) => (d.kind === "Invoice" || d.kind === "SalesReceipt") && d.day < day && d.voided === null)
    .at(-1);
  const line = sale?.lines[0];
  if (sale === undefined || line === undefined) return [];
  const qty = Math.max(1, Math.round(line.qty * (0.2 + 0.5 * r.next())));
  const kind = sale.kind === "Invoice" ? "CreditMemo" : "RefundReceipt";
  const base = newDoc(kind, sale.customer, day, r.int(490, 960), sale.currency === "USD", r);
  return [{ ...base, rate: sale.rate === null ? null : base.rate, lines: [{ ...line, qty }], cents: line.unit * qty }];
}

function cashSales(r: Rng, count: number): Doc[] {
  return Array.from({ length: count }, () => {
    const basket = fillBasket(r, 6_000, false);
    const base = newDoc("SalesReceipt", 0, SAMPLE_DAY - r.int(0, 1080), r.int(490, 960), false, r);
    return { ...base, lines: basket.lines, cents: basket.net + basket.tax, tax: basket.tax };
  });
}

/** Picks the record on which a sale is booked: mostly the first, else a job or a duplicate that was there by then. */
function picker(r: Rng, records: readonly { at: number; customer: BookCustomer }[]): (day: number) => number {
  return (day) => {
    const first = records[0]?.at ?? 0;
    const others = records.filter((x) => x.at !== first && x.customer.created < day);
    return others.length > 0 && r.chance(0.3) ? r.pick(others).at : first;
  };
}

/** Keeps the books: customers and all their documents, numbered in order of time, and the planted bad ones. */
export function keepBooks(
  seed: number,
  entities: readonly Entity[],
  lives: readonly Life[],
  presences: readonly Presence[],
): Books {
  const customers = bookCustomers(seed, entities, lives, presences);
  const records = new Map<number, { at: number; customer: BookCustomer }[]>();
  for (const [at, customer] of customers.entries()) {
    if (customer.entity === null) continue;
    records.set(customer.entity, [...(records.get(customer.entity) ?? []), { at, customer }]);
  }
  const r = rng(`documents/${seed}`);
  const docs: Doc[] = cashSales(r, Math.max(4, Math.round(entities.length * 0.07)));
  for (const entity of entities) {
    const own = records.get(entity.index);
    const life = lives[entity.index];
    if (own === undefined || life === undefined) continue;
    const mine = entity.rng.fork("documents");
    const booked = presences[entity.index]?.channel === "books" ? life : { ...life, purchases: [], returns: [] };
    docs.push(...sell(mine, entity, booked, picker(mine, own)));
  }
  docs.sort((a, b) => a.day - b.day || a.minute - b.minute || a.customer - b.customer || a.cents - b.cents);
  plantInBooks(r.fork("defects"), docs, customers, entities.length / 3000);
  docs.forEach((doc, i) => {
    doc.id = String(i + 1001);
    doc.number = String(i + 20_001);
  });
  return { realm: REALM, customers, docs };
}
