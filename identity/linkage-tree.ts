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
  readonly id: number;
  readonly members: readonly number[];
  /** Members, where those that a word holds together count as one: their number says nothing new about the others. */
  readonly points: number;
  readonly links: Map<number, Link>;
  readonly types: number;
  readonly forbidden: Set<number>;
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

/** Clusters one component. Ids are the smallest member until a merge, then that of the smaller side. */
export function averageLinkage(
  members: readonly number[],
  world: {
    readonly edges: Edges;
    readonly groups: Int32Array;
    readonly rules: ClusterRules;
    readonly settings: LinkageSettings;
  },
): { readonly anchor: ReadonlyMap<number, number>; readonly merges: readonly MergeStep[] } {
  const clusters = startClusters(members, world);
  const heap: Candidate[] = [];
  const measure = { settings: world.settings, bits: markBits(world.settings) };
  for (const cluster of clusters.values()) {
    for (const other of cluster.links.keys())
      if (other > cluster.id) offer(heap, cluster, clusters.get(other), measure);
  }
  const merges: MergeStep[] = [];
  for (let best = pop(heap); best !== undefined; best = pop(heap)) {
    const left = clusters.get(best.left);
    const right = clusters.get(best.right);
    if (left === undefined || right === undefined) continue;
    if (averageOf(left, right, measure) !== best.average) continue;
    const average = heldAgainstRivals(clusters, left, right, best.average, measure);
    if (average <= world.settings.thresholds.cluster) continue;
    merges.push({ left: left.members, right: right.members, average });
    const merged = merge(clusters, left, right);
    for (const other of merged.links.keys()) offer(heap, merged, clusters.get(other), measure);
  }
  const anchor = new Map<number, number>();
  for (const cluster of clusters.values())
    for (const record of cluster.members) anchor.set(record, cluster.members[0] ?? record);
  return { anchor, merges };
}

function startClusters(
  members: readonly number[],
  world: { readonly edges: Edges; readonly groups: Int32Array; readonly rules: ClusterRules },
): Map<number, Cluster> {
  const grouped = new Map<number, number[]>();
  for (const record of [...members].sort((a, b) => a - b)) {
    const group = world.groups[record] ?? record;
    const list = grouped.get(group);
    if (list === undefined) grouped.set(group, [record]);
    else list.push(record);
  }
  const clusters = new Map<number, Cluster>();
  for (const [id, list] of grouped) {
    const links = linksOf(id, list, world, grouped);
    // A steward's word may put a person and a firm together; such a group then counts as neither.
    const types = list.reduce((mask, record) => mask | (world.rules.types[record] ?? 0), 0);
    clusters.set(id, {
      id,
      members: list,
      points: 1,
      links,
      types: types === 3 ? 0 : types,
      forbidden: new Set(),
      sources: sourcesOf(list, world.rules.sources),
      marks: types === 2 ? null : knownMarks(list, world.rules.marks),
    });
  }
  for (const [left, right] of world.rules.cannot) {
    const a = clusters.get(world.groups[left] ?? left);
    const b = clusters.get(world.groups[right] ?? right);
    if (a === undefined || b === undefined || a === b) continue;
    a.forbidden.add(b.id);
    b.forbidden.add(a.id);
  }
  return clusters;
}

function linksOf(
  id: number,
  members: readonly number[],
  world: { readonly edges: Edges; readonly groups: Int32Array },
  known: ReadonlyMap<number, unknown>,
): Map<number, Link> {
  const links = new Map<number, Link>();
  const { starts, to, weight } = world.edges;
  for (const record of members) {
    for (let at = starts[record] ?? 0; at < (starts[record + 1] ?? 0); at += 1) {
      const other = world.groups[to[at] ?? 0] ?? 0;
      if (other !== id && known.has(other)) addLink(links, other, weight[at] ?? 0, 1);
    }
  }
  // Those that were never compared (a job that is called after a place) do not speak against what the others show.
  for (const link of links.values()) {
    link.sum /= link.count;
    link.count = 1;
  }
  return links;
}

function knownMarks(list: readonly number[], marks: readonly Marked[] | undefined): Marks | null {
  if (marks === undefined) return null;
  const known: Marked[] = [];
  for (const record of list) {
    const one = marks[record];
    if (one !== undefined && saysMark(one)) known.push(one);
  }
  return known.length === 0 ? null : marksOf(known);
}

function sourcesOf(members: readonly number[], sources: Int32Array): ReadonlySet<number> | null {
  const found = members.map((record) => sources[record] ?? 0).filter((source) => source > 0);
  return found.length === 0 ? null : new Set(found);
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
  clusters: ReadonlyMap<number, Cluster>,
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
    let rivals = 1;
    for (const id of one.links.keys()) {
      const third = clusters.get(id);
      if (third === undefined || third === other || one.forbidden.has(id)) continue;
      if (clash(third, other, measure.bits).bits > RIVALS || clash(third, one, measure.bits).bits < 0) continue;
      const bits = averageOf(one, third, measure);
      if (bits > 0) rivals = Math.max(rivals, 1 + 2 ** bits);
    }
    least = Math.min(least, average - Math.log2(rivals));
  }
  return Math.round(least * 1e9) / 1e9;
}

function offer(heap: Candidate[], left: Cluster, right: Cluster | undefined, measure: Measure): void {
  if (right === undefined || left.forbidden.has(right.id) || (left.types | right.types) === 3) return;
  if (shareSource(left, right)) return;
  const average = averageOf(left, right, measure);
  if (average > measure.settings.thresholds.cluster) {
    push(heap, { average, left: Math.min(left.id, right.id), right: Math.max(left.id, right.id) });
  }
}

function merge(clusters: Map<number, Cluster>, left: Cluster, right: Cluster): Cluster {
  const links = new Map<number, Link>();
  for (const side of [left, right]) {
    for (const [other, link] of side.links) {
      if (other !== left.id && other !== right.id) addLink(links, other, link.sum, link.count);
    }
  }
  const forbidden = new Set([...left.forbidden, ...right.forbidden]);
  const members = [...left.members, ...right.members].sort((a, b) => a - b);
  const merged: Cluster = {
    id: Math.min(left.id, right.id),
    members,
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
  clusters.delete(gone);
  clusters.set(merged.id, merged);
  for (const [other, link] of links) {
    const back = clusters.get(other)?.links;
    back?.delete(gone);
    back?.set(merged.id, { sum: link.sum, count: link.count });
  }
  for (const other of forbidden) {
    const back = clusters.get(other)?.forbidden;
    if (back?.delete(gone) === true) back.add(merged.id);
  }
  return merged;
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
