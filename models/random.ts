import type { Random } from "#core";

/** A normal deviate (Marsaglia's polar method; the second one is thrown away so that no state is kept). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}

/** A gamma deviate with the given shape and rate (Marsaglia and Tsang 2000; shapes below 1 by the power of a uniform). */
export function gammaDeviate(random: Random, shape: number, rate: number): number {
  if (shape < 1) {
    const u = Math.max(random(), 1e-300);
    return gammaDeviate(random, shape + 1, rate) * Math.exp(Math.log(u) / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    const u = random();
    if (Math.log(Math.max(u, 1e-300)) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / rate;
  }
}

/** A beta deviate. */
export function betaDeviate(random: Random, a: number, b: number): number {
  const x = gammaDeviate(random, a, 1);
  const y = gammaDeviate(random, b, 1);
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

/** A Poisson deviate: by multiplying uniforms, and above a mean of 60 by the normal law, which is within a hundredth of it. */
export function poissonDeviate(random: Random, mean: number): number {
  if (!(mean > 0)) return 0;
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    product *= random();
    count += 1;
  }
  return count;
}

/** 0 to n - 1 in random order (Fisher and Yates). */
export function permutation(random: Random, n: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_unused, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
