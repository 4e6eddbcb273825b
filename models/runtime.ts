import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import type * as TensorFlow from "@tensorflow/tfjs-core";

/** The part of TensorFlow.js that the models use: the core, without layers and chained operations. */
export type Tf = typeof TensorFlow;

/** Where tensors are computed. */
export type BackendName = "tensorflow" | "wasm" | "cpu";

/** An opened backend. There is one engine in a process: opening another backend moves all of it. */
export interface Backend {
  readonly name: BackendName;
  readonly tf: Tf;
}

/**
 * Opens a backend: the native one where `@tensorflow/tfjs-node` is installed, WebAssembly otherwise, plain CPU when
 * neither starts. `prefer` asks for one of them and falls back in the same order. Loading is lazy, so that commands
 * without models do not pay for it.
 */
export async function openBackend(options: { readonly prefer?: BackendName } = {}): Promise<Backend> {
  const tf = await import("@tensorflow/tfjs-core");
  // The CPU backend greets Node users with a banner on first use unless production mode is on.
  tf.env().set("PROD", true);
  const order: BackendName[] = ["tensorflow", "wasm", "cpu"];
  const wanted = options.prefer === undefined ? order : [options.prefer, ...order.filter((n) => n !== options.prefer)];
  for (const name of wanted) {
    if ((await registered(name)) && (await tf.setBackend(name).catch(() => false))) {
      await tf.ready();
      return { name, tf };
    }
  }
  throw new Error("no TensorFlow.js backend could be started");
}

async function registered(name: BackendName): Promise<boolean> {
  const require = createRequire(import.meta.url);
  try {
    if (name === "tensorflow") {
      // An optional peer: absent on most machines, so its name must not be a static import.
      const native = "@tensorflow/tfjs-node";
      require.resolve(native);
      await import(native);
    } else if (name === "wasm") {
      const wasm = await import("@tensorflow/tfjs-backend-wasm");
      const folder = dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
      wasm.setWasmPaths(join(folder, "dist") + sep);
    } else {
      await import("@tensorflow/tfjs-backend-cpu");
    }
    return true;
  } catch {
    return false;
  }
}

/** Runs work and frees every tensor made in it except what it returns. */
export function tidy<T extends TensorFlow.TensorContainer>(backend: Backend, work: () => T): T {
  return backend.tf.tidy(work);
}

/**
 * Product of two matrices whose gradient transposes explicitly. The stock gradient multiplies with transpose flags,
 * which the WebAssembly kernel does ten times more slowly (33 against 3 ms for 4096 x 96 x 96).
 */
export function matMul(backend: Backend, left: TensorFlow.Tensor2D, right: TensorFlow.Tensor2D): TensorFlow.Tensor2D {
  const { tf } = backend;
  const product = tf.customGrad((a, b, save) => {
    const x = a as TensorFlow.Tensor2D;
    const w = b as TensorFlow.Tensor2D;
    (save as (tensors: TensorFlow.Tensor[]) => void)([x, w]);
    return {
      value: tf.matMul(x, w),
      gradFunc: (dy: TensorFlow.Tensor, saved: TensorFlow.Tensor[]) => {
        const [sx, sw] = saved as [TensorFlow.Tensor2D, TensorFlow.Tensor2D];
        return [tf.matMul(dy, tf.transpose(sw)), tf.matMul(tf.transpose(sx), dy)];
      },
    };
  });
  return product(left, right) as TensorFlow.Tensor2D;
}

/**
 * Adds one row to every row of a matrix. The bias gradient is a product with ones (summing over the first axis is
 * thirty times slower in WebAssembly), and `dy` is cloned: returning it as it came gives freed memory and NaN.
 */
export function addBias(backend: Backend, matrix: TensorFlow.Tensor2D, bias: TensorFlow.Tensor2D): TensorFlow.Tensor2D {
  const { tf } = backend;
  const sum = tf.customGrad((a, b) => ({
    value: tf.add(a as TensorFlow.Tensor2D, b as TensorFlow.Tensor2D),
    gradFunc: (dy: TensorFlow.Tensor) => [tf.clone(dy), tf.matMul(tf.ones([1, dy.shape[0] ?? 0]), dy)],
  }));
  return sum(matrix, bias) as TensorFlow.Tensor2D;
}
