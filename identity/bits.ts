/** 2 to the power of some bits: odds from log-odds. `Math.exp` takes a quarter of the time of `**`, over millions of pairs. */
export function exp2(bits: number): number {
  return Math.exp(bits * Math.LN2);
}
