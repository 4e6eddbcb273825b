import { openBackend, openTraining, scoreTable, takeRows } from "#models";
import type { ModelKind, Table, TrainOptions } from "#models";

/** One split to be worked: which rows teach, which are asked, and for which models. */
export interface SplitJob {
  readonly split: string;
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Everything that is the same for all splits. */
export interface SplitWork {
  readonly table: Table;
  readonly options: TrainOptions;
  /** "champion" or a kind. */
  readonly models: readonly string[];
}

/** What a split gave, or why it gave nothing. */
export type SplitAnswer =
  | {
      readonly split: string;
      readonly refused: null;
      readonly alarms: readonly { readonly column: string; readonly kind: string; readonly detail: string }[];
      readonly notices: readonly string[];
      readonly models: readonly ModelAnswer[];
    }
  | { readonly split: string; readonly refused: string };

/** Probabilities of one model. */
export interface ModelAnswer {
  readonly model: string;
  /** What ships under that name in this split. */
  readonly ships: string;
  readonly probabilities: Float64Array;
  /** Of the training rows with a known outcome, by models that had not seen them. */
  readonly outOfFold: Float64Array;
}

/** Trains on a split's training rows alone and predicts its test rows. */
export async function workSplit(work: SplitWork, job: SplitJob): Promise<SplitAnswer> {
  const backend = await openBackend();
  const train = takeRows(work.table, job.train);
  const test = takeRows(work.table, job.test);
  const session = openTraining(backend, train, work.options);
  if (session.status === "not scored") return { split: job.split, refused: session.reason };
  const models = work.models.map((model): ModelAnswer => {
    const shipped = session.ship(model === "champion" ? undefined : [model as ModelKind]);
    const { probabilities } = scoreTable(backend, shipped.model, test, { effects: false });
    return { model, ships: shipped.model.name, probabilities, outOfFold: shipped.outOfFold };
  });
  const { alarms, notices } = session;
  return { split: job.split, refused: null, alarms, notices, models };
}
