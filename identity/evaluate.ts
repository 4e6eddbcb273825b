/** Precision, recall and their harmonic mean, 0 to 1. */
export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** How often a kind of trap led to a merge of different entities. */
export interface TrapRate {
  readonly trap: string;
  readonly pairs: number;
  readonly merged: number;
  readonly rate: number;
}

/** How many true pairs were found in which a record carries a kind of noise. */
export interface NoiseRecall {
  readonly noise: string;
  readonly pairs: number;
  readonly found: number;
  readonly recall: number;
}

/** Quality of a partition against the truth. */
export interface PartitionQuality {
  readonly records: number;
  /** Records of the truth that the partition does not hold (they count as alone), and the other way round (left out). */
  readonly missing: number;
  readonly extra: number;
  readonly entities: number;
  readonly clusters: number;
  readonly truePairs: number;
  readonly foundPairs: number;
  /** Pairs in one cluster that are two entities. */
  readonly falsePairs: number;
  readonly pairwise: PrecisionRecall;
  /** By record, singletons included. */
  readonly bcubed: PrecisionRecall;
  /** Clusters that are exactly one entity, held against all clusters and all entities. */
  readonly exact: PrecisionRecall & { readonly count: number };
}

const pairsOf = (n: number): number => (n * (n - 1)) / 2;

function rates(precision: number, recall: number): PrecisionRecall {
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

class Counts {
  private readonly counts = new Map<string, number>();

  add(key: string): void {
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  of(key: string): number {
    return this.counts.get(key) ?? 0;
  }

  get size(): number {
    return this.counts.size;
  }

  pairs(): number {
    let sum = 0;
    for (const n of this.counts.values()) sum += pairsOf(n);
    return sum;
  }

  entries(): Iterable<[string, number]> {
    return this.counts;
  }
}

function numberTexts(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    let number = numbers.get(text);
    if (number === undefined) numbers.set(text, (number = numbers.size));
    return number;
  };
}

/**
 * Pairwise and B-cubed precision, recall and F1, and exact clusters, of a partition (cluster by record) against the truth
 * (entity by record). Records without a truth are left out; records without a cluster stand alone.
 */
export function evaluatePartition(
  found: ReadonlyMap<string, string>,
  truth: ReadonlyMap<string, string>,
): PartitionQuality {
  const [both, guesses, entities] = [new Counts(), new Counts(), new Counts()];
  const number = numberTexts();
  let missing = 0;
  for (const [record, entity] of truth) {
    const cluster = found.get(record);
    if (cluster === undefined) missing += 1;
    const guess = cluster === undefined ? `alone ${record}` : `c ${cluster}`;
    guesses.add(String(number(guess)));
    entities.add(entity);
    both.add(`${number(guess)}\n${entity}`);
  }
  let [precision, recall, exact] = [0, 0, 0];
  for (const [id, n] of both.entries()) {
    const cut = id.indexOf("\n");
    const [g, t] = [guesses.of(id.slice(0, cut)), entities.of(id.slice(cut + 1))];
    precision += (n * n) / g;
    recall += (n * n) / t;
    if (n === g && n === t) exact += 1;
  }
  const [hit, guessed, real] = [both.pairs(), guesses.pairs(), entities.pairs()];
  const size = Math.max(1, truth.size);
  return {
    records: truth.size,
    missing,
    extra: [...found.keys()].filter((record) => !truth.has(record)).length,
    entities: entities.size,
    clusters: guesses.size,
    truePairs: real,
    foundPairs: guessed,
    falsePairs: guessed - hit,
    pairwise: rates(guessed === 0 ? 1 : hit / guessed, real === 0 ? 1 : hit / real),
    bcubed: rates(precision / size, recall / size),
    exact: { ...rates(exact / Math.max(1, guesses.size), exact / Math.max(1, entities.size)), count: exact },
  };
}

/** What a truth says of one record beyond its entity. */
export interface TruthDetail {
  readonly record: string;
  readonly entity: string;
  /** Traps and noise that the record carries. */
  readonly traps: readonly string[];
  /** Entities that were planted together. */
  readonly group: string;
}

/**
 * Share of pairs of different entities put in one cluster, by trap, among records of one group that both carry the trap;
 * and the share of true pairs found in which a record carries the noise. By name.
 */
export function evaluateTraps(
  found: ReadonlyMap<string, string>,
  details: readonly TruthDetail[],
): { readonly traps: readonly TrapRate[]; readonly noise: readonly NoiseRecall[] } {
  const clusterOf = ({ record }: TruthDetail): string => {
    const cluster = found.get(record);
    return cluster === undefined ? `alone ${record}` : `c ${cluster}`;
  };
  const names = [...new Set(details.flatMap(({ traps }) => traps))].sort();
  const traps: TrapRate[] = [];
  const noise: NoiseRecall[] = [];
  for (const name of names) {
    const marked = details.filter((one) => one.traps.includes(name));
    const trap = falseMerges(
      marked.filter(({ group }) => group !== ""),
      clusterOf,
    );
    if (trap.pairs > 0) traps.push({ trap: name, ...trap, rate: trap.merged / trap.pairs });
    const told = trueMerges(details, new Set(marked), clusterOf);
    if (told.pairs > 0) noise.push({ noise: name, ...told, recall: told.found / told.pairs });
  }
  return { traps, noise };
}

function falseMerges(
  marked: readonly TruthDetail[],
  clusterOf: (one: TruthDetail) => string,
): { pairs: number; merged: number } {
  const [groups, entities, clusters, both] = [new Counts(), new Counts(), new Counts(), new Counts()];
  for (const one of marked) {
    groups.add(one.group);
    entities.add(`${one.group}\n${one.entity}`);
    clusters.add(`${one.group}\n${clusterOf(one)}`);
    both.add(`${one.group}\n${clusterOf(one)}\n${one.entity}`);
  }
  return { pairs: groups.pairs() - entities.pairs(), merged: clusters.pairs() - both.pairs() };
}

function trueMerges(
  details: readonly TruthDetail[],
  marked: ReadonlySet<TruthDetail>,
  clusterOf: (one: TruthDetail) => string,
): { pairs: number; found: number } {
  const [all, clean, together, cleanTogether] = [new Counts(), new Counts(), new Counts(), new Counts()];
  for (const one of details) {
    const id = `${one.entity}\n${clusterOf(one)}`;
    all.add(one.entity);
    together.add(id);
    if (marked.has(one)) continue;
    clean.add(one.entity);
    cleanTogether.add(id);
  }
  return { pairs: all.pairs() - clean.pairs(), found: together.pairs() - cleanTogether.pairs() };
}
