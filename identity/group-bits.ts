import type { Partition } from "./cluster.ts";
import type { SettledConstraints } from "./constraints.ts";
import { NEUTRAL } from "./weigh.ts";
import type { CalibratedPairs } from "./weigh.ts";
import { probabilityOf } from "./weights.ts";

/** Words that hold for a partition: records that are one customer, and records that are two. */
type Words = Pick<SettledConstraints, "must" | "cannot">;

/** Where nobody has spoken. */
export const NO_WORDS: Words = { must: [], cannot: [] };

/** Bits of a pair that a word settles. */
const SETTLED = 30;

/**
 * The pairs with what the groups that they stand in say of them: two records that others brought together are one at least
 * as surely as their groups are, and where a word keeps two groups apart, two of them are one only as far as they stand in
 * those groups by mistake. Which records belong together is settled without it.
 */
export function groupedPairs(pairs: CalibratedPairs, partition: Partition, words: Words): CalibratedPairs {
  const bits = pairs.bits.slice();
  const tree = mergeTree(partition, words.must);
  const apart = wordsBetween(partition, words.cannot);
  const { anchor } = partition;
  for (let row = 0; row < bits.length; row += 1) {
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const [one, other] = [anchor[left] ?? left, anchor[right] ?? right];
    if (one === other) bits[row] = Math.max(bits[row] ?? 0, joinedAt(tree, left, right));
    else if (apart.size > 0) {
      const said = apart.get(betweenId(one, other, anchor.length));
      const [low, high] = one < other ? [left, right] : [right, left];
      if (said !== undefined) bits[row] = keptApart(bits[row] ?? 0, tree, { low, high, said });
    }
  }
  return { ...pairs, bits };
}

/** One number for two groups, in any order. */
function betweenId(one: number, other: number, size: number): number {
  return Math.min(one, other) * size + Math.max(one, other);
}

/** Words that keep two groups apart, by the groups' anchors: the record of the smaller one first. */
function wordsBetween(
  { anchor }: Partition,
  cannot: Words["cannot"],
): ReadonlyMap<number, (readonly [number, number])[]> {
  const found = new Map<number, (readonly [number, number])[]>();
  for (const [left, right] of cannot) {
    const [one, other] = [anchor[left] ?? left, anchor[right] ?? right];
    const id = betweenId(one, other, anchor.length);
    const word = one < other ? ([left, right] as const) : ([right, left] as const);
    const list = found.get(id);
    if (list === undefined) found.set(id, [word]);
    else list.push(word);
  }
  return found;
}

function keptApart(
  bits: number,
  tree: MergeTree,
  {
    low,
    high,
    said,
  }: { readonly low: number; readonly high: number; readonly said: readonly (readonly [number, number])[] },
): number {
  let probability = probabilityOf(bits, NEUTRAL);
  for (const [one, other] of said) probability *= 1 - belongs(tree, low, one) * belongs(tree, high, other);
  return Math.max(-SETTLED, Math.log2(probability / (1 - probability)));
}

/** How surely two records of one group are one customer. */
function belongs(tree: MergeTree, one: number, other: number): number {
  return one === other ? 1 : probabilityOf(joinedAt(tree, one, other), NEUTRAL);
}

interface MergeTree {
  /** Node above each node: records first, then groups that words made, then merges in order; -1 for none. */
  readonly above: Int32Array;
  /** Average of each group and merge. */
  readonly averages: readonly number[];
}

function mergeTree({ anchor, merges }: Partition, must: Words["must"]): MergeTree {
  const size = anchor.length;
  const groups = groupsOf(must);
  const above = new Int32Array(size + groups.length + merges.length).fill(-1);
  const top = Int32Array.from({ length: size }, (_one, at) => at);
  const put = (record: number, node: number): void => {
    const last = top[record] ?? record;
    if (last !== node) above[last] = node;
    top[record] = node;
  };
  for (const [at, group] of groups.entries()) for (const record of group) put(record, size + at);
  for (const [at, { left, right }] of merges.entries()) {
    const node = size + groups.length + at;
    for (const record of left) put(record, node);
    for (const record of right) put(record, node);
  }
  return { above, averages: [...groups.map(() => SETTLED), ...merges.map(({ average }) => average)] };
}

/** Records that words make one, group by group. */
function groupsOf(must: Words["must"]): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  for (const [left, right] of must) {
    const [one, other] = [groups.get(left) ?? [left], groups.get(right) ?? [right]];
    if (one === other) continue;
    const [large, small] = one.length < other.length ? [other, one] : [one, other];
    large.push(...small);
    for (const record of [left, right, ...small]) groups.set(record, large);
  }
  return [...new Set(groups.values())];
}

/** Average weight of the merge that brought two records together; far below where nothing did. */
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
