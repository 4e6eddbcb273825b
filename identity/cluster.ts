import { averageLinkage } from "./linkage-tree.ts";
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
  const anchor = Int32Array.from(groups);
  const merges: MergeStep[] = [];
  const edges = collectEdges(size, pairs, settings);
  for (const members of components(size, edges, rules.must, settings.thresholds.cluster)) {
    for (const part of cutLarge(members, edges, rules.must)) {
      const found = averageLinkage(part, { edges, groups, rules, settings });
      for (const [record, first] of found.anchor) anchor[record] = first;
      merges.push(...found.merges);
    }
  }
  return { anchor, merges };
}

function collectEdges(size: number, pairs: ScoredPairs, settings: LinkageSettings): Edges {
  const { floor, ceiling } = settings.limits;
  const starts = new Int32Array(size + 2);
  // Counted one place further on, so that filling moves each start to where it belongs.
  for (const side of [pairs.left, pairs.right])
    for (const record of side) starts[record + 2] = (starts[record + 2] ?? 0) + 1;
  for (let at = 2; at < starts.length; at += 1) starts[at] = (starts[at] ?? 0) + (starts[at - 1] ?? 0);
  const to = new Int32Array(pairs.left.length * 2);
  const weights = new Float64Array(pairs.left.length * 2);
  const put = (record: number, other: number, weight: number): void => {
    const at = starts[record + 1] ?? 0;
    starts[record + 1] = at + 1;
    to[at] = other;
    weights[at] = weight;
  };
  for (let row = 0; row < pairs.left.length; row += 1) {
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const weight = Math.min(ceiling, Math.max(floor, pairs.weight[row] ?? 0));
    put(left, right, weight);
    put(right, left, weight);
  }
  return { starts, to, weight: weights };
}

/** Smallest member of each record's must-link group. */
export function mustGroups(size: number, must: readonly (readonly [number, number])[]): Int32Array {
  const parent = Int32Array.from({ length: size }, (_one, at) => at);
  for (const [left, right] of must) join(parent, left, right);
  return parent.map((_one, at) => root(parent, at));
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

function components(
  size: number,
  edges: Edges,
  must: readonly (readonly [number, number])[],
  least: number,
  within?: readonly number[],
): number[][] {
  const parent = Int32Array.from({ length: size }, (_one, at) => at);
  const inside = within === undefined ? null : new Set(within);
  for (const [left, right] of must)
    if (inside === null || (inside.has(left) && inside.has(right))) join(parent, left, right);
  for (const at of within ?? parent.keys()) {
    for (let edge = edges.starts[at] ?? 0; edge < (edges.starts[at + 1] ?? 0); edge += 1) {
      const to = edges.to[edge] ?? 0;
      if (to > at && (edges.weight[edge] ?? 0) > least && (inside === null || inside.has(to))) join(parent, at, to);
    }
  }
  const byRoot = new Map<number, number[]>();
  for (const at of within ?? parent.keys()) {
    const first = root(parent, at);
    const list = byRoot.get(first);
    if (list === undefined) byRoot.set(first, [at]);
    else list.push(at);
  }
  return [...byRoot.values()].filter((list) => list.length > 1);
}

function cutLarge(
  members: readonly number[],
  edges: Edges,
  must: readonly (readonly [number, number])[],
): (readonly number[])[] {
  let open: (readonly number[])[] = [members];
  const done: (readonly number[])[] = [];
  // At the ceiling nothing is left to cut by; such a component is taken as it is.
  for (let least = 1; open.length > 0 && least < 10; least += 1) {
    done.push(...open.filter((part) => part.length <= EXACT_LIMIT));
    open = open
      .filter((part) => part.length > EXACT_LIMIT)
      .flatMap((part) => components(edges.starts.length - 2, edges, must, least, part));
  }
  return [...done, ...open];
}
