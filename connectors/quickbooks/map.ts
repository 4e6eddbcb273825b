import { sourceKey } from "#core";
import type { CustomerFields, ItemFields, MapContext, MapResult, TransactionFields, TransactionKind } from "#core";
import type { z } from "zod";
import { schemaRejected } from "../define.ts";
import { compact } from "../text.ts";
import type { Loose } from "../text.ts";
import { companySchema, customerSchema, documentSchema, itemSchema } from "./schemas.ts";
import { streamNamed } from "./streams.ts";

/** Turns one object of the books into our words. The company itself is no customer and gives no entity. */
export function mapQuickBooks(raw: unknown, context: MapContext): MapResult {
  const stream = streamNamed(context.stream);
  if (stream?.kind !== undefined) return mapDocument(raw, context, stream.kind);
  if (stream?.name === "customers") return mapWith(customerSchema, raw, (row) => [customerOf(row)]);
  if (stream?.name === "items") return mapWith(itemSchema, raw, (row) => [itemOf(row, context)]);
  return mapWith(companySchema, raw, () => []);
}

function mapWith<T>(schema: z.ZodType<T>, raw: unknown, make: (row: T) => MapResult): MapResult {
  const parsed = schema.safeParse(raw);
  return parsed.success ? make(parsed.data) : schemaRejected(parsed.error);
}

/** Deactivating a list entry appends this to its name. */
function withoutDeleted(name: string | undefined): string | undefined {
  return name?.replace(/\s*\(deleted(-\d+)?\)\s*$/i, "");
}

function customerOf(row: z.infer<typeof customerSchema>): CustomerFields {
  const phones = [row.PrimaryPhone, row.Mobile, row.AlternatePhone].map((phone) => phone?.FreeFormNumber);
  return compact<CustomerFields>({
    kind: "customer",
    name: withoutDeleted(row.DisplayName ?? row.FullyQualifiedName),
    title: row.Title,
    givenName: row.GivenName,
    middleName: row.MiddleName,
    familyName: row.FamilyName,
    orgName: row.CompanyName,
    emails: (row.PrimaryEmailAddr?.Address ?? "").split(/[,;]/).map((text) => text.trim()),
    phones,
    ...addressOf(row.BillAddr ?? row.ShipAddr ?? {}),
    website: row.WebAddr?.URI,
    notes: row.Notes,
    parentId: row.ParentRef?.value,
    isJob: row.Job === true && row.ParentRef !== undefined ? true : undefined,
    active: row.Active,
    since: row.MetaData?.CreateTime,
  });
}

/** Lines of an address are free text; the vendor writes INVALID where it found no position. */
function addressOf(address: NonNullable<z.infer<typeof customerSchema>["BillAddr"]>): Loose<Partial<CustomerFields>> {
  const lines = [address.Line1, address.Line2, address.Line3, address.Line4, address.Line5];
  const place = (text: string | undefined): string | undefined => (text === "INVALID" ? undefined : text);
  return {
    street: lines.filter((line) => line !== undefined && line.trim() !== "").join(", "),
    locality: address.City,
    region: address.CountrySubDivisionCode,
    postcode: address.PostalCode,
    country: address.Country,
    latitude: place(address.Lat),
    longitude: place(address.Long),
  };
}

function itemOf(row: z.infer<typeof itemSchema>, context: MapContext): ItemFields {
  const path = row.FullyQualifiedName?.split(":") ?? [];
  return compact<ItemFields>({
    kind: "item",
    name: withoutDeleted(row.Name) ?? row.Name,
    sku: row.Sku,
    category: path.length > 1 ? path.slice(0, -1).join(":") : undefined,
    unitPrice: row.UnitPrice === undefined ? undefined : String(row.UnitPrice),
    currency: row.UnitPrice === undefined ? undefined : context.homeCurrency,
    active: row.Active,
  });
}

function mapDocument(raw: unknown, context: MapContext, kind: TransactionKind): MapResult {
  return mapWith(documentSchema, raw, (row) => {
    const id = row.CustomerRef?.value ?? "";
    const name = row.CustomerRef?.name ?? "";
    if (id === "" && name === "") {
      return { rejected: "missing_customer", detail: "CustomerRef is missing", field: "CustomerRef" };
    }
    const key =
      id === "" ? undefined : sourceKey({ source: "quickbooks", account: context.account, stream: "customers", id });
    const text = (value: number | string | undefined): string | undefined =>
      value === undefined ? undefined : String(value);
    return [
      compact<TransactionFields>({
        kind: "transaction",
        transactionKind: kind,
        number: row.DocNumber,
        date: row.TxnDate ?? "",
        dueDate: row.DueDate,
        // Lines are never added up: subtotal lines would count twice.
        amount: text(row.TotalAmt) ?? "",
        balance: text(row.Balance),
        currency: row.CurrencyRef?.value,
        exchangeRate: text(row.ExchangeRate),
        customer: compact({ key, name: name === "" ? undefined : withoutDeleted(name) }),
        paymentMethod: row.PaymentMethodRef?.name,
        voided: /^\s*voided\b/i.test(row.PrivateNote ?? "") ? true : undefined,
      }),
    ];
  });
}
