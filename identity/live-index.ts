import { equalRecords, withEqual, withEqualMust } from "./equal-records.ts";
import { findCandidates } from "./candidates.ts";
import { clusterRecords } from "./cluster.ts";
import { settleConstraints } from "./constraints.ts";
import { hashedKeys } from "./keys.ts";
import { namedByItself, prepareAll, typeCodes, uniqueSources } from "./link.ts";
import type { LinkConstraint, LinkOptions, LinkRecord } from "./link-types.ts";
import type { LiveIndexOptions, LiveMatch, Resolution } from "./live-types.ts";
import { ListKnowledge } from "./live-prepare.ts";
import { NEVER, PairScorer, partitionSome } from "./live-partition.ts";
import type { Held, LocalPartition } from "./live-partition.ts";
import { EdgeStore, KeyStore } from "./live-store.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { byText } from "./text.ts";
import { weighCandidates } from "./weigh.ts";

/** A record is read again once the list is this many times as long as when it was read. */
const GROWTH = 1.5;

/**
 * Records that can be resolved one at a time: a new, changed or deleted record is prepared, meets its candidates by the
 * same keys, is weighed by the same settings, and the part of the list that it touches is clustered anew. `settle` brings
 * the whole to what a batch run over the same records gives.
 */
export class LiveIndex {
  private readonly settings: LinkageSettings;
  private readonly scorer: PairScorer;
  private readonly unique: LinkOptions["oneRecordPerEntity"];
  private readonly constraints = new Map<string, LinkConstraint[]>();
  private readonly positions = new Map<string, number>();
  private readonly children = new Map<string, Set<string>>();
  private held: (Held | null)[] = [];
  private readonly free: number[] = [];
  private anchors: number[] = [];
  private members = new Map<number, number[]>();
  private keys = new KeyStore();
  private edges = new EdgeStore();
  private knowledge: ListKnowledge;
  /** Keys in the order in which they were read, with the size of the index then. */
  private readings: { readonly key: string; readonly size: number }[] = [];
  private oldest = 0;

  private constructor(options: LiveIndexOptions) {
    this.settings = options.settings;
    this.scorer = new PairScorer(options.settings);
    this.unique = options.oneRecordPerEntity;
    for (const one of options.constraints ?? []) {
      for (const key of [one.left, one.right]) {
        const list = this.constraints.get(key);
        if (list === undefined) this.constraints.set(key, [one]);
        else list.push(one);
      }
    }
    this.knowledge = new ListKnowledge(options.settings);
  }

  /** An index over records, clustered as a batch run with the same settings clusters them. */
  static async create(options: LiveIndexOptions): Promise<LiveIndex> {
    const index = new LiveIndex(options);
    await index.load(options.records);
    return index;
  }

  /** Cluster of each record by key: the smallest key of its cluster. */
  clusters(): Map<string, string> {
    const found = new Map<string, string>();
    for (const [key, at] of this.positions) found.set(key, this.keyOf(this.anchors[at] ?? at));
    return found;
  }

  /** Keys of the record's cluster in order; empty for a record that is not there. */
  clusterOf(key: string): readonly string[] {
    const at = this.positions.get(key);
    if (at === undefined) return [];
    const group = this.members.get(this.anchors[at] ?? at) ?? [at];
    return group.map((one) => this.keyOf(one)).sort(byText);
  }

  /** The record and how comparisons see it, or undefined. */
  find(key: string): { readonly record: LinkRecord; readonly prepared: Prepared } | undefined {
    const at = this.positions.get(key);
    return at === undefined ? undefined : (this.held[at] ?? undefined);
  }

  /** Prepares a record that is not in the index as it would be if it were. */
  prepare(record: LinkRecord): Prepared {
    return this.knowledge.prepare(namedByItself(record, this.positions));
  }

  /** How many records bear a key, by its hash. */
  bearers(hash: number): number {
    return this.keys.count(hash);
  }

  /** Weight of a compared pair, or null where the two were not compared. */
  compared(left: string, right: string): number | null {
    const [a, b] = [this.positions.get(left), this.positions.get(right)];
    if (a === undefined || b === undefined) return null;
    return this.edges.of(a).find(({ to }) => to === b)?.weight ?? null;
  }

  /** Adds a record, or puts it in the place of the one with its key, and says where it belongs. */
  resolve(record: LinkRecord): Resolution {
    const touched = new Set<number>();
    const before = this.positions.get(record.key);
    if (before !== undefined) this.take(before, touched);
    const at = this.put(record);
    const matches = this.link(at);
    touched.add(at);
    this.readings.push({ key: record.key, size: this.positions.size });
    this.refresh(touched);
    const moved = this.cluster(touched);
    moved.delete(record.key);
    return {
      key: record.key,
      clusterAnchor: this.keyOf(this.anchors[at] ?? at),
      members: this.clusterOf(record.key),
      matches,
      moved: [...moved].sort(byText),
    };
  }

  /** Takes a record out, as if it had never been there; gives the keys whose cluster changed. */
  remove(key: string): readonly string[] {
    const at = this.positions.get(key);
    if (at === undefined) return [];
    const touched = new Set<number>();
    this.take(at, touched);
    return [...this.cluster(touched)].sort(byText);
  }

  /** Computes everything anew from the living records: exactly what a batch run with these settings gives. */
  async settle(): Promise<void> {
    await this.load([...this.positions.values()].map((at) => this.held[at]?.record).filter((one) => one !== undefined));
  }

  /** Order of merges inside a record's cluster, by key. */
  mergesOf(keys: readonly string[]): readonly { left: readonly string[]; right: readonly string[]; average: number }[] {
    const at = keys.flatMap((key) => this.positions.get(key) ?? []);
    const { order, merges } = this.partition(at);
    const names = (list: readonly number[]): string[] => list.map((one) => this.keyOf(order[one] ?? 0));
    return merges.map((step) => ({ left: names(step.left), right: names(step.right), average: step.average }));
  }

  /** Clusters that the named records fall into when they stand alone, without the others. */
  groupsOf(keys: readonly string[]): readonly (readonly string[])[] {
    const at = keys.flatMap((key) => this.positions.get(key) ?? []);
    const { order, anchor } = this.partition(at);
    const groups = new Map<number, string[]>();
    for (const [local, position] of order.entries()) {
      const first = anchor[local] ?? local;
      groups.set(first, [...(groups.get(first) ?? []), this.keyOf(position)]);
    }
    return [...groups.values()];
  }

  private keyOf(at: number): string {
    return this.held[at]?.record.key ?? "";
  }

  private async load(given: readonly LinkRecord[]): Promise<void> {
    const records = [...given].sort((a, b) => byText(a.key, b.key));
    this.positions.clear();
    this.children.clear();
    this.free.length = 0;
    this.keys = new KeyStore();
    this.edges = new EdgeStore();
    this.oldest = 0;
    this.readings = records.map(({ key }) => ({ key, size: records.length }));
    for (const [at, { key }] of records.entries()) this.positions.set(key, at);
    const prepared = prepareAll(records, this.positions, this.settings);
    this.knowledge = new ListKnowledge(this.settings);
    this.held = records.map((record, at) => {
      const one = prepared[at];
      if (one === undefined) return null;
      const keys = keysOf(one);
      for (const hash of keys) this.keys.add(hash, at);
      this.knowledge.add(record, one);
      this.noteParent(record, true);
      return { record, prepared: one, keys };
    });
    const unique = uniqueSources(records, this.unique);
    const all = [...this.constraints.values()].flat();
    const settled = settleConstraints(records, [...new Set(all)], this.positions);
    const equal = equalRecords(prepared, this.settings.limits, settled, unique.groups);
    const found = await findCandidates(prepared, this.settings.limits, undefined, unique.groups, equal.silent);
    const { pairs } = weighCandidates(this.settings, prepared, withEqual(found, equal));
    for (let row = 0; row < pairs.left.length; row += 1) {
      const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
      this.edges.add(left, right, pairs.weight[row] ?? NEVER, this.worth(left, right));
    }
    const rules = { must: settled.must, cannot: settled.cannot, types: typeCodes(prepared), sources: unique.groups };
    const alike = withEqualMust(rules, equal, pairs, this.settings, false);
    const { anchor } = clusterRecords(records.length, pairs, alike, this.settings);
    this.anchors = [...anchor];
    this.members = new Map();
    for (const [at, first] of anchor.entries()) this.join(first, at);
  }

  private join(first: number, at: number): void {
    const list = this.members.get(first);
    if (list === undefined) this.members.set(first, [at]);
    else list.push(at);
  }

  private worth(left: number, right: number): number {
    const shared = new Set(this.held[left]?.keys);
    let sum = 0;
    for (const hash of this.held[right]?.keys ?? []) if (shared.has(hash)) sum += this.keyWorth(hash);
    return sum;
  }

  // Thousandths of a bit, as the batch counts them; keys that too many bear are worth nothing.
  private keyWorth(hash: number): number {
    const count = this.keys.count(hash);
    if (count < 2 || count > this.settings.limits.maxBlock) return 0;
    return Math.round(1000 * Math.log2(Math.max(2, this.positions.size) / count));
  }

  private noteParent(record: LinkRecord, isThere: boolean): void {
    if (record.parentKey === null || !record.isJob) return;
    const set = this.children.get(record.parentKey) ?? new Set<string>();
    if (isThere) set.add(record.key);
    else set.delete(record.key);
    this.children.set(record.parentKey, set);
  }

  private put(record: LinkRecord): number {
    const at = this.free.pop() ?? this.held.length;
    this.positions.set(record.key, at);
    const prepared = this.prepare(record);
    const keys = keysOf(prepared);
    for (const hash of keys) this.keys.add(hash, at);
    this.held[at] = { record, prepared, keys };
    this.knowledge.add(record, prepared);
    this.anchors[at] = at;
    this.members.set(at, [at]);
    this.noteParent(record, true);
    return at;
  }

  private take(at: number, touched: Set<number>): void {
    const held = this.held[at];
    if (held === null || held === undefined) return;
    for (const one of this.members.get(this.anchors[at] ?? at) ?? []) if (one !== at) touched.add(one);
    for (const { to } of this.edges.of(at)) touched.add(to);
    for (const hash of held.keys) this.keys.remove(hash, at);
    this.edges.drop(at);
    this.noteParent(held.record, false);
    this.leave(at);
    this.positions.delete(held.record.key);
    this.held[at] = null;
    this.free.push(at);
  }

  /**
   * Reads one or two records again that were read when the list was much smaller: what is rare, and what a name is, has
   * changed since. A list that no longer grows reads nothing twice.
   */
  private refresh(touched: Set<number>): void {
    for (let turn = 0; turn < 2; turn += 1) {
      const reading = this.readings[this.oldest];
      if (reading === undefined || reading.size * GROWTH > this.positions.size) return;
      this.oldest += 1;
      const at = this.positions.get(reading.key);
      const record = at === undefined ? undefined : this.held[at]?.record;
      if (at === undefined || record === undefined) continue;
      this.take(at, touched);
      const again = this.put(record);
      this.link(again);
      touched.add(again);
      this.readings.push({ key: record.key, size: this.positions.size });
    }
  }

  // Out of its cluster; where it was the anchor, the others get another one when they are clustered anew.
  private leave(at: number): void {
    const first = this.anchors[at] ?? at;
    const rest = (this.members.get(first) ?? []).filter((one) => one !== at);
    this.members.delete(first);
    const [next] = rest;
    if (next === undefined) return;
    // The position may be given to another record at once.
    for (const one of rest) this.anchors[one] = next;
    this.members.set(next, rest);
  }

  private link(at: number): LiveMatch[] {
    const held = this.held[at];
    if (held === null || held === undefined) return [];
    const { maxBlock, maxCandidates } = this.settings.limits;
    const group = this.isUnique(held.record.source);
    const worths = new Map<number, number>();
    for (const hash of held.keys) {
      const count = this.keys.count(hash);
      if (count < 2 || count > maxBlock) continue;
      const worth = this.keyWorth(hash);
      this.keys.visit(hash, (other) => {
        if (other === at || (group && this.held[other]?.record.source === held.record.source)) return;
        worths.set(other, (worths.get(other) ?? 0) + worth);
      });
    }
    const ranked = [...worths].sort((a, b) => b[1] - a[1] || byText(this.keyOf(a[0]), this.keyOf(b[0])));
    const matches: LiveMatch[] = [];
    for (const [place, [other, worth]] of ranked.entries()) {
      if (place >= maxCandidates && !this.isAmongBest(other, worth)) continue;
      matches.push(this.compare(at, other, worth));
    }
    return matches.sort((a, b) => b.weight - a.weight || byText(a.key, b.key));
  }

  private isUnique(source: string): boolean {
    return this.unique === true || (Array.isArray(this.unique) && (this.unique as readonly string[]).includes(source));
  }

  private isAmongBest(other: number, worth: number): boolean {
    const { maxCandidates } = this.settings.limits;
    if (this.edges.degree(other) < maxCandidates) return true;
    return this.edges.of(other).filter((edge) => edge.worth >= worth).length < maxCandidates;
  }

  private compare(at: number, other: number, worth: number): LiveMatch {
    const [one, two] = [this.held[at], this.held[other]];
    const key = two?.record.key ?? "";
    if (one === null || one === undefined || two === null || two === undefined)
      return { key, weight: NEVER, probability: 0 };
    const [a, b] = one.record.key <= two.record.key ? [one.prepared, two.prepared] : [two.prepared, one.prepared];
    const { weight, probability } = this.scorer.weigh(a, b);
    this.edges.add(at, other, weight, worth);
    return { key, weight, probability };
  }

  // Everything that hangs together with the touched records, by weight, cluster or a steward's word.
  private component(touched: ReadonlySet<number>): number[] {
    const least = this.settings.thresholds.cluster;
    const seen = new Set<number>();
    const open = [...touched].filter((at) => this.held[at] !== null && this.held[at] !== undefined);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      for (const { to, weight } of this.edges.of(at)) if (weight > least) open.push(to);
      open.push(...(this.members.get(this.anchors[at] ?? at) ?? []), ...this.bound(at));
    }
    return [...seen];
  }

  private bound(at: number): number[] {
    const record = this.held[at]?.record;
    if (record === undefined) return [];
    const keys = [
      ...(this.constraints.get(record.key) ?? []).filter(({ same }) => same).flatMap((one) => [one.left, one.right]),
      ...(record.isJob && record.parentKey !== null ? [record.parentKey] : []),
      ...(this.children.get(record.key) ?? []),
    ];
    return keys.flatMap((key) => this.positions.get(key) ?? []);
  }

  /** Clusters some records as the batch would: by their order of keys, with the rules among them. */
  private partition(at: readonly number[]): LocalPartition {
    const order = [...at].sort((a, b) => byText(this.keyOf(a), this.keyOf(b)));
    const held = order.flatMap((position) => this.held[position] ?? []);
    const given = new Set(held.flatMap(({ record }) => this.constraints.get(record.key) ?? []));
    return partitionSome(order, held, {
      edges: this.edges,
      constraints: [...given],
      unique: this.unique,
      settings: this.settings,
    });
  }

  private cluster(touched: ReadonlySet<number>): Set<string> {
    const list = this.component(touched);
    const before = new Map(list.map((at) => [at, this.groupName(at)]));
    for (const at of list) this.members.delete(this.anchors[at] ?? at);
    const { order, anchor } = this.partition(list);
    for (const [place, at] of order.entries()) {
      const first = order[anchor[place] ?? place] ?? at;
      this.anchors[at] = first;
    }
    for (const at of order) this.join(this.anchors[at] ?? at, at);
    const moved = new Set<string>();
    for (const at of list) if (this.groupName(at) !== before.get(at)) moved.add(this.keyOf(at));
    return moved;
  }

  private groupName(at: number): string {
    return (this.members.get(this.anchors[at] ?? at) ?? [at])
      .map((one) => this.keyOf(one))
      .sort(byText)
      .join("\n");
  }
}

function keysOf(prepared: Prepared): readonly number[] {
  const list: number[] = [];
  hashedKeys(prepared, list);
  return [...new Set(list)];
}
