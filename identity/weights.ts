import { C360Error } from "#core";
import { exp2 } from "./bits.ts";
import { CONTACT_COMPARATORS } from "./comparisons/contact.ts";
import type { Comparator, CompareContext, Outcome } from "./comparisons/context.ts";
import { FIRM_COMPARATORS } from "./comparisons/firm.ts";
import { ITEM_COMPARATORS } from "./comparisons/item.ts";
import { CONTACT_PERSON_COMPARATORS, PERSON_COMPARATORS } from "./comparisons/person.ts";
import { frequencies } from "./frequencies.ts";
import { lexiconIndex } from "./lexicon.ts";
import type { Prepared, PreparedType } from "./prepare.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { Calibration, KindModel, LinkageSettings, PairKind } from "./settings.ts";

const COMPARATORS: Readonly<Record<string, Comparator>> = {
  ...PERSON_COMPARATORS,
  ...CONTACT_PERSON_COMPARATORS,
  ...FIRM_COMPARATORS,
  ...CONTACT_COMPARATORS,
  ...ITEM_COMPARATORS,
};

/** A kind's model in arrays, ready to weigh pairs. Probabilities are in bits (log2). */
export interface Scorer {
  readonly kind: PairKind;
  readonly names: readonly string[];
  readonly comparators: readonly Comparator[];
  readonly context: CompareContext;
  readonly rate: number;
  /** log2 m by comparison and level. */
  readonly m: readonly Float64Array[];
  readonly u: readonly Float64Array[];
  readonly flat: FlatTables;
  readonly relatedNames: readonly string[];
  readonly relatedRates: readonly number[];
  /** log2 by class, comparison and level; NaN where it is as among random pairs. */
  readonly related: readonly (readonly Float64Array[])[];
}

/** The tables of a scorer in one row each: level n of comparison c stands at c * `stride` + n. */
interface FlatTables {
  readonly stride: number;
  readonly m: Float64Array;
  readonly u: Float64Array;
  readonly related: readonly Float64Array[];
}

function flatTables({ m, u, related }: Pick<Scorer, "m" | "u" | "related">): FlatTables {
  const stride = Math.max(1, ...m.map(({ length }) => length));
  const flatten = (tables: readonly Float64Array[], rest: number): Float64Array => {
    const flat = new Float64Array(tables.length * stride).fill(rest);
    for (const [at, table] of tables.entries()) flat.set(table, at * stride);
    return flat;
  };
  return {
    stride,
    m: flatten(m, 0),
    u: flatten(u, 0),
    related: related.map((tables) => flatten(tables, Number.NaN)),
  };
}

/** What of a record decides its kind of pair. */
type Typed = Pick<Prepared, "type" | "given" | "family">;

/** What a record pair is weighed as; null where the two can only be related (a person and a firm) or are nobody. */
export function pairKind(a: Typed, b: Typed): PairKind | null {
  if (a.type === "none" || b.type === "none") return null;
  if (a.type === b.type && a.type !== "unknown") return a.type;
  if (a.type !== "unknown" && b.type !== "unknown") return null;
  const known = a.type === "unknown" ? b.type : a.type;
  if (known === "item") return null;
  if (known === "person") return "person";
  if (known === "organisation") return "organisation";
  // Both unknown: as firms when either has more than a person's parts.
  return a.given.length > 0 && b.given.length > 0 && a.family !== "" && b.family !== "" ? "person" : "organisation";
}

/** What each record is, for {@link kindTable}: few numbers in a row are quicker to look at than many records. */
export function typeNumbers(records: readonly Prepared[]): Uint8Array {
  const numbers = new Uint8Array(records.length);
  for (let at = 0; at < numbers.length; at += 1) {
    const record = records[at];
    if (record === undefined) continue;
    const { type, given, family } = record;
    numbers[at] = type !== "unknown" ? TYPES.indexOf(type) : TYPES.length + (given.length > 0 && family !== "" ? 1 : 0);
  }
  return numbers;
}

const TYPES: readonly PreparedType[] = ["none", "person", "organisation", "item"];
/** Room for each type number, two of them for those that are unknown. */
const WIDTH = 8;

/** Place of a pair's types in the table of kinds. */
export function kindPlace(types: Uint8Array, left: number, right: number): number {
  return (types[left] ?? 0) * WIDTH + (types[right] ?? 0);
}

/** Positions in PAIR_KINDS of what {@link pairKind} gives, by {@link kindPlace}; -1 for none. */
export function kindTable(): Int8Array {
  const table = new Int8Array(WIDTH * WIDTH).fill(-1);
  const some = [...TYPES, "unknown" as const, "unknown" as const].map((type, at) => ({
    type,
    given: at > TYPES.length ? ["a"] : [],
    family: at > TYPES.length ? "b" : "",
  }));
  for (const [left, a] of some.entries()) {
    for (const [right, b] of some.entries()) {
      const kind = pairKind(a, b);
      if (kind !== null) table[left * WIDTH + right] = PAIR_KINDS.indexOf(kind);
    }
  }
  return table;
}

/** Compiles settings for one kind of pair. Throws a C360Error where the settings name a comparison that does not exist. */
export function compileScorer(settings: LinkageSettings, kind: PairKind): Scorer {
  const model: KindModel = settings.models[kind];
  const comparators = model.comparisons.map(({ name }) => {
    const found = COMPARATORS[name];
    if (found === undefined)
      throw new C360Error("USAGE", { problem: `no comparison is named ${name}`, command: "link" });
    return found;
  });
  const m = model.comparisons.map(({ levels }) => Float64Array.from(levels, (level) => Math.log2(level.m)));
  const u = model.comparisons.map(({ levels }) => Float64Array.from(levels, (level) => Math.log2(level.u)));
  const related = model.related.map(({ name }) =>
    model.comparisons.map(({ levels }) =>
      Float64Array.from(levels, (level) => {
        const share = level.related[name];
        return share === undefined ? Number.NaN : Math.log2(share);
      }),
    ),
  );
  return {
    kind,
    names: model.comparisons.map(({ name }) => name),
    comparators,
    context: {
      lexicon: lexiconIndex(settings.lexicon),
      frequencies: frequencies(settings),
      severalSources: (settings.frequencies?.sources ?? 2) > 1,
    },
    rate: Math.log2(model.rate),
    m,
    u,
    flat: flatTables({ m, u, related }),
    relatedNames: model.related.map(({ name }) => name),
    relatedRates: model.related.map(({ rate }) => Math.log2(rate)),
    related,
  };
}

/** Outcomes of all comparisons of one pair; reused between pairs. */
export interface PairOutcome {
  readonly levels: Int8Array;
  /** log2 of the chance agreement that stands in u's place. */
  readonly chance: Float64Array;
  readonly left: string[];
  readonly right: string[];
}

/** A place for the outcomes of one pair. */
export function pairOutcome(scorer: Scorer): PairOutcome {
  const size = scorer.names.length;
  return {
    levels: new Int8Array(size),
    chance: new Float64Array(size),
    left: Array.from({ length: size }, () => ""),
    right: Array.from({ length: size }, () => ""),
  };
}

const scratch: Outcome = { level: -1, frequency: 0, left: "", right: "", wanted: false };

/** All comparisons may speak. */
const ALL_SAID = -1;

/**
 * Runs every comparison on a pair. The values compared are only set where they are wanted. `said` has a bit for each
 * comparison (see saidBits): those without stay silent.
 */
export function comparePair(
  scorer: Scorer,
  a: Prepared,
  b: Prepared,
  out: PairOutcome,
  wanted = true,
  said = ALL_SAID,
): void {
  const { comparators, context, u } = scorer;
  const { levels, chance } = out;
  scratch.wanted = wanted;
  for (let at = 0; at < comparators.length; at += 1) {
    if (((said >> Math.min(at, 31)) & 1) === 0) {
      levels[at] = -1;
      chance[at] = 0;
      continue;
    }
    comparators[at]?.(a, b, context, scratch);
    const { level, frequency } = scratch;
    levels[at] = level;
    chance[at] = level < 0 ? 0 : frequency > 0 ? Math.log2(frequency) : (u[at]?.[level] ?? 0);
    if (!wanted) continue;
    out.left[at] = scratch.left;
    out.right[at] = scratch.right;
  }
}

/** Sum of the evidence of a pair, in bits. */
export interface PairWeight {
  /** log2 of the odds that the two are one customer. */
  readonly weight: number;
  /** What being related rather than random takes off, zero or below. */
  readonly shared: number;
  /** Which related class explains most, or -1. */
  readonly sharedClass: number;
  /** Probability that the pair is of that class. */
  readonly sharedProbability: number;
}

/**
 * Fellegi-Sunter weight with related classes: log2(rate) + Σ log2(m/u) − log2(1 + Σ related/random). The last term takes
 * back what a household or a shared building explains as well, so that dependent fields do not count twice.
 */
export function weighPair(scorer: Scorer, outcome: PairOutcome): PairWeight {
  const { m, related, relatedRates } = scorer;
  const { levels, chance } = outcome;
  let match = scorer.rate;
  let random = 0;
  const size = scorer.names.length;
  for (let at = 0; at < size; at += 1) {
    const level = levels[at] ?? -1;
    if (level < 0) continue;
    match += m[at]?.[level] ?? 0;
    random += chance[at] ?? 0;
  }
  let sum = 1;
  let sharedClass = -1;
  let best = 0;
  for (let index = 0; index < related.length; index += 1) {
    const tables = related[index] ?? [];
    let bits = relatedRates[index] ?? 0;
    for (let at = 0; at < size; at += 1) {
      const level = levels[at] ?? -1;
      if (level < 0) continue;
      const own = tables[at]?.[level] ?? Number.NaN;
      bits += own === own ? own : (chance[at] ?? 0);
    }
    const odds = exp2(Math.min(200, bits - random));
    sum += odds;
    if (odds > best) {
      best = odds;
      sharedClass = index;
    }
  }
  const shared = -Math.log2(sum);
  const weight = match - random + shared;
  return { weight, shared, sharedClass, sharedProbability: best / sum / (1 + exp2(Math.min(200, weight))) };
}

/** What many pairs one after another are weighed into. */
export interface WeightScratch {
  weight: number;
  /** As in {@link PairWeight}, where the class explains at least {@link LEAST_SHARED}; else -1 and 0. */
  sharedClass: number;
  sharedProbability: number;
  readonly places: Int32Array;
  readonly chance: Float64Array;
}

/** A place to weigh pairs into. */
export function weightScratch(scorer: Scorer): WeightScratch {
  const size = scorer.names.length;
  return {
    weight: 0,
    sharedClass: -1,
    sharedProbability: 0,
    places: new Int32Array(size),
    chance: new Float64Array(size),
  };
}

/** Shares below this make no relation. */
const LEAST_SHARED = 0.01;
/** Bits below which odds vanish beside 1. */
const VANISHING = -60;

/** {@link comparePair} and {@link weighPair} in one go, the same weight to the last bit: for the hundreds of thousands. */
export function weighSaid(scorer: Scorer, a: Prepared, b: Prepared, said: number, out: WeightScratch): void {
  const { comparators, context } = scorer;
  const { stride, m, u } = scorer.flat;
  const { places, chance } = out;
  let [match, random, used] = [scorer.rate, 0, 0];
  scratch.wanted = false;
  for (let at = 0; at < comparators.length; at += 1) {
    if (((said >> Math.min(at, 31)) & 1) === 0) continue;
    comparators[at]?.(a, b, context, scratch);
    const { level, frequency } = scratch;
    if (level < 0) continue;
    const place = at * stride + level;
    const bits = frequency > 0 ? Math.log2(frequency) : (u[place] ?? 0);
    match += m[place] ?? 0;
    random += bits;
    places[used] = place;
    chance[used] = bits;
    used += 1;
  }
  settleWeight(scorer, out, match, random, used);
}

// What related classes explain of a pair is taken off its weight.
function settleWeight(
  { flat, relatedRates }: Scorer,
  out: WeightScratch,
  match: number,
  random: number,
  used: number,
): void {
  const { places, chance } = out;
  let [sum, best, sharedClass] = [1, 0, -1];
  for (let index = 0; index < flat.related.length; index += 1) {
    const table = flat.related[index];
    if (table === undefined) continue;
    let bits = relatedRates[index] ?? 0;
    for (let at = 0; at < used; at += 1) {
      const own = table[places[at] ?? 0] ?? Number.NaN;
      bits += own === own ? own : (chance[at] ?? 0);
    }
    if (bits - random < VANISHING) continue;
    const odds = exp2(Math.min(200, bits - random));
    sum += odds;
    if (odds > best) {
      best = odds;
      sharedClass = index;
    }
  }
  const weight = sum === 1 ? match - random : match - random - Math.log2(sum);
  const isShared = best >= LEAST_SHARED * sum;
  out.weight = weight;
  out.sharedClass = isShared ? sharedClass : -1;
  out.sharedProbability = isShared ? best / sum / (1 + exp2(Math.min(200, weight))) : 0;
}

/** Probability of a weight in bits, after calibration. */
export function probabilityOf(weight: number, calibration: Calibration): number {
  return 1 / (1 + exp2(-Math.max(-60, Math.min(60, weight * calibration.scale + calibration.shift))));
}

/** Bits of all weighed pairs after calibration: {@link calibratedBits} of each. */
export function calibratedColumn(
  { weight, kind }: { readonly weight: Float64Array; readonly kind: Int8Array },
  { calibration }: LinkageSettings,
): Float64Array<ArrayBuffer> {
  const scales = Float64Array.from(PAIR_KINDS, (one) => calibration[one].scale);
  const shifts = Float64Array.from(PAIR_KINDS, (one) => calibration[one].shift);
  const bits = new Float64Array(weight.length);
  for (let row = 0; row < bits.length; row += 1) {
    const number = kind[row] ?? -1;
    const own = weight[row] ?? 0;
    bits[row] = number < 0 ? own : own * (scales[number] ?? 1) + (shifts[number] ?? 0);
  }
  return bits;
}

/** Bits of a weighed pair after calibration. */
export function calibratedBits(
  pairs: { readonly weight: Float64Array; readonly kind: Int8Array },
  row: number,
  settings: LinkageSettings,
): number {
  const kind = PAIR_KINDS[pairs.kind[row] ?? -1];
  const weight = pairs.weight[row] ?? 0;
  if (kind === undefined) return weight;
  const { scale, shift } = settings.calibration[kind];
  return weight * scale + shift;
}
