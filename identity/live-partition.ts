import { clusterRecords } from "./cluster.ts";
import { settleConstraints } from "./constraints.ts";
import type { MergeStep } from "./linkage-tree.ts";
import { uniqueSources } from "./link.ts";
import type { LinkConstraint, LinkOptions, LinkRecord } from "./link-types.ts";
import type { EdgeStore, StoredEdge } from "./live-store.ts";
import { clusterRules } from "./most-probable.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings, PairKind } from "./settings.ts";
import { compileScorers } from "./weigh.ts";
import type { Scorers } from "./weigh.ts";
import { comparePair, pairKind, pairOutcome, weighPair } from "./weights.ts";
import type { PairOutcome } from "./weights.ts";

/** Weight of pairs of persons and firms: never one customer. */
export const NEVER = -100;

/** A record of the index, in the form that comparisons read, with its keys. */
export interface Held {
  readonly record: LinkRecord;
  readonly prepared: Prepared;
  readonly keys: readonly number[];
}

/** Weighs single pairs by the definition that batches use. */
export class PairScorer {
  private readonly scorers: Scorers;
  private readonly outcomes: Record<PairKind, PairOutcome>;

  constructor(settings: LinkageSettings) {
    this.scorers = compileScorers(settings);
    this.outcomes = {
      person: pairOutcome(this.scorers.person),
      organisation: pairOutcome(this.scorers.organisation),
      item: pairOutcome(this.scorers.item),
    };
  }

  /** Bits and what the two were weighed as; `a` has the smaller key. */
  weigh(a: Prepared, b: Prepared): { readonly weight: number; readonly kind: PairKind | null } {
    const kind = pairKind(a, b);
    if (kind === null) return { weight: NEVER, kind };
    comparePair(this.scorers[kind], a, b, this.outcomes[kind], false);
    return { weight: weighPair(this.scorers[kind], this.outcomes[kind]).weight, kind };
  }
}

/** A partition of some records: `anchor` and `merges` count places in `order`. */
export interface LocalPartition {
  readonly order: readonly number[];
  readonly anchor: Int32Array;
  readonly merges: readonly MergeStep[];
}

/** Compared pairs and what they are worth. */
interface PairView {
  readonly edges: EdgeStore;
  bitsOf(at: number, edge: StoredEdge): number;
}

/** Clusters the records at some positions (in order of their keys) as a batch of them alone would. */
export function partitionSome(
  order: readonly number[],
  held: readonly Held[],
  world: {
    readonly pairs: PairView;
    readonly constraints: readonly LinkConstraint[];
    readonly unique: LinkOptions["oneRecordPerEntity"];
    readonly settings: LinkageSettings;
  },
): LocalPartition {
  const places = new Map(order.map((position, place) => [position, place]));
  const [left, right, weight] = [[] as number[], [] as number[], [] as number[]];
  for (const [place, position] of order.entries()) {
    for (const edge of world.pairs.edges.of(position)) {
      const other = places.get(edge.to);
      if (other === undefined || other <= place) continue;
      left.push(place);
      right.push(other);
      weight.push(world.pairs.bitsOf(position, edge));
    }
  }
  const records = held.map(({ record }) => record);
  const positions = new Map(records.map(({ key }, place) => [key, place]));
  const settled = settleConstraints(records, world.constraints, positions);
  const sources = uniqueSources(records, world.unique).groups;
  const { anchor, merges } = clusterRecords(
    order.length,
    { left: Int32Array.from(left), right: Int32Array.from(right), weight: Float64Array.from(weight) },
    clusterRules(
      held.map(({ prepared }) => prepared),
      settled,
      sources,
    ),
    world.settings,
  );
  return { order, anchor, merges };
}
