import { seededRandom } from "#core";
import { forward, product, transposed, unfoldInput } from "./network-score.ts";
import { normal, permutation } from "./random.ts";
import type { Random } from "#core";
import type { Design, Encoder } from "./encode.ts";
import type { Activations, Network } from "./network-score.ts";
import type { Backend } from "./runtime.ts";

/** Settings of {@link trainNetwork}. */
export interface NetworkOptions {
  readonly members: number;
  readonly hidden: number;
  readonly epochs: number;
  readonly batch: number;
  readonly rate: number;
  readonly decay: number;
  readonly dropout: number;
  readonly seed: number;
}

interface Moments {
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/** Parameters in the order in which gradients are given. */
const PARAMETERS = ["w1", "r", "b1", "w2", "b2", "v", "c"] as const;

/**
 * Trains one ensemble inside a network (TabM-mini: every member sees the input through scales of its own, shares the
 * layers, and has its own head). The loss is the mean of the members' losses; the step size falls along a cosine to
 * zero, so that there is no epoch to choose. Products run on the backend; everything between them is plain loops.
 */
export function trainNetwork(
  backend: Backend,
  encoder: Encoder,
  design: Design,
  labels: Float64Array,
  options: NetworkOptions,
): Network {
  const random = seededRandom(options.seed);
  const net = freshNetwork(encoder, labels, options, random);
  const moments = PARAMETERS.map((name): Moments => {
    const length = net[name].length;
    return { m: new Float32Array(length), v: new Float32Array(length) };
  });
  const batch = Math.min(options.batch, design.rows);
  const steps = Math.max(1, Math.floor(design.rows / batch));
  const total = steps * options.epochs;
  let t = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    const order = permutation(random, design.rows);
    for (let step = 0; step < steps; step += 1) {
      t += 1;
      const rows = order.subarray(step * batch, (step + 1) * batch);
      const gradients = gradientsOf(backend, net, design, labels, rows, options.dropout, random);
      const warm = Math.min(1, t / (0.1 * total + 1));
      const rate = options.rate * warm * 0.5 * (1 + Math.cos((Math.PI * t) / total));
      for (const [k, name] of PARAMETERS.entries()) {
        const decay = name === "w1" || name === "w2" || name === "v" ? options.decay : 0;
        adam(net[name], gradients[k]!, moments[k]!, rate, decay, t);
      }
    }
  }
  return net;
}

function freshNetwork(
  encoder: Encoder,
  labels: Float64Array,
  { members, hidden }: NetworkOptions,
  random: Random,
): Network {
  const width = encoder.offsets.at(-1)!;
  const uniform = (length: number, fan: number): Float32Array =>
    Float32Array.from({ length }, () => (2 * random() - 1) / Math.sqrt(fan));
  const r = new Float32Array(members * width);
  // One scale for all columns of a feature: members differ in which features they listen to.
  for (let k = 0; k < members; k += 1) {
    for (let f = 0; f < encoder.features.length; f += 1) {
      r.fill(normal(random), k * width + encoder.offsets[f]!, k * width + encoder.offsets[f + 1]!);
    }
  }
  const hits = labels.reduce((sum, y) => sum + y, 0);
  return {
    width,
    members,
    hidden,
    w1: uniform(width * hidden, width),
    r,
    b1: uniform(hidden, width),
    w2: uniform(hidden * hidden, hidden),
    b2: uniform(hidden, hidden),
    v: uniform(members * hidden, hidden),
    c: new Float32Array(members).fill(Math.log((hits + 0.5) / (labels.length - hits + 0.5))),
  };
}

function gradientsOf(
  backend: Backend,
  net: Network,
  design: Design,
  labels: Float64Array,
  rows: Int32Array,
  dropout: number,
  random: Random,
): Float32Array[] {
  const { width, members, hidden } = net;
  const n = rows.length;
  const wide = members * hidden;
  const x = new Float32Array(n * width);
  for (let b = 0; b < n; b += 1) x.set(design.values.subarray(rows[b]! * width, (rows[b]! + 1) * width), b * width);
  const xt = transposed(x, n, width);
  const act = forward(backend, net, unfoldInput(net), x, n, dropout > 0 ? masker(dropout, random) : null);
  const keep = 1 / (1 - dropout);
  const head = headGradients(net, act, labels, rows, keep);
  const { db: db2 } = head;
  const a1t = transposed(act.a1, n * members, hidden);
  const dw2 = product(backend, a1t, [hidden, n * members], head.dz2, [n * members, hidden]);
  const dz1 = product(backend, head.dz2, [n * members, hidden], transposed(net.w2, hidden, hidden), [hidden, hidden]);
  const db1 = new Float32Array(hidden);
  for (let i = 0, u = 0; i < dz1.length; i += 1, u = u + 1 === hidden ? 0 : u + 1) {
    const d = act.a1[i]! > 0 ? dz1[i]! * keep : 0;
    dz1[i] = d;
    db1[u] = db1[u]! + d;
  }
  const dInput = product(backend, xt, [width, n], dz1, [n, wide]);
  const { dw1, dr } = foldInput(net, dInput);
  return [dw1, dr, db1, dw2, db2, head.dv, head.dc];
}

function headGradients(
  net: Network,
  act: Activations,
  labels: Float64Array,
  rows: Int32Array,
  keep: number,
): { dz2: Float32Array; db: Float32Array; dv: Float32Array; dc: Float32Array } {
  const { members, hidden, v } = net;
  const dz2 = new Float32Array(act.a2.length);
  const db = new Float32Array(hidden);
  const dv = new Float32Array(v.length);
  const dc = new Float32Array(members);
  for (let b = 0; b < rows.length; b += 1) {
    const label = labels[rows[b]!]!;
    for (let k = 0; k < members; k += 1) {
      const dl = (1 / (1 + Math.exp(-act.logits[b * members + k]!)) - label) / rows.length;
      dc[k] = dc[k]! + dl;
      const at = (b * members + k) * hidden;
      for (let u = 0; u < hidden; u += 1) {
        const a = act.a2[at + u]!;
        if (a > 0) {
          dv[k * hidden + u] = dv[k * hidden + u]! + dl * a;
          const d = dl * v[k * hidden + u]! * keep;
          dz2[at + u] = d;
          db[u] = db[u]! + d;
        }
      }
    }
  }
  return { dz2, db, dv, dc };
}

/** Gradients of the shared first layer and of the members' scales from those of the unfolded layer. */
function foldInput(net: Network, unfolded: Float32Array): { dw1: Float32Array; dr: Float32Array } {
  const { width, members, hidden, w1, r } = net;
  const dw1 = new Float32Array(w1.length);
  const dr = new Float32Array(r.length);
  for (let j = 0; j < width; j += 1) {
    for (let k = 0; k < members; k += 1) {
      const scale = r[k * width + j]!;
      const at = (j * members + k) * hidden;
      let sum = 0;
      for (let u = 0; u < hidden; u += 1) {
        const g = unfolded[at + u]!;
        dw1[j * hidden + u] = dw1[j * hidden + u]! + scale * g;
        sum += w1[j * hidden + u]! * g;
      }
      dr[k * width + j] = sum;
    }
  }
  return { dw1, dr };
}

function adam(
  parameter: Float32Array,
  gradient: Float32Array,
  { m, v }: Moments,
  rate: number,
  decay: number,
  t: number,
): void {
  const first = 1 - 0.9 ** t;
  const second = 1 - 0.999 ** t;
  for (let i = 0; i < parameter.length; i += 1) {
    const g = gradient[i]!;
    m[i] = 0.9 * m[i]! + 0.1 * g;
    v[i] = 0.999 * v[i]! + 0.001 * g * g;
    const step = m[i]! / first / (Math.sqrt(v[i]! / second) + 1e-8);
    parameter[i] = parameter[i]! * (1 - rate * decay) - rate * step;
  }
}

/** Zeroes a share of the units (in steps of 1/256) and scales the rest; one random word serves four units. */
function masker(dropout: number, random: Random): (values: Float32Array) => void {
  let state = Math.floor(random() * 4294967296) | 1;
  const limit = Math.round(dropout * 256);
  const factors = Float32Array.from({ length: 256 }, (_unused, byte) => (byte < limit ? 0 : 1 / (1 - dropout)));
  return (values) => {
    for (let i = 0; i < values.length; i += 1) {
      if ((i & 3) === 0) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
      }
      values[i] = values[i]! * factors[(state >>> (8 * (i & 3))) & 255]!;
    }
  };
}
