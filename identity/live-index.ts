import { findCandidates } from "./candidates.ts";
import { settleConstraints } from "./constraints.ts";
import { equalRecords, withEqual } from "./equal-records.ts";
import { uniqueSources } from "./link.ts";
import type { LinkConstraint, LinkOptions, LinkRecord } from "./link-types.ts";
import { LiveList } from "./live-list.ts";
import { partitionSome } from "./live-partition.ts";
import { LivePairs } from "./live-pairs.ts";
import type { LocalPartition } from "./live-partition.ts";
import type { LiveIndexOptions, PairWorth, Resolution } from "./live-types.ts";
import { clusterRules, mostProbable } from "./most-probable.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { byText } from "./text.ts";
import { weighCandidates } from "./weigh.ts";

/**
 * A record is read again once the list is so many times as long as when it was read, so many records at a time: what is
 * rare in a short list changes fast, and reading it again is cheap.
 */
const GROWTH = { short: 1.15, long: 1.5 };
const TURNS = { short: 8, long: 2 };

/**
 * Records that can be resolved one at a time: a new, changed or deleted record is prepared, meets its candidates by the
 * same keys, is weighed by the same settings, and the part of the list that it touches is clustered anew. `settle` brings
 * the whole to what a batch run over the same records gives.
 */
export class LiveIndex {
  private readonly settings: LinkageSettings;
  private readonly unique: LinkOptions["oneRecordPerEntity"];
  private readonly constraints: readonly LinkConstraint[];
  private readonly list: LiveList;
  private readonly pairs: LivePairs;
  private anchors: number[] = [];
  private members = new Map<number, number[]>();
  /** Keys in the order in which they were read, with the size of the index then. */
  private readings: { readonly key: string; readonly size: number }[] = [];
  private oldest = 0;

  private constructor(options: LiveIndexOptions) {
    this.settings = options.settings;
    this.unique = options.oneRecordPerEntity;
    this.constraints = options.constraints ?? [];
    this.list = new LiveList(options.settings, this.constraints);
    this.pairs = new LivePairs(options.settings, this.list, this.unique);
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
    for (const [key, at] of this.list.positions) found.set(key, this.list.keyOf(this.anchorOf(at)));
    return found;
  }

  /** Keys of the record's cluster in order; empty for a record that is not there. */
  clusterOf(key: string): readonly string[] {
    const at = this.list.positions.get(key);
    return at === undefined
      ? []
      : this.groupOf(at)
          .map((one) => this.list.keyOf(one))
          .sort(byText);
  }

  /** The record and how comparisons see it, or undefined. */
  find(key: string): { readonly record: LinkRecord; readonly prepared: Prepared } | undefined {
    return this.list.at(this.list.positions.get(key) ?? -1) ?? undefined;
  }

  /** Prepares a record that is not in the index as it would be if it were. */
  prepare(record: LinkRecord): Prepared {
    return this.list.prepare(record);
  }

  /** How many records bear a key, by its hash. */
  bearers(hash: number): number {
    return this.list.bearers(hash);
  }

  /** What a compared pair weighs and is worth, or null where the two were not compared. */
  compared(left: string, right: string): PairWorth | null {
    return this.pairs.compared(left, right);
  }

  /** The partner that speaks most against a pair: of one's source, which holds everybody once, and heavier; or null. */
  rivalOf(left: string, right: string): string | null {
    return this.pairs.rivalOf(left, right);
  }

  /** Adds a record, or puts it in the place of the one with its key, and says where it belongs. */
  resolve(record: LinkRecord): Resolution {
    const touched = new Set<number>();
    const before = this.list.positions.get(record.key);
    if (before !== undefined) this.take(before, touched);
    const at = this.put(record, touched);
    this.readStale(touched);
    this.refresh(touched);
    const moved = this.cluster(touched);
    moved.delete(record.key);
    const here = this.list.positions.get(record.key) ?? at;
    return {
      key: record.key,
      clusterAnchor: this.list.keyOf(this.anchorOf(here)),
      members: this.clusterOf(record.key),
      matches: this.pairs.matchesOf(here),
      moved: [...moved].sort(byText),
    };
  }

  /** Takes a record out, as if it had never been there; gives the keys whose cluster changed. */
  remove(key: string): readonly string[] {
    const at = this.list.positions.get(key);
    if (at === undefined) return [];
    const touched = new Set<number>();
    this.take(at, touched);
    this.readStale(touched);
    return [...this.cluster(touched)].sort(byText);
  }

  /** Computes everything anew from the living records: exactly what a batch run with these settings gives. */
  async settle(): Promise<void> {
    await this.load(this.list.records());
  }

  /** Order of merges inside a record's cluster, by key. */
  mergesOf(keys: readonly string[]): readonly { left: readonly string[]; right: readonly string[]; average: number }[] {
    const { order, merges } = this.partition(this.list.positionsOf(keys));
    const names = (list: readonly number[]): string[] => list.map((one) => this.list.keyOf(order[one] ?? 0));
    return merges.map((step) => ({ left: names(step.left), right: names(step.right), average: step.average }));
  }

  /** Clusters that the named records fall into when they stand alone, without the others. */
  groupsOf(keys: readonly string[]): readonly (readonly string[])[] {
    const { order, anchor } = this.partition(this.list.positionsOf(keys));
    const groups = new Map<number, string[]>();
    for (const [local, position] of order.entries()) {
      const first = anchor[local] ?? local;
      groups.set(first, [...(groups.get(first) ?? []), this.list.keyOf(position)]);
    }
    return [...groups.values()];
  }

  private anchorOf(at: number): number {
    return this.anchors[at] ?? at;
  }

  private groupOf(at: number): readonly number[] {
    return this.members.get(this.anchorOf(at)) ?? [at];
  }

  private async load(given: readonly LinkRecord[]): Promise<void> {
    const { settings } = this;
    const records = [...given].sort((a, b) => byText(a.key, b.key));
    this.oldest = 0;
    this.readings = records.map(({ key }) => ({ key, size: records.length }));
    const prepared = this.list.fill(records);
    const unique = uniqueSources(records, this.unique);
    const settled = settleConstraints(records, this.constraints, this.list.positions);
    const equal = equalRecords(prepared, settings.limits, settled, unique.groups);
    const found = await findCandidates(prepared, settings.limits, undefined, unique.groups, equal.silent);
    const { pairs } = weighCandidates(settings, prepared, withEqual(found, equal));
    const rules = clusterRules(prepared, settled, unique.groups);
    const { anchor } = mostProbable(prepared, pairs, { rules, equal, settings }).partition;
    this.pairs.fill(
      pairs,
      records.map(({ source }) => source),
    );
    this.anchors = [...anchor];
    this.members = new Map();
    for (const [at, first] of anchor.entries()) this.join(first, at);
  }

  private join(first: number, at: number): void {
    const list = this.members.get(first);
    if (list === undefined) this.members.set(first, [at]);
    else list.push(at);
  }

  private put(record: LinkRecord, touched: Set<number>): number {
    const at = this.list.put(record);
    this.pairs.bits.place(at, record.source);
    this.anchors[at] = at;
    this.members.set(at, [at]);
    this.pairs.link(at, touched);
    touched.add(at);
    this.readings.push({ key: record.key, size: this.list.positions.size });
    return at;
  }

  private take(at: number, touched: Set<number>): void {
    if (this.list.at(at) === null) return;
    this.pairs.touchRivals(at, touched);
    for (const one of this.groupOf(at)) if (one !== at) touched.add(one);
    for (const { to } of this.pairs.edges.of(at)) touched.add(to);
    this.pairs.drop(at);
    this.leave(at);
    this.list.take(at);
  }

  private again(key: string, touched: Set<number>): void {
    const at = this.list.positions.get(key);
    const record = at === undefined ? undefined : this.list.at(at)?.record;
    if (at === undefined || record === undefined) return;
    this.take(at, touched);
    this.put(record, touched);
  }

  private readStale(touched: Set<number>): void {
    for (const key of this.list.takeStale()) this.again(key, touched);
  }

  /**
   * Reads some records again that were read when the list was much smaller: what is rare, and what a name is, has
   * changed since. A list that no longer grows reads nothing twice.
   */
  private refresh(touched: Set<number>): void {
    const { size } = this.list.positions;
    const pace = this.list.isShort ? "short" : "long";
    for (let turn = 0; turn < TURNS[pace]; turn += 1) {
      const reading = this.readings[this.oldest];
      if (reading === undefined || reading.size * GROWTH[pace] > size) return;
      this.oldest += 1;
      this.again(reading.key, touched);
    }
  }

  // Out of its cluster; where it was the anchor, the others get another one when they are clustered anew.
  private leave(at: number): void {
    const first = this.anchorOf(at);
    const rest = this.groupOf(at).filter((one) => one !== at);
    this.members.delete(first);
    const [next] = rest;
    if (next === undefined) return;
    // The position may be given to another record at once.
    for (const one of rest) this.anchors[one] = next;
    this.members.set(next, rest);
  }

  // Everything that hangs together with the touched records, by weight, cluster or a steward's word.
  private component(touched: ReadonlySet<number>): number[] {
    const least = this.settings.thresholds.cluster;
    const seen = new Set<number>();
    const open = [...touched].filter((at) => this.list.at(at) !== null);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen.has(at)) continue;
      seen.add(at);
      for (const edge of this.pairs.edges.of(at))
        if (!seen.has(edge.to) && this.pairs.bitsOf(at, edge) > least) open.push(edge.to);
      for (const one of this.groupOf(at)) if (!seen.has(one)) open.push(one);
      open.push(...this.list.boundTo(at));
    }
    return [...seen];
  }

  /** Clusters some records as the batch would: by their order of keys, with the rules among them. */
  private partition(at: readonly number[]): LocalPartition {
    const order = [...at].sort((a, b) => byText(this.list.keyOf(a), this.list.keyOf(b)));
    const held = order.flatMap((position) => this.list.at(position) ?? []);
    return partitionSome(order, held, {
      pairs: this.pairs,
      constraints: this.list.wordsOn(held),
      unique: this.unique,
      settings: this.settings,
    });
  }

  private cluster(touched: ReadonlySet<number>): Set<string> {
    const list = this.component(touched);
    const before = this.groupNames(list);
    for (const at of list) this.members.delete(this.anchorOf(at));
    const { order, anchor } = this.partition(list);
    for (const [place, at] of order.entries()) this.anchors[at] = order[anchor[place] ?? place] ?? at;
    for (const at of order) this.join(this.anchorOf(at), at);
    const after = this.groupNames(list);
    return new Set(list.filter((at) => before.get(at) !== after.get(at)).map((at) => this.list.keyOf(at)));
  }

  /** The members of each record's cluster as one text. */
  private groupNames(list: readonly number[]): Map<number, string> {
    const names = new Map<number, string>();
    const found = new Map<number, string>();
    for (const at of list) {
      const first = this.anchorOf(at);
      let name = names.get(first);
      if (name === undefined) {
        const keys = this.groupOf(at).map((one) => this.list.keyOf(one));
        names.set(first, (name = keys.sort(byText).join("\n")));
      }
      found.set(at, name);
    }
    return found;
  }
}
