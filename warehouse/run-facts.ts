/**
 * Columns of published tables that tell of a run and not of a customer: they differ between two runs over the same input,
 * so the content hash leaves them out. This is the one list.
 */
export const RUN_FACTS: Readonly<Record<string, readonly string[]>> = {
  // A file's path says where it lay, not what it held.
  "identity.crosswalk": ["file"],
  "identity.customer_ids": ["minted_run_id", "minted_as_of"],
  // A version names its training run; what the model says is in the other columns.
  "customer_360.customer_scores": ["model_version"],
};
