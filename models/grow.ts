/** What one tree learns from: bins by feature, and the first two derivatives of the loss by row. */
export interface GrowInput {
  readonly bins: readonly Uint8Array[];
  readonly binCounts: Int32Array;
  readonly gradients: Float64Array;
  readonly curvatures: Float64Array;
  /** Rows to learn from; reordered in place. */
  readonly rows: Int32Array;
  /** Features to look at. */
  readonly features: Int32Array;
}

/** How far a tree may grow. */
export interface GrowLimits {
  readonly leaves: number;
  readonly depth: number;
  /** Least sum of curvatures in a leaf. */
  readonly weight: number;
  /** Ridge on a leaf's value. */
  readonly ridge: number;
  /** Factor on a leaf's value. */
  readonly rate: number;
}

/** Numbers of a stored node: feature (-1 in a leaf), bin, where missing goes, children, value, rows' weight. */
export const NODE = 7;

interface Leaf {
  readonly node: number;
  readonly from: number;
  readonly to: number;
  readonly depth: number;
  readonly sumG: number;
  readonly sumH: number;
  readonly hist: Float64Array | null;
  split: Split | null;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
  readonly missingLeft: boolean;
  readonly leftG: number;
  readonly leftH: number;
}

/** Histograms that are used again from tree to tree. */
export interface Scratch {
  readonly pool: Float64Array[];
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly moved: Int32Array;
}

/** Room for growing trees on up to `rows` rows. */
export function growScratch(rows: number): Scratch {
  return { pool: [], g: new Float64Array(rows), h: new Float64Array(rows), moved: new Int32Array(rows) };
}

/** Grows one tree, best leaf first. Gives its nodes, {@link NODE} numbers each; the root is first. */
export function growTree(input: GrowInput, limits: GrowLimits, scratch: Scratch): Float64Array {
  const offsets = new Int32Array(input.features.length + 1);
  for (const [k, f] of input.features.entries()) offsets[k + 1] = offsets[k]! + 2 * input.binCounts[f]!;
  const size = offsets[input.features.length]!;
  const take = (): Float64Array => {
    const found = scratch.pool.pop();
    return found !== undefined && found.length >= size ? found.fill(0) : new Float64Array(Math.max(size, 1));
  };
  let sumG = 0;
  let sumH = 0;
  for (const i of input.rows) {
    sumG += input.gradients[i]!;
    sumH += input.curvatures[i]!;
  }
  const nodes: number[][] = [leafNode(sumG, sumH, limits)];
  const root = { node: 0, from: 0, to: input.rows.length, depth: 0, sumG, sumH };
  const hist = histogram(input, root.from, root.to, offsets, take(), scratch);
  const leaves: Leaf[] = [{ ...root, hist, split: bestSplit(input, offsets, hist, sumG, sumH, limits) }];
  for (let count = 1; count < limits.leaves; count += 1) {
    let at = -1;
    for (const [k, leaf] of leaves.entries()) {
      if (leaf.split !== null && (at < 0 || leaf.split.gain > leaves[at]!.split!.gain)) at = k;
    }
    if (at < 0) break;
    const leaf = leaves[at]!;
    const [left, right] = divide(input, leaf, offsets, limits, scratch, take, count + 1 < limits.leaves);
    const places = [nodes.length, nodes.length + 1] as const;
    const { feature, bin, missingLeft } = leaf.split!;
    nodes[leaf.node] = [feature, bin, missingLeft ? 1 : 0, places[0], places[1], nodes[leaf.node]![5]!, leaf.sumH];
    nodes.push(leafNode(left.sumG, left.sumH, limits), leafNode(right.sumG, right.sumH, limits));
    leaves[at] = { ...left, node: places[0] };
    leaves.push({ ...right, node: places[1] });
  }
  for (const leaf of leaves) if (leaf.hist !== null) scratch.pool.push(leaf.hist);
  return Float64Array.from(nodes.flat());
}

function leafNode(sumG: number, sumH: number, limits: GrowLimits): number[] {
  return [-1, 0, 0, 0, 0, (-limits.rate * sumG) / (sumH + limits.ridge), sumH];
}

type Half = Omit<Leaf, "node">;

function divide(
  input: GrowInput,
  leaf: Leaf,
  offsets: Int32Array,
  limits: GrowLimits,
  scratch: Scratch,
  take: () => Float64Array,
  further: boolean,
): [Half, Half] {
  const split = leaf.split!;
  const middle = partition(input, leaf, split, scratch.moved);
  const depth = leaf.depth + 1;
  const sums = [split.leftG, split.leftH, leaf.sumG - split.leftG, leaf.sumH - split.leftH] as const;
  const halves = [
    { from: leaf.from, to: middle, depth, sumG: sums[0], sumH: sums[1] },
    { from: middle, to: leaf.to, depth, sumG: sums[2], sumH: sums[3] },
  ] as const;
  if (!further || depth >= limits.depth) {
    scratch.pool.push(leaf.hist!);
    return [
      { ...halves[0], hist: null, split: null },
      { ...halves[1], hist: null, split: null },
    ];
  }
  // The smaller half is counted; the larger one is what is left.
  const small = middle - leaf.from <= leaf.to - middle ? 0 : 1;
  const counted = histogram(input, halves[small].from, halves[small].to, offsets, take(), scratch);
  const rest = leaf.hist!;
  for (let k = 0; k < offsets[offsets.length - 1]!; k += 1) rest[k] = rest[k]! - counted[k]!;
  const hists = small === 0 ? [counted, rest] : [rest, counted];
  const finished = halves.map((half, k): Half => {
    const hist = hists[k]!;
    return { ...half, hist, split: bestSplit(input, offsets, hist, half.sumG, half.sumH, limits) };
  });
  return [finished[0]!, finished[1]!];
}

function partition(input: GrowInput, leaf: Leaf, split: Split, moved: Int32Array): number {
  const bins = input.bins[split.feature]!;
  const { rows } = input;
  let left = leaf.from;
  let right = 0;
  for (let k = leaf.from; k < leaf.to; k += 1) {
    const i = rows[k]!;
    const bin = bins[i]!;
    if (bin === 0 ? split.missingLeft : bin <= split.bin) {
      rows[left] = i;
      left += 1;
    } else {
      moved[right] = i;
      right += 1;
    }
  }
  rows.set(moved.subarray(0, right), left);
  return left;
}

function histogram(
  input: GrowInput,
  from: number,
  to: number,
  offsets: Int32Array,
  out: Float64Array,
  { g, h }: Scratch,
): Float64Array {
  const { rows, gradients, curvatures } = input;
  const n = to - from;
  for (let k = 0; k < n; k += 1) {
    const i = rows[from + k]!;
    g[k] = gradients[i]!;
    h[k] = curvatures[i]!;
  }
  for (let f = 0; f < input.features.length; f += 1) {
    count(input.bins[input.features[f]!]!, rows, from, n, g, h, out, offsets[f]!);
  }
  return out;
}

function count(
  bins: Uint8Array,
  rows: Int32Array,
  from: number,
  n: number,
  g: Float64Array,
  h: Float64Array,
  out: Float64Array,
  offset: number,
): void {
  for (let k = 0; k < n; k += 1) {
    const at = offset + 2 * bins[rows[from + k]!]!;
    out[at] = out[at]! + g[k]!;
    out[at + 1] = out[at + 1]! + h[k]!;
  }
}

function bestSplit(
  input: GrowInput,
  offsets: Int32Array,
  hist: Float64Array,
  sumG: number,
  sumH: number,
  { weight, ridge }: GrowLimits,
): Split | null {
  if (sumH < 2 * weight) return null;
  const whole = (sumG * sumG) / (sumH + ridge);
  let best: Split | null = null;
  let top = 1e-6;
  for (let f = 0; f < input.features.length; f += 1) {
    const offset = offsets[f]!;
    const many = (offsets[f + 1]! - offset) / 2;
    const [missingG, missingH] = [hist[offset]!, hist[offset + 1]!];
    for (let side = 0; side < (missingH > 1e-9 ? 2 : 1); side += 1) {
      let g = side === 0 ? 0 : missingG;
      let h = side === 0 ? 0 : missingH;
      for (let bin = 1; bin < many; bin += 1) {
        g += hist[offset + 2 * bin]!;
        h += hist[offset + 2 * bin + 1]!;
        if (h < weight) continue;
        const otherH = sumH - h;
        if (otherH < weight) break;
        const otherG = sumG - g;
        const gain = (g * g) / (h + ridge) + (otherG * otherG) / (otherH + ridge) - whole;
        if (gain > top) {
          top = gain;
          // Where nothing was missing, what is missing later follows the larger part.
          const missingLeft = missingH > 1e-9 ? side === 1 : h > otherH;
          best = { gain, feature: input.features[f]!, bin, missingLeft, leftG: g, leftH: h };
        }
      }
    }
  }
  return best;
}
