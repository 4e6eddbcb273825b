/** Quality of a partition against the truth. */
export interface PartitionQuality {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly bcubed: number;
  readonly exact: number;
}

/** Pairwise precision, recall and F1, B-cubed F1 over records (singletons included), and exact-cluster F1. */
export function evaluate(found: ReadonlyMap<string, string>, truth: ReadonlyMap<string, string>): PartitionQuality {
  const both = new Map<string, number>();
  const byFound = new Map<string, number>();
  const byTruth = new Map<string, number>();
  const add = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  for (const [record, cluster] of truth) {
    const guess = found.get(record) ?? `alone ${record}`;
    add(both, JSON.stringify([guess, cluster]));
    add(byFound, guess);
    add(byTruth, cluster);
  }
  const pairs = (map: Map<string, number>): number => [...map.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const [hit, guessed, real] = [pairs(both), pairs(byFound), pairs(byTruth)];
  let precision = 0;
  let recall = 0;
  let exact = 0;
  for (const [id, n] of both) {
    const [guess = "", cluster = ""] = JSON.parse(id) as string[];
    const [g, t] = [byFound.get(guess) ?? 1, byTruth.get(cluster) ?? 1];
    precision += (n * n) / g;
    recall += (n * n) / t;
    if (n === g && n === t) exact += 1;
  }
  const [bp, br] = [precision / truth.size, recall / truth.size];
  const f = (p: number, r: number): number => (p + r === 0 ? 0 : (2 * p * r) / (p + r));
  const [p, r] = [guessed === 0 ? 1 : hit / guessed, real === 0 ? 1 : hit / real];
  return {
    precision: p,
    recall: r,
    f1: f(p, r),
    bcubed: f(bp, br),
    exact: (2 * exact) / (byFound.size + byTruth.size),
  };
}
