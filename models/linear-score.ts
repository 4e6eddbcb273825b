import { addCurve, curveOf } from "./curve.ts";
import { openPairs } from "./pair-score.ts";
import type { RawColumn } from "./columns.ts";
import type { Encoder } from "./encode.ts";
import type { CategoryEncoding } from "./feature-encoding.ts";
import type { PairTerm } from "./pair-sides.ts";

/** Weights on encoded columns and on products of two features. */
export interface LinearWeights {
  readonly encoder: Encoder;
  readonly pairs: readonly PairTerm[];
  readonly weights: Float32Array;
  readonly intercept: number;
}

/** Where terms are added: the row's place is `stride` x row + `at`. */
interface Place {
  readonly out: Float64Array;
  readonly stride: number;
  readonly at: number;
}

/** Adds what one feature, or a product of two, gives to each row. */
type Term = (columns: ReadonlyMap<string, RawColumn>, rows: number, factor: number, place: Place) => void;

/** A linear part made ready: curves and tables are laid out once, whatever the number of rows. */
export interface OpenLinear {
  /** Logits straight from the columns, in 64-bit numbers: nothing is encoded first. The same on every backend. */
  logits(columns: readonly RawColumn[], rows: number): Float64Array;
  /** What each feature adds, row by row; a product counts half for each side, as Shapley values would have it. */
  effects(columns: readonly RawColumn[], rows: number): Float64Array;
}

/** Makes a linear part ready for scoring any number of rows. */
export function openLinear(part: LinearWeights): OpenLinear {
  const { features } = part.encoder;
  const names = features.map(({ name }) => name);
  const terms = features.map((_feature, f) => featureTerm(part, f));
  const pairs = openPairs(part.pairs, part.weights);
  const named = (columns: readonly RawColumn[]): Map<string, RawColumn> =>
    new Map(columns.map((column) => [column.name, column]));
  return {
    logits: (columns, rows) => {
      const place = { out: new Float64Array(rows).fill(part.intercept), stride: 1, at: 0 };
      const byName = named(columns);
      for (const add of terms) add(byName, rows, 1, place);
      pairs.each(byName, rows, (_pair, values) => {
        for (let i = 0; i < rows; i += 1) place.out[i] = place.out[i]! + values[i]!;
      });
      return place.out;
    },
    effects: (columns, rows) => {
      const out = new Float64Array(rows * names.length);
      const byName = named(columns);
      const stride = names.length;
      for (const [at, add] of terms.entries()) add(byName, rows, 1, { out, stride, at });
      pairs.each(byName, rows, ({ first, second }, values) => {
        for (const { name } of [first, second]) {
          for (let i = 0, k = names.indexOf(name); i < rows; i += 1, k += stride) out[k] = out[k]! + 0.5 * values[i]!;
        }
      });
      return out;
    },
  };
}

function featureTerm({ encoder, weights }: LinearWeights, f: number): Term {
  const feature = encoder.features[f]!;
  const [from, to] = [encoder.offsets[f]!, encoder.offsets[f + 1]!];
  let usual = 0;
  for (let j = from; j < to; j += 1) usual += weights[j]! * encoder.means[j]!;
  const own = weights.subarray(from, to);
  if (feature.kind === "category") return levelTerm(feature, own, usual);
  const curve = curveOf(feature, own, usual);
  return (columns, rows, factor, { out, stride, at }) => {
    const values = columns.get(feature.name)?.values ?? null;
    if (values === null) addAlike(curve.gap * factor, rows, out, stride, at);
    else if (stride === 1 && factor === 1) addCurve(curve, values, rows, out);
    else {
      const found = new Float64Array(rows);
      addCurve(curve, values, rows, found);
      for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + factor * found[i]!;
    }
  };
}

function addAlike(value: number, rows: number, out: Float64Array, stride: number, at: number): void {
  for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + value;
}

function levelTerm({ name, levels, other, missing }: CategoryEncoding, weights: Float32Array, usual: number): Term {
  const places = new Map(levels.map((level, i) => [level, weights[i]!]));
  const elsewhere = other ? weights[levels.length]! : 0;
  const gap = missing ? weights[levels.length + Number(other)]! : 0;
  let known: { readonly levels: RawColumn["levels"]; readonly byCode: Float64Array } | null = null;
  return (columns, rows, factor, { out, stride, at }) => {
    const column = columns.get(name);
    const codes = column?.codes ?? null;
    if (codes === null) {
      addAlike((gap - usual) * factor, rows, out, stride, at);
      return;
    }
    // Stretches of one table share their levels: 10,000 of them are looked up once.
    if (known?.levels !== column!.levels) {
      const of = (level: string | null): number => (level === null ? gap : (places.get(level) ?? elsewhere)) - usual;
      known = { levels: column!.levels, byCode: Float64Array.from(column!.levels, of) };
    }
    const { byCode } = known;
    for (let i = 0, k = at; i < rows; i += 1, k += stride) out[k] = out[k]! + factor * byCode[codes[i]!]!;
  };
}
