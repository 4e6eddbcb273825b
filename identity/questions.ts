import type { Partition, ScoredPairs } from "./cluster.ts";
import type { LinkQuestion } from "./link-types.ts";
import type { LinkageSettings } from "./settings.ts";
import { probabilityOf } from "./weights.ts";

interface Between {
  left: number;
  right: number;
  sum: number;
  count: number;
  best: number;
  bestLeft: number;
  bestRight: number;
}

/** What questions are made from. */
export interface QuestionWorld {
  readonly keys: readonly string[];
  readonly pairs: ScoredPairs;
  readonly partition: Partition;
  readonly settings: LinkageSettings;
  /** True where a steward's word already settles the two records. */
  readonly settled: (left: number, right: number) => boolean;
}

/**
 * Questions for a steward: clusters that perhaps belong together, and clusters that perhaps do not. One question for each
 * pair of clusters, worth the record pairs that its answer is expected to set right; most worth first.
 */
export function reviewQuestions(world: QuestionWorld): LinkQuestion[] {
  const sizes = clusterSizes(world.partition.anchor);
  const questions = [...joinQuestions(world, sizes), ...splitQuestions(world)];
  return questions.sort((a, b) => b.gain - a.gain || (`${a.left} ${a.right}` < `${b.left} ${b.right}` ? -1 : 1));
}

function clusterSizes(anchor: Int32Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const first of anchor) sizes.set(first, (sizes.get(first) ?? 0) + 1);
  return sizes;
}

function betweenClusters({ pairs, partition, settings }: QuestionWorld): Map<string, Between> {
  const found = new Map<string, Between>();
  const { floor, ceiling } = settings.limits;
  for (let row = 0; row < pairs.left.length; row += 1) {
    const weight = pairs.weight[row] ?? 0;
    if (weight < floor) continue;
    const i = pairs.left[row] ?? 0;
    const j = pairs.right[row] ?? 0;
    const a = partition.anchor[i] ?? i;
    const b = partition.anchor[j] ?? j;
    if (a === b) continue;
    const id = a < b ? `${a} ${b}` : `${b} ${a}`;
    let one = found.get(id);
    if (one === undefined) {
      one = {
        left: Math.min(a, b),
        right: Math.max(a, b),
        sum: 0,
        count: 0,
        best: -Infinity,
        bestLeft: i,
        bestRight: j,
      };
      found.set(id, one);
    }
    one.sum += Math.min(ceiling, weight);
    one.count += 1;
    if (weight > one.best) {
      one.best = weight;
      one.bestLeft = i;
      one.bestRight = j;
    }
  }
  return found;
}

function joinQuestions(world: QuestionWorld, sizes: ReadonlyMap<number, number>): LinkQuestion[] {
  const { keys, settings } = world;
  const questions: LinkQuestion[] = [];
  for (const one of betweenClusters(world).values()) {
    if (probabilityOf(one.best, settings.calibration) < settings.thresholds.possible) continue;
    if (world.settled(one.bestLeft, one.bestRight)) continue;
    const pairs = (sizes.get(one.left) ?? 1) * (sizes.get(one.right) ?? 1);
    const average = (one.sum + (pairs - one.count) * settings.limits.unscored) / pairs;
    const probability = round(
      probabilityOf((average + Math.min(settings.limits.ceiling, one.best)) / 2, settings.calibration),
    );
    questions.push({
      left: keys[one.bestLeft] ?? "",
      right: keys[one.bestRight] ?? "",
      kind: "join",
      probability,
      gain: round(Math.min(probability, 1 - probability) * pairs),
      reason:
        pairs === 1
          ? "Two records are perhaps one customer."
          : `Two groups of ${sizes.get(one.left) ?? 1} and ${sizes.get(one.right) ?? 1} records are perhaps one customer.`,
    });
  }
  return questions;
}

function splitQuestions(world: QuestionWorld): LinkQuestion[] {
  const { keys, settings, partition } = world;
  const weights = new Map<string, number>();
  for (let row = 0; row < world.pairs.left.length; row += 1) {
    const [i, j] = [world.pairs.left[row] ?? 0, world.pairs.right[row] ?? 0];
    if (partition.anchor[i] === partition.anchor[j]) weights.set(`${i} ${j}`, world.pairs.weight[row] ?? 0);
  }
  const questions: LinkQuestion[] = [];
  for (const merge of partition.merges) {
    const probability = round(probabilityOf(merge.average, settings.calibration));
    if (probability >= settings.thresholds.link) continue;
    const best = strongest(merge.left, merge.right, weights);
    if (best === null || world.settled(best[0], best[1])) continue;
    const pairs = merge.left.length * merge.right.length;
    questions.push({
      left: keys[Math.min(...best)] ?? "",
      right: keys[Math.max(...best)] ?? "",
      kind: "split",
      probability,
      gain: round((1 - probability) * pairs),
      reason:
        pairs === 1
          ? "Two records were put together on thin evidence."
          : `Groups of ${merge.left.length} and ${merge.right.length} records were put together on thin evidence.`,
    });
  }
  return questions;
}

function strongest(
  left: readonly number[],
  right: readonly number[],
  weights: ReadonlyMap<string, number>,
): [number, number] | null {
  let best: [number, number] | null = null;
  let most = -Infinity;
  for (const i of left) {
    for (const j of right) {
      const weight = weights.get(i < j ? `${i} ${j}` : `${j} ${i}`);
      if (weight !== undefined && weight > most) {
        most = weight;
        best = [i, j];
      }
    }
  }
  return best;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
