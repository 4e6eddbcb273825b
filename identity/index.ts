export { assignCustomerIds } from "./customer-ids.ts";
export type { CustomerIdEvent, CustomerIdInput, CustomerIdResult, CustomerIdRow } from "./customer-ids.ts";
export { explainCluster } from "./explain-cluster.ts";
export type { ClusterExplanation } from "./explain-cluster.ts";
export { blankLinkRecord, blankPrepared } from "./blank-records.ts";
export { hashRecords } from "./candidates.ts";
export type { CandidatePairs } from "./candidates.ts";
export { explainPair } from "./explain.ts";
export { countShared } from "./frequencies.ts";
export { fitKind } from "./fit.ts";
export type { KindWork } from "./fit.ts";
export type { LinkHelper } from "./helper.ts";
export { lexiconOf, loadPack } from "./lexicon.ts";
export type { Lexicon } from "./lexicon.ts";
export { linkRecords, shareNames } from "./link.ts";
export type {
  Abstention,
  AutoPolicy,
  CalibrationBin,
  ClusterRow,
  ComparedPairs,
  Estimate,
  EvidenceTerm,
  ExtraKind,
  ExtraValue,
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
export { compareNames } from "./compare-names.ts";
export type { NameKind } from "./compare-names.ts";
export { evaluatePartition, evaluateTraps } from "./evaluate.ts";
export type { PartitionQuality, TruthDetail } from "./evaluate.ts";
export { fieldMapSchema, guessFieldMap } from "./recognise/field-map.ts";
export type { FieldMap } from "./recognise/field-map.ts";
export { choosePack, mergePacks } from "./recognise/pack-choice.ts";
export { buildLinkRecords, dateOrders, draftRecords, finishRecords } from "./recognise/rows.ts";
export type { RecordTable } from "./recognise/row-cells.ts";
export type { RowDrafts, RowOptions } from "./recognise/rows.ts";
export { prepareRecord } from "./prepare.ts";
export type { Prepared } from "./prepare.ts";
export { LiveIndex } from "./live-index.ts";
export type { LiveIndexOptions, Resolution } from "./live-types.ts";
export { recogniseTable } from "./recognise/table.ts";
export type { RecognisedTable, TableSample } from "./recognise/table.ts";
export { defaultSettings } from "./settings.ts";
export type { LinkageSettings, PairKind } from "./settings.ts";
export { parseSettings, serialiseSettings } from "./settings-document.ts";
export { parseAddress } from "./standardise/addresses.ts";
export type { AddressInput, AddressParts } from "./standardise/addresses-types.ts";
export { standardiseCustomer } from "./standardise/customer.ts";
export type { StandardiseContext } from "./standardise/customer.ts";
export { parseDate, readDates } from "./standardise/dates.ts";
export type { DateResult } from "./standardise/dates.ts";
export { normaliseEmails } from "./standardise/emails.ts";
export type { EmailsResult } from "./standardise/emails.ts";
export { decideEntityType } from "./standardise/entity-type.ts";
export { parseMoney, readMoney } from "./standardise/money.ts";
export type { MoneyResult } from "./standardise/money.ts";
export { parseName } from "./standardise/names.ts";
export { readNameCell } from "./standardise/name-cells.ts";
export type { PersonName } from "./standardise/names.ts";
export { normalisePhones, readPhones } from "./standardise/phones.ts";
export type { PhoneReading, PhonesResult } from "./standardise/phones.ts";
export { survive } from "./survivorship.ts";
export type { GoldenRecord, SurvivingField, SurvivorshipOptions } from "./survivorship.ts";
export type { ContactPoint } from "./survivorship-scores.ts";
export { decidedPairs, weighCandidates } from "./weigh.ts";
export { explainRecords } from "./why-not.ts";
export type { MeetingKey, PairExplanation } from "./why-not.ts";
