/** A customer in the books. */
export interface BookCustomer {
  readonly id: string;
  /** Index of the entity; null for "Cash Customer" and for planted nonsense. */
  readonly entity: number | null;
  readonly kind: "main" | "duplicate" | "job" | "cash" | "bad";
  readonly parent: string | null;
  readonly display: string;
  readonly given: string;
  readonly family: string;
  readonly company: string;
  readonly phone: string;
  readonly mobile: string;
  readonly email: string;
  readonly street: string;
  readonly town: string;
  readonly parish: string;
  readonly website: string;
  readonly currency: "JMD" | "USD";
  readonly created: number;
  readonly updated: number;
  /** Day on which it was made inactive. */
  readonly inactiveFrom: number | null;
  /** Day on which it was merged into another customer, and which. */
  readonly merged: { readonly day: number; readonly into: string } | null;
  /** A later day on which the telephone number changed. */
  readonly rephoned: { readonly day: number; readonly phone: string } | null;
  readonly defect: string;
}

/** Kinds of document. */
export type DocKind = "Invoice" | "Payment" | "CreditMemo" | "SalesReceipt" | "RefundReceipt" | "Estimate";

/** A line of a document. */
export interface DocLine {
  readonly item: number;
  readonly qty: number;
  /** Price of one, in cents of the document's currency. */
  readonly unit: number;
}

/** A document in the books, over its whole life. */
export interface Doc {
  id: string;
  readonly kind: DocKind;
  /** Index in the list of customers. */
  readonly customer: number;
  readonly day: number;
  readonly minute: number;
  readonly cents: number;
  readonly tax: number;
  readonly currency: string;
  /** JMD for one unit; null where the document does not tell it. */
  readonly rate: number | null;
  readonly due: number;
  readonly lines: readonly DocLine[];
  number: string;
  /** Payments: what they pay. */
  readonly pays: readonly { readonly doc: Doc; readonly cents: number }[];
  /** Invoices: what was paid on them, and when. */
  readonly paid: { readonly day: number; readonly minute: number; readonly cents: number }[];
  voided: number | null;
  deleted: number | null;
  defect: string;
}

/** The QuickBooks company over its whole life. */
export interface Books {
  readonly realm: string;
  readonly customers: readonly BookCustomer[];
  readonly docs: readonly Doc[];
}
