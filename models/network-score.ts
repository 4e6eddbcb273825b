import type { Design } from "./encode.ts";
import type { Backend } from "./runtime.ts";

/** An ensemble inside one network. Matrices row by row. */
export interface Network {
  readonly width: number;
  readonly members: number;
  readonly hidden: number;
  /** width x hidden, shared. */
  readonly w1: Float32Array;
  /** members x width: how each member scales its input. */
  readonly r: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
  readonly b2: Float32Array;
  /** members x hidden, and a constant for each member. */
  readonly v: Float32Array;
  readonly c: Float32Array;
}

const CHUNK = 1024;
const BLOCK = 16;

/** Product of two matrices on the backend. */
export function product(
  { tf }: Backend,
  left: Float32Array,
  leftShape: [number, number],
  right: Float32Array,
  rightShape: [number, number],
): Float32Array {
  const tensors = [tf.tensor2d(left, leftShape), tf.tensor2d(right, rightShape)] as const;
  const result = tf.matMul(tensors[0], tensors[1]);
  const values = result.dataSync<"float32">();
  tf.dispose([...tensors, result]);
  return values;
}

/** First layer of all members side by side: width x (members x hidden). */
export function unfoldInput({ width, members, hidden, w1, r }: Network): Float32Array {
  const out = new Float32Array(width * members * hidden);
  for (let j = 0; j < width; j += 1) {
    for (let k = 0; k < members; k += 1) {
      const scale = r[k * width + j]!;
      const at = (j * members + k) * hidden;
      for (let u = 0; u < hidden; u += 1) out[at + u] = scale * w1[j * hidden + u]!;
    }
  }
  return out;
}

/** One bias for all members, laid out for the layer of all members side by side. */
export function spreadBias(bias: Float32Array, members: number): Float32Array {
  const out = new Float32Array(bias.length * members);
  for (let k = 0; k < members; k += 1) out.set(bias, k * bias.length);
  return out;
}

/** Mean of the members' logits for each row. */
export function networkLogits(backend: Backend, net: Network, design: Design): Float64Array {
  const { tf } = backend;
  const { width, members, hidden } = net;
  const wide = members * hidden;
  const out = new Float64Array(design.rows);
  const [unfolded, bias] = [unfoldInput(net), spreadBias(net.b1, members)];
  for (let from = 0; from < design.rows; from += CHUNK) {
    const rows = Math.min(CHUNK, design.rows - from);
    const x = design.values.subarray(from * width, (from + rows) * width);
    const result = tf.tidy(() => {
      const z1 = tf.matMul(tf.tensor2d(x, [rows, width]), tf.tensor2d(unfolded, [width, wide]));
      const a1 = tf.reshape(tf.relu(tf.add(z1, tf.tensor2d(bias, [1, wide]))), [rows * members, hidden]);
      const z2 = tf.matMul(a1, tf.tensor2d(net.w2, [hidden, hidden]));
      const a2 = tf.relu(tf.add(z2, tf.tensor2d(net.b2, [1, hidden])));
      return tf.sum(tf.mul(tf.reshape(a2, [rows, members, hidden]), tf.tensor3d(net.v, [1, members, hidden])), 2);
    });
    const logits = result.dataSync<"float32">();
    result.dispose();
    for (let i = 0, k = 0; i < logits.length; i += 1, k = k + 1 === members ? 0 : k + 1) {
      const row = from + Math.floor(i / members);
      out[row] = out[row]! + (logits[i]! + net.c[k]!) / members;
    }
  }
  return out;
}

/**
 * What each column of the design adds to the mean logit against the usual row (a row of zeros): each unit passes on the
 * ratio of what changed behind it to what changed before it, so that the effects add up to the change of the logit
 * (DeepLIFT's rescale rule). Gives rows x width, and the usual row's logit.
 */
export function networkEffects(
  backend: Backend,
  net: Network,
  design: Design,
): { readonly base: number; readonly effects: Float32Array } {
  const { width, members, hidden } = net;
  const wide = members * hidden;
  const unfolded = unfoldInput(net);
  const back = transposed(unfolded, width, wide);
  const w2t = transposed(net.w2, hidden, hidden);
  const usual = usualRow(net);
  const effects = new Float32Array(design.rows * width);
  for (let from = 0; from < design.rows; from += CHUNK) {
    const rows = Math.min(CHUNK, design.rows - from);
    const x = design.values.subarray(from * width, (from + rows) * width);
    const z1 = product(backend, x, [rows, width], unfolded, [width, wide]);
    for (let i = 0, u = 0; i < z1.length; i += 1, u = u + 1 === hidden ? 0 : u + 1) z1[i] = z1[i]! + net.b1[u]!;
    const a1 = z1.map((z) => (z > 0 ? z : 0));
    const z2 = product(backend, a1, [rows * members, hidden], net.w2, [hidden, hidden]);
    const d2 = new Float32Array(z2.length);
    for (let i = 0; i < z2.length; i += 1) {
      const u = i % hidden;
      const k = Math.floor(i / hidden) % members;
      d2[i] = (net.v[k * hidden + u]! / members) * slope(z2[i]! + net.b2[u]!, usual.z2[u]!);
    }
    const d1 = product(backend, d2, [rows * members, hidden], w2t, [hidden, hidden]);
    for (let i = 0; i < d1.length; i += 1) d1[i] = d1[i]! * slope(z1[i]!, net.b1[i % hidden]!);
    const dx = product(backend, d1, [rows, wide], back, [wide, width]);
    for (let i = 0; i < dx.length; i += 1) effects[from * width + i] = dx[i]! * x[i]!;
  }
  return { base: usual.logit, effects };
}

function usualRow(net: Network): { z2: Float64Array; logit: number } {
  const { hidden, members } = net;
  const z2 = Float64Array.from(net.b2);
  for (let u = 0; u < hidden; u += 1) {
    const a = Math.max(0, net.b1[u]!);
    for (let w = 0; w < hidden; w += 1) z2[w] = z2[w]! + a * net.w2[u * hidden + w]!;
  }
  let logit = 0;
  for (let k = 0; k < members; k += 1) {
    logit += net.c[k]! / members;
    for (let w = 0; w < hidden; w += 1) logit += (Math.max(0, z2[w]!) * net.v[k * hidden + w]!) / members;
  }
  return { z2, logit };
}

function slope(z: number, usual: number): number {
  const change = z - usual;
  if (Math.abs(change) < 1e-6) return z > 0 ? 1 : 0;
  return (Math.max(0, z) - Math.max(0, usual)) / change;
}

/** A matrix the other way round, by small blocks: long strides would miss the cache at every step. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(rows, top + BLOCK);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(columns, left + BLOCK);
      for (let j = left; j < right; j += 1) {
        for (let i = top; i < bottom; i += 1) out[j * rows + i] = values[i * columns + j]!;
      }
    }
  }
  return out;
}
