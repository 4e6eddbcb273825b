import type { TableMapping } from "#core";
import type { ScoredColumn } from "./scores.ts";
import type { Concept } from "./vocabulary.ts";

/** A header and the field that it means. */
export interface AssignedColumn {
  readonly header: string;
  readonly field: string;
}

interface FieldRule {
  readonly field: string;
  readonly concepts: readonly Concept[];
  /** Several columns may mean this field. */
  readonly many?: boolean;
}

const rule = (field: string, concepts: string, many = false): FieldRule => ({
  field,
  concepts: concepts.split(" "),
  many,
});

const CUSTOMER: readonly FieldRule[] = [
  rule("emails", "emails customerEmail", true),
  rule("phones", "phones customerPhone", true),
  rule("givenName", "givenName"),
  rule("middleName", "middleName"),
  rule("familyName", "familyName"),
  rule("orgName", "orgName"),
  rule("name", "name contactPerson"),
  rule("accountNumber", "customerId"),
  rule("street", "street"),
  rule("address", "address", true),
  rule("unit", "unit"),
  rule("locality", "locality"),
  rule("region", "region"),
  rule("postcode", "postcode"),
  rule("country", "country"),
  rule("website", "website"),
  rule("handles", "handle", true),
  rule("taxId", "taxId"),
  rule("birthDate", "birthDate"),
  rule("title", "title"),
  rule("occupation", "occupation"),
  rule("since", "since date startDate"),
  rule("doNotContact", "doNotContact"),
  rule("active", "active"),
  rule("category", "category"),
  rule("notes", "notes description", true),
  rule("parentId", "parentId"),
  rule("latitude", "latitude"),
  rule("longitude", "longitude"),
];

const TRANSACTION: readonly FieldRule[] = [
  rule("number", "number"),
  rule("dueDate", "dueDate"),
  rule("date", "date since startDate"),
  rule("balance", "balance"),
  rule("amount", "amount unitPrice"),
  rule("currency", "currency"),
  rule("exchangeRate", "exchangeRate"),
  rule("customer.id", "customerId"),
  rule("customer.email", "customerEmail emails"),
  rule("customer.phone", "customerPhone phones"),
  rule("customer.name", "name orgName contactPerson"),
  rule("quantity", "quantity"),
  rule("paymentMethod", "paymentMethod"),
  rule("transactionKind", "transactionKind"),
  rule("category", "category"),
  rule("description", "description itemName notes"),
];

const INTERACTION: readonly FieldRule[] = [
  rule("date", "date since startDate"),
  rule("customer.id", "customerId"),
  rule("customer.email", "customerEmail emails"),
  rule("customer.phone", "customerPhone phones"),
  rule("customer.name", "name orgName contactPerson"),
  rule("interactionKind", "interactionKind category"),
  rule("channel", "channel"),
  rule("direction", "direction"),
  rule("outcome", "outcome active"),
  rule("subject", "subject"),
  rule("agent", "agent"),
  rule("content", "notes description"),
];

const CAMPAIGN: readonly FieldRule[] = [
  rule("name", "campaignName name"),
  rule("channel", "channel"),
  rule("startDate", "startDate date"),
  rule("endDate", "endDate"),
  rule("currency", "currency"),
  rule("budget", "budget"),
  rule("spend", "spend amount"),
  rule("impressions", "impressions"),
  rule("clicks", "clicks"),
  rule("conversions", "conversions"),
];

const ITEM: readonly FieldRule[] = [
  rule("sku", "sku id"),
  rule("name", "itemName name description"),
  rule("category", "category"),
  rule("unitPrice", "unitPrice amount"),
  rule("currency", "currency"),
  rule("active", "active"),
];

const SOCIAL: readonly FieldRule[] = [
  rule("username", "handle"),
  rule("platform", "channel"),
  rule("name", "name"),
  rule("biography", "biography description notes"),
  rule("website", "website"),
  rule("followers", "followers"),
  rule("following", "following"),
  rule("posts", "posts"),
];

const RULES: Readonly<Record<TableMapping["entity"], readonly FieldRule[]>> = {
  customer: CUSTOMER,
  transaction: TRANSACTION,
  interaction: INTERACTION,
  campaign: CAMPAIGN,
  item: ITEM,
  social_profile: SOCIAL,
  ignore: [],
};

interface Offer {
  readonly at: number;
  readonly field: string;
  readonly many: boolean;
  readonly score: number;
}

/** Gives each column at most one field and each field the column that fits best; ties go to the earlier column. */
export function fieldsFor(entity: TableMapping["entity"], columns: readonly ScoredColumn[]): readonly AssignedColumn[] {
  const offers: Offer[] = [];
  for (const [at, column] of columns.entries()) {
    if (column.header.trim() === "") continue;
    for (const one of RULES[entity]) {
      const score = Math.max(
        0,
        ...one.concepts.map((concept, place) => (column.scores.get(concept) ?? 0) - place * 0.06),
      );
      if (score >= 0.42)
        offers.push({ at, field: one.field, many: one.many === true, score: adjust(entity, one.field, column, score) });
    }
  }
  offers.sort((a, b) => b.score - a.score || a.at - b.at || (a.field < b.field ? -1 : 1));
  const byColumn = new Map<number, string>();
  const taken = new Set<string>();
  for (const offer of offers) {
    if (offer.score < 0.42 || byColumn.has(offer.at) || (taken.has(offer.field) && !offer.many)) continue;
    byColumn.set(offer.at, offer.field);
    taken.add(offer.field);
  }
  const assigned = [...byColumn]
    .sort((a, b) => a[0] - b[0])
    .map(([at, field]) => ({ header: columns[at]?.header ?? "", field }));
  return settleNames(entity, columns, assigned);
}

// Codes under "Customer" are ids, names under "Account" are names; a total beats a subtotal.
function adjust(entity: TableMapping["entity"], field: string, column: ScoredColumn, score: number): number {
  const { profile, header } = column;
  if (entity === "transaction" || entity === "interaction") {
    if (field === "customer.name" && profile.code > 0.8) return score - 0.5;
    if (field === "customer.id" && profile.code < 0.3 && profile.name > 0.5) return score - 0.5;
  }
  if (field === "accountNumber" && (profile.name > 0.6 || profile.firm > 0.5)) return score - 0.6;
  if (field === "amount") {
    if (/tax|gct|vat|discount|freight|shipping|cost of|subtotal|sub total/i.test(header)) return score - 0.35;
    if (/grand|invoice total|total/i.test(header)) return score + 0.05;
    if (/unit|each|per /i.test(header)) return score - 0.3;
  }
  if (field === "active" && profile.yesNo < 0.5) return score - 0.4;
  return score;
}

// A customers' table of firms with contact persons: the firm is the customer, the person is how to reach it.
function settleNames(
  entity: TableMapping["entity"],
  columns: readonly ScoredColumn[],
  assigned: readonly AssignedColumn[],
): readonly AssignedColumn[] {
  const header = (field: string): ScoredColumn | undefined => {
    const found = assigned.find((one) => one.field === field)?.header;
    return columns.find((column) => column.header === found);
  };
  const firm = header("orgName");
  const person = header("name");
  const has = (field: string): boolean => assigned.some((one) => one.field === field);
  if (entity !== "customer" || person === undefined) return assigned;
  // "Nombre" beside "Apellido", "Name" beside "Surname": single words are given names.
  if (has("familyName") && !has("givenName") && person.profile.name < 0.5) {
    return assigned.map((one) => (one.header === person.header ? { header: one.header, field: "givenName" } : one));
  }
  const isContact = (person.scores.get("contactPerson") ?? 0) > (person.scores.get("name") ?? 0);
  if (!isContact || firm === undefined || has("givenName") || firm.profile.filled < firm.profile.rows * 0.6)
    return assigned;
  return assigned.map((one) => (one.header === person.header ? { header: one.header, field: "givenName" } : one));
}
