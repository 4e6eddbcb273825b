import { inOrder } from "./order.ts";

/**
 * Edges where the outcome changes: a small tree on one number, cut where the log-likelihood gains most. Gives at most
 * `pieces` - 1 edges, in no order; fewer where nothing changes.
 */
export function targetEdges(values: Float64Array, labels: Float64Array, rows: Int32Array, pieces: number): number[] {
  const order = inOrder(values, rows);
  const terms = likelihoodTerms(order.length);
  const hits = new Float64Array(order.length + 1);
  for (let k = 0; k < order.length; k += 1) hits[k + 1] = hits[k]! + labels[order[k]!]!;
  const least = Math.max(20, Math.round(order.length / 100));
  const cut = (from: number, to: number): Cut => bestCut(values, order, hits, terms, from, to, least);
  const open = [cut(0, order.length)];
  const edges: number[] = [];
  while (edges.length < pieces - 1) {
    const best = open.reduce((a, b) => (b.gain > a.gain ? b : a));
    if (best.gain < LEAST_GAIN) break;
    const [low, high] = [values[order[best.at - 1]!]!, values[order[best.at]!]!];
    edges.push(low + (high - low) / 2);
    open.splice(open.indexOf(best), 1, cut(best.from, best.at), cut(best.at, best.to));
  }
  return edges;
}

/** Least gain of log-likelihood for a cut. */
const LEAST_GAIN = 1;

interface Cut {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly gain: number;
}

function bestCut(
  values: Float64Array,
  order: Int32Array,
  hits: Float64Array,
  terms: Float64Array,
  from: number,
  to: number,
  least: number,
): Cut {
  const found = { from, to, at: from, gain: -Infinity };
  const [first, last] = [hits[from]!, hits[to]!];
  const side = (h: number, n: number): number => terms[h]! + terms[n - h]! - terms[n]!;
  const whole = side(last - first, to - from);
  for (let k = from + least; k <= to - least; k += 1) {
    if (values[order[k - 1]!] === values[order[k]!]) continue;
    const gain = side(hits[k]! - first, k - from) + side(last - hits[k]!, to - k) - whole;
    if (gain > found.gain) {
      found.gain = gain;
      found.at = k;
    }
  }
  return found;
}

/** n log n of whole numbers: a logarithm for each cut would be most of the work. */
function likelihoodTerms(most: number): Float64Array {
  if (known.length <= most)
    known = Float64Array.from({ length: most + 1 }, (_unused, n) => (n > 0 ? n * Math.log(n) : 0));
  return known;
}

let known = new Float64Array(0);
