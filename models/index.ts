export { parseModel, serialiseModel } from "./artefact.ts";
export type { TabularModel } from "./artefact.ts";
export { rateInWords } from "./bands.ts";
export type { Band, BandTable } from "./bands.ts";
export { expectedPurchases, fitBgNbd, fitNbd, fitRepeatModel, probabilityAlive } from "./bg-nbd.ts";
export type { PurchaseSummary, RepeatModel } from "./bg-nbd.ts";
export { expectedSpend, fitGammaGamma } from "./gamma-gamma.ts";
export type { SpendModel, SpendSummary } from "./gamma-gamma.ts";
export type { LeakageAlarm } from "./leakage.ts";
export { scoreLifetime } from "./lifetime.ts";
export type { LifetimeOptions, LifetimeResult, ValuePrediction } from "./lifetime.ts";
export { auc, brier, calibrationError, logLoss, normalisedGini, topDecileLift } from "./metrics.ts";
export type { PurchaseHistory } from "./purchases.ts";
export { addBias, matMul, openBackend, tidy } from "./runtime.ts";
export type { Backend, BackendName } from "./runtime.ts";
export { scoreTable } from "./score.ts";
export type { Effect, Scores } from "./score.ts";
export { scoreCustomers } from "./score-customers.ts";
export type {
  FeatureRow,
  LeadRow,
  MetricRow,
  ReasonRow,
  ScoreRow,
  ScoringInput,
  ScoringResult,
  VersionRow,
} from "./scoring-types.ts";
export { tableFromRows, takeRows } from "./table.ts";
export type { Cell, Table } from "./table.ts";
export { trainTabular } from "./tabular.ts";
export type { TrainOptions, TrainResult } from "./tabular.ts";
