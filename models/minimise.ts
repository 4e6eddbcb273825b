/** Values and gradients of several independent problems at the points asked for. */
export type BatchObjective = (
  problems: readonly number[],
  points: readonly Float64Array[],
) => { readonly values: readonly number[]; readonly gradients: readonly Float64Array[] };

/** Where a minimisation ended. */
export interface Minimum {
  readonly point: Float64Array;
  readonly value: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

interface Options {
  /** Ends when the largest gradient entry falls below it. */
  readonly gradientTolerance?: number;
  /** Ends when a step gains less than this share of the value. */
  readonly valueTolerance?: number;
  readonly maxEvaluations?: number;
}

interface State {
  point: Float64Array;
  value: number;
  gradient: Float64Array;
  direction: Float64Array;
  slope: number;
  step: number;
  evaluations: number;
  done: boolean;
  converged: boolean;
  readonly moves: { s: Float64Array; y: Float64Array; rho: number }[];
}

const MEMORY = 10;

/** L-BFGS with a backtracking line search; non-finite values count as a step too far. */
export function minimise(
  objective: (point: Float64Array) => { readonly value: number; readonly gradient: Float64Array },
  start: Float64Array,
  options: Options = {},
): Minimum {
  const batch: BatchObjective = (_problems, points) => {
    const { value, gradient } = objective(points[0]!);
    return { values: [value], gradients: [gradient] };
  };
  return minimiseBatch(batch, [start], options)[0]!;
}

/** Minimises independent problems side by side, so that one matrix product serves all that are still at work. */
export function minimiseBatch(
  objective: BatchObjective,
  starts: readonly Float64Array[],
  options: Options = {},
): Minimum[] {
  const { gradientTolerance = 1e-8, valueTolerance = 1e-14, maxEvaluations = 500 } = options;
  const all = starts.map((_unused, i) => i);
  const first = objective(all, starts);
  const states = starts.map((point, i) => begin(point, first.values[i]!, first.gradients[i]!));
  for (let round = 1; round < maxEvaluations; round += 1) {
    const active = all.filter((i) => !states[i]!.done);
    if (active.length === 0) break;
    const trials = active.map((i) => along(states[i]!));
    const { values, gradients } = objective(active, trials);
    for (const [k, i] of active.entries()) {
      advance(states[i]!, trials[k]!, values[k]!, gradients[k]!, gradientTolerance, valueTolerance);
    }
  }
  return states.map(({ point, value, evaluations, converged }) => ({ point, value, evaluations, converged }));
}

function begin(start: Float64Array, value: number, gradient: Float64Array): State {
  const direction = gradient.map((g) => -g);
  const slope = -dot(gradient, gradient);
  const step = Math.min(1, 1 / Math.max(1e-12, Math.sqrt(-slope)));
  const stuck = !Number.isFinite(value) || slope === 0;
  return {
    point: start,
    value,
    gradient,
    direction,
    slope,
    step,
    evaluations: 1,
    done: stuck,
    converged: slope === 0,
    moves: [],
  };
}

function along(state: State): Float64Array {
  return state.point.map((v, i) => v + state.step * state.direction[i]!);
}

function advance(
  state: State,
  trial: Float64Array,
  value: number,
  gradient: Float64Array,
  gtol: number,
  vtol: number,
): void {
  state.evaluations += 1;
  if (!Number.isFinite(value) || value > state.value + 1e-4 * state.step * state.slope) {
    // The minimum of the parabola through what is known, kept between a tenth and a half of the step.
    const curve = value - state.value - state.step * state.slope;
    const guess = Number.isFinite(curve) && curve > 0 ? (-0.5 * state.slope * state.step) / curve : 0.5;
    state.step *= Math.min(0.5, Math.max(0.1, guess));
    if (state.step < 1e-12) {
      state.done = true;
      state.converged = maxAbs(state.gradient) < 1e3 * gtol;
    }
    return;
  }
  const s = trial.map((v, i) => v - state.point[i]!);
  const y = gradient.map((v, i) => v - state.gradient[i]!);
  const sy = dot(s, y);
  if (sy > 1e-10 * dot(s, s)) {
    state.moves.push({ s, y, rho: 1 / sy });
    if (state.moves.length > MEMORY) state.moves.shift();
  }
  const gain = state.value - value;
  state.point = trial;
  state.value = value;
  state.gradient = gradient;
  if (maxAbs(gradient) < gtol || gain <= vtol * Math.max(1, Math.abs(value))) {
    state.done = true;
    state.converged = true;
    return;
  }
  redirect(state);
}

function redirect(state: State): void {
  const q = Float64Array.from(state.gradient);
  const { moves } = state;
  const alphas: number[] = [];
  for (let i = moves.length - 1; i >= 0; i -= 1) {
    const { s, y, rho } = moves[i]!;
    const alpha = rho * dot(s, q);
    alphas[i] = alpha;
    for (let j = 0; j < q.length; j += 1) q[j] = q[j]! - alpha * y[j]!;
  }
  const last = moves.at(-1);
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y));
  for (let j = 0; j < q.length; j += 1) q[j] = q[j]! * scale;
  for (const [i, { s, y, rho }] of moves.entries()) {
    const beta = rho * dot(y, q);
    for (let j = 0; j < q.length; j += 1) q[j] = q[j]! + (alphas[i]! - beta) * s[j]!;
  }
  state.direction = q.map((v) => -v);
  state.slope = dot(state.direction, state.gradient);
  state.step = 1;
  if (!(state.slope < 0)) {
    state.moves.length = 0;
    state.direction = state.gradient.map((v) => -v);
    state.slope = -dot(state.gradient, state.gradient);
    state.step = Math.min(1, 1 / Math.max(1e-12, Math.sqrt(-state.slope)));
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function maxAbs(a: Float64Array): number {
  let top = 0;
  for (const v of a) top = Math.max(top, Math.abs(v));
  return top;
}
