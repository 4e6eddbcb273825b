import type { LinkConstraint, RecordHead } from "./link-types.ts";

/** Constraints by position, free of contradiction. */
export interface SettledConstraints {
  readonly must: readonly (readonly [number, number])[];
  readonly cannot: readonly (readonly [number, number])[];
  /** Steward answers that others outweigh. */
  readonly contradictions: readonly LinkConstraint[];
  /** True where the two records are settled by a steward, directly or through others. */
  readonly settled: (left: number, right: number) => boolean;
  /** What stewards said of two records, directly or through others: one customer, two, or nothing (null). */
  readonly word: (left: number, right: number) => boolean | null;
}

/**
 * Puts steward answers and jobs of a parent into a consistent whole. "Not the same" outweighs "the same" where both
 * cannot hold, and a steward outweighs a source: an over-merge does more harm than a split.
 */
export function settleConstraints(
  records: readonly RecordHead[],
  constraints: readonly LinkConstraint[],
  positions: ReadonlyMap<string, number>,
): SettledConstraints {
  const groups = new Groups(records.length);
  const must: [number, number][] = [];
  const cannot: [number, number][] = [];
  const contradictions: LinkConstraint[] = [];
  const known = constraints
    .flatMap((one) => {
      const a = positions.get(one.left);
      const b = positions.get(one.right);
      if (a === undefined || b === undefined || a === b) return [];
      return [{ one, left: Math.min(a, b), right: Math.max(a, b) }];
    })
    .sort((a, b) => a.left - b.left || a.right - b.right || Number(a.one.same) - Number(b.one.same));
  for (const { one, left, right } of known) {
    if (one.same) continue;
    groups.forbid(left, right);
    cannot.push([left, right]);
  }
  for (const { one, left, right } of known) {
    if (!one.same) continue;
    if (groups.join(left, right)) must.push([left, right]);
    else contradictions.push(one);
  }
  const steward = groups.copy();
  for (const [at, record] of records.entries()) {
    const parent = record.isJob && record.parentKey !== null ? positions.get(record.parentKey) : undefined;
    if (parent !== undefined && parent !== at && groups.join(Math.min(parent, at), Math.max(parent, at)))
      must.push([Math.min(parent, at), Math.max(parent, at)]);
  }
  const word = (left: number, right: number): boolean | null => steward.word(left, right);
  return { must, cannot, contradictions, settled: (left, right) => word(left, right) !== null, word };
}

// Union-find that remembers which groups may never meet.
class Groups {
  private readonly parent: Int32Array;
  private readonly enemies: Map<number, Set<number>>;

  constructor(size: number, parent?: Int32Array, enemies?: Map<number, Set<number>>) {
    this.parent = parent ?? Int32Array.from({ length: size }, (_one, at) => at);
    this.enemies = enemies ?? new Map<number, Set<number>>();
  }

  copy(): Groups {
    const enemies = new Map([...this.enemies].map(([group, set]) => [group, new Set(set)]));
    return new Groups(this.parent.length, Int32Array.from(this.parent), enemies);
  }

  root(at: number): number {
    let here = at;
    while ((this.parent[here] ?? here) !== here) here = this.parent[here] ?? here;
    return here;
  }

  forbid(left: number, right: number): void {
    this.enemiesOf(left).add(right);
    this.enemiesOf(right).add(left);
  }

  join(left: number, right: number): boolean {
    const a = this.root(left);
    const b = this.root(right);
    if (a === b) return true;
    if (this.areEnemies(a, b)) return false;
    const [first, gone] = a < b ? [a, b] : [b, a];
    this.parent[gone] = first;
    for (const enemy of this.enemies.get(gone) ?? []) this.enemiesOf(first).add(enemy);
    return true;
  }

  word(left: number, right: number): boolean | null {
    const a = this.root(left);
    const b = this.root(right);
    return a === b ? true : this.areEnemies(a, b) ? false : null;
  }

  private areEnemies(a: number, b: number): boolean {
    return [...(this.enemies.get(a) ?? [])].some((enemy) => this.root(enemy) === b);
  }

  private enemiesOf(group: number): Set<number> {
    let set = this.enemies.get(group);
    if (set === undefined) this.enemies.set(group, (set = new Set()));
    return set;
  }
}
