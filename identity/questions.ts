import { sha256 } from "#core";
import type { Partition } from "./cluster.ts";
import type { LinkQuestion } from "./link-types.ts";
import type { LinkageSettings } from "./settings.ts";
import { NEUTRAL } from "./weigh.ts";
import type { CalibratedPairs } from "./weigh.ts";
import { probabilityOf } from "./weights.ts";

/** What questions are made from. */
export interface QuestionWorld {
  readonly keys: readonly string[];
  readonly pairs: CalibratedPairs;
  readonly partition: Partition;
  /** What is merged unattended: parts that were put together there are not asked about. */
  readonly auto: Partition;
  readonly settings: LinkageSettings;
  /** True where a steward's word already settles the two records. */
  readonly settled: (left: number, right: number) => boolean;
}

type Draft = Omit<LinkQuestion, "rank" | "questionId">;

/** An answer that is expected to set less than this many pairs right is not worth a steward's minute. */
const LEAST_GAIN = 0.09;
/** Groups are asked about where some pair between them is at least this probable. */
const LEAST_LIKELY = 0.1;
/** Fewer questions than this are not asked at all where together they are worth less than this share of the pairs found. */
const FEW = 10;
const LITTLE = 0.001;
/** Questions for each record of a list, at most; of a long list fewer, because a steward's time does not grow with it. */
const SHARE = 0.12;
const BY_ROOT = 12;

/*
 * Log-odds (bits) that two groups are one customer, by what is known of them: the average weight between them, the best
 * weight, log2 of the record pairs between them, and how uneven in size they are (a stray record belongs to a group more
 * often than two groups belong together). Fitted to planted truths of several kinds of lists, each kind held out in turn;
 * round figures.
 */
const JOIN_ODDS = { start: 0.6, average: 0.54, best: 0.42, pairs: -1.25, uneven: 1 };
const SPLIT_ODDS = { start: 0.7, average: 0.9, best: 0.1, pairs: -0.3, uneven: 0.8 };
/** Large groups are seldom one customer through and through: an answer sets less right than all pairs between them. */
const PURE = 0.8;

interface Groups {
  readonly left: number;
  readonly right: number;
  readonly average: number;
  readonly best: number;
}

function groupProbability(odds: typeof JOIN_ODDS, { left, right, average, best }: Groups): number {
  const bits =
    odds.start +
    odds.average * average +
    odds.best * best +
    odds.pairs * Math.log2(left * right) +
    odds.uneven * Math.abs(Math.log2(left / right));
  return round(probabilityOf(bits, NEUTRAL));
}

/**
 * Questions for a steward: clusters that perhaps belong together, and clusters that perhaps do not. One question for each
 * pair of clusters, worth the record pairs that its answer is expected to set right; most worth first.
 */
export function reviewQuestions(world: QuestionWorld): LinkQuestion[] {
  const members = membersOf(world.partition.anchor);
  const drafts = [...joinQuestions(world, members), ...splitQuestions(world)].filter(({ gain }) => gain >= LEAST_GAIN);
  if (drafts.length < FEW && drafts.reduce((sum, { gain }) => sum + gain, 0) < LITTLE * pairsFound(members)) return [];
  const limit = Math.max(10, Math.floor(Math.min(SHARE * world.keys.length, BY_ROOT * Math.sqrt(world.keys.length))));
  return drafts
    .sort((a, b) => b.gain - a.gain || (`${a.left} ${a.right}` < `${b.left} ${b.right}` ? -1 : 1))
    .slice(0, limit)
    .map((draft, at) => ({
      rank: at + 1,
      questionId: sha256(`${draft.kind}|${draft.left}|${draft.right}`).slice(0, 16),
      ...draft,
    }));
}

function pairsFound(members: ReadonlyMap<number, readonly number[]>): number {
  let pairs = 0;
  for (const { length } of members.values()) pairs += (length * (length - 1)) / 2;
  return pairs;
}

function membersOf(anchor: Int32Array): ReadonlyMap<number, readonly number[]> {
  const members = new Map<number, number[]>();
  for (const [at, first] of anchor.entries()) {
    const list = members.get(first);
    if (list === undefined) members.set(first, [at]);
    else list.push(at);
  }
  return members;
}

interface Between {
  readonly left: number;
  readonly right: number;
  sum: number;
  count: number;
  best: number;
  bestLeft: number;
  bestRight: number;
}

function betweenClusters({ pairs, partition, settings, keys }: QuestionWorld): Iterable<Between> {
  const found = new Map<number, Between>();
  const { floor, ceiling, unscored } = settings.limits;
  const visit = (least: number, take: (id: number, i: number, j: number, bits: number) => void): void => {
    for (let row = 0; row < pairs.left.length; row += 1) {
      if ((pairs.kind[row] ?? -1) < 0) continue;
      const bits = pairs.bits[row] ?? 0;
      if (bits < least) continue;
      const [i, j] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
      const [a, b] = [partition.anchor[i] ?? i, partition.anchor[j] ?? j];
      if (a !== b) take(Math.min(a, b) * keys.length + Math.max(a, b), i, j, bits);
    }
  };
  const least = Math.log2(LEAST_LIKELY / (1 - LEAST_LIKELY));
  visit(least, (id, i, j, bits) => {
    const one = found.get(id);
    if (one !== undefined && bits <= one.best) return;
    const [left, right] = [Math.floor(id / keys.length), id % keys.length];
    found.set(id, { left, right, sum: 0, count: 0, best: bits, bestLeft: i, bestRight: j });
  });
  visit(-Infinity, (id, _i, _j, bits) => {
    const one = found.get(id);
    if (one === undefined) return;
    one.sum += Math.max(floor, Math.min(ceiling, bits)) - unscored;
    one.count += 1;
  });
  return found.values();
}

function joinQuestions(world: QuestionWorld, members: ReadonlyMap<number, readonly number[]>): Draft[] {
  const { keys, settings } = world;
  const questions: Draft[] = [];
  for (const one of betweenClusters(world)) {
    if (world.settled(one.bestLeft, one.bestRight)) continue;
    const [left, right] = [members.get(one.left) ?? [], members.get(one.right) ?? []];
    const pairs = left.length * right.length;
    const average = one.sum / pairs + settings.limits.unscored;
    const best = Math.min(settings.limits.ceiling, one.best);
    const probability = groupProbability(JOIN_ODDS, { left: left.length, right: right.length, average, best });
    const isTurned = world.partition.anchor[one.bestLeft] !== one.left;
    questions.push({
      left: keys[one.bestLeft] ?? "",
      right: keys[one.bestRight] ?? "",
      leftKeys: (isTurned ? right : left).map((at) => keys[at] ?? ""),
      rightKeys: (isTurned ? left : right).map((at) => keys[at] ?? ""),
      kind: "join",
      probability,
      gain: round(probability * pairs ** PURE),
      reason:
        pairs === 1
          ? "Two records are perhaps one customer."
          : `Two groups of ${left.length} and ${right.length} records are perhaps one customer.`,
    });
  }
  return questions;
}

function splitQuestions(world: QuestionWorld): Draft[] {
  const { keys, settings, partition, auto } = world;
  const doubtful = partition.merges.filter(({ average, left, right }) => {
    const [a, b] = [left[0] ?? 0, right[0] ?? 0];
    return probabilityOf(average, NEUTRAL) < settings.thresholds.link && auto.anchor[a] !== auto.anchor[b];
  });
  const wanted = new Map<number, number>();
  for (const [at, { left, right }] of doubtful.entries())
    for (const record of [...left, ...right]) wanted.set(record, at);
  const weights = new Map<number, number>();
  for (let row = 0; row < world.pairs.left.length; row += 1) {
    const [i, j] = [world.pairs.left[row] ?? 0, world.pairs.right[row] ?? 0];
    if (wanted.has(i) && wanted.has(j) && partition.anchor[i] === partition.anchor[j])
      weights.set(i * keys.length + j, world.pairs.bits[row] ?? 0);
  }
  return doubtful.flatMap((merge): Draft[] => {
    const best = strongest(merge.left, merge.right, keys.length, weights);
    if (best === null || world.settled(best[0], best[1])) return [];
    const pairs = merge.left.length * merge.right.length;
    const most = Math.min(
      settings.limits.ceiling,
      weights.get(Math.min(...best) * keys.length + Math.max(...best)) ?? 0,
    );
    const sides = { left: merge.left.length, right: merge.right.length };
    const probability = groupProbability(SPLIT_ODDS, { ...sides, average: merge.average, best: most });
    return [
      {
        left: keys[best[0]] ?? "",
        right: keys[best[1]] ?? "",
        leftKeys: merge.left.map((at) => keys[at] ?? ""),
        rightKeys: merge.right.map((at) => keys[at] ?? ""),
        kind: "split",
        probability,
        gain: round((1 - probability) * pairs ** PURE),
        reason:
          pairs === 1
            ? "Two records were put together on thin evidence."
            : `Groups of ${merge.left.length} and ${merge.right.length} records were put together on thin evidence.`,
      },
    ];
  });
}

/** The record of each side that tell most: the left one of the left side. */
function strongest(
  left: readonly number[],
  right: readonly number[],
  size: number,
  weights: ReadonlyMap<number, number>,
): readonly [number, number] | null {
  let best: readonly [number, number] | null = null;
  let most = -Infinity;
  for (const i of left) {
    for (const j of right) {
      const weight = weights.get(Math.min(i, j) * size + Math.max(i, j));
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
