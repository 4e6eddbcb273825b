export { isoNow, manualClock, seededRandom, systemClock } from "./clock.ts";
export type { Clock, Random } from "./clock.ts";
export { environmentSchema, sourceConfigSchema, tableMappingSchema, workspaceConfigSchema } from "./config.ts";
export type { DriftPolicy, Environment, SourceConfig, WorkspaceConfig } from "./config.ts";
export type {
  CheckResult,
  CheckpointMessage,
  Connector,
  ConnectorContext,
  ConnectorMessage,
  ConnectorSession,
  DeleteSemantics,
  KnownStream,
  MapContext,
  OAuthGrant,
  NoticeMessage,
  ProgressMessage,
  RecordMessage,
  SchemaMessage,
  StreamEndMessage,
  StreamInfo,
  StreamMode,
  StreamOutcome,
  Poke,
  StreamPlan,
  StreamState,
  TableMapping,
  WebhookRequest,
} from "./connector.ts";
export { countryPackSchema } from "./country-pack.ts";
export type { CountryPack } from "./country-pack.ts";
export { ERRORS, EXIT } from "./error-catalogue.ts";
export type { ErrorClass, ErrorCode } from "./error-catalogue.ts";
export { C360Error, toC360Error } from "./errors.ts";
export { faultPoint } from "./fault.ts";
export {
  canonicalJson,
  contentHash,
  mintCustomerId,
  parseSourceKey,
  partitionFor,
  rawTopic,
  sha256,
  slug,
  sourceKey,
} from "./ids.ts";
export type { SourceKeyParts } from "./ids.ts";
export { deadLetterTopic } from "./log.ts";
export type { ConsumeOptions, EventLog, LogAppend, LogBatch, LogMessage, PartitionOffsets } from "./log.ts";
export { createLogger, createRedactor, silentLogger } from "./logger.ts";
export type { LogFields, Logger, Redactor } from "./logger.ts";
export type {
  AnalyticalEngine,
  AnalyticalType,
  Database,
  SecretStore,
  SqlClient,
  SqlValue,
  TableShape,
} from "./ports.ts";
export { FILTER_REASONS, QUARANTINE_REASONS, STREAM_NOTICES } from "./reasons.ts";
export type { FilterReason, QuarantineReason, StreamNotice } from "./reasons.ts";
export { CLEANSED_TOPICS } from "./records.ts";
export type {
  CampaignFields,
  CampaignRecord,
  CleansedRecord,
  CustomerFields,
  CustomerRecord,
  CustomerRef,
  EntityKind,
  EntityPayloads,
  EntityType,
  Filtered,
  InteractionFields,
  InteractionRecord,
  ItemFields,
  ItemRecord,
  MapResult,
  MappedEntity,
  Provenance,
  RawRecord,
  RecordOp,
  Rejected,
  SocialProfileFields,
  SocialProfileRecord,
  TransactionFields,
  TransactionKind,
  TransactionRecord,
} from "./records.ts";
export type { StagedCustomerRow } from "./staged-customer.ts";
