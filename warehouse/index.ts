export { analystUrl, ensureAnalyst } from "./analyst-role.ts";
export { AUDITS, runAudits } from "./audits.ts";
export type { AuditOptions, AuditResult } from "./audits.ts";
export { applyScores, buildMarts, dataAsOf } from "./build-marts.ts";
export type { DatedRate, MartCounts, MartOptions } from "./build-marts.ts";
export { contentHash, tableHashes } from "./content-hash.ts";
export type { TableHash } from "./content-hash.ts";
export { readBlocks } from "./cursor.ts";
export { openDatabase } from "./database.ts";
export { dataDictionary, dictionaryHtml, dictionaryMarkdown, readDictionary } from "./dictionary.ts";
export type { DictionaryTable } from "./dictionary.ts";
export { openAnalyticalEngine } from "./duckdb.ts";
export { migrate } from "./migrate.ts";
export { abandonedData } from "./postgres-home.ts";
export type { AbandonedData } from "./postgres-home.ts";
export { diskFullError } from "./postgres-process.ts";
export { serverStatus, startServer, stopServer } from "./postgres-server.ts";
export type { RunningServer, ServerOptions, ServerStatus } from "./postgres-server.ts";
export { publish } from "./publish.ts";
export type { Publication, TableChange } from "./publish.ts";
export { PUBLISHED_TABLES } from "./published-tables.ts";
export type { PublishedTable, TableColumn } from "./published-tables.ts";
export { listAlerts, recordAlert, recordNotice } from "./queries/notices.ts";
export type { AlertRow } from "./queries/notices.ts";
export {
  countQuarantine,
  listKeptOut,
  listQuarantine,
  newestQuarantine,
  showQuarantine,
} from "./queries/quarantine.ts";
export type { KeptOut, QuarantineCount, QuarantineFilter, QuarantineRow } from "./queries/quarantine.ts";
export {
  finishRun,
  finishStep,
  latestPublishedRun,
  latestRun,
  listSteps,
  startRun,
  startStep,
  unfinishedRun,
} from "./queries/runs.ts";
export type { RunRow, StepRow } from "./queries/runs.ts";
export {
  finishStreamRead,
  knownStreams,
  listLivingKeys,
  markStreamRead,
  readStreamState,
  saveStreamState,
  startStreamRead,
} from "./queries/streams.ts";
export type { LivingKey, StreamPlace } from "./queries/streams.ts";
export {
  countPublished,
  inputHash,
  listBalance,
  listLeads,
  readSetting,
  reasonNotScored,
  writeSetting,
} from "./queries/summary.ts";
export type { LeadRow, PublishedCounts, StreamSummary } from "./queries/summary.ts";
export { RUN_FACTS } from "./run-facts.ts";
export { writeSnapshot } from "./snapshot.ts";
export type { Snapshot } from "./snapshot.ts";
export { readSourceBalance, writeSourceBalance } from "./source-balance.ts";
export type { SourceBalance } from "./source-balance.ts";
export { readFeatures, readPurchases, readTrainingCutoffs, trainingShare } from "./features.ts";
export type { CustomerPurchases, FeatureOptions, FeatureRow, PurchaseRead } from "./features.ts";
export { saveScores } from "./queries/scores.ts";
export type { ScoresToSave } from "./queries/scores.ts";
export { listMappings } from "./queries/mappings.ts";
export { leadOutcomesHash, saveLeadOutcomes } from "./queries/lead-outcomes.ts";
export type { LeadOutcome, LeadOutcomesSaved } from "./queries/lead-outcomes.ts";
export { measureOutcomes, pinnedVersions, readChampions, releaseModel, rollBackModel } from "./queries/registry.ts";
export { listChurn } from "./queries/churn-list.ts";
export type { ChurnRow } from "./queries/churn-list.ts";
export { readModelWatch } from "./queries/model-watch.ts";
export type { ModelWatch } from "./queries/model-watch.ts";
