import type {
  CampaignFields,
  CustomerFields,
  CustomerRef,
  InteractionFields,
  ItemFields,
  MapContext,
  MapResult,
  SocialProfileFields,
  TableMapping,
  TransactionFields,
  TransactionKind,
} from "#core";
import { compact } from "../text.ts";
import { numberText } from "./cells.ts";

/** Turns one row of a table into our words, by what `c360.yaml` says of its columns. */
export function mapTable(raw: unknown, context: MapContext): MapResult {
  if (raw === null || typeof raw !== "object" || Array.isArray(raw)) {
    return { rejected: "schema_invalid", detail: "the row is no object" };
  }
  const row = raw as Readonly<Record<string, unknown>>;
  if (row["__total"] === true) return { filtered: "total_row" };
  if (row["__duplicate"] === true) return { filtered: "duplicate_row" };
  const { table } = context;
  if (table === undefined) return { rejected: "unmapped_table", detail: `${context.stream} has no mapping` };
  if (table.entity === "ignore") return [];
  if (row["__cells"] !== undefined) {
    return {
      rejected: "shifted_columns",
      detail: `${Number(row["__cells"])} cells under ${Number(row["__columns"])} columns`,
    };
  }
  if (row["__shifted"] === true) {
    return { rejected: "shifted_columns", detail: "the values fit the neighbouring columns better" };
  }
  // A row whose recognised columns are blank still says something: its entity is found to lack what it needs.
  if (!Object.keys(row).some((name) => !name.startsWith("__"))) return { filtered: "blank_row" };
  const values = valuesByField(row, table);
  return MAKERS[table.entity](values, table);
}

type Values = ReadonlyMap<string, readonly string[]>;

const MAKERS: Readonly<
  Record<Exclude<TableMapping["entity"], "ignore">, (values: Values, table: TableMapping) => MapResult>
> = {
  customer: customerOf,
  transaction: transactionOf,
  interaction: interactionOf,
  campaign: campaignOf,
  social_profile: profileOf,
  item: itemOf,
};

/** Values by field in column order as named by the mapping; several columns may give one field. */
function valuesByField(row: Readonly<Record<string, unknown>>, table: TableMapping): Values {
  const values = new Map<string, string[]>();
  for (const [header, field] of Object.entries(table.columns)) {
    const value = row[header];
    if (value === undefined || value === null) continue;
    const text =
      typeof value === "number" ? numberText(value) : typeof value === "string" ? value : JSON.stringify(value);
    if (text.trim() !== "") values.set(field, [...(values.get(field) ?? []), text]);
  }
  return values;
}

/** Reads fields: one text (several columns joined), a list, or a yes/no. */
function reader(
  values: Values,
  table: TableMapping,
): {
  readonly one: (field: string) => string | undefined;
  readonly many: (field: string) => readonly string[];
  readonly yes: (field: string) => boolean | undefined;
} {
  const one = (field: string): string | undefined => values.get(field)?.join(" ") ?? table.defaults?.[field];
  return {
    one,
    many: (field) => values.get(field) ?? [],
    yes: (field) => {
      const text = one(field)?.trim().toLowerCase();
      if (text === undefined) return undefined;
      return !/^(no|n|false|0|off|inactive|nein|none|-)$/.test(text);
    },
  };
}

function refOf(values: Values, table: TableMapping): CustomerRef {
  const { one } = reader(values, table);
  return compact<CustomerRef>({
    id: one("customer.id")?.trim(),
    name: one("customer.name"),
    email: one("customer.email"),
    phone: one("customer.phone"),
  });
}

function customerOf(values: Values, table: TableMapping): MapResult {
  const { one, many, yes } = reader(values, table);
  const handles = [...values].flatMap(([field, texts]) => {
    const platform = /^handles?\.(\w+)$/.exec(field)?.[1];
    return platform === undefined ? [] : texts.map((handle) => ({ platform, handle }));
  });
  return [
    compact<CustomerFields>({
      kind: "customer",
      name: one("name"),
      givenName: one("givenName"),
      middleName: one("middleName"),
      familyName: one("familyName"),
      title: one("title"),
      orgName: one("orgName"),
      emails: many("emails"),
      phones: many("phones"),
      address: values.get("address")?.join(", "),
      street: values.get("street")?.join(", "),
      unit: one("unit"),
      locality: one("locality"),
      region: one("region"),
      postcode: one("postcode"),
      country: one("country"),
      website: one("website"),
      handles,
      taxId: one("taxId"),
      birthDate: one("birthDate"),
      occupation: one("occupation"),
      category: one("category"),
      notes: one("notes"),
      parentId: one("parentId")?.trim(),
      active: yes("active"),
      doNotContact: yes("doNotContact"),
      since: one("since"),
      accountNumber: one("accountNumber")?.trim(),
      latitude: one("latitude"),
      longitude: one("longitude"),
    }),
  ];
}

/** Kinds of document as people write them. A word that is not known takes the table's default, else a sale. */
const KINDS: readonly (readonly [RegExp, TransactionKind])[] = [
  [/credit\s*(memo|note)/i, "credit_memo"],
  [/refund|return/i, "refund"],
  [/estimate|quot/i, "estimate"],
  [/invoice/i, "invoice"],
  [/payment|receipt of payment/i, "payment"],
  [/gift|donation|pledge|contribution/i, "gift"],
  [/sale|receipt|purchase|order/i, "sale"],
];

function kindOf(text: string | undefined): TransactionKind | undefined {
  return text === undefined ? undefined : KINDS.find(([pattern]) => pattern.test(text.replace(/_/g, " ")))?.[1];
}

function transactionOf(values: Values, table: TableMapping): MapResult {
  const { one, yes } = reader(values, table);
  const customer = refOf(values, table);
  if (
    customer.id === undefined &&
    customer.name === undefined &&
    customer.email === undefined &&
    customer.phone === undefined
  ) {
    return { rejected: "missing_customer", detail: "neither a customer id nor a name is given", field: "customer" };
  }
  return [
    compact<TransactionFields>({
      kind: "transaction",
      transactionKind: kindOf(one("transactionKind")) ?? kindOf(table.defaults?.["transactionKind"]) ?? "sale",
      number: one("number"),
      date: one("date") ?? "",
      dueDate: one("dueDate"),
      amount: one("amount") ?? "",
      balance: one("balance"),
      currency: one("currency"),
      exchangeRate: one("exchangeRate"),
      customer,
      category: one("category"),
      paymentMethod: one("paymentMethod"),
      description: one("description"),
      voided: yes("voided"),
      quantity: one("quantity"),
    }),
  ];
}

function interactionOf(values: Values, table: TableMapping): MapResult {
  const { one } = reader(values, table);
  const customer = refOf(values, table);
  if (Object.keys(customer).length === 0) {
    return {
      rejected: "missing_customer",
      detail: "neither a name, an e-mail nor a phone is given",
      field: "customer",
    };
  }
  const time = one("time");
  const date = one("date") ?? "";
  const direction = one("direction")?.trim().toLowerCase() ?? "";
  return [
    compact<InteractionFields>({
      kind: "interaction",
      interactionKind: (one("interactionKind") ?? "contact").trim().toLowerCase().replace(/\s+/g, "_"),
      date: time === undefined || date === "" ? date : `${date.trim()} ${time.trim()}`,
      channel: one("channel"),
      direction: direction.startsWith("in") ? "in" : direction.startsWith("out") ? "out" : undefined,
      subject: one("subject"),
      content: one("content"),
      outcome: one("outcome"),
      agent: one("agent"),
      customer,
      campaignId: one("campaignId"),
      likes: one("likes"),
      comments: one("comments"),
    }),
  ];
}

function campaignOf(values: Values, table: TableMapping): MapResult {
  const { one } = reader(values, table);
  const name = one("name");
  if (name === undefined) return { rejected: "missing_name", detail: "the campaign has no name", field: "name" };
  return [
    compact<CampaignFields>({
      kind: "campaign",
      name,
      channel: one("channel"),
      startDate: one("startDate"),
      endDate: one("endDate"),
      currency: one("currency"),
      budget: one("budget"),
      spend: one("spend"),
      impressions: one("impressions"),
      clicks: one("clicks"),
      conversions: one("conversions"),
    }),
  ];
}

function profileOf(values: Values, table: TableMapping): MapResult {
  const { one } = reader(values, table);
  const username = one("username")?.trim().replace(/^@/, "");
  if (username === undefined)
    return { rejected: "missing_name", detail: "the profile has no user name", field: "username" };
  return [
    compact<SocialProfileFields>({
      kind: "social_profile",
      platform: one("platform") ?? "unknown",
      username,
      platformUserId: one("platformUserId"),
      name: one("name"),
      biography: one("biography"),
      website: one("website"),
      followers: one("followers"),
      following: one("following"),
      posts: one("posts"),
      customer: refOf(values, table),
    }),
  ];
}

function itemOf(values: Values, table: TableMapping): MapResult {
  const { one, yes } = reader(values, table);
  const name = one("name");
  if (name === undefined) return { rejected: "missing_name", detail: "the item has no name", field: "name" };
  return [
    compact<ItemFields>({
      kind: "item",
      name,
      sku: one("sku"),
      category: one("category"),
      unitPrice: one("unitPrice"),
      currency: one("currency"),
      active: yes("active"),
    }),
  ];
}
