import type { EventLog } from "#core";
import type { RecordMapper } from "./mappings.ts";
import type { Stores } from "./runtime.ts";
import type { Source } from "./sources.ts";
import type { StepName } from "./steps.ts";
import type { Workspace } from "./workspace.ts";

/** What a run is asked to do. */
export interface RunOptions {
  readonly only: readonly string[];
  readonly sync: boolean;
  readonly rebuild: boolean;
  readonly acceptDrop: readonly string[];
  /** Backfill: read only what changed in this window (ISO dates, inclusive), where the vendor can be asked so. */
  readonly window?: { readonly from: string; readonly to: string };
  readonly overrides: readonly string[];
  /** `resume`: go on with an unfinished or failed run, or refuse; `any`: go on if one was cut off, else start a new one. */
  readonly mode: "any" | "resume";
  /** The last step to do: `store` for `c360 sync`. */
  readonly until: StepName;
}

/** What a full nightly run does, unless told otherwise. */
export const NIGHTLY: RunOptions = {
  only: [],
  sync: true,
  rebuild: false,
  acceptDrop: [],
  overrides: [],
  mode: "any",
  until: "lists",
};

/** What a step is lent. */
export interface StepContext {
  readonly workspace: Workspace;
  readonly stores: Stores;
  readonly log: EventLog;
  readonly runId: string;
  readonly attempt: string;
  readonly options: RunOptions;
  readonly sources: readonly Source[];
  readonly mapper: RecordMapper;
  readonly signal: AbortSignal;
  /** Messages that each stage has handled in this run. */
  readonly handled: Map<string, number>;
}

/** What a step says of itself: a line for people, facts for ops, and whether the rest of the run has nothing to do. */
export interface StepResult {
  readonly summary: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** True from the step that found that the inputs equal those of the last published run. */
  readonly nothingChanged?: boolean;
}
