import { auc, isMissing, openTraining, readLabels, scoreTable, takeRows } from "#models";
import type { Backend, LeakageAlarm, Table, TrainOptions } from "#models";

/** Share of the latest rows that the check holds back. */
const LATEST = 0.2;

/**
 * Does a model that never saw the latest rows do much worse on them than on rows at random? Rows are in the order of
 * time. The additive model answers for all: what moves with time moves it too.
 */
export function timeCheck(backend: Backend, table: Table, options: TrainOptions, time: string): LeakageAlarm[] {
  const cut = Math.round((1 - LATEST) * table.rows);
  const place = (from: number, to: number): Table =>
    takeRows(
      table,
      Array.from({ length: to - from }, (_unused, i) => from + i),
    );
  const session = openTraining(backend, place(0, cut), { ...options, kinds: ["additive"] });
  if (session.status === "not scored") return [];
  const { model } = session.ship(["additive"]);
  const late = place(cut, table.rows);
  const cells = late.columns[options.target] ?? [];
  const { labels } = readLabels(cells, options.positive ?? model.positive);
  const known = [...cells.keys()].filter((i) => !isMissing(cells[i]));
  const { probabilities } = scoreTable(backend, model, late, { effects: false });
  const outcomes = known.map((i) => labels[i]!);
  const byTime = auc(
    outcomes,
    known.map((i) => probabilities[i]!),
  );
  const random = model.metrics["auc"] ?? NaN;
  const hits = outcomes.reduce((sum, y) => sum + y, 0);
  const rarer = Math.max(1, Math.min(hits, outcomes.length - hits));
  if (!(random - byTime > Math.max(0.03, 3 * Math.sqrt((byTime * (1 - byTime)) / rarer)))) return [];
  const detail = `AUC ${byTime.toFixed(3)} on the latest rows, ${random.toFixed(3)} on rows at random`;
  return [{ column: time, kind: "time_split_worse", detail }];
}
