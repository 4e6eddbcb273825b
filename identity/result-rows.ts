import type { EntityType } from "#core";
import type { Partition } from "./cluster.ts";
import type { ClusterRow, RecordHead } from "./link-types.ts";
import { PAIR_KINDS } from "./settings.ts";
import { byText } from "./text.ts";
import { pairProbability } from "./weigh.ts";
import type { CalibratedPairs } from "./weigh.ts";

/** One row for each record: where it belongs, how surely, and what it is. */
export function clusterRows(
  records: readonly RecordHead[],
  pairs: CalibratedPairs,
  partition: Partition,
  auto: Partition,
): ClusterRow[] {
  const inside = new Float64Array(records.length).fill(-1);
  const outside = new Float64Array(records.length);
  for (let row = 0; row < pairs.weight.length; row += 1) {
    const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
    if (kind === undefined) continue;
    const [i, j] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const probability = pairProbability(pairs, row);
    const table = partition.anchor[i] === partition.anchor[j] ? inside : outside;
    table[i] = Math.max(table[i] ?? 0, probability);
    table[j] = Math.max(table[j] ?? 0, probability);
  }
  const members = new Map<number, number[]>();
  for (const [at, first] of partition.anchor.entries()) {
    const list = members.get(first);
    if (list === undefined) members.set(first, [at]);
    else list.push(at);
  }
  const types = new Map([...members].map(([first, group]) => [first, typeOf(group, records)]));
  return records.map((record, at) => {
    const first = partition.anchor[at] ?? at;
    const isAlone = members.get(first)?.length === 1;
    // Put there by a steward or a source, without evidence of its own.
    const within = isAlone ? 1 : (inside[at] ?? -1) < 0 ? 0.99 : (inside[at] ?? 0);
    return {
      key: record.key,
      clusterAnchor: records[first]?.key ?? record.key,
      autoAnchor: records[auto.anchor[at] ?? at]?.key ?? record.key,
      confidence: Math.round(within * (1 - 0.5 * (outside[at] ?? 0)) * 1e6) / 1e6,
      entityType: types.get(first) ?? "unknown",
    };
  });
}

/** The type that the records of a cluster speak for, weighed by their probabilities. */
function typeOf(group: readonly number[], records: readonly RecordHead[]): EntityType {
  const votes = new Map<EntityType, number>();
  for (const at of group) {
    const record = records[at];
    if (record === undefined) continue;
    // An unknown record speaks softly: any known one beside it decides.
    const vote = record.entityType === "unknown" ? 0.01 : record.entityTypeProbability;
    votes.set(record.entityType, (votes.get(record.entityType) ?? 0) + vote);
  }
  return [...votes].sort((a, b) => b[1] - a[1] || byText(a[0], b[0]))[0]?.[0] ?? "unknown";
}
