import type { CandidatePairs } from "./candidates.ts";
import type { Partition } from "./cluster.ts";
import { fitSettings } from "./fit.ts";
import type { KnownBits, StewardWord } from "./fit.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { comparePair, pairKind, pairOutcome, probabilityOf, weighPair } from "./weights.ts";
import { compileScorers } from "./weigh.ts";

/** Answers about fewer compared pairs than this change no weight: they would be noise. */
const LEAST_ANSWERS = 40;
/** Standard errors by which the answers must speak for new weights. */
const SURE = 1;
/*
 * Bits that the partition is worth for what its pairs are. Two in one cluster are one more surely than two in different
 * ones are two: most of what is missed lies between clusters.
 */
const LEAN = { inside: 5, outside: -1 };

/** A compared pair on which a steward has spoken. */
interface Answered {
  readonly left: number;
  readonly right: number;
  readonly same: boolean;
}

/** The compared pairs that stewards spoke of, directly or through others; none where they are too few to learn from. */
export function answeredPairs({ left, right }: CandidatePairs, word: StewardWord): readonly Answered[] {
  const found: Answered[] = [];
  for (let row = 0; row < left.length; row += 1) {
    const [one, other] = [left[row] ?? 0, right[row] ?? 0];
    const same = word(one, other);
    if (same !== null) found.push({ left: one, right: other, same });
  }
  return found.length < LEAST_ANSWERS ? [] : found;
}

/** What settings are fitted to again. */
export interface AnsweredFit {
  readonly records: readonly Prepared[];
  /** Pairs that teach. */
  readonly pairs: CandidatePairs;
  readonly seed: number;
  readonly answered: readonly Answered[];
}

/**
 * Fits settings again with the partition that holds under the answers, and keeps that fit only where it foretells the
 * answers better than `plain`, which was fitted without it. The answers themselves are not among the known pairs:
 * questions are asked where clusters are in doubt, and most pairs that look like those asked about are in none. Taken for
 * the rule, a few fathers and sons would make relatives of many pairs that are one customer.
 */
export function fitWithAnswers(
  start: LinkageSettings,
  plain: LinkageSettings,
  { anchor }: Pick<Partition, "anchor">,
  { records, pairs, seed, answered }: AnsweredFit,
): LinkageSettings {
  const lean: KnownBits = (left, right) => (anchor[left] === anchor[right] ? LEAN.inside : LEAN.outside);
  const fitted = fitSettings(start, records, pairs, seed, lean);
  const [before, after] = [losses(plain, records, answered), losses(fitted, records, answered)];
  const gains = before.map((loss, at) => loss - (after[at] ?? loss));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / Math.max(1, gains.length);
  const spread = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(1, gains.length);
  return mean > SURE * Math.sqrt(spread / Math.max(1, gains.length)) ? fitted : plain;
}

/** Surprise at each answer, bits. */
function losses(settings: LinkageSettings, records: readonly Prepared[], answered: readonly Answered[]): number[] {
  const scorers = compileScorers(settings);
  return answered.map(({ left, right, same }) => {
    const [a, b] = [records[left], records[right]];
    const kind = a === undefined || b === undefined ? null : pairKind(a, b);
    if (a === undefined || b === undefined || kind === null) return 0;
    const scorer = scorers[kind];
    const outcome = pairOutcome(scorer);
    comparePair(scorer, a, b, outcome, false);
    const probability = probabilityOf(weighPair(scorer, outcome).weight, settings.calibration[kind]);
    return -Math.log2(Math.max(1e-4, same ? probability : 1 - probability));
  });
}
