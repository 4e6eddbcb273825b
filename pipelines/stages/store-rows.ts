import type {
  CampaignRecord,
  CleansedRecord,
  CustomerRecord,
  EntityKind,
  EntityPayloads,
  InteractionRecord,
  ItemRecord,
  SocialProfileRecord,
  TransactionRecord,
} from "#core";

/** Table of each kind, with the columns that a cleansed record fills. */
export const STAGE_TABLES: Readonly<
  Record<EntityKind, { readonly table: string; readonly columns: readonly string[] }>
> = {
  customer: table(
    "stage.customers",
    "entity_type entity_type_probability display_name given_name middle_name family_name org_name trading_as emails phones street unit locality region region_code postcode country website handles tax_id birth_date occupation category notes parent_key is_job active do_not_contact since account_number latitude longitude",
  ),
  transaction: table(
    "stage.transactions",
    "kind number date due_date currency amount balance exchange_rate customer_ref category payment_method description voided quantity",
  ),
  interaction: table(
    "stage.interactions",
    "kind at channel direction subject content outcome agent customer_ref campaign_id likes comments",
  ),
  campaign: table(
    "stage.campaigns",
    "name channel start_date end_date currency budget spend impressions clicks conversions",
  ),
  social_profile: table(
    "stage.social_profiles",
    "platform username platform_user_id name biography website followers following posts customer_ref",
  ),
  item: table("stage.items", "name sku category unit_price currency active"),
};

/** One row of the kind's stage table, by column name. */
export function stageRow(record: CleansedRecord): Readonly<Record<string, unknown>> {
  const { key, source, account, stream, sourceId, observedAt, rawHash, provenance } = record;
  return {
    key,
    source,
    account,
    stream,
    source_id: sourceId,
    file: provenance.file ?? null,
    observed_at: observedAt,
    raw_hash: rawHash,
    ...ownColumns(record),
  };
}

function table(name: string, columns: string): { readonly table: string; readonly columns: readonly string[] } {
  const common = ["key", "source", "account", "stream", "source_id", "file", "observed_at", "raw_hash"];
  return { table: name, columns: [...common, ...columns.split(" ")] };
}

function ownColumns(record: CleansedRecord): Readonly<Record<string, unknown>> {
  const columns = COLUMNS[record.kind] as (payload: unknown) => Readonly<Record<string, unknown>>;
  return columns(record.payload);
}

const COLUMNS: { readonly [K in EntityKind]: (payload: EntityPayloads[K]) => Readonly<Record<string, unknown>> } = {
  customer: customerColumns,
  transaction: transactionColumns,
  interaction: interactionColumns,
  campaign: campaignColumns,
  social_profile: profileColumns,
  item: itemColumns,
};

function customerColumns(customer: CustomerRecord): Readonly<Record<string, unknown>> {
  return {
    entity_type: customer.entityType,
    entity_type_probability: customer.entityTypeProbability,
    display_name: customer.displayName,
    given_name: customer.givenName,
    middle_name: customer.middleName,
    family_name: customer.familyName,
    org_name: customer.orgName,
    trading_as: customer.tradingAs,
    emails: customer.emails,
    phones: customer.phones,
    street: customer.street,
    unit: customer.unit,
    locality: customer.locality,
    region: customer.region,
    region_code: customer.regionCode,
    postcode: customer.postcode,
    country: customer.country,
    website: customer.website,
    handles: customer.handles,
    tax_id: customer.taxId,
    birth_date: customer.birthDate,
    occupation: customer.occupation,
    category: customer.category,
    notes: customer.notes,
    parent_key: customer.parentKey,
    is_job: customer.isJob,
    active: customer.active,
    do_not_contact: customer.doNotContact,
    since: customer.since,
    account_number: customer.accountNumber,
    latitude: customer.latitude,
    longitude: customer.longitude,
  };
}

function transactionColumns(document: TransactionRecord): Readonly<Record<string, unknown>> {
  return {
    kind: document.transactionKind,
    number: document.number,
    date: document.date,
    due_date: document.dueDate,
    currency: document.currency,
    amount: document.amount,
    balance: document.balance,
    exchange_rate: document.exchangeRate,
    customer_ref: document.customer,
    category: document.category,
    payment_method: document.paymentMethod,
    description: document.description,
    voided: document.voided,
    quantity: document.quantity,
  };
}

function interactionColumns(contact: InteractionRecord): Readonly<Record<string, unknown>> {
  return {
    kind: contact.interactionKind,
    // A day without a time stands at its first moment in UTC.
    at: contact.at.length === 10 ? `${contact.at}T00:00:00Z` : contact.at,
    channel: contact.channel,
    direction: contact.direction,
    subject: contact.subject,
    content: contact.content,
    outcome: contact.outcome,
    agent: contact.agent,
    customer_ref: contact.customer,
    campaign_id: contact.campaignId,
    likes: contact.likes,
    comments: contact.comments,
  };
}

function campaignColumns(campaign: CampaignRecord): Readonly<Record<string, unknown>> {
  return {
    name: campaign.name,
    channel: campaign.channel,
    start_date: campaign.startDate,
    end_date: campaign.endDate,
    currency: campaign.currency,
    budget: campaign.budget,
    spend: campaign.spend,
    impressions: campaign.impressions,
    clicks: campaign.clicks,
    conversions: campaign.conversions,
  };
}

function profileColumns(profile: SocialProfileRecord): Readonly<Record<string, unknown>> {
  return {
    platform: profile.platform,
    username: profile.username,
    platform_user_id: profile.platformUserId,
    name: profile.name,
    biography: profile.biography,
    website: profile.website,
    followers: profile.followers,
    following: profile.following,
    posts: profile.posts,
    customer_ref: profile.customer,
  };
}

function itemColumns(item: ItemRecord): Readonly<Record<string, unknown>> {
  return {
    name: item.name,
    sku: item.sku,
    category: item.category,
    unit_price: item.unitPrice,
    currency: item.currency,
    active: item.active,
  };
}
