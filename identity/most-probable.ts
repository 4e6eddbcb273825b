import { clusterRecords } from "./cluster.ts";
import type { Partition } from "./cluster.ts";
import type { SettledConstraints } from "./constraints.ts";
import { competedPairs } from "./competition.ts";
import { withEqualMust } from "./equal-records.ts";
import type { EqualRecords } from "./equal-records.ts";
import type { ClusterRules } from "./linkage-tree.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import type { CalibratedPairs, WeighedPairs } from "./weigh.ts";

/** What holds for a partition of records whatever the weights say: one way for batch, index and parts of it. */
export function clusterRules(
  records: readonly Prepared[],
  { must, cannot }: Pick<SettledConstraints, "must" | "cannot">,
  sources: Int32Array,
): ClusterRules {
  const types = new Uint8Array(records.length);
  for (const [at, { type }] of records.entries()) types[at] = type === "person" ? 1 : type === "organisation" ? 2 : 0;
  return { must, cannot, types, sources, marks: records };
}

/** What a partition is made under beside the weights. */
export interface PartitionRules {
  readonly rules: ClusterRules;
  readonly equal: EqualRecords;
  readonly settings: LinkageSettings;
}

/** The most probable partition of weighed records, and the pairs with what they are worth: one way for batch and index. */
export function mostProbable(
  records: readonly Prepared[],
  pairs: WeighedPairs,
  { rules, equal, settings }: PartitionRules,
): { readonly compared: CalibratedPairs; readonly partition: Partition } {
  const compared = competedPairs(pairs, records, settings);
  const alike = withEqualMust(rules, equal, pairs, settings, false);
  return {
    compared,
    partition: clusterRecords(records.length, { ...compared, weight: compared.bits }, alike, settings),
  };
}
