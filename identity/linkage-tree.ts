import { clashOf, joinMarks, markBits, marksOf, saysMark } from "./marks.ts";
import type { Clash, MarkBits, Marked, Marks } from "./marks.ts";
import type { LinkageSettings } from "./settings.ts";

/** What must hold whatever the weights say. */
export interface ClusterRules {
  /** Pairs of positions that are one customer. */
  readonly must: readonly (readonly [number, number])[];
  /** Pairs of positions that are not. */
  readonly cannot: readonly (readonly [number, number])[];
  /** Records of different classes above 0 never join by weight: 1 person, 2 organisation. */
  readonly types: Uint8Array;
  /** Two records of one source above 0 never join by weight: it holds every customer once. */
  readonly sources: Int32Array;
  /** What every record says that is true of a person once; without it no marks are held against each other. */
  readonly marks?: readonly Marked[];
}

/** Edges by record, in flat arrays: those of record n stand from `starts[n]` up to `starts[n + 1]`. */
export interface Edges {
  readonly starts: Int32Array;
  readonly to: Int32Array;
  /** Bits, clipped. */
  readonly weight: Float64Array;
}

/** Two clusters that joined. */
export interface MergeStep {
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Average weight between them, bits. */
  readonly average: number;
}

interface Link {
  sum: number;
  count: number;
}

interface Cluster {
  /** Place among the clusters of its component, in order of their smallest members; after a merge that of the smaller. */
  readonly id: number;
  readonly members: readonly number[];
  /** Members, where those that a word holds together count as one: their number says nothing new about the others. */
  readonly points: number;
  readonly links: Map<number, Link>;
  readonly types: number;
  /** Null where nothing is forbidden. */
  forbidden: Set<number> | null;
  readonly sources: ReadonlySet<number> | null;
  /** Null where no marks are known. */
  readonly marks: Marks | null;
}

/** What averages are taken under. */
interface Measure {
  readonly settings: LinkageSettings;
  readonly bits: MarkBits;
}

interface Candidate {
  readonly average: number;
  readonly left: number;
  readonly right: number;
}

/** What components are clustered in. */
interface LinkageInput {
  /** Pairs within components. */
  readonly edges: Edges;
  /** Smallest member of each record's must-link group. */
  readonly groups: Int32Array;
  readonly rules: ClusterRules;
  readonly settings: LinkageSettings;
}

/** The same, and what comes of it. */
export interface LinkageWorld extends LinkageInput {
  readonly measure: Measure;
  /** Records that each one must not join with, both ways. */
  readonly cannot: ReadonlyMap<number, readonly number[]>;
  /** Place of each group among the clusters of its component while that is at work; -1 for all others. */
  readonly places: Int32Array;
  /** Smallest position of each record's cluster. */
  readonly anchor: Int32Array;
  readonly merges: MergeStep[];
}

/** A world in which nothing but groups has joined yet. */
export function linkageWorld(input: LinkageInput): LinkageWorld {
  const cannot = new Map<number, number[]>();
  for (const [left, right] of input.rules.cannot) {
    cannot.set(left, [...(cannot.get(left) ?? []), right]);
    cannot.set(right, [...(cannot.get(right) ?? []), left]);
  }
  return {
    ...input,
    measure: { settings: input.settings, bits: markBits(input.settings) },
    cannot,
    places: new Int32Array(input.groups.length).fill(-1),
    anchor: input.groups.slice(),
    merges: [],
  };
}

/** Clusters one component, whose members are in order, and notes the result in the world. */
export function averageLinkage(members: Int32Array, world: LinkageWorld): void {
  const clusters = startClusters(members, world);
  const { measure, anchor, merges } = world;
  const least = world.settings.thresholds.cluster;
  const heap: Candidate[] = [];
  for (const cluster of clusters) {
    if (cluster === undefined) continue;
    for (const other of cluster.links.keys()) if (other > cluster.id) offer(heap, cluster, clusters[other], measure);
  }
  for (let best = pop(heap); best !== undefined; best = pop(heap)) {
    const left = clusters[best.left];
    const right = clusters[best.right];
    if (left === undefined || right === undefined) continue;
    if (averageOf(left, right, measure) !== best.average) continue;
    const average = heldAgainstRivals(clusters, left, right, best.average, measure);
    if (average <= least) continue;
    merges.push({ left: left.members, right: right.members, average });
    const merged = merge(clusters, left, right);
    for (const other of merged.links.keys()) offer(heap, merged, clusters[other], measure);
  }
  for (const cluster of clusters) {
    if (cluster === undefined) continue;
    const [first = 0] = cluster.members;
    for (const record of cluster.members) anchor[record] = first;
  }
}

function startClusters(members: Int32Array, world: LinkageWorld): (Cluster | undefined)[] {
  const { groups, places, rules } = world;
  const grouped: number[][] = [];
  for (const record of members) {
    const group = groups[record] ?? record;
    const place = places[group] ?? -1;
    if (place >= 0) grouped[place]?.push(record);
    else {
      places[group] = grouped.length;
      grouped.push([record]);
    }
  }
  const clusters = grouped.map((list, id): Cluster => {
    // A steward's word may put a person and a firm together; such a group then counts as neither.
    let types = 0;
    for (const record of list) types |= rules.types[record] ?? 0;
    return {
      id,
      members: list,
      points: 1,
      links: linksOf(id, list, world),
      types: types === 3 ? 0 : types,
      forbidden: forbiddenOf(id, list, world),
      sources: sourcesOf(list, rules.sources),
      marks: types === 2 ? null : knownMarks(list, rules.marks),
    };
  });
  for (const record of members) places[groups[record] ?? record] = -1;
  return clusters;
}

function forbiddenOf(id: number, members: readonly number[], world: LinkageWorld): Set<number> | null {
  if (world.cannot.size === 0) return null;
  const found = new Set<number>();
  for (const record of members) {
    for (const other of world.cannot.get(record) ?? []) {
      const place = world.places[world.groups[other] ?? other] ?? -1;
      if (place >= 0 && place !== id) found.add(place);
    }
  }
  return found.size === 0 ? null : found;
}

function linksOf(id: number, members: readonly number[], world: LinkageWorld): Map<number, Link> {
  const links = new Map<number, Link>();
  const { groups, places } = world;
  const { starts, to, weight } = world.edges;
  for (const record of members) {
    const end = starts[record + 1] ?? 0;
    for (let at = starts[record] ?? 0; at < end; at += 1) {
      const other = places[groups[to[at] ?? 0] ?? 0] ?? -1;
      if (other >= 0 && other !== id) addLink(links, other, weight[at] ?? 0, 1);
    }
  }
  // Those that were never compared (a job that is called after a place) do not speak against what the others show.
  for (const link of links.values()) {
    if (link.count === 1) continue;
    link.sum /= link.count;
    link.count = 1;
  }
  return links;
}

function knownMarks(list: readonly number[], marks: readonly Marked[] | undefined): Marks | null {
  if (marks === undefined) return null;
  const [first = 0] = list;
  const only = list.length === 1 ? marks[first] : undefined;
  if (only !== undefined) return saysMark(only) ? marksOf([only]) : null;
  const known: Marked[] = [];
  for (const record of list) {
    const one = marks[record];
    if (one !== undefined && saysMark(one)) known.push(one);
  }
  return known.length === 0 ? null : marksOf(known);
}

function sourcesOf(members: readonly number[], sources: Int32Array): ReadonlySet<number> | null {
  let found: Set<number> | null = null;
  for (const record of members) {
    const source = sources[record] ?? 0;
    if (source > 0) found = (found ?? new Set<number>()).add(source);
  }
  return found;
}

function shareSource(left: Cluster, right: Cluster): boolean {
  if (left.sources === null || right.sources === null) return false;
  for (const source of left.sources) if (right.sources.has(source)) return true;
  return false;
}

function addLink(links: Map<number, Link>, to: number, sum: number, count: number): void {
  const link = links.get(to);
  if (link === undefined) links.set(to, { sum, count });
  else {
    link.sum += sum;
    link.count += count;
  }
}

function averageOf(left: Cluster, right: Cluster, { settings, bits }: Measure): number {
  const link = left.links.get(right.id);
  const pairs = left.points * right.points;
  const sum = (link?.sum ?? 0) + (pairs - (link?.count ?? 0)) * settings.limits.unscored;
  // Two dates of birth speak against one person however many records say nothing of it.
  const { missing } = clash(left, right, bits);
  // Rounded, so that sums made in another order give the same ranking.
  return Math.round((sum / pairs + missing) * 1e9) / 1e9;
}

function clash(left: Cluster, right: Cluster, bits: MarkBits): Clash {
  if (left.marks === null || right.marks === null) return NO_CLASH;
  return clashOf(left.marks, right.marks, left.points * right.points, bits);
}

const NO_CLASH: Clash = { bits: 0, missing: 0 };
/** Bits below which different marks make two groups each other's rivals. */
const RIVALS = -3;

/**
 * The average of two clusters less what rivals take: where one of them goes with a third as well, and the third and the
 * other cannot be one, it is one of theirs only.
 */
function heldAgainstRivals(
  clusters: readonly (Cluster | undefined)[],
  left: Cluster,
  right: Cluster,
  average: number,
  measure: Measure,
): number {
  let least = average;
  for (const [one, other] of [
    [left, right],
    [right, left],
  ] as const) {
    // Without marks nothing speaks against any third.
    if (other.marks === null) continue;
    let rivals = 1;
    for (const id of one.links.keys()) {
      const third = clusters[id];
      if (third === undefined || third === other || third.marks === null || one.forbidden?.has(id) === true) continue;
      if (clash(third, other, measure.bits).bits > RIVALS || clash(third, one, measure.bits).bits < 0) continue;
      const bits = averageOf(one, third, measure);
      if (bits > 0) rivals = Math.max(rivals, 1 + 2 ** bits);
    }
    least = Math.min(least, average - Math.log2(rivals));
  }
  return Math.round(least * 1e9) / 1e9;
}

function offer(heap: Candidate[], left: Cluster, right: Cluster | undefined, measure: Measure): void {
  if (right === undefined || left.forbidden?.has(right.id) === true || (left.types | right.types) === 3) return;
  if (shareSource(left, right)) return;
  const average = averageOf(left, right, measure);
  if (average > measure.settings.thresholds.cluster) {
    push(heap, { average, left: Math.min(left.id, right.id), right: Math.max(left.id, right.id) });
  }
}

function merge(clusters: (Cluster | undefined)[], left: Cluster, right: Cluster): Cluster {
  const links = new Map<number, Link>();
  for (const side of [left, right]) {
    for (const [other, link] of side.links) {
      if (other !== left.id && other !== right.id) addLink(links, other, link.sum, link.count);
    }
  }
  const forbidden =
    left.forbidden === null || right.forbidden === null
      ? (left.forbidden ?? right.forbidden)
      : new Set([...left.forbidden, ...right.forbidden]);
  const merged: Cluster = {
    id: Math.min(left.id, right.id),
    members: inOrder(left.members, right.members),
    points: left.points + right.points,
    links,
    types: left.types | right.types,
    forbidden,
    marks:
      left.marks === null || right.marks === null ? (left.marks ?? right.marks) : joinMarks(left.marks, right.marks),
    sources:
      left.sources === null ? right.sources : new Set([...left.sources, ...(right.sources ?? new Set<number>())]),
  };
  const gone = Math.max(left.id, right.id);
  replace(clusters, gone, merged);
  return merged;
}

// Those that were linked with either of the two, or kept from it, are now so with both.
function replace(clusters: (Cluster | undefined)[], gone: number, merged: Cluster): void {
  clusters[gone] = undefined;
  clusters[merged.id] = merged;
  for (const [other, link] of merged.links) {
    const back = clusters[other]?.links;
    back?.delete(gone);
    back?.set(merged.id, { sum: link.sum, count: link.count });
  }
  for (const other of merged.forbidden ?? []) {
    const back = clusters[other]?.forbidden;
    if (back?.delete(gone) === true) back.add(merged.id);
  }
}

function inOrder(left: readonly number[], right: readonly number[]): number[] {
  const members: number[] = [];
  let [one, other] = [0, 0];
  while (one < left.length || other < right.length) {
    const [a, b] = [left[one] ?? Infinity, right[other] ?? Infinity];
    members.push(Math.min(a, b));
    if (a < b) one += 1;
    else other += 1;
  }
  return members;
}

// Highest average first; equal averages by the smaller positions.
function before(a: Candidate, b: Candidate): boolean {
  if (a.average !== b.average) return a.average > b.average;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}

function push(heap: Candidate[], one: Candidate): void {
  heap.push(one);
  let at = heap.length - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    const upper = heap[above];
    if (upper === undefined || !before(one, upper)) break;
    heap[at] = upper;
    at = above;
  }
  heap[at] = one;
}

function pop(heap: Candidate[]): Candidate | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let next = 2 * at + 1;
    const left = heap[next];
    const right = heap[next + 1];
    if (left === undefined) break;
    if (right !== undefined && before(right, left)) next += 1;
    const child = heap[next];
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = next;
  }
  heap[at] = last;
  return first;
}
