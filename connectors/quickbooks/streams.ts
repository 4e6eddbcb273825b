import type { TransactionKind } from "#core";

/** One kind of object of a company's books. */
export interface QuickBooksStream {
  readonly name: string;
  /** The vendor's entity name. */
  readonly entity: string;
  readonly title: string;
  /** List entities hide inactive rows unless asked; documents have no such field and refuse to be asked. */
  readonly hasActive: boolean;
  /** Set for money documents. */
  readonly kind?: TransactionKind;
}

/** Every stream, in the order in which they are read: customers before what refers to them. */
export const STREAMS: readonly QuickBooksStream[] = [
  { name: "company_info", entity: "CompanyInfo", title: "Company", hasActive: false },
  { name: "customers", entity: "Customer", title: "Customers", hasActive: true },
  { name: "items", entity: "Item", title: "Products and services", hasActive: true },
  { name: "invoices", entity: "Invoice", title: "Invoices", hasActive: false, kind: "invoice" },
  { name: "payments", entity: "Payment", title: "Payments", hasActive: false, kind: "payment" },
  { name: "credit_memos", entity: "CreditMemo", title: "Credit memos", hasActive: false, kind: "credit_memo" },
  { name: "sales_receipts", entity: "SalesReceipt", title: "Sales receipts", hasActive: false, kind: "sale" },
  { name: "refund_receipts", entity: "RefundReceipt", title: "Refund receipts", hasActive: false, kind: "refund" },
  { name: "estimates", entity: "Estimate", title: "Estimates", hasActive: false, kind: "estimate" },
];

const LISTS = [
  "Account Class Currency Department Employee PaymentMethod TaxAgency TaxCode TaxRate Term Vendor",
  "Bill BillPayment CompanyCurrency Deposit ExchangeRate JournalEntry Preferences Purchase PurchaseOrder Transfer",
  "TimeActivity VendorCredit",
]
  .join(" ")
  .split(" ");
const WITH_ACTIVE = new Set(
  "Account Class Department Employee PaymentMethod TaxAgency TaxCode TaxRate Term Vendor".split(" "),
);

/** What else the books hold: read when it is asked for by name, and kept as it came. */
const OTHERS: readonly QuickBooksStream[] = LISTS.map((entity) => ({
  name: pluralName(entity),
  entity,
  title: entity.replace(/([a-z])([A-Z])/g, "$1 $2"),
  hasActive: WITH_ACTIVE.has(entity),
}));

/** `TaxAgency` as `tax_agencies`. */
function pluralName(entity: string): string {
  const snake = entity.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  if (snake.endsWith("s") && snake !== "class") return snake;
  if (/[^aeiou]y$/.test(snake)) return `${snake.slice(0, -1)}ies`;
  return snake.endsWith("s") ? `${snake}es` : `${snake}s`;
}

/** The stream of that name: one of those that are always read, or one that was asked for. */
export function streamNamed(name: string): QuickBooksStream | undefined {
  return [...STREAMS, ...OTHERS].find((stream) => stream.name === name);
}

/** The stream of a vendor's entity, whatever its case: webhooks write it small. */
export function streamOf(entity: string): QuickBooksStream | undefined {
  const wanted = entity.toLowerCase();
  return STREAMS.find((stream) => stream.entity.toLowerCase() === wanted);
}
