import { ITEMS, type Item } from "../data/items.ts";
import type { BookCustomer, Books, Doc } from "../world/books-types.ts";
import { FIRST_DAY, isoOf, stamp } from "../world/calendar.ts";

type Body = Record<string, unknown>;

const CURRENCY_NAMES: Readonly<Record<string, string>> = { JMD: "Jamaican Dollar", USD: "United States Dollar" };

const currencyRef = (code: string): Body => ({ value: code, name: CURRENCY_NAMES[code] ?? code });
const money = (cents: number): number => cents / 100;
const fill = (entries: readonly (readonly [string, unknown])[]): Body =>
  Object.fromEntries(entries.filter(([, v]) => v !== undefined && v !== ""));

/** Time of an object's last change as the vendor writes it, and the version that goes with it. */
export interface Version {
  readonly day: number;
  readonly minute: number;
  readonly token: number;
}

function meta(id: string, created: readonly [number, number], version: Version): Body {
  return {
    domain: "QBO",
    sparse: false,
    Id: id,
    SyncToken: String(version.token),
    MetaData: { CreateTime: stamp(created[0], created[1]), LastUpdatedTime: stamp(version.day, version.minute) },
  };
}

/** Minute of the day at which customer records are touched; spreads them over the morning. */
function customerMinute(customer: BookCustomer): number {
  return 490 + (Number(customer.id) % 400);
}

/** What changed in a customer up to a day. */
export function customerVersion(c: BookCustomer, day: number): Version {
  const events = [c.updated, c.rephoned?.day ?? Infinity, c.inactiveFrom ?? Infinity].filter((d) => d <= day);
  return { day: Math.max(c.created, ...events), minute: customerMinute(c), token: Math.max(0, events.length - 1) };
}

function names(c: BookCustomer, books: Books, active: boolean): Body {
  const parent = c.parent === null ? undefined : books.customers.find((p) => p.id === c.parent);
  const display = active ? c.display : `${c.display} (deleted)`;
  const qualified = parent === undefined ? display : `${parent.display}:${display}`;
  return fill([
    ["GivenName", c.given],
    ["FamilyName", c.family],
    ["CompanyName", c.company],
    ["DisplayName", display],
    ["FullyQualifiedName", qualified],
    ["PrintOnCheckName", c.company || c.display],
    ["ParentRef", parent === undefined ? undefined : { value: parent.id }],
    ["Level", parent === undefined ? undefined : 1],
  ]);
}

/** A customer's body on a day. */
export function customerBody(c: BookCustomer, books: Books, day: number, balanceCents: number): Body {
  const active = c.inactiveFrom === null || c.inactiveFrom > day;
  const phone = c.rephoned !== null && c.rephoned.day <= day ? c.rephoned.phone : c.phone;
  const addressed = c.street !== "" || c.town !== "" || c.parish !== "";
  const address = fill([
    ["Id", `${Number(c.id) + 5000}`],
    ["Line1", c.street],
    ["City", c.town],
    ["CountrySubDivisionCode", c.parish],
    ["Country", Number(c.id) % 3 === 0 ? "Jamaica" : ""],
  ]);
  const body = fill([
    ["Taxable", true],
    ["Job", c.kind === "job"],
    ["BillWithParent", c.kind === "job"],
    ["Balance", money(balanceCents)],
    ["BalanceWithJobs", money(balanceCents)],
    ["CurrencyRef", currencyRef(c.currency)],
    ["PreferredDeliveryMethod", "Print"],
    ["IsProject", false],
    ["BillAddr", c.defect === "schema_invalid" ? "see invoice" : addressed ? address : undefined],
    ["PrimaryPhone", phone === "" ? undefined : { FreeFormNumber: phone }],
    ["Mobile", c.mobile === "" ? undefined : { FreeFormNumber: c.mobile }],
    ["PrimaryEmailAddr", c.email === "" ? undefined : { Address: c.email }],
    ["WebAddr", c.website === "" ? undefined : { URI: c.website }],
    ["Active", active],
  ]);
  return {
    ...body,
    ...meta(c.id, [c.created, customerMinute(c)], customerVersion(c, day)),
    ...(c.defect === "missing_name" ? {} : names(c, books, active)),
  };
}

/** A document's last change up to a day: made, paid, voided, or its customer merged. */
export function docVersion(doc: Doc, books: Books, day: number): Version {
  let version: Version = { day: doc.day, minute: doc.minute, token: 0 };
  const touch = (at: number, minute: number): void => {
    if (at > day) return;
    const later = at > version.day || (at === version.day && minute > version.minute);
    version = { day: later ? at : version.day, minute: later ? minute : version.minute, token: version.token + 1 };
  };
  for (const payment of doc.paid) touch(payment.day, payment.minute);
  if (doc.voided !== null) touch(doc.voided, 970);
  const merged = books.customers[doc.customer]?.merged ?? null;
  if (merged !== null && merged.day > doc.day) touch(merged.day, 615);
  return version;
}

function customerRef(doc: Doc, books: Books, day: number): Body | undefined {
  if (doc.defect === "missing_customer") return undefined;
  const own = books.customers[doc.customer];
  const merged = own?.merged ?? null;
  const holder = merged !== null && merged.day <= day ? books.customers.find((c) => c.id === merged.into) : own;
  return holder === undefined ? undefined : { value: holder.id, name: holder.display };
}

function linesOf(doc: Doc, voided: boolean): unknown {
  if (doc.kind === "Payment") {
    return doc.pays.map(({ doc: invoice, cents }) => ({
      Amount: money(cents),
      LinkedTxn: [{ TxnId: invoice.id, TxnType: "Invoice" }],
    }));
  }
  const lines = doc.lines.map(({ item, qty, unit }, at) => {
    const sold = ITEMS[item];
    return {
      Id: String(at + 1),
      LineNum: at + 1,
      Amount: voided ? 0 : money(unit * qty),
      DetailType: "SalesItemLineDetail",
      SalesItemLineDetail: {
        ItemRef: { value: sold?.id ?? "1", name: sold?.name ?? "" },
        UnitPrice: money(unit),
        Qty: voided ? 0 : qty,
      },
    };
  });
  const net = doc.lines.reduce((sum, l) => sum + l.unit * l.qty, 0);
  return [...lines, { Amount: voided ? 0 : money(net), DetailType: "SubTotalLineDetail", SubTotalLineDetail: {} }];
}

function dateOf(doc: Doc): string | undefined {
  if (doc.defect === "bad_date") return ["2026-02-30", "0000-00-00", ""][doc.cents % 3];
  if (doc.defect === "future_date") return `${2031 + (doc.cents % 30)}-${isoOf(doc.day).slice(5)}`;
  return isoOf(doc.day);
}

function totals(doc: Doc, day: number, voided: boolean): (readonly [string, unknown])[] {
  const spoiled = doc.cents % 20_000 === 0 ? undefined : "n/a";
  const total = doc.defect === "bad_amount" ? spoiled : voided ? 0 : money(doc.cents);
  const list: (readonly [string, unknown])[] = [["TotalAmt", total]];
  const paid = doc.paid.filter((p) => p.day <= day).reduce((sum, p) => sum + p.cents, 0);
  if (doc.kind === "Invoice")
    list.push(["DueDate", isoOf(doc.due)], ["Balance", voided ? 0 : money(Math.max(0, doc.cents - paid))]);
  if (doc.kind === "Payment")
    list.push(["UnappliedAmt", doc.pays.length === 0 ? money(doc.cents) : 0], ["ProcessPayment", false]);
  if (doc.kind === "CreditMemo") list.push(["RemainingCredit", 0], ["Balance", 0]);
  if (doc.kind === "Estimate") list.push(["ExpirationDate", isoOf(doc.due)], ["TxnStatus", "Pending"]);
  if (doc.kind !== "Payment") list.push(["TxnTaxDetail", { TotalTax: voided ? 0 : money(doc.tax) }]);
  return list;
}

/** A document's body on a day. */
export function docBody(doc: Doc, books: Books, day: number): Body {
  const voided = doc.voided !== null && doc.voided <= day;
  const body = fill([
    ["DocNumber", doc.kind === "Payment" ? undefined : doc.number],
    ["TxnDate", dateOf(doc)],
    ["CurrencyRef", doc.defect === "schema_invalid" ? [doc.currency] : currencyRef(doc.currency)],
    ["ExchangeRate", doc.rate ?? undefined],
    ["PrivateNote", voided ? "Voided" : undefined],
    [
      "PaymentMethodRef",
      doc.kind === "Payment"
        ? { value: String(1 + (doc.minute % 3)), name: ["Cash", "Cheque", "Bank transfer"][doc.minute % 3] }
        : undefined,
    ],
    ["CustomerRef", customerRef(doc, books, day)],
    ...totals(doc, day, voided),
  ]);
  const lines = doc.defect === "schema_invalid" ? "see attachment" : linesOf(doc, voided);
  return { ...meta(doc.id, [doc.day, doc.minute], docVersion(doc, books, day)), ...body, Line: lines };
}

/** An item of the price list. */
export function itemBody(item: Item): Body {
  const version = { day: FIRST_DAY + Number(item.id) * 9, minute: 600, token: item.active ? 0 : 1 };
  return {
    Name: item.active ? item.name : `${item.name} (deleted)`,
    Sku: item.sku,
    Description: item.name,
    Active: item.active,
    FullyQualifiedName: `${item.category}:${item.name}`,
    Taxable: item.category !== "Grocery",
    UnitPrice: item.cents / 100,
    Type: "NonInventory",
    ...meta(item.id, [FIRST_DAY - 300, 600], version),
  };
}
