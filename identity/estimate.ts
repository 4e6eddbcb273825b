import { seededRandom } from "#core";
import { exp2 } from "./bits.ts";
import type { Prepared } from "./prepare.ts";
import { saidBits } from "./said.ts";
import type { ComparisonLevel } from "./comparison-settings.ts";
import type { KindModel, LinkageSettings, PairKind } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome } from "./weights.ts";
import type { Scorer } from "./weights.ts";

/** Outcomes of many pairs of one kind, by pair and comparison. */
export interface OutcomeTable {
  readonly size: number;
  readonly width: number;
  /** -1 where a side says nothing. */
  readonly levels: Int8Array;
  /** log2 of chance agreement. */
  readonly chance: Float32Array;
  /** How many pairs each row stands for, where the table is a sample. */
  readonly scale: number;
  /** Bits for one customer that are known of each pair beside what its records say; null where nothing is known of any. */
  readonly known: Float32Array | null;
}

/** Pseudo-pairs that the starting values count for: enough to hold on thin data, little on thousands of pairs. */
const PRIOR_PAIRS = { match: 100, related: 300, random: 300 };
const RANDOM_PAIRS = 20_000;
const ROUNDS = 20;
/** Related pairs for each record of a list about which nothing is known. */
const RELATED_EXPECTED = 0.008;
/** The same, at most, where a list is too short to show any. */
const FEW_RELATED = 0.02;
/** Pairs of one customer for each record that a short list is held to, and the records that this counts for. */
const USUAL_MATCHES = { perRecord: 0.3, records: 50 };
const NOTHING_USUAL = { perRecord: 0, records: 0 };
/** Related pairs for each record that the fit starts from: from many it finds its way down, from few seldom up. */
const START_RELATED = 1;

/** Measures u: how often each level happens between random records of one kind. */
export function measureRandom(
  records: readonly Prepared[],
  settings: LinkageSettings,
  kind: PairKind,
  seed: number,
): KindModel {
  const model = settings.models[kind];
  const members = membersOf(records, kind);
  const scorer = compileScorer(settings, kind);
  const counts = model.comparisons.map(({ levels }) => new Float64Array(levels.length));
  const outcome = pairOutcome(scorer);
  const said = saidBits(scorer, records);
  forRandomPairs(members.length, seed, (one, other) => {
    const [left, right] = [members[one] ?? 0, members[other] ?? 0];
    const [a, b] = [records[left], records[right]];
    if (a === undefined || b === undefined || pairKind(a, b) !== kind) return;
    comparePair(scorer, a, b, outcome, false, (said[left] ?? -1) & (said[right] ?? -1));
    for (let at = 0; at < counts.length; at += 1) {
      const level = outcome.levels[at] ?? -1;
      const table = counts[at];
      if (level >= 0 && table !== undefined) table[level] = (table[level] ?? 0) + 1;
    }
  });
  const comparisons = model.comparisons.map((comparison, at) => {
    const table = counts[at] ?? new Float64Array(0);
    const total = table.reduce((sum, count) => sum + count, 0);
    const levels = comparison.levels.map((level, index) => ({
      ...level,
      u: ((table[index] ?? 0) + PRIOR_PAIRS.random * level.u) / (total + PRIOR_PAIRS.random),
    }));
    return { ...comparison, levels };
  });
  return { ...model, comparisons };
}

/** Positions of the records that may be of a kind. */
function membersOf(records: readonly Prepared[], kind: PairKind): Int32Array {
  const members = new Int32Array(records.length);
  let size = 0;
  for (let at = 0; at < records.length; at += 1) {
    const type = records[at]?.type;
    if (type !== kind && type !== "unknown") continue;
    members[size] = at;
    size += 1;
  }
  return members.subarray(0, size);
}

function forRandomPairs(size: number, seed: number, visit: (left: number, right: number) => void): void {
  if ((size * (size - 1)) / 2 <= RANDOM_PAIRS) {
    for (let left = 0; left < size; left += 1) {
      for (let right = left + 1; right < size; right += 1) visit(left, right);
    }
    return;
  }
  const random = seededRandom(seed);
  for (let n = 0; n < RANDOM_PAIRS; n += 1) {
    const left = Math.floor(random() * size);
    const right = Math.floor(random() * size);
    if (left !== right) visit(Math.min(left, right), Math.max(left, right));
  }
}

interface ClassTables {
  logRate: number;
  /** Pairs expected for each record, before anything was seen. */
  readonly expected: number;
  /** Pairs for each record that are usual, and the records that this counts for. */
  readonly usual: { readonly perRecord: number; readonly records: number };
  /** log2 by comparison and level; NaN where as among random pairs. */
  readonly tables: Float64Array[];
  readonly prior: readonly (readonly number[])[];
  readonly strength: readonly number[];
}

/**
 * Fits rates, m and the related classes by expectation-maximisation over the compared pairs; u stays as measured. The
 * starting values stay in as pseudo-pairs, so that thin data cannot carry a class away from its meaning.
 */
export function fitModel(model: KindModel, scorer: Scorer, pairs: OutcomeTable, records: number): KindModel {
  const total = Math.max(1, (records * (records - 1)) / 2);
  const classes = startClasses(model, scorer, records, total).slice(0, tellsRelated(scorer, pairs) ? undefined : 1);
  const odds = new Float64Array(classes.length);
  const told = tellings(pairs);
  let before = Number.NaN;
  for (let round = 0; round < ROUNDS; round += 1) {
    const flat = classes.map(flatten);
    const sums = classes.map((one) => ({ pairs: 0, levels: new Float64Array(one.tables.length * MAX_LEVELS) }));
    addPairs(told, flat, sums, odds);
    for (const [index, one] of classes.entries()) update(one, sums[index], pairs.scale, total, records);
    holdOrder(classes[0], model);
    const found = sums[0]?.pairs ?? 0;
    if (Math.abs(found - before) < 0.0005 * found) break;
    before = found;
  }
  return asModel(model, classes);
}

/** Rate of a class that the data cannot show. */
const NO_RATE = 1e-12;

/** Comparisons that cannot tell a relative or a branch from the customer itself. */
const NAMES_ONLY = new Set(["given name", "family name", "name order", "middle name", "firm name", "source", "gender"]);
const LEAST_SEEN = 0.05;

// Where nearly all pairs have nothing but names to compare, nothing can tell a branch from a match: no class may take what
// the data cannot divide.
function tellsRelated(scorer: Scorer, pairs: OutcomeTable): boolean {
  let seen = 0;
  for (let row = 0; row < pairs.size; row += 1) {
    for (let at = 0; at < pairs.width; at += 1) {
      if ((pairs.levels[row * pairs.width + at] ?? -1) < 0 || NAMES_ONLY.has(scorer.names[at] ?? "")) continue;
      seen += 1;
      break;
    }
  }
  return seen >= LEAST_SEEN * pairs.size;
}

function startClasses(model: KindModel, scorer: Scorer, records: number, total: number): ClassTables[] {
  const strong = (share: number): number => Math.log2((share * records) / total);
  const match: ClassTables = {
    logRate: strong(0.7),
    expected: 0.01,
    usual: USUAL_MATCHES,
    tables: scorer.m.map((table) => Float64Array.from(table)),
    prior: model.comparisons.map(({ levels }) => levels.map((level) => level.m)),
    strength: model.comparisons.map(({ hold }) => hold ?? PRIOR_PAIRS.match),
  };
  const related = model.related.map(({ name, expected }, index): ClassTables => ({
    logRate: strong(START_RELATED),
    expected: (expected ?? RELATED_EXPECTED) + Math.min(12 / records, FEW_RELATED),
    usual: NOTHING_USUAL,
    tables: (scorer.related[index] ?? []).map((table) => Float64Array.from(table)),
    prior: model.comparisons.map(({ levels }) => levels.map((level) => level.related[name] ?? Number.NaN)),
    strength: model.comparisons.map(({ hold }) => Math.max(hold ?? 0, PRIOR_PAIRS.related)),
  }));
  return [match, ...related];
}

interface ClassSums {
  pairs: number;
  readonly levels: Float64Array;
}

interface FlatClass {
  readonly logRate: number;
  readonly table: Float64Array;
}

/** Levels of a comparison, at most. */
const MAX_LEVELS = 9;

function flatten(one: ClassTables): FlatClass {
  const table = new Float64Array(one.tables.length * MAX_LEVELS).fill(Number.NaN);
  for (const [at, levels] of one.tables.entries()) table.set(levels, at * MAX_LEVELS);
  return { logRate: one.logRate, table };
}

/** What pairs say, without the comparisons that say nothing: half of them, and all are gone through in every round. */
interface Tellings {
  /** Where each pair's start; one more than pairs. */
  readonly starts: Int32Array;
  /** Places in the flat tables. */
  readonly places: Int16Array;
  /** log2 of chance agreement. */
  readonly chance: Float32Array;
  readonly known: Float32Array | null;
}

function tellings({ size, width, levels, chance, known }: OutcomeTable): Tellings {
  const starts = new Int32Array(size + 1);
  const places = new Int16Array(levels.length);
  const chances = new Float32Array(levels.length);
  let used = 0;
  for (let row = 0; row < size; row += 1) {
    for (let at = 0; at < width; at += 1) {
      const level = levels[row * width + at] ?? -1;
      if (level < 0) continue;
      places[used] = at * MAX_LEVELS + level;
      chances[used] = chance[row * width + at] ?? 0;
      used += 1;
    }
    starts[row + 1] = used;
  }
  return { starts, places, chance: chances, known };
}

function bitsOf(one: FlatClass, { places, chance }: Tellings, from: number, to: number): number {
  let bits = one.logRate;
  const { table } = one;
  for (let at = from; at < to; at += 1) {
    const own = table[places[at] ?? 0] ?? Number.NaN;
    if (own === own) bits += own - (chance[at] ?? 0);
  }
  return bits;
}

// A function of its own, so that it is compiled after the first round.
function addPairs(pairs: Tellings, flat: readonly FlatClass[], sums: readonly ClassSums[], odds: Float64Array): void {
  for (let row = 0; row < pairs.starts.length - 1; row += 1) addPair(pairs, row, flat, sums, odds);
}

// The inner loop of the fit: flat tables of log2(share) by comparison and level, NaN where a class is as random pairs are.
function addPair(
  pairs: Tellings,
  row: number,
  flat: readonly FlatClass[],
  sums: readonly ClassSums[],
  odds: Float64Array,
): void {
  const from = pairs.starts[row] ?? 0;
  const to = pairs.starts[row + 1] ?? 0;
  const known = pairs.known?.[row] ?? 0;
  let whole = 1;
  for (let index = 0; index < flat.length; index += 1) {
    const one = flat[index];
    if (one === undefined) continue;
    const value = exp2(Math.min(300, bitsOf(one, pairs, from, to) + (index === 0 ? known : 0)));
    odds[index] = value;
    whole += value;
  }
  for (let index = 0; index < flat.length; index += 1) {
    const share = (odds[index] ?? 0) / whole;
    const sum = sums[index];
    if (!(share >= 1e-6) || sum === undefined) continue;
    sum.pairs += share;
    const { levels } = sum;
    for (let at = from; at < to; at += 1) {
      const place = pairs.places[at] ?? 0;
      levels[place] = (levels[place] ?? 0) + share;
    }
  }
}

function update(one: ClassTables, sums: ClassSums | undefined, scale: number, total: number, records: number): void {
  if (sums === undefined) return;
  // A dozen rows explain each other as well by many matches as by few: the shorter the list, the more the usual rate counts.
  const own = records / (records + one.usual.records);
  const found = own * sums.pairs * scale + (1 - own) * one.usual.perRecord * records;
  // Every list holds some relatives and neighbours: a class that the data hardly show does not vanish.
  one.logRate = Math.log2(Math.min(1, Math.max(found + one.expected * records, 0.5) / total));
  for (const [at, table] of one.tables.entries()) {
    const counted = sums.levels.subarray(at * MAX_LEVELS, at * MAX_LEVELS + table.length);
    const prior = one.prior[at];
    const strength = one.strength[at] ?? 1;
    if (prior === undefined || table.length < 2) continue;
    const seen = counted.reduce((sum, count) => sum + count, 0);
    for (let level = 0; level < table.length; level += 1) {
      const start = prior[level] ?? Number.NaN;
      if (Number.isNaN(start)) continue;
      table[level] = Math.log2(((counted[level] ?? 0) + strength * start) / (seen + strength));
    }
  }
}

// More agreement never weighs less: disagreement may not speak for a match, nor full agreement against one.
function holdOrder(match: ClassTables | undefined, model: KindModel): void {
  if (match === undefined) return;
  for (const [at, table] of match.tables.entries()) {
    const levels = model.comparisons[at]?.levels ?? [];
    if (levels.length < 2) continue;
    const last = levels.length - 1;
    table[last] = Math.min(table[last] ?? 0, Math.log2((levels[last]?.u ?? 1) * 0.9));
    table[0] = Math.max(table[0] ?? 0, Math.log2(levels[0]?.u ?? 1));
  }
}

function asModel(model: KindModel, classes: readonly ClassTables[]): KindModel {
  const [match, ...related] = classes;
  const comparisons = model.comparisons.map((comparison, at) => ({
    ...comparison,
    levels: comparison.levels.map((level, index): ComparisonLevel => ({
      name: level.name,
      m: 2 ** (match?.tables[at]?.[index] ?? Math.log2(level.m)),
      u: level.u,
      related: Object.fromEntries(
        Object.keys(level.related).map((name) => {
          const own = model.related.findIndex((one) => one.name === name);
          return [name, 2 ** (related[own]?.tables[at]?.[index] ?? Math.log2(level.related[name] ?? 0.5))];
        }),
      ),
    })),
  }));
  return {
    rate: 2 ** (match?.logRate ?? Math.log2(model.rate)),
    related: model.related.map(({ rate, ...one }, index) => ({
      ...one,
      rate: related.length === 0 ? NO_RATE : 2 ** (related[index]?.logRate ?? Math.log2(rate)),
    })),
    comparisons,
  };
}
