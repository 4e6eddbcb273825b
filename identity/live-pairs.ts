import type { LinkOptions } from "./link-types.ts";
import { LiveBits } from "./live-bits.ts";
import type { LiveList } from "./live-list.ts";
import { NEVER, PairScorer } from "./live-partition.ts";
import { EdgeStore } from "./live-store.ts";
import type { StoredEdge } from "./live-store.ts";
import type { LiveMatch, PairWorth } from "./live-types.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings } from "./settings.ts";
import { byText } from "./text.ts";
import type { WeighedPairs } from "./weigh.ts";
import { probabilityOf } from "./weights.ts";

const NEUTRAL = { scale: 1, shift: 0 };
/** A meeting worth so much less than those that were noted may be one of the best all the same. */
const NEARLY = 1.25;

/** The compared pairs of an index: found by the same keys, weighed by the same definition, kept by the same rule as in a batch. */
export class LivePairs {
  edges = new EdgeStore();
  readonly bits: LiveBits;
  private readonly settings: LinkageSettings;
  private readonly scorer: PairScorer;
  private readonly unique: LinkOptions["oneRecordPerEntity"];
  private readonly list: LiveList;

  constructor(settings: LinkageSettings, list: LiveList, unique: LinkOptions["oneRecordPerEntity"]) {
    this.settings = settings;
    this.scorer = new PairScorer(settings);
    this.bits = new LiveBits(settings);
    this.list = list;
    this.unique = unique;
  }

  /** Puts weighed pairs, in order, in the place of all that was there. */
  fill(pairs: WeighedPairs, sources: readonly string[]): void {
    this.edges = new EdgeStore();
    this.bits.clear();
    for (const [at, source] of sources.entries()) this.bits.place(at, source);
    let row = 0;
    for (let left = 0; left < sources.length; left += 1) {
      const first = row;
      while (pairs.left[row] === left) row += 1;
      const others = Array.from(pairs.right.subarray(first, row));
      for (const [at, worth] of this.list.worths(left, others).entries()) {
        const [to, kind] = [others[at] ?? 0, pairs.kind[first + at] ?? -1];
        this.edges.add(left, { to, weight: pairs.weight[first + at] ?? NEVER, kind, worth });
      }
    }
  }

  /** Takes all pairs of a record out. */
  drop(at: number): void {
    this.edges.drop(at);
    this.bits.forget();
  }

  /** log2 of the odds that the record and its neighbour are one customer. */
  bitsOf(at: number, edge: StoredEdge): number {
    return this.bits.of(this.edges, at, edge);
  }

  /** Compares a record with those that it meets, and lets go of pairs that are no longer among the best. */
  link(at: number, touched: Set<number>): void {
    const held = this.list.at(at);
    if (held === null) return;
    const { maxCandidates } = this.settings.limits;
    const { source } = held.record;
    const isAlone = this.isUnique(source);
    const ranked = [...this.list.meetings(at)]
      .filter(([other]) => !isAlone || this.list.at(other)?.record.source !== source)
      .sort((a, b) => b[1] - a[1] || this.byKey(a[0], b[0]));
    for (const [place, [other, worth]] of ranked.entries()) {
      if (place >= maxCandidates && !this.isAmongBest(at, other, worth)) continue;
      this.compare(at, other, worth);
    }
    this.prune(at, touched);
    this.bits.forget();
    this.touchRivals(at, touched);
  }

  /** Lets go of pairs that no longer are among the best of either side, now that a record has come between. */
  private prune(at: number, touched: Set<number>): void {
    const { maxCandidates } = this.settings.limits;
    for (const { to: record } of this.edges.of(at)) {
      if (this.edges.degree(record) <= maxCandidates) continue;
      // In a long list what a meeting is worth stays nearly what it was, and counting it again is most of the work.
      if (this.list.isShort) this.edges.reworth(record, (others) => this.list.worths(record, others));
      const ranked = this.edges.of(record).sort((a, b) => b.worth - a.worth || this.byKey(a.to, b.to));
      for (const { to, worth } of ranked.slice(maxCandidates)) {
        const better = this.edges
          .of(to)
          .filter((edge) => edge.worth > worth || (edge.worth === worth && this.byKey(edge.to, record) < 0));
        if (better.length < maxCandidates) continue;
        this.edges.remove(record, to);
        touched.add(record).add(to);
      }
    }
  }

  /** Notes whose pairs are worth something else with a record than without: worth hangs on the other partners in its source. */
  touchRivals(at: number, touched: Set<number>): void {
    if (!this.bits.competes) return;
    for (const { to } of this.edges.of(at)) {
      const rivals = this.bits.rivals(this.edges, at, to);
      if (rivals.length > 0) touched.add(to);
      for (const one of rivals) touched.add(one);
    }
  }

  /** Records that one was compared with, heaviest first. */
  matchesOf(at: number): LiveMatch[] {
    const found = this.edges.of(at).map((edge) => ({
      key: this.list.keyOf(edge.to),
      weight: edge.weight,
      probability: edge.kind < 0 ? 0 : probabilityOf(this.bits.of(this.edges, at, edge), NEUTRAL),
    }));
    return found.sort((a, b) => b.weight - a.weight || byText(a.key, b.key));
  }

  /** What a compared pair weighs and is worth, or null where the two were not compared. */
  compared(left: string, right: string): PairWorth | null {
    const [a, b] = [this.list.positions.get(left), this.list.positions.get(right)];
    if (a === undefined || b === undefined) return null;
    const edge = this.edges.of(a).find(({ to }) => to === b);
    if (edge === undefined) return null;
    const bits = this.bits.of(this.edges, a, edge);
    return { weight: edge.weight, bits, probability: probabilityOf(bits, NEUTRAL) };
  }

  /** The partner that speaks most against a pair: of one's source, which holds everybody once, and heavier; or null. */
  rivalOf(left: string, right: string): string | null {
    const [a, b] = [this.list.positions.get(left), this.list.positions.get(right)];
    if (a === undefined || b === undefined) return null;
    const rivals = [...this.bits.rivals(this.edges, a, b), ...this.bits.rivals(this.edges, b, a)];
    const weightOf = (at: number): number =>
      Math.max(...this.edges.of(at).map(({ to, weight }) => (to === a || to === b ? weight : NEVER)));
    const found = rivals.map((at) => ({ key: this.list.keyOf(at), weight: weightOf(at) }));
    return found.sort((x, y) => y.weight - x.weight || byText(x.key, y.key))[0]?.key ?? null;
  }

  private isUnique(source: string): boolean {
    return this.unique === true || (Array.isArray(this.unique) && (this.unique as readonly string[]).includes(source));
  }

  private isAmongBest(at: number, other: number, worth: number): boolean {
    if (this.hasRoomFor(at, other, worth)) return true;
    // Of a short list what was noted is soon too much: more and more records bear the keys.
    if (!this.list.isShort || !this.hasRoomFor(at, other, worth * NEARLY)) return false;
    this.edges.reworth(other, (others) => this.list.worths(other, others));
    return this.hasRoomFor(at, other, worth);
  }

  private hasRoomFor(at: number, other: number, worth: number): boolean {
    const { maxCandidates } = this.settings.limits;
    if (this.edges.degree(other) < maxCandidates) return true;
    const before = (edge: StoredEdge): boolean =>
      edge.worth > worth || (edge.worth === worth && this.byKey(edge.to, at) < 0);
    return this.edges.of(other).filter(before).length < maxCandidates;
  }

  private byKey(one: number, two: number): number {
    return byText(this.list.keyOf(one), this.list.keyOf(two));
  }

  private compare(at: number, other: number, worth: number): void {
    const [one, two] = [this.list.at(at), this.list.at(other)];
    if (one === null || two === null) return;
    const [a, b] = one.record.key <= two.record.key ? [one.prepared, two.prepared] : [two.prepared, one.prepared];
    const { weight, kind } = this.scorer.weigh(a, b);
    this.edges.add(at, { to: other, weight, kind: kind === null ? -1 : PAIR_KINDS.indexOf(kind), worth });
  }
}
