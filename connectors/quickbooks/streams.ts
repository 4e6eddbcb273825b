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

/** The stream of that name. */
export function streamNamed(name: string): QuickBooksStream | undefined {
  return STREAMS.find((stream) => stream.name === name);
}
