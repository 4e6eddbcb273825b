import { averageLinkage, linkageWorld } from "./linkage-tree.ts";
import type { ClusterRules, Edges, MergeStep } from "./linkage-tree.ts";
import type { LinkageSettings } from "./settings.ts";

/** Scored pairs by position; weights in bits. */
export interface ScoredPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly weight: Float64Array;
}

/** A partition with the order in which it came about. */
export interface Partition {
  /** Smallest position of each record's cluster. */
  readonly anchor: Int32Array;
  readonly merges: readonly MergeStep[];
}

/** Components larger than this are cut at higher weights first. */
const EXACT_LIMIT = 2000;

/**
 * Constrained average linkage: clusters join while the average weight between their records stays above the threshold.
 * Pairs never compared count as a mild no. The result does not depend on the order of the input.
 */
export function clusterRecords(
  size: number,
  pairs: ScoredPairs,
  rules: ClusterRules,
  settings: LinkageSettings,
): Partition {
  const groups = mustGroups(size, rules.must);
  const roots = joinedRoots(groups, pairs, settings);
  const edges = collectEdges(roots, pairs, settings);
  const world = linkageWorld({ edges, groups, rules, settings });
  for (const members of components(roots)) {
    if (members.length <= EXACT_LIMIT) averageLinkage(members, world);
    else for (const part of cutLarge(members, edges, groups)) averageLinkage(part, world);
  }
  return { anchor: world.anchor, merges: world.merges };
}

/** Smallest record that each one hangs together with, by words and by pairs above the threshold. */
function joinedRoots(groups: Int32Array, pairs: ScoredPairs, { thresholds, limits }: LinkageSettings): Int32Array {
  const parent = groups.slice();
  const { left, right, weight } = pairs;
  for (let row = 0; row < left.length; row += 1)
    if (clipped(weight[row] ?? 0, limits) > thresholds.cluster) join(parent, left[row] ?? 0, right[row] ?? 0);
  settleRoots(parent);
  return parent;
}

function clipped(weight: number, { floor, ceiling }: LinkageSettings["limits"]): number {
  return Math.min(ceiling, Math.max(floor, weight));
}

// Only pairs within a component: the others, most of them, have no say in it.
function collectEdges(roots: Int32Array, { left, right, weight }: ScoredPairs, settings: LinkageSettings): Edges {
  const starts = new Int32Array(roots.length + 2);
  let size = 0;
  // Counted one place further on, so that filling moves each start to where it belongs.
  for (let row = 0; row < left.length; row += 1) {
    const [one, other] = [left[row] ?? 0, right[row] ?? 0];
    if (roots[one] !== roots[other]) continue;
    starts[one + 2] = (starts[one + 2] ?? 0) + 1;
    starts[other + 2] = (starts[other + 2] ?? 0) + 1;
    size += 2;
  }
  for (let at = 2; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const to = new Int32Array(size);
  const weights = new Float64Array(size);
  for (let row = 0; row < left.length; row += 1) {
    const [one, other] = [left[row] ?? 0, right[row] ?? 0];
    if (roots[one] !== roots[other]) continue;
    const bits = clipped(weight[row] ?? 0, settings.limits);
    const [at, otherAt] = [starts[one + 1] ?? 0, starts[other + 1] ?? 0];
    starts[one + 1] = at + 1;
    starts[other + 1] = otherAt + 1;
    to[at] = other;
    weights[at] = bits;
    to[otherAt] = one;
    weights[otherAt] = bits;
  }
  return { starts, to, weight: weights };
}

/** Smallest member of each record's must-link group. */
function mustGroups(size: number, must: readonly (readonly [number, number])[]): Int32Array {
  const parent = new Int32Array(size);
  for (let at = 0; at < size; at += 1) parent[at] = at;
  for (const [left, right] of must) join(parent, left, right);
  settleRoots(parent);
  return parent;
}

// The smaller record is always above: what stands before is settled.
function settleRoots(parent: Int32Array): void {
  for (let at = 0; at < parent.length; at += 1) parent[at] = parent[parent[at] ?? at] ?? at;
}

function root(parent: Int32Array, at: number): number {
  let here = at;
  while ((parent[here] ?? here) !== here) {
    const above = parent[here] ?? here;
    parent[here] = parent[above] ?? above;
    here = parent[here] ?? here;
  }
  return here;
}

function join(parent: Int32Array, left: number, right: number): void {
  const a = root(parent, left);
  const b = root(parent, right);
  if (a !== b) parent[Math.max(a, b)] = Math.min(a, b);
}

/** Components of more than one record, by their smallest; members in order. */
function* components(roots: Int32Array): Generator<Int32Array> {
  const starts = new Int32Array(roots.length + 2);
  for (let at = 0; at < roots.length; at += 1) {
    const first = roots[at] ?? 0;
    starts[first + 2] = (starts[first + 2] ?? 0) + 1;
  }
  for (let at = 2; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const members = new Int32Array(roots.length);
  for (let at = 0; at < roots.length; at += 1) {
    const first = roots[at] ?? 0;
    const place = starts[first + 1] ?? 0;
    members[place] = at;
    starts[first + 1] = place + 1;
  }
  for (let first = 0; first < roots.length; first += 1) {
    const [from, to] = [starts[first] ?? 0, starts[first + 1] ?? 0];
    if (to - from > 1) yield members.subarray(from, to);
  }
}

function cutLarge(members: Int32Array, edges: Edges, groups: Int32Array): Int32Array[] {
  let open = [members];
  const done: Int32Array[] = [];
  const parent = new Int32Array(groups.length).fill(-1);
  // At the ceiling nothing is left to cut by; such a component is taken as it is.
  for (let least = 1; open.length > 0 && least < 10; least += 1) {
    done.push(...open.filter((part) => part.length <= EXACT_LIMIT));
    open = open
      .filter((part) => part.length > EXACT_LIMIT)
      .flatMap((part) => cutPart(part, edges, { groups, parent, least }));
  }
  return [...done, ...open];
}

// Components of a part by heavier pairs alone. `parent` is -1 outside the part.
function cutPart(
  part: Int32Array,
  edges: Edges,
  { groups, parent, least }: { readonly groups: Int32Array; readonly parent: Int32Array; readonly least: number },
): Int32Array[] {
  for (const at of part) parent[at] = at;
  for (const at of part) {
    join(parent, groups[at] ?? at, at);
    for (let edge = edges.starts[at] ?? 0; edge < (edges.starts[at + 1] ?? 0); edge += 1) {
      const to = edges.to[edge] ?? 0;
      if (to > at && (edges.weight[edge] ?? 0) > least && (parent[to] ?? -1) >= 0) join(parent, at, to);
    }
  }
  const byRoot = new Map<number, number[]>();
  for (const at of part) {
    const first = root(parent, at);
    const list = byRoot.get(first);
    if (list === undefined) byRoot.set(first, [at]);
    else list.push(at);
  }
  for (const at of part) parent[at] = -1;
  return [...byRoot.values()].filter((list) => list.length > 1).map((list) => Int32Array.from(list));
}
