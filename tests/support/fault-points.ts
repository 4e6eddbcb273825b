import { STEPS } from "../../jobs/steps.ts";

/** Points inside steps, beside the two boundaries of each step. */
const INSIDE = [
  "sync.inside",
  "sync.inside:4",
  "sync.checkpoint",
  "sync.checkpoint:6",
  "land.batch.inside",
  "land.batch.after:3",
  "cleanse.batch.before:2",
  "cleanse.batch.inside:2",
  "cleanse.batch.after:4",
  "store.batch.inside:3",
  "store.batch.after",
  "marts.inside",
  "score.inside",
  "publish.inside",
  "publish.before_commit",
];

/** Every place at which a run can be made to die by C360_FAULT. */
export const FAULT_POINTS: readonly string[] = [
  ...STEPS.flatMap((step) => [`${step}.before`, `${step}.after`]),
  ...INSIDE,
];
