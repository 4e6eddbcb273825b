import { fitPlatt } from "./calibrate.ts";
import { logit, sigmoid } from "./special.ts";

/** Rows between two fits of the layer. */
const EVERY = 25;
/** Fewest matured labels, and of either outcome, for a fit. */
const FEWEST = { rows: 100, outcomes: 10 };

/**
 * Rolling recalibration: rows come in the order of time, and the layer of each is fitted on the `window` latest rows
 * whose outcome was known when it came, `delay` rows before it. The first `known` rows are history: they teach and are
 * not recalibrated. Gives the probabilities of the rows after them.
 */
export function recalibrate(
  probabilities: ArrayLike<number>,
  labels: ArrayLike<number>,
  known: number,
  { window, delay }: { readonly window: number; readonly delay: number },
): Float64Array {
  const logits = Float64Array.from(probabilities, (p) => logit(Math.min(1 - 1e-6, Math.max(1e-6, p))));
  const outcomes = Float64Array.from(labels);
  const out = new Float64Array(logits.length - known);
  let [slope, offset] = [1, 0];
  for (let i = known; i < logits.length; i += 1) {
    if ((i - known) % EVERY === 0) {
      const to = Math.max(0, i - delay);
      const from = Math.max(0, to - window);
      const seen = outcomes.subarray(from, to);
      const hits = seen.reduce((sum, y) => sum + y, 0);
      if (seen.length >= FEWEST.rows && Math.min(hits, seen.length - hits) >= FEWEST.outcomes) {
        const layer = fitPlatt(logits.subarray(from, to), seen);
        if (layer.kind === "platt") [slope, offset] = [layer.slope, layer.offset];
      }
    }
    out[i - known] = sigmoid(slope * logits[i]! + offset);
  }
  return out;
}
