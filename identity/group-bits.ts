import type { Partition } from "./cluster.ts";
import type { CalibratedPairs } from "./weigh.ts";

/**
 * The pairs with what the groups that they stand in say of them: two records that others brought together are one at least
 * as surely as their groups are. Which records belong together is settled without it.
 */
export function groupedPairs(pairs: CalibratedPairs, partition: Partition): CalibratedPairs {
  const bits = pairs.bits.slice();
  const tree = mergeTree(partition);
  for (let row = 0; row < bits.length; row += 1) {
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    if (partition.anchor[left] !== partition.anchor[right]) continue;
    bits[row] = Math.max(bits[row] ?? 0, joinedAt(tree, left, right));
  }
  return { ...pairs, bits };
}

interface MergeTree {
  /** Node above each node: records first, then merges in order; -1 for none. */
  readonly above: Int32Array;
  /** Average of each merge. */
  readonly averages: readonly number[];
}

function mergeTree({ anchor, merges }: Partition): MergeTree {
  const size = anchor.length;
  const above = new Int32Array(size + merges.length).fill(-1);
  const top = Int32Array.from({ length: size }, (_one, at) => at);
  for (const [at, { left, right }] of merges.entries()) {
    const node = size + at;
    for (const record of [...left, ...right]) {
      const last = top[record] ?? record;
      if (last !== node) above[last] = node;
      top[record] = node;
    }
  }
  return { above, averages: merges.map(({ average }) => average) };
}

/** Average weight of the merge that brought two records together; far below where a word did. */
function joinedAt({ above, averages }: MergeTree, left: number, right: number): number {
  const size = above.length - averages.length;
  let [a, b] = [left, right];
  while (a !== b) {
    // A node above always stands further back.
    if (a < b) a = above[a] ?? -1;
    else b = above[b] ?? -1;
    if (a < 0 || b < 0) return -Infinity;
  }
  return averages[a - size] ?? -Infinity;
}
