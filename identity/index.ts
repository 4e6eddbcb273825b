export { assignCustomerIds } from "./customer-ids.ts";
export type { CustomerIdEvent, CustomerIdInput, CustomerIdResult, CustomerIdRow } from "./customer-ids.ts";
export { explainPair } from "./explain.ts";
export { loadPack } from "./lexicon.ts";
export type { Lexicon } from "./lexicon.ts";
export { linkRecords } from "./link.ts";
export type {
  ClusterRow,
  EvidenceTerm,
  LinkConstraint,
  LinkOptions,
  LinkPair,
  LinkPhase,
  LinkQuestion,
  LinkRecord,
  LinkRelation,
  LinkReport,
  LinkResult,
  MatchDecision,
} from "./link-types.ts";
export { recogniseTable } from "./recognise/table.ts";
export type { RecognisedTable, TableSample } from "./recognise/table.ts";
export { defaultSettings } from "./settings.ts";
export type { LinkageSettings } from "./settings.ts";
export { parseAddress } from "./standardise/addresses.ts";
export type { AddressInput, AddressParts } from "./standardise/addresses.ts";
export { standardiseCustomer } from "./standardise/customer.ts";
export type { StandardiseContext } from "./standardise/customer.ts";
export { parseDate } from "./standardise/dates.ts";
export type { DateResult } from "./standardise/dates.ts";
export { normaliseEmails } from "./standardise/emails.ts";
export type { EmailsResult } from "./standardise/emails.ts";
export { decideEntityType } from "./standardise/entity-type.ts";
export { parseMoney } from "./standardise/money.ts";
export type { MoneyResult } from "./standardise/money.ts";
export { parseName } from "./standardise/names.ts";
export type { PersonName } from "./standardise/names.ts";
export { normalisePhones } from "./standardise/phones.ts";
export type { PhonesResult } from "./standardise/phones.ts";
export { survive } from "./survivorship.ts";
export type { GoldenRecord, SurvivingField, SurvivorshipOptions } from "./survivorship.ts";
export type { ContactPoint } from "./survivorship-scores.ts";
