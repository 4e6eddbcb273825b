import type { EntityType } from "#core";
import type { Partition } from "./cluster.ts";
import type { ClusterRow, RecordHead } from "./link-types.ts";
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
  // The most bits of any pair, since the most probable one has the most; a probability is then made for each record.
  const inside = new Float64Array(records.length).fill(-Infinity);
  const outside = new Float64Array(records.length).fill(-Infinity);
  for (let row = 0; row < pairs.weight.length; row += 1) {
    if ((pairs.kind[row] ?? -1) < 0) continue;
    const [i, j] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const bits = pairs.bits[row] ?? 0;
    const table = partition.anchor[i] === partition.anchor[j] ? inside : outside;
    if (bits > (table[i] ?? 0)) table[i] = bits;
    if (bits > (table[j] ?? 0)) table[j] = bits;
  }
  const members = groupsOf(partition.anchor);
  const types = new Map(Array.from(members, ([first, group]) => [first, typeOf(group, records)]));
  return records.map((record, at) => {
    const first = partition.anchor[at] ?? at;
    const isAlone = !members.has(first);
    // Put there by a steward or a source, without evidence of its own.
    const within = isAlone ? 1 : inside[at] === -Infinity ? 0.99 : pairProbability({ bits: inside }, at);
    const beside = outside[at] === -Infinity ? 0 : pairProbability({ bits: outside }, at);
    return {
      key: record.key,
      clusterAnchor: records[first]?.key ?? record.key,
      autoAnchor: records[auto.anchor[at] ?? at]?.key ?? record.key,
      confidence: Math.round(within * (1 - 0.5 * beside) * 1e6) / 1e6,
      entityType: isAlone ? record.entityType : (types.get(first) ?? "unknown"),
    };
  });
}

/** Members of each cluster of more than one record, by the smallest. */
function groupsOf(anchor: Int32Array): ReadonlyMap<number, readonly number[]> {
  const members = new Map<number, number[]>();
  for (let at = 0; at < anchor.length; at += 1) {
    const first = anchor[at] ?? at;
    if (first === at) continue;
    const list = members.get(first);
    if (list === undefined) members.set(first, [first, at]);
    else list.push(at);
  }
  return members;
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
