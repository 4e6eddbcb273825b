/** Upsert carries the whole object; delete says that the source no longer has it. */
export type RecordOp = "upsert" | "delete";

/** Where a record came from, as far as the source can say. */
export interface Provenance {
  readonly url?: string;
  readonly file?: string;
  readonly fileSha256?: string;
  readonly sheet?: string;
  /** 1-based row in the sheet or file. */
  readonly row?: number;
  readonly robotsVerdict?: string;
  readonly termsPolicy?: string;
  readonly lawfulBasis?: string;
  /** ISO date after which the record may no longer be kept. */
  readonly expires?: string;
  /** Columns that the stream's drift policy does not accept: the row goes to quarantine. */
  readonly drift?: string;
}

/** One object as the vendor sent it: the value of a message on `raw.<source>.<stream>`, keyed by `key`. */
export interface RawRecord {
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly id: string;
  /** `sourceKey` of the four parts above. */
  readonly key: string;
  readonly op: RecordOp;
  /** The vendor's cursor value (ISO time or sequence), or null where it has none. */
  readonly cursor: string | null;
  /** The vendor's version of the object, or its content hash. */
  readonly version: string;
  /** ISO time by the vendor's clock where it tells one, else by ours. */
  readonly observedAt: string;
  /** The vendor's own object, untouched; null for a delete stub without content. */
  readonly raw: unknown;
  readonly provenance: Provenance;
  /** `contentHash` of `{op, raw}`. */
  readonly hash: string;
}

/** What a transaction, interaction or response says of its customer; the first part that resolves wins. */
export interface CustomerRef {
  /** Key of the customer record, where the source names it. */
  readonly key?: string;
  /** An id or account number as written, to be looked up among the customer records of the same source. */
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly phone?: string;
}

/** A person's or firm's fields as the source wrote them: text untouched, several values where the source has several. */
export interface CustomerFields {
  readonly kind: "customer";
  readonly name?: string;
  readonly givenName?: string;
  readonly middleName?: string;
  readonly familyName?: string;
  readonly title?: string;
  readonly orgName?: string;
  readonly emails?: readonly string[];
  readonly phones?: readonly string[];
  /** A whole address in one text; the parts below where the source has parts. */
  readonly address?: string;
  readonly street?: string;
  readonly unit?: string;
  readonly locality?: string;
  readonly region?: string;
  readonly postcode?: string;
  readonly country?: string;
  readonly website?: string;
  readonly handles?: readonly { readonly platform: string; readonly handle: string }[];
  readonly taxId?: string;
  readonly birthDate?: string;
  readonly occupation?: string;
  readonly category?: string;
  readonly notes?: string;
  /** Source id of the parent record in the same stream (sub-customers, branches). */
  readonly parentId?: string;
  /** True where the source says that this record belongs to the parent's account and is no customer of its own. */
  readonly isJob?: boolean;
  readonly active?: boolean;
  readonly doNotContact?: boolean;
  /** When the source first knew the customer. */
  readonly since?: string;
  /** The number that this source gives its customers, when it is not the record's id: sales refer to it. */
  readonly accountNumber?: string;
  readonly latitude?: string;
  readonly longitude?: string;
}

/** Kinds of money documents. Amounts are positive; the kind says the direction. */
export type TransactionKind = "invoice" | "payment" | "credit_memo" | "sale" | "refund" | "gift" | "estimate";

/** A money document as the source wrote it; amounts and dates are still text. */
export interface TransactionFields {
  readonly kind: "transaction";
  readonly transactionKind: TransactionKind;
  readonly number?: string;
  readonly date: string;
  readonly dueDate?: string;
  readonly amount: string;
  readonly balance?: string;
  readonly currency?: string;
  /** Home currency units for one unit of `currency`, as the document itself says. */
  readonly exchangeRate?: string;
  readonly customer: CustomerRef;
  readonly category?: string;
  readonly paymentMethod?: string;
  readonly description?: string;
  readonly voided?: boolean;
  readonly quantity?: string;
}

/** A contact with a customer, or something that a customer did. */
export interface InteractionFields {
  readonly kind: "interaction";
  /** visit, call, email, meeting, website, social_post, campaign_response */
  readonly interactionKind: string;
  readonly date: string;
  readonly channel?: string;
  readonly direction?: "in" | "out";
  readonly subject?: string;
  readonly content?: string;
  readonly outcome?: string;
  readonly agent?: string;
  readonly customer: CustomerRef;
  /** Source id of the campaign that this answers. */
  readonly campaignId?: string;
  readonly likes?: string;
  readonly comments?: string;
}

/** Figures of one campaign; counts and money are still text. */
export interface CampaignFields {
  readonly kind: "campaign";
  readonly name: string;
  readonly channel?: string;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly currency?: string;
  readonly budget?: string;
  readonly spend?: string;
  readonly impressions?: string;
  readonly clicks?: string;
  readonly conversions?: string;
}

/** A social profile with its public figures; a hidden figure is absent, never zero. */
export interface SocialProfileFields {
  readonly kind: "social_profile";
  readonly platform: string;
  readonly username: string;
  readonly platformUserId?: string;
  readonly name?: string;
  readonly biography?: string;
  readonly website?: string;
  readonly followers?: string;
  readonly following?: string;
  readonly posts?: string;
  readonly customer: CustomerRef;
}

/** A product or service that the firm sells. */
export interface ItemFields {
  readonly kind: "item";
  readonly name: string;
  readonly sku?: string;
  readonly category?: string;
  readonly unitPrice?: string;
  readonly currency?: string;
  readonly active?: boolean;
}

/** What one raw record means in our words, before it is standardised. */
export type MappedEntity =
  CustomerFields | TransactionFields | InteractionFields | CampaignFields | SocialProfileFields | ItemFields;

/** Kinds of entity, and so of cleansed record. */
export type EntityKind = MappedEntity["kind"];

/** A record left out on purpose (a total line, a duplicate row): counted by reason, not an error. */
export interface Filtered {
  readonly filtered: string;
}

/** A record that cannot be used until somebody mends it: kept whole in quarantine. */
export interface Rejected {
  readonly rejected: string;
  /** What is wrong, naming fields and never repeating personal values. */
  readonly detail: string;
  readonly field?: string;
}

/** What a stream's mapping gives for one raw record: at most one entity of each kind. */
export type MapResult = readonly MappedEntity[] | Filtered | Rejected;

/** Person or organisation first; every comparison depends on it. */
export type EntityType = "person" | "organisation" | "unknown" | "not_a_customer";

/** One person or organisation as one source knows it, cleansed and standardised: a message on `customer.cleansed`. */
export interface CustomerRecord {
  readonly entityType: EntityType;
  /** Probability of `entityType`, 0 to 1. */
  readonly entityTypeProbability: number;
  /** Name for people to read, tidied but not changed. */
  readonly displayName: string;
  readonly givenName: string | null;
  readonly middleName: string | null;
  readonly familyName: string | null;
  readonly orgName: string | null;
  readonly tradingAs: string | null;
  /** Lower case, valid, sorted. */
  readonly emails: readonly string[];
  /** E.164, valid, sorted. */
  readonly phones: readonly string[];
  readonly street: string | null;
  readonly unit: string | null;
  readonly locality: string | null;
  /** Region as people write it ("Saint Andrew"); the ISO 3166-2 code beside it where known. */
  readonly region: string | null;
  readonly regionCode: string | null;
  readonly postcode: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  readonly website: string | null;
  /** `platform:handle`, lower case, sorted. */
  readonly handles: readonly string[];
  readonly taxId: string | null;
  /** ISO date, or null. */
  readonly birthDate: string | null;
  readonly occupation: string | null;
  readonly category: string | null;
  readonly notes: string | null;
  readonly parentKey: string | null;
  readonly isJob: boolean;
  readonly active: boolean;
  readonly doNotContact: boolean;
  readonly since: string | null;
  readonly accountNumber: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** A money document, cleansed. Amounts are decimal text with two places. */
export interface TransactionRecord {
  readonly transactionKind: TransactionKind;
  readonly number: string | null;
  /** ISO date. */
  readonly date: string;
  readonly dueDate: string | null;
  readonly currency: string;
  readonly amount: string;
  readonly balance: string | null;
  readonly exchangeRate: string | null;
  readonly customer: CustomerRef;
  readonly category: string | null;
  readonly paymentMethod: string | null;
  readonly description: string | null;
  readonly voided: boolean;
  readonly quantity: string | null;
}

/** A contact or act, cleansed. */
export interface InteractionRecord {
  readonly interactionKind: string;
  /** ISO date-time in UTC, or ISO date where the source has no time. */
  readonly at: string;
  readonly channel: string | null;
  readonly direction: "in" | "out" | null;
  readonly subject: string | null;
  readonly content: string | null;
  readonly outcome: string | null;
  readonly agent: string | null;
  readonly customer: CustomerRef;
  readonly campaignId: string | null;
  readonly likes: number | null;
  readonly comments: number | null;
}

/** Campaign figures, cleansed. */
export interface CampaignRecord {
  readonly name: string;
  readonly channel: string | null;
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly currency: string | null;
  readonly budget: string | null;
  readonly spend: string | null;
  readonly impressions: number | null;
  readonly clicks: number | null;
  readonly conversions: number | null;
}

/** A social profile, cleansed; unknown figures are null. */
export interface SocialProfileRecord {
  readonly platform: string;
  readonly username: string;
  readonly platformUserId: string | null;
  readonly name: string | null;
  readonly biography: string | null;
  readonly website: string | null;
  readonly followers: number | null;
  readonly following: number | null;
  readonly posts: number | null;
  readonly customer: CustomerRef;
}

/** A product or service, cleansed. */
export interface ItemRecord {
  readonly name: string;
  readonly sku: string | null;
  readonly category: string | null;
  readonly unitPrice: string | null;
  readonly currency: string | null;
  readonly active: boolean;
}

/** Payload type by entity kind. */
export interface EntityPayloads {
  readonly customer: CustomerRecord;
  readonly transaction: TransactionRecord;
  readonly interaction: InteractionRecord;
  readonly campaign: CampaignRecord;
  readonly social_profile: SocialProfileRecord;
  readonly item: ItemRecord;
}

/** One cleansed record: the value of a message on the topic of its kind, keyed by `key`. */
export interface CleansedRecord<K extends EntityKind = EntityKind> {
  readonly kind: K;
  readonly key: string;
  readonly source: string;
  readonly account: string;
  readonly stream: string;
  readonly sourceId: string;
  readonly op: RecordOp;
  readonly version: string;
  /** Hash of the raw record that this was made from. */
  readonly rawHash: string;
  readonly observedAt: string;
  readonly provenance: Provenance;
  /** Null for deletes. */
  readonly payload: EntityPayloads[K] | null;
}

/** Topic of each kind of cleansed record. */
export const CLEANSED_TOPICS: Readonly<Record<EntityKind, string>> = {
  customer: "customer.cleansed",
  transaction: "sales-activities",
  interaction: "customer-interactions",
  campaign: "marketing-events",
  social_profile: "marketing-events",
  item: "sales-activities",
};
