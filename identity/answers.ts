import type { CandidatePairs } from "./candidates.ts";
import { fitSettings } from "./fit.ts";
import type { StewardWord } from "./fit.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome, probabilityOf, weighPair } from "./weights.ts";

/** Answers about fewer compared pairs than this change no weight: they would be noise. */
const LEAST_ANSWERS = 40;
/** Standard errors by which held-out answers must speak for new weights. */
const SURE = 1;

/**
 * Fits settings with what stewards said as known pairs, and keeps that fit only where it foretells answers that it was
 * not shown better than the fit without them does. Answers hold for the pairs that they are about in either case.
 */
export function fitWithAnswers(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  seed: number,
  word: StewardWord | null,
): LinkageSettings {
  const plain = fitSettings(settings, records, pairs, seed);
  if (word === null) return plain;
  const answered: Answered[] = [];
  for (let row = 0; row < pairs.left.length; row += 1) {
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const same = word(left, right);
    if (same !== null) answered.push({ left, right, same });
  }
  if (answered.length < LEAST_ANSWERS) return plain;
  const halves = [0, 1].map((half) => {
    const shown: StewardWord = (left, right) => (halfOf(left, right) === half ? null : word(left, right));
    const fitted = fitSettings(settings, records, pairs, seed, shown);
    const hidden = answered.filter(({ left, right }) => halfOf(left, right) === half);
    const [before, after] = [losses(plain, records, hidden), losses(fitted, records, hidden)];
    return before.map((loss, at) => loss - (after[at] ?? loss));
  });
  const gains = halves.flat();
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / Math.max(1, gains.length);
  const spread = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / Math.max(1, gains.length);
  if (!(mean > SURE * Math.sqrt(spread / Math.max(1, gains.length)))) return plain;
  return fitSettings(settings, records, pairs, seed, word);
}

interface Answered {
  readonly left: number;
  readonly right: number;
  readonly same: boolean;
}

// By the smaller record, so that pairs of one customer mostly fall into one half.
function halfOf(left: number, right: number): number {
  return (Math.imul(Math.min(left, right) + 1, 0x9e3779b1) >>> 16) & 1;
}

/** Surprise at each answer, bits. */
function losses(settings: LinkageSettings, records: readonly Prepared[], answered: readonly Answered[]): number[] {
  const scorers = new Map(
    (["person", "organisation", "item"] as const).map((kind) => [kind, compileScorer(settings, kind)]),
  );
  return answered.map(({ left, right, same }) => {
    const [a, b] = [records[left], records[right]];
    const kind = a === undefined || b === undefined ? null : pairKind(a, b);
    const scorer = kind === null ? undefined : scorers.get(kind);
    if (a === undefined || b === undefined || kind === null || scorer === undefined) return 0;
    const outcome = pairOutcome(scorer);
    comparePair(scorer, a, b, outcome, false);
    const probability = probabilityOf(weighPair(scorer, outcome).weight, settings.calibration[kind]);
    return -Math.log2(Math.max(1e-4, same ? probability : 1 - probability));
  });
}
