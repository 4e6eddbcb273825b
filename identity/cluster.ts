import { averageLinkage } from "./linkage-tree.ts";
import type { ClusterRules, Edges, MergeStep } from "./linkage-tree.ts";
import type { LinkageSettings } from "./settings.ts";

/** Scored pairs by position; weights in bits. */
export interface ScoredPairs {
  readonly left: Float64Array;
  readonly right: Float64Array;
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
  const edges = collectEdges(pairs, settings);
  for (const members of components(size, edges, rules.must, settings.thresholds.cluster)) {
    for (const part of cutLarge(members, edges, rules.must)) {
      const found = averageLinkage(part, { edges, groups, rules, settings });
      for (const [record, first] of found.anchor) anchor[record] = first;
      merges.push(...found.merges);
    }
  }
  return { anchor, merges };
}

function collectEdges(pairs: ScoredPairs, settings: LinkageSettings): Edges {
  const edges: { to: number; weight: number }[][] = [];
  const { floor, ceiling } = settings.limits;
  for (let row = 0; row < pairs.left.length; row += 1) {
    const left = pairs.left[row] ?? 0;
    const right = pairs.right[row] ?? 0;
    const weight = Math.min(ceiling, Math.max(floor, pairs.weight[row] ?? 0));
    (edges[left] ??= []).push({ to: right, weight });
    (edges[right] ??= []).push({ to: left, weight });
  }
  return edges;
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
  for (const at of within ?? edges.keys()) {
    for (const { to, weight } of edges[at] ?? []) {
      if (to > at && weight > least && (inside === null || inside.has(to))) join(parent, at, to);
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
      .flatMap((part) => components(edges.length, edges, must, least, part));
  }
  return [...done, ...open];
}
