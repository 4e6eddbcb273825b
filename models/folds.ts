import { seededRandom } from "#core";
import { permutation } from "./random.ts";

/** Numbers the groups of rows: equal texts get equal numbers, in order of the sorted texts. */
export function groupNumbers(groups: readonly string[]): Int32Array {
  const numbers = new Map([...new Set(groups)].sort().map((group, i) => [group, i]));
  return Int32Array.from(groups, (group) => numbers.get(group)!);
}

/**
 * Deals groups into folds so that no group straddles two, with groups that ever had a positive label dealt evenly.
 * The same seed gives the same folds whatever the order of the rows.
 */
export function groupedFolds(groups: Int32Array, labels: Float64Array, count: number, seed: number): Int32Array {
  const size = groups.reduce((top, group) => Math.max(top, group), -1) + 1;
  const positive = new Uint8Array(size);
  for (let i = 0; i < groups.length; i += 1) if (labels[i]! > 0) positive[groups[i]!] = 1;
  const order = permutation(seededRandom(seed), size);
  const foldOf = new Int32Array(size);
  let dealt = 0;
  for (const wanted of [1, 0]) {
    for (const group of order) {
      if (positive[group] !== wanted) continue;
      foldOf[group] = dealt % count;
      dealt += 1;
    }
  }
  return groups.map((group) => foldOf[group]!);
}
