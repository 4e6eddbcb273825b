/** Functions of 64-bit numbers that repeat-buying models need and TensorFlow.js lacks. */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Natural logarithm of the gamma function for x > 0 (Lanczos, g = 7, nine terms; relative error below 1e-14). */
export function lgamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const z = x - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < 9; i += 1) sum += LANCZOS[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Derivative of {@link lgamma} for x > 0 (recurrence up to 8, then the asymptotic series). */
export function digamma(x: number): number {
  let result = 0;
  let z = x;
  while (z < 8) {
    result -= 1 / z;
    z += 1;
  }
  const f = 1 / (z * z);
  const tail = f * (1 / 12 - f * (1 / 120 - f * (1 / 252 - f * (1 / 240 - f * (1 / 132 - (f * 691) / 32760)))));
  return result + Math.log(z) - 0.5 / z - tail;
}

/** Logistic function. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** Log-odds of a probability, which is kept 1e-6 away from 0 and 1. */
export function logit(p: number): number {
  const q = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(q / (1 - q));
}

/** log(1 + exp(x)) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

/** log(exp(a) + exp(b)) without overflow; either may be -Infinity. */
export function logSumExp(a: number, b: number): number {
  const top = Math.max(a, b);
  return top === -Infinity ? -Infinity : top + Math.log(Math.exp(a - top) + Math.exp(b - top));
}

/**
 * Gauss hypergeometric series for 0 <= z < 1. `trusted` is false when it did not converge or when terms of opposite
 * sign cancelled more than eight digits.
 */
export function hypergeometric(
  a: number,
  b: number,
  c: number,
  z: number,
): { readonly value: number; readonly trusted: boolean } {
  let term = 1;
  let sum = 1;
  let largest = 1;
  for (let n = 0; n < 20_000; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    largest = Math.max(largest, Math.abs(term));
    if (Math.abs(term) < 1e-15 * Math.abs(sum)) {
      return { value: sum, trusted: Number.isFinite(sum) && largest < 1e8 * Math.abs(sum) };
    }
    if (!Number.isFinite(term)) break;
  }
  return { value: sum, trusted: false };
}

/** Integral over (0, 1) by the tanh-sinh rule: exact to about ten digits also with a singular end. */
export function integrateUnit(f: (x: number, oneMinusX: number) => number): number {
  const h = 1 / 16;
  let sum = 0;
  for (let k = -80; k <= 80; k += 1) {
    const t = k * h;
    const u = (Math.PI / 2) * Math.sinh(t);
    const x = 1 / (1 + Math.exp(-2 * u));
    const rest = 1 / (1 + Math.exp(2 * u));
    const weight = Math.PI * Math.cosh(t) * x * rest;
    if (weight > 0 && x > 0 && rest > 0) {
      const value = f(x, rest) * weight;
      if (Number.isFinite(value)) sum += value;
    }
  }
  return sum * h;
}

/** Inverse of a small symmetric positive definite matrix, or null when it is not one. */
export function invertSymmetric(matrix: readonly (readonly number[])[]): number[][] | null {
  const lower = cholesky(matrix);
  if (lower === null) return null;
  const n = matrix.length;
  return Array.from({ length: n }, (_unused, j) => {
    const y: number[] = [];
    for (let i = 0; i < n; i += 1) {
      let v = i === j ? 1 : 0;
      for (let k = 0; k < i; k += 1) v -= lower[i]![k]! * y[k]!;
      y.push(v / lower[i]![i]!);
    }
    const x: number[] = Array.from({ length: n }, () => 0);
    for (let i = n - 1; i >= 0; i -= 1) {
      let v = y[i]!;
      for (let k = i + 1; k < n; k += 1) v -= lower[k]![i]! * x[k]!;
      x[i] = v / lower[i]![i]!;
    }
    return x;
  });
}

/** Lower triangular root of a symmetric positive definite matrix, or null when it is not one. */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] | null {
  const n = matrix.length;
  const lower: number[][] = Array.from({ length: n }, () => Array.from({ length: n }, () => 0));
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let v = matrix[i]![j]!;
      for (let k = 0; k < j; k += 1) v -= lower[i]![k]! * lower[j]![k]!;
      if (i === j) {
        if (!(v > 0)) return null;
        lower[i]![i] = Math.sqrt(v);
      } else {
        lower[i]![j] = v / lower[j]![j]!;
      }
    }
  }
  return lower;
}
