export { parseModel, serialiseModel } from "./artefact.ts";
export type { TabularModel } from "./artefact.ts";
export { bandOf, rateInWords } from "./bands.ts";
export type { Band, BandTable } from "./bands.ts";
export { estimateValues } from "./clv.ts";
export type { ValueRequest, ValueRow } from "./clv.ts";
export { trainFold } from "./fold-networks.ts";
export type { FoldCrew, FoldData, FoldNetwork } from "./fold-networks.ts";
export { expectedSpend, fitGammaGamma } from "./gamma-gamma.ts";
export type { SpendModel, SpendSummary } from "./gamma-gamma.ts";
export { counterfactuals } from "./counterfactual.ts";
export type { ModelKind } from "./training-types.ts";
export { fitPlatt } from "./calibrate.ts";
export { columnType, isMissing, toDay, toNumber } from "./table.ts";
export type { LeakageAlarm } from "./leakage.ts";
export { scoreLifetime } from "./lifetime.ts";
export type { LifetimeOptions, LifetimeResult, ValuePrediction } from "./lifetime.ts";
export { auc, brier, calibrationError, logLoss, normalisedGini, topDecileLift } from "./metrics.ts";
export type { HistorySummary, PurchaseHistory } from "./purchases.ts";
export { fitRepeat, fitRepeatModel } from "./repeat-buying.ts";
export { expectedPurchases, probabilityAlive } from "./repeat-forecast.ts";
export type { PurchaseSummary, RepeatKind, RepeatModel } from "./repeat-model.ts";
export { addBias, matMul, openBackend, tidy } from "./runtime.ts";
export type { Backend, BackendName } from "./runtime.ts";
export { readLabels } from "./prepare.ts";
export { recalibrate } from "./recalibrate.ts";
export { readColumns } from "./columns.ts";
export type { RawColumn } from "./columns.ts";
export { openScorer } from "./score-columns.ts";
export { openModel, scoreTable } from "./score.ts";
export type { Effect, Scores } from "./score.ts";
export { scoreCustomers, scoreLeads } from "./score-customers.ts";
export type {
  FeatureRow,
  LeadRow,
  MetricRow,
  ReasonRow,
  ScorePart,
  ScoreRow,
  ScoringInput,
  ScoringResult,
  VersionRow,
} from "./scoring-types.ts";
export { tableFromRows, takeRows } from "./table.ts";
export type { Cell, Table, Writing } from "./table.ts";
export { ALL_KINDS, openTraining, trainTabular } from "./tabular.ts";
export type { TrainingSession, TrainOptions, TrainResult } from "./tabular.ts";
