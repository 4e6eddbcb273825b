import type { CellStrip, CurveStrip, LevelStrip, Strip } from "./strips.ts";

/** Sums over rows of the products of a strip's columns: `width` x `width`, row by row; the lower half is filled. */
export interface StripProducts {
  readonly width: number;
  readonly sums: Float64Array;
}

/** How the columns of one strip go together, from one pass over the rows and without their zeros. */
export function stripProducts(strip: Strip, rows: number): StripProducts {
  if (strip.kind === "curve") return curveProducts(strip, rows);
  return strip.kind === "level" ? levelProducts(strip, rows) : cellProducts(strip, rows);
}

function levelProducts({ codes, width }: LevelStrip, rows: number): StripProducts {
  const sums = new Float64Array(width * width);
  const counts = new Float64Array(width + 1);
  for (let i = 0; i < rows; i += 1) counts[codes[i]!] = counts[codes[i]!]! + 1;
  for (let j = 0; j < width; j += 1) sums[j * width + j] = counts[j]!;
  return { width, sums };
}

/** Sums by piece: rows, shares, squared shares, straight parts, and straight parts times shares. */
const SUMS = 5;

function curveProducts(strip: CurveStrip, rows: number): StripProducts {
  const { codes, shares, line, pieces, gap } = strip;
  const last = Math.max(1, pieces);
  const by = new Float64Array(SUMS * (last + 1));
  let straight = 0;
  for (let i = 0; i < rows; i += 1) {
    const at = SUMS * codes[i]!;
    const share = shares[i]!;
    const l = line[i]!;
    by[at] = by[at]! + 1;
    by[at + 1] = by[at + 1]! + share;
    by[at + 2] = by[at + 2]! + share * share;
    by[at + 3] = by[at + 3]! + l;
    by[at + 4] = by[at + 4]! + l * share;
    straight += l * l;
  }
  const missing = by[SUMS * last]!;
  const own = SUMS * gap.at;
  by[own] = by[own]! + missing;
  by[own + 1] = by[own + 1]! + missing * gap.share;
  by[own + 2] = by[own + 2]! + missing * gap.share * gap.share;
  const width = 1 + pieces + Number(gap.column);
  const sums = new Float64Array(width * width);
  sums[0] = straight;
  let [beyond, beyondLine] = [0, 0];
  for (let t = pieces - 1; t >= 0; t -= 1) {
    const at = SUMS * t;
    const row = (1 + t) * width;
    sums[row] = beyondLine + by[at + 4]!;
    sums[row + 1 + t] = beyond + by[at + 2]!;
    // An earlier piece is full wherever this one has begun.
    for (let u = 0; u < t; u += 1) sums[row + 1 + u] = beyond + by[at + 1]!;
    beyond += by[at]!;
    beyondLine += by[at + 3]!;
  }
  if (gap.column) {
    const row = (1 + pieces) * width;
    for (let t = 0; t < pieces; t += 1) sums[row + 1 + t] = missing * (t < gap.at ? 1 : t === gap.at ? gap.share : 0);
    sums[row + 1 + pieces] = missing;
  }
  return { width, sums };
}

function cellProducts({ codes, first, second, many, width }: CellStrip, rows: number): StripProducts {
  const wide = width + many + 2;
  const all = new Float64Array(wide * wide);
  const shares = new Float64Array(4);
  const steps = [0, 1, many, many + 1] as const;
  for (let i = 0; i < rows; i += 1) {
    const at = codes[i]!;
    const [s, t] = [first[i]!, second[i]!];
    shares[0] = (1 - s) * (1 - t);
    shares[1] = (1 - s) * t;
    shares[2] = s * (1 - t);
    shares[3] = s * t;
    for (let a = 0; a < 4; a += 1) {
      const row = (at + steps[a]!) * wide + at;
      for (let b = 0; b <= a; b += 1) all[row + steps[b]!] = all[row + steps[b]!]! + shares[a]! * shares[b]!;
    }
  }
  const sums = new Float64Array(width * width);
  for (let j = 0; j < width; j += 1) {
    for (let k = 0; k <= j; k += 1) sums[j * width + k] = all[j * wide + k]!;
  }
  return { width, sums };
}
