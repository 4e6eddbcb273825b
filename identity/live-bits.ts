import { cleanNumbers, rivalBits, withPartner } from "./competition.ts";
import type { Search } from "./competition.ts";
import type { EdgeStore, StoredEdge } from "./live-store.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings } from "./settings.ts";

/** What stored pairs are worth, by the rules that batches use: calibrated, and shared among rivals. */
export class LiveBits {
  /** True where some source holds everybody once, so that a pair's worth depends on its rivals. */
  readonly competes: boolean;
  private readonly settings: LinkageSettings;
  private readonly sources: ReadonlyMap<string, number>;
  private readonly width: number;
  private clean: number[] = [];
  private readonly searches = new Map<number, Search>();

  constructor(settings: LinkageSettings) {
    this.settings = settings;
    this.sources = cleanNumbers(settings);
    this.width = this.sources.size + 1;
    this.competes = this.sources.size > 0 && PAIR_KINDS.some((kind) => settings.calibration[kind].best !== undefined);
  }

  /** Notes the source of the record at a position. */
  place(at: number, source: string): void {
    this.clean[at] = this.sources.get(source) ?? 0;
  }

  /** To be called whenever pairs have changed. */
  forget(): void {
    this.searches.clear();
  }

  clear(): void {
    this.clean = [];
    this.forget();
  }

  /** log2 of the odds that the record and its neighbour are one customer. */
  of(edges: EdgeStore, at: number, edge: StoredEdge): number {
    const kind = PAIR_KINDS[edge.kind];
    if (kind === undefined) return edge.weight;
    const { scale, shift, best } = this.settings.calibration[kind];
    if (best === undefined || !this.isAcross(at, edge.to)) return edge.weight * scale + shift;
    return rivalBits(edge.weight, best, [this.search(edges, at, edge.to), this.search(edges, edge.to, at)]);
  }

  /** Other partners of the neighbour in the record's source, where that holds everybody once: their worth hangs on the record. */
  rivals(edges: EdgeStore, at: number, neighbour: number): number[] {
    const source = this.clean[at] ?? 0;
    if (!this.competes || source === 0 || !this.isAcross(at, neighbour)) return [];
    return edges
      .of(neighbour)
      .map(({ to }) => to)
      .filter((to) => to !== at && this.clean[to] === source);
  }

  private isAcross(left: number, right: number): boolean {
    return this.clean[left] !== this.clean[right];
  }

  private search(edges: EdgeStore, seeker: number, other: number): Search | undefined {
    const source = this.clean[other] ?? 0;
    if (source === 0) return undefined;
    const key = seeker * this.width + source;
    let found = this.searches.get(key);
    if (found !== undefined) return found;
    for (const { to, weight, kind } of edges.of(seeker)) {
      const name = PAIR_KINDS[kind];
      const isRival = name !== undefined && this.settings.calibration[name].best !== undefined;
      if (isRival && this.clean[to] === source && this.isAcross(seeker, to)) found = withPartner(found, weight);
    }
    if (found !== undefined) this.searches.set(key, found);
    return found;
  }
}
