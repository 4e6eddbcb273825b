import { standardiseCustomer } from "#identity";
import type {
  CampaignFields,
  CampaignRecord,
  CustomerFields,
  CustomerRecord,
  EntityKind,
  EntityPayloads,
  InteractionFields,
  InteractionRecord,
  ItemFields,
  ItemRecord,
  MappedEntity,
  Rejected,
  SocialProfileFields,
  SocialProfileRecord,
  TransactionFields,
  TransactionRecord,
} from "#core";
import {
  isRejected,
  readCount,
  readCurrency,
  readCustomerRef,
  readDay,
  readMoment,
  readNumber,
  readOptionalDay,
  readSigned,
  readTotal,
  reject,
  textOf,
} from "./entity-parts.ts";
import type { EntityContext } from "./entity-parts.ts";

/** A payload of any kind. */
export type AnyPayload = EntityPayloads[keyof EntityPayloads];

/** Standardises one mapped entity, or says why it must wait. Pure. */
export function standardiseEntity(entity: MappedEntity, context: EntityContext): AnyPayload | Rejected {
  const standardise = STANDARDISERS[entity.kind] as (
    fields: MappedEntity,
    context: EntityContext,
  ) => AnyPayload | Rejected;
  return standardise(entity, context);
}

const STANDARDISERS: {
  readonly [K in EntityKind]: (
    fields: Extract<MappedEntity, { kind: K }>,
    context: EntityContext,
  ) => EntityPayloads[K] | Rejected;
} = { customer, transaction, interaction, campaign, social_profile: socialProfile, item };

function customer(fields: CustomerFields, context: EntityContext): CustomerRecord | Rejected {
  const { key, source, account, stream } = context.raw;
  const record = standardiseCustomer(fields, {
    pack: context.pack,
    key,
    source,
    account,
    stream,
    dateOrder: context.dateOrder,
  });
  const contacts = record.emails.length + record.phones.length + record.handles.length;
  const names = [record.displayName, record.givenName, record.familyName, record.orgName, record.tradingAs];
  if (contacts === 0 && names.every((name) => name === null || name === "")) {
    return reject("missing_name", "name", "no name, company, e-mail, telephone number or handle");
  }
  return record;
}

function transaction(fields: TransactionFields, context: EntityContext): TransactionRecord | Rejected {
  const total = readTotal(fields.amount, fields.currency, context);
  if (isRejected(total)) return total;
  const date = readDay(fields.date, context, { past: true });
  if (isRejected(date)) return date;
  const ref = readCustomerRef(fields.customer);
  if (ref === null) return reject("missing_customer", "customer", "the document names no customer");
  return {
    transactionKind: fields.transactionKind,
    number: textOf(fields.number),
    date,
    dueDate: readOptionalDay(fields.dueDate, context),
    currency: total.currency,
    amount: total.amount,
    balance: readSigned(fields.balance, context),
    exchangeRate: readNumber(fields.exchangeRate, { above: 0 }),
    customer: ref,
    category: textOf(fields.category),
    paymentMethod: textOf(fields.paymentMethod),
    description: textOf(fields.description),
    voided: fields.voided ?? false,
    quantity: readNumber(fields.quantity),
  };
}

function interaction(fields: InteractionFields, context: EntityContext): InteractionRecord | Rejected {
  const at = readMoment(fields.date, context);
  if (isRejected(at)) return at;
  return {
    interactionKind: fields.interactionKind,
    at,
    channel: textOf(fields.channel),
    direction: fields.direction ?? null,
    subject: textOf(fields.subject),
    content: textOf(fields.content),
    outcome: textOf(fields.outcome),
    agent: textOf(fields.agent),
    customer: readCustomerRef(fields.customer) ?? {},
    campaignId: textOf(fields.campaignId),
    likes: readCount(fields.likes),
    comments: readCount(fields.comments),
  };
}

function campaign(fields: CampaignFields, context: EntityContext): CampaignRecord | Rejected {
  const name = textOf(fields.name);
  if (name === null) return reject("missing_name", "name", "the campaign has no name");
  const sums = { budget: null as string | null, spend: null as string | null };
  let currency: string | null = null;
  for (const field of ["budget", "spend"] as const) {
    if (textOf(fields[field]) === null) continue;
    const total = readTotal(fields[field], fields.currency, context, field);
    if (isRejected(total)) return total;
    sums[field] = total.amount;
    currency = total.currency;
  }
  const dates = { startDate: null as string | null, endDate: null as string | null };
  for (const field of ["startDate", "endDate"] as const) {
    if (textOf(fields[field]) === null) continue;
    const date = readDay(fields[field], context, { field, past: false });
    if (isRejected(date)) return date;
    dates[field] = date;
  }
  return {
    name,
    channel: textOf(fields.channel),
    ...dates,
    currency,
    ...sums,
    impressions: readCount(fields.impressions),
    clicks: readCount(fields.clicks),
    conversions: readCount(fields.conversions),
  };
}

function socialProfile(fields: SocialProfileFields): SocialProfileRecord | Rejected {
  const username = textOf(fields.username);
  if (username === null) return reject("missing_name", "username", "the profile has no handle");
  return {
    platform: fields.platform,
    username,
    platformUserId: textOf(fields.platformUserId),
    name: textOf(fields.name),
    biography: textOf(fields.biography),
    website: textOf(fields.website),
    followers: readCount(fields.followers),
    following: readCount(fields.following),
    posts: readCount(fields.posts),
    customer: readCustomerRef(fields.customer) ?? {},
  };
}

function item(fields: ItemFields, context: EntityContext): ItemRecord | Rejected {
  const name = textOf(fields.name);
  if (name === null) return reject("missing_name", "name", "the item has no name");
  let price: { amount: string | null; currency: string | null } = { amount: null, currency: null };
  if (textOf(fields.unitPrice) !== null) {
    const total = readTotal(fields.unitPrice, fields.currency, context, "unitPrice");
    if (isRejected(total)) return total;
    price = total;
  } else if (textOf(fields.currency) !== null) {
    price = { amount: null, currency: readCurrency(fields.currency ?? "", context) };
  }
  return {
    name,
    sku: textOf(fields.sku),
    category: textOf(fields.category),
    unitPrice: price.amount,
    currency: price.currency,
    active: fields.active ?? true,
  };
}
