import { z } from "zod";
import type { QuickBooksStream } from "./streams.ts";

const text = z.string();
const ref = z.looseObject({ value: text, name: text.optional() });
const amount = z.union([z.number(), z.string()]);
const address = z.looseObject({
  Line1: text.optional(),
  Line2: text.optional(),
  Line3: text.optional(),
  Line4: text.optional(),
  Line5: text.optional(),
  City: text.optional(),
  CountrySubDivisionCode: text.optional(),
  PostalCode: text.optional(),
  Country: text.optional(),
  Lat: text.optional(),
  Long: text.optional(),
});
const phone = z.looseObject({ FreeFormNumber: text.optional() });
const meta = z.looseObject({ CreateTime: text.optional(), LastUpdatedTime: text.optional() });

/** A customer or sub-customer. Keys that are not named stay in the raw record. */
export const customerSchema = z.looseObject({
  Id: text,
  SyncToken: text.optional(),
  MetaData: meta.optional(),
  DisplayName: text.optional(),
  FullyQualifiedName: text.optional(),
  CompanyName: text.optional(),
  Title: text.optional(),
  GivenName: text.optional(),
  MiddleName: text.optional(),
  FamilyName: text.optional(),
  Job: z.boolean().optional(),
  ParentRef: ref.optional(),
  Active: z.boolean().optional(),
  BillAddr: address.optional(),
  ShipAddr: address.optional(),
  PrimaryPhone: phone.optional(),
  AlternatePhone: phone.optional(),
  Mobile: phone.optional(),
  PrimaryEmailAddr: z.looseObject({ Address: text.optional() }).optional(),
  WebAddr: z.looseObject({ URI: text.optional() }).optional(),
  Notes: text.optional(),
  PrimaryTaxIdentifier: text.optional(),
});

/** Any money document. */
export const documentSchema = z.looseObject({
  Id: text,
  SyncToken: text.optional(),
  MetaData: meta.optional(),
  DocNumber: text.optional(),
  TxnDate: text.optional(),
  DueDate: text.optional(),
  TotalAmt: amount.optional(),
  Balance: amount.optional(),
  CurrencyRef: ref.optional(),
  ExchangeRate: amount.optional(),
  CustomerRef: ref.optional(),
  PaymentMethodRef: z.looseObject({ value: text.optional(), name: text.optional() }).optional(),
  PrivateNote: text.optional(),
  Line: z.array(z.looseObject({ DetailType: text.optional() })).optional(),
});

/** A product or service. */
export const itemSchema = z.looseObject({
  Id: text,
  Name: text,
  Sku: text.optional(),
  FullyQualifiedName: text.optional(),
  UnitPrice: amount.optional(),
  Active: z.boolean().optional(),
  Type: text.optional(),
});

/** The company itself. */
export const companySchema = z.looseObject({ Id: text.optional(), CompanyName: text });

/** The schema of a stream's objects. */
export function schemaOf(stream: QuickBooksStream): z.ZodType {
  if (stream.kind !== undefined) return documentSchema;
  if (stream.name === "customers") return customerSchema;
  if (stream.name === "items") return itemSchema;
  return stream.name === "company_info" ? companySchema : z.looseObject({ Id: text });
}
