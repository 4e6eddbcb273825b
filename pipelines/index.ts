export { createEmbeddedLog } from "./log/embedded.ts";
export type { NamedLog } from "./log/embedded.ts";
export { createKafkaLog } from "./log/kafka.ts";
export type { KafkaLogOptions } from "./log/kafka.ts";
export { consumerLag } from "./run/lag.ts";
export type { PartitionLag } from "./run/lag.ts";
export { runStage } from "./run/run-stage.ts";
export type { RunStageOptions, StageSummary } from "./run/run-stage.ts";
export type { Stage, StageTools } from "./run/stage.ts";
