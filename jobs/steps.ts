/** Steps of the nightly run, in order. Each can be done again after a crash without loss or doubling. */
export const STEPS = [
  "sync",
  "land",
  "cleanse",
  "store",
  "resolve",
  "marts",
  "score",
  "audit",
  "publish",
  "snapshot",
  "lists",
] as const;

/** A step's name, as recorded in ops.run_steps. */
export type StepName = (typeof STEPS)[number];

/** Steps that fill the candidate tables. Those tables do not outlive a crash of the server, so a resumed run that has
 * not published yet starts again with the first of them. */
export const FIRST_CANDIDATE_STEP: StepName = "resolve";
