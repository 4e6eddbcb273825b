import type { CalibrationBin, LinkConstraint } from "./link-types.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { Calibration, PairKind } from "./settings.ts";
import { pairProbability } from "./weigh.ts";
import type { CalibratedPairs } from "./weigh.ts";
import { probabilityOf } from "./weights.ts";

/** A compared pair on which a steward has spoken. */
interface Answered {
  readonly kind: PairKind;
  readonly probability: number;
  readonly same: boolean;
}

/** Answers that the present calibration counts for. */
const PRIOR = 30;
const ROUNDS = 60;
const STRIDE = 0.1;

function answeredPairs(
  pairs: CalibratedPairs,
  answers: readonly LinkConstraint[],
  positions: ReadonlyMap<string, number>,
): Answered[] {
  if (answers.length === 0) return [];
  const size = positions.size;
  const wanted = new Map<number, boolean>();
  for (const { left, right, same } of answers) {
    const [a, b] = [positions.get(left), positions.get(right)];
    if (a !== undefined && b !== undefined) wanted.set(Math.min(a, b) * size + Math.max(a, b), same);
  }
  const found: Answered[] = [];
  for (let row = 0; row < pairs.left.length; row += 1) {
    const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
    const same = wanted.get((pairs.left[row] ?? 0) * size + (pairs.right[row] ?? 0));
    if (kind !== undefined && same !== undefined) found.push({ kind, probability: pairProbability(pairs, row), same });
  }
  return found;
}

/** Pairs of one weight, and the share of them that is one customer. */
export interface Graded {
  readonly weight: number;
  readonly share: number;
  readonly count: number;
}

/** Bounds of a fitted calibration. */
interface CalibrationBounds {
  readonly scale: readonly [low: number, high: number];
  readonly shift: readonly [low: number, high: number];
}

const BOUNDS: CalibrationBounds = { scale: [0.5, 1.3], shift: [-3, 3] };

/** Scale and shift by Newton's method on the penalised log-likelihood; the calibration at hand counts as pairs of its own. */
export function regress(
  answers: readonly Graded[],
  start: Calibration,
  bounds: CalibrationBounds = BOUNDS,
): Calibration {
  let { scale, shift } = start;
  for (let round = 0; round < ROUNDS; round += 1) {
    const slope = { scale: -PRIOR * (scale - start.scale), shift: (-PRIOR / 8) * (shift - start.shift) };
    const bend = { scale: PRIOR, both: 0, shift: PRIOR / 8 };
    for (const { weight, share, count } of answers) {
      const bits = Math.max(-16, Math.min(16, weight));
      const probability = probabilityOf(bits, { scale, shift });
      const miss = count * Math.LN2 * (share - probability);
      const sway = count * Math.LN2 ** 2 * probability * (1 - probability);
      slope.scale += miss * bits;
      slope.shift += miss;
      bend.scale += sway * bits * bits;
      bend.both += sway * bits;
      bend.shift += sway;
    }
    const det = bend.scale * bend.shift - bend.both ** 2;
    // Short steps: far from the answer the curve is flat, and a full step would overshoot.
    scale += within((bend.shift * slope.scale - bend.both * slope.shift) / det, -STRIDE, STRIDE);
    shift += within((bend.scale * slope.shift - bend.both * slope.scale) / det, -4 * STRIDE, 4 * STRIDE);
  }
  return { scale: round(within(scale, ...bounds.scale)), shift: round(within(shift, ...bounds.shift)) };
}

function within(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function round(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

const BINS = 10;

function binOf(probability: number): number {
  return Math.min(BINS - 1, Math.floor(probability * BINS));
}

/** How many compared pairs lie in each tenth of probability, and what answers say of them. */
export function calibrationBins(
  pairs: CalibratedPairs,
  answers: readonly LinkConstraint[],
  positions: ReadonlyMap<string, number>,
): CalibrationBin[] {
  const answered = answeredPairs(pairs, answers, positions);
  const counts = new Int32Array(PAIR_KINDS.length * BINS);
  const sums = new Float64Array(PAIR_KINDS.length * BINS);
  for (let row = 0; row < pairs.weight.length; row += 1) {
    const number = pairs.kind[row] ?? -1;
    if (number < 0) continue;
    const probability = pairProbability(pairs, row);
    const place = number * BINS + binOf(probability);
    counts[place] = (counts[place] ?? 0) + 1;
    sums[place] = (sums[place] ?? 0) + probability;
  }
  return PAIR_KINDS.flatMap((kind, number) => {
    const bins = Array.from({ length: BINS }, (_one, at) => {
      const place = number * BINS + at;
      return { pairs: counts[place] ?? 0, sum: sums[place] ?? 0, answers: 0, same: 0 };
    });
    for (const one of answered) {
      const bin = one.kind === kind ? bins[binOf(one.probability)] : undefined;
      if (bin === undefined) continue;
      bin.answers += 1;
      bin.same += one.same ? 1 : 0;
    }
    return bins.flatMap((bin, at): CalibrationBin[] =>
      bin.pairs === 0
        ? []
        : [
            {
              kind,
              from: at / BINS,
              to: (at + 1) / BINS,
              pairs: bin.pairs,
              meanProbability: Math.round((bin.sum / bin.pairs) * 1e6) / 1e6,
              confirmed: bin.answers === 0 ? null : bin.same / bin.answers,
            },
          ],
    );
  });
}
