import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { seededRandom } from "#core";
import { spreadBias, transposed, unfoldInput } from "./network-score.ts";
import { normal, permutation } from "./random.ts";
import type { Random } from "#core";
import type { Design, Encoder } from "./encode.ts";
import type { Network } from "./network-score.ts";
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
 * zero, so that there is no epoch to choose. The way back is written out, so that no product has a transpose flag (ten
 * times slower in WebAssembly) and nothing is summed over its first axis.
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
  const masks = maskPool(options.dropout, batch * options.members * options.hidden, random);
  const steps = Math.max(1, Math.floor(design.rows / batch));
  const total = steps * options.epochs;
  let t = 0;
  for (let epoch = 0; epoch < options.epochs; epoch += 1) {
    const order = permutation(random, design.rows);
    for (let step = 0; step < steps; step += 1) {
      t += 1;
      const rows = order.subarray(step * batch, (step + 1) * batch);
      const gradients = gradientsOf(backend, net, design, labels, rows, masks, random);
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

/** Gradients by parameter, in their order, of one batch. */
function gradientsOf(
  backend: Backend,
  net: Network,
  design: Design,
  labels: Float64Array,
  rows: Int32Array,
  masks: Masks,
  random: Random,
): Float32Array[] {
  const { width, members, hidden } = net;
  const n = rows.length;
  const wide = members * hidden;
  const x = new Float32Array(n * width);
  for (let b = 0; b < n; b += 1) x.set(design.values.subarray(rows[b]! * width, (rows[b]! + 1) * width), b * width);
  const { tf } = backend;
  const found: Float32Array[] = [];
  tf.tidy(() => {
    const flat: [number, number] = [n * members, hidden];
    const mask = (): Tensor => tf.tensor2d(masks.draw(n * wide, random), [n, wide]);
    const w2 = tf.tensor2d(net.w2, [hidden, hidden]);
    const v = tf.tensor3d(net.v, [1, members, hidden]);
    const z1 = tf.matMul(tf.tensor2d(x, [n, width]), tf.tensor2d(unfoldInput(net), [width, wide]));
    const on1 = tf.relu(tf.add(z1, tf.tensor2d(spreadBias(net.b1, members), [1, wide])));
    const a1 = tf.reshape(tf.mul(on1, mask()), flat) as Tensor2D;
    const on2 = tf.relu(tf.add(tf.matMul(a1, w2), tf.tensor2d(net.b2, [1, hidden])));
    const a2 = tf.mul(on2, tf.reshape(mask(), flat));
    const a2wide = tf.reshape(a2, [n, members, hidden]);
    const { dl, dc } = lossGradients(net, read(tf.sum(tf.mul(a2wide, v), 2)), labels, rows);
    const pull = tf.tensor3d(dl, [n, members, 1]);
    const ones = tf.ones([1, n]) as Tensor2D;
    const dv = tf.matMul(ones, tf.reshape(tf.mul(a2wide, pull), [n, wide]));
    // Where a unit was on and kept, its factor is 1 / (1 - dropout); elsewhere nothing comes back.
    const back = tf.mul(tf.mul(pull, v), masks.keep);
    const dz2 = tf.mul(tf.reshape(back, flat), tf.step(a2)) as Tensor2D;
    const dw2 = tf.matMul(tf.transpose(a1), dz2);
    const db2 = tf.matMul(tf.ones([1, n * members]), dz2);
    const da1 = tf.mul(tf.matMul(dz2, tf.transpose(w2)), masks.keep);
    // The WebAssembly product keeps its right side by the tensor's data: it must always come in the same shape.
    const dz1 = tf.reshape(tf.mul(da1, tf.step(a1)), [n, wide]) as Tensor2D;
    const dInput = read(tf.matMul(tf.tensor2d(transposed(x, n, width), [width, n]), dz1));
    const { dw1, dr } = foldInput(net, dInput);
    const db1 = gatherBias(read(tf.matMul(ones, dz1)), hidden);
    found.push(dw1, dr, db1, read(dw2), read(db2), read(dv), dc);
  });
  return found;
}

function read(tensor: Tensor): Float32Array {
  return tensor.dataSync<"float32">();
}

/** Sums the members' gradients of the bias that they share. */
function gatherBias(spread: Float32Array, hidden: number): Float32Array {
  const out = new Float32Array(hidden);
  for (let i = 0; i < spread.length; i += 1) out[i % hidden] = out[i % hidden]! + spread[i]!;
  return out;
}

/** Gradient of the mean loss by row and member, and by the members' constants. */
function lossGradients(
  { members, c }: Network,
  logits: Float32Array,
  labels: Float64Array,
  rows: Int32Array,
): { dl: Float32Array; dc: Float32Array } {
  const dl = new Float32Array(logits.length);
  const dc = new Float32Array(members);
  for (let b = 0, i = 0; b < rows.length; b += 1) {
    const label = labels[rows[b]!]!;
    for (let k = 0; k < members; k += 1, i += 1) {
      const d = (1 / (1 + Math.exp(-(logits[i]! + c[k]!))) - label) / rows.length;
      dl[i] = d;
      dc[k] = dc[k]! + d;
    }
  }
  return { dl, dc };
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

interface Masks {
  readonly keep: number;
  draw(length: number, random: Random): Float32Array;
}

/** Which units are left out: stretches of one long run of draws, since drawing anew for each step takes longer than the step. */
function maskPool(dropout: number, most: number, random: Random): Masks {
  const keep = 1 / (1 - dropout);
  const run = Float32Array.from({ length: dropout > 0 ? 4 * most : most }, () => (random() < dropout ? 0 : keep));
  return {
    keep,
    draw: (length, draws) => {
      const from = Math.floor(draws() * (run.length - length + 1));
      return run.subarray(from, from + length);
    },
  };
}
