import type { Tensor2D } from "@tensorflow/tfjs-core";
import { minimiseBatch } from "./minimise.ts";
import type { Backend } from "./runtime.ts";
import type { Design } from "./encode.ts";

/** Gain of a step, in units of log-loss, below which a fit has settled: far below what any comparison can tell. */
const SETTLED = 1e-6;

/** One penalised logistic regression of a batch: which rows it learns from, and how strongly its weights are held. */
export interface LinearTask {
  /** Rows of this fold are left out; -1 learns from all. */
  readonly without: number;
  /** Precision of the normal prior of each weight. */
  readonly precision: number;
}

/** Weights of one fitted task, and the logit of every row, also of those left out. */
export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
  readonly logits: Float64Array;
}

/**
 * Fits many logistic regressions on one design at once: all folds and penalties share one product with the design in
 * each step, on the backend, while loss and step sizes are 64-bit numbers here. The problem is convex, so nothing
 * hangs on a random start, and there is no batch order to seed.
 */
export function fitLinear(
  backend: Backend,
  design: Design,
  labels: Float64Array,
  folds: Int32Array,
  tasks: readonly LinearTask[],
  starts: readonly Float64Array[] = [],
): LinearFit[] {
  const { tf } = backend;
  const { rows, width } = design;
  const x = tf.tensor2d(design.values, [rows, width]);
  const xt = tf.transpose(x);
  const counts = tasks.map((task) => folds.reduce((sum, fold) => sum + (fold === task.without ? 0 : 1), 0));
  const buffer = new Float32Array(rows * tasks.length);
  try {
    const found = minimiseBatch(
      (problems, points) =>
        evaluate(backend, { x, xt, rows, width, labels, folds, tasks, counts, buffer }, problems, points),
      tasks.map((task, i) => starts[i] ?? startAt(labels, folds, task.without, width, counts[i]!)),
      { gradientTolerance: 2e-5, valueTolerance: SETTLED, maxEvaluations: 120 },
    );
    return found.map(({ point }) => {
      const weights = point.slice(0, width);
      return { weights, intercept: point[width]!, logits: logitsOf(design, weights, point[width]!) };
    });
  } finally {
    x.dispose();
    xt.dispose();
  }
}

/** Logits of a design in 64-bit numbers. */
export function logitsOf(design: Design, weights: Float64Array, intercept: number): Float64Array {
  const out = new Float64Array(design.rows);
  for (let i = 0; i < design.rows; i += 1) {
    let sum = intercept;
    const at = i * design.width;
    for (let j = 0; j < design.width; j += 1) sum += design.values[at + j]! * weights[j]!;
    out[i] = sum;
  }
  return out;
}

interface Problem {
  readonly x: Tensor2D;
  readonly xt: Tensor2D;
  readonly rows: number;
  readonly width: number;
  readonly labels: Float64Array;
  readonly folds: Int32Array;
  readonly tasks: readonly LinearTask[];
  readonly counts: readonly number[];
  readonly buffer: Float32Array;
}

function evaluate(
  backend: Backend,
  problem: Problem,
  active: readonly number[],
  points: readonly Float64Array[],
): { values: number[]; gradients: Float64Array[] } {
  const { tf } = backend;
  const { rows, width, tasks, counts } = problem;
  const many = active.length;
  const weights = new Float32Array(width * many);
  for (let j = 0; j < width; j += 1) for (let k = 0; k < many; k += 1) weights[j * many + k] = points[k]![j]!;
  const z = read(backend, () => tf.matMul(problem.x, tf.tensor2d(weights, [width, many])));
  const { values, interceptGradients, residuals } = residualsOf(problem, active, points, z);
  const g = read(backend, () => tf.matMul(problem.xt, tf.tensor2d(residuals, [rows, many])));
  const gradients = points.map((point, k) => {
    const ridge = tasks[active[k]!]!.precision / Math.max(1, counts[active[k]!]!);
    const gradient = new Float64Array(width + 1);
    let penalty = 0;
    for (let j = 0; j < width; j += 1) {
      gradient[j] = g[j * many + k]! + ridge * point[j]!;
      penalty += point[j]! * point[j]!;
    }
    gradient[width] = interceptGradients[k]!;
    values[k] = values[k]! + 0.5 * ridge * penalty;
    return gradient;
  });
  return { values, gradients };
}

/** Loss, and predicted less seen, row by row and task by task: one exponential serves both. */
function residualsOf(
  { rows, width, labels, folds, tasks, counts, buffer }: Problem,
  active: readonly number[],
  points: readonly Float64Array[],
  z: Float32Array,
): { values: number[]; interceptGradients: Float64Array; residuals: Float32Array } {
  const many = active.length;
  const loss = new Float64Array(many);
  const interceptGradients = new Float64Array(many);
  // One buffer for all steps: a new one each time would be a gigabyte of garbage in a fit.
  const residuals = buffer.subarray(0, rows * many);
  const without = Int32Array.from(active, (task) => tasks[task]!.without);
  const shares = Float64Array.from(active, (task) => 1 / Math.max(1, counts[task]!));
  const intercepts = Float64Array.from(points, (point) => point[width]!);
  for (let i = 0; i < rows; i += 1) {
    const label = labels[i]!;
    const fold = folds[i]!;
    for (let k = 0, at = i * many; k < many; k += 1, at += 1) {
      if (without[k] === fold) {
        residuals[at] = 0;
        continue;
      }
      const logit = z[at]! + intercepts[k]!;
      const e = Math.exp(-Math.abs(logit));
      const p = logit >= 0 ? 1 / (1 + e) : e / (1 + e);
      loss[k] = loss[k]! + (logit > 0 ? logit : 0) + Math.log1p(e) - label * logit;
      const residual = (p - label) * shares[k]!;
      interceptGradients[k] = interceptGradients[k]! + residual;
      residuals[at] = residual;
    }
  }
  return { values: Array.from(loss, (sum, k) => sum * shares[k]!), interceptGradients, residuals };
}

function read(backend: Backend, work: () => Tensor2D): Float32Array {
  const tensor = backend.tf.tidy(work);
  const values = tensor.dataSync<"float32">();
  tensor.dispose();
  return values;
}

function startAt(labels: Float64Array, folds: Int32Array, without: number, width: number, count: number): Float64Array {
  let positives = 0;
  for (let i = 0; i < labels.length; i += 1) if (folds[i] !== without) positives += labels[i]!;
  const start = new Float64Array(width + 1);
  start[width] = Math.log((positives + 0.5) / (count - positives + 0.5));
  return start;
}
