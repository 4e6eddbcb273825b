import { C360Error } from "#core";
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
  readonly relatedNames: readonly string[];
  readonly relatedRates: readonly number[];
  /** log2 by class, comparison and level; NaN where it is as among random pairs. */
  readonly related: readonly (readonly Float64Array[])[];
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
  return Uint8Array.from(records, ({ type, given, family }) => {
    if (type !== "unknown") return TYPES.indexOf(type);
    return given.length > 0 && family !== "" ? TYPES.length + 1 : TYPES.length;
  });
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
    m: model.comparisons.map(({ levels }) => Float64Array.from(levels, (level) => Math.log2(level.m))),
    u: model.comparisons.map(({ levels }) => Float64Array.from(levels, (level) => Math.log2(level.u))),
    relatedNames: model.related.map(({ name }) => name),
    relatedRates: model.related.map(({ rate }) => Math.log2(rate)),
    related: model.related.map(({ name }) =>
      model.comparisons.map(({ levels }) =>
        Float64Array.from(levels, (level) => {
          const share = level.related[name];
          return share === undefined ? Number.NaN : Math.log2(share);
        }),
      ),
    ),
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
    const odds = 2 ** Math.min(200, bits - random);
    sum += odds;
    if (odds > best) {
      best = odds;
      sharedClass = index;
    }
  }
  const shared = -Math.log2(sum);
  const weight = match - random + shared;
  return { weight, shared, sharedClass, sharedProbability: best / sum / (1 + 2 ** Math.min(200, weight)) };
}

/** Probability of a weight in bits, after calibration. */
export function probabilityOf(weight: number, calibration: Calibration): number {
  return 1 / (1 + 2 ** -Math.max(-60, Math.min(60, weight * calibration.scale + calibration.shift)));
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
