import { logLoss } from "./metrics.ts";
import { minimise } from "./minimise.ts";
import { sigmoid, softplus } from "./special.ts";
import type { Part } from "./parts.ts";
import type { Candidate } from "./training-types.ts";

/** How strongly shares are held to be equal, in nats for one unit of a share's logarithm. */
const HELD = 1;
/** A share below this is not worth its time. */
const LEAST_SHARE = 0.05;

/**
 * The mean of candidates' logits, each with a share of its own: shares are positive, add up to one, and are found on
 * rows that no candidate had seen, drawn towards equal ones. What is said of a row comes from shares that were found
 * without its fold, so that the mean is judged as fairly as its members. Null where one member alone is left.
 */
export function mixOf(
  members: readonly Candidate[],
  labels: Float64Array,
  folds: Int32Array,
  foldCount: number,
): Candidate | null {
  const whole = sharesOf(members, labels, folds, -1);
  const kept = members.filter((_member, m) => whole[m]! >= LEAST_SHARE);
  if (kept.length < members.length) return kept.length < 2 ? null : mixOf(kept, labels, folds, foldCount);
  const byFold = Array.from({ length: foldCount }, (_unused, fold) => sharesOf(members, labels, folds, fold));
  const outOfFold = Float64Array.from(labels, (_y, i) => {
    const shares = byFold[folds[i]!]!;
    return members.reduce((sum, { outOfFold: own }, m) => sum + shares[m]! * own[i]!, 0);
  });
  const settings = members.flatMap(({ kind, settings: own }, m) => [
    [`${kind}_share`, Math.round(1000 * whole[m]!) / 1000] as const,
    ...Object.entries(own).map(([name, value]) => [`${kind}_${name}`, value] as const),
  ]);
  return {
    kind: "mean",
    name: `mean: ${members.map(({ name }) => name).join(", ")}`,
    outOfFold,
    logLoss: logLoss(labels, outOfFold.map(sigmoid)),
    parts: members.flatMap(({ parts }, m) => parts.map((part): Part => ({ ...part, weight: part.weight * whole[m]! }))),
    settings: Object.fromEntries(settings),
  };
}

/** Shares with the least log-loss on the rows whose fold is not `without`. */
function sharesOf(
  members: readonly Candidate[],
  labels: Float64Array,
  folds: Int32Array,
  without: number,
): Float64Array {
  const many = members.length;
  const rows = Int32Array.from(labels, (_y, i) => i).filter((i) => folds[i] !== without);
  const found = minimise((theta) => {
    const shares = softmax(theta);
    const slopes = new Float64Array(many);
    let value = 0;
    for (const i of rows) {
      let z = 0;
      for (let m = 0; m < many; m += 1) z += shares[m]! * members[m]!.outOfFold[i]!;
      value += softplus(z) - labels[i]! * z;
      const residual = sigmoid(z) - labels[i]!;
      for (let m = 0; m < many; m += 1) slopes[m] = slopes[m]! + residual * members[m]!.outOfFold[i]!;
    }
    const along = shares.reduce((sum, share, m) => sum + share * slopes[m]!, 0);
    const gradient = shares.map((share, m) => (share * (slopes[m]! - along) + 2 * HELD * theta[m]!) / rows.length);
    value += HELD * theta.reduce((sum, t) => sum + t * t, 0);
    return { value: value / rows.length, gradient };
  }, new Float64Array(many));
  return softmax(found.point);
}

function softmax(theta: Float64Array): Float64Array {
  const top = theta.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = theta.map((t) => Math.exp(t - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
