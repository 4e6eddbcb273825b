import { explainPrepared } from "./explain.ts";
import type { LinkPair } from "./link-types.ts";
import type { LiveIndex } from "./live-index.ts";
import type { LinkageSettings } from "./settings.ts";

/** Two parts of a cluster that came together. */
export interface ClusterMerge {
  readonly step: number;
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** Average weight between the two, bits. */
  readonly average: number;
  /** The pair between them that speaks most for it. */
  readonly strongest: LinkPair | null;
}

/** What holds a cluster together. */
export interface ClusterExplanation {
  readonly clusterId: string;
  readonly members: readonly string[];
  /** Merges in the order in which they came about. */
  readonly merges: readonly ClusterMerge[];
  /** The merge with the least average, or null for a record alone or held together by a steward's word. */
  readonly weakest: ClusterMerge | null;
  /** What would become of the others if a record were taken out: the groups that stay together. */
  readonly removals: readonly { readonly record: string; readonly groups: readonly (readonly string[])[] }[];
}

/** Removals are tried for clusters up to this size; beyond it the answer would be a table nobody reads. */
const MOST_REMOVALS = 60;

/** Explains the cluster of a record. Throws a RangeError for a key that is not in the index. */
export function explainCluster(index: LiveIndex, settings: LinkageSettings, key: string): ClusterExplanation {
  const members = index.clusterOf(key);
  const [clusterId] = members;
  if (clusterId === undefined) throw new RangeError("the record must be in the index");
  const merges = index.mergesOf(members).map((step, at) => ({
    step: at + 1,
    ...step,
    strongest: strongestPair(index, settings, step.left, step.right),
  }));
  const weakest = merges.reduce<ClusterMerge | null>(
    (least, one) => (least === null || one.average < least.average ? one : least),
    null,
  );
  const removals = members.slice(0, MOST_REMOVALS).map((record) => ({
    record,
    groups: index.groupsOf(members.filter((one) => one !== record)),
  }));
  return { clusterId, members, merges, weakest, removals: members.length > 1 ? removals : [] };
}

function strongestPair(
  index: LiveIndex,
  settings: LinkageSettings,
  left: readonly string[],
  right: readonly string[],
): LinkPair | null {
  let best: readonly [string, string] | null = null;
  let most = -Infinity;
  for (const a of left) {
    for (const b of right) {
      const weight = index.compared(a, b)?.bits ?? -Infinity;
      if (weight <= most) continue;
      most = weight;
      best = a < b ? [a, b] : [b, a];
    }
  }
  const [one, two] = best === null ? [] : [index.find(best[0]), index.find(best[1])];
  return one === undefined || two === undefined ? null : explainPrepared(one.prepared, two.prepared, settings);
}
