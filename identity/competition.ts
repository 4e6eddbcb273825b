import { regress } from "./calibrate.ts";
import type { CandidatePairs } from "./candidates.ts";
import { gradedBins, isComparable, TOP } from "./contrast.ts";
import type { Prepared } from "./prepare.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { Calibration, LinkageSettings, PairKind } from "./settings.ts";
import { weighCandidates } from "./weigh.ts";
import type { CalibratedPairs, WeighedPairs } from "./weigh.ts";
import { calibratedColumn, probabilityOf } from "./weights.ts";

/** Searches across sources, and within them, that must be seen before anything is read from the contrast. */
const LEAST = 40;
/** Bits that a pair has at most, and at least, once its rivals are heard. */
const MOST = 30;
const BOUNDS = { scale: [0.3, 1.3], shift: [-4, 10] } as const;

/** What is needed of a record. */
type Sourced = Pick<Prepared, "type" | "source">;

/** What a record finds in one source. */
export interface Search {
  /** The greatest weight, bits. */
  best: number;
  /** Sum of 2^(bits - best) over all partners there. */
  sum: number;
}

/** Numbers from 1 of the sources that hold everybody once. */
export function cleanNumbers(settings: LinkageSettings): ReadonlyMap<string, number> {
  return new Map(Object.keys(settings.frequencies?.tables["source"] ?? {}).map((source, at) => [source, at + 1]));
}

/** A search with one more partner. */
export function withPartner(search: Search | undefined, bits: number): Search {
  if (search === undefined) return { best: bits, sum: 1 };
  if (bits > search.best) {
    search.sum = search.sum * 2 ** (search.best - bits) + 1;
    search.best = bits;
  } else search.sum += 2 ** (bits - search.best);
  return search;
}

/** Bits of a pair that each search found: what the best there is worth, shared with its rivals by weight. */
export function rivalBits(weight: number, line: Calibration, searches: readonly (Search | undefined)[]): number {
  let probability = 1;
  for (const search of searches) {
    if (search === undefined) continue;
    const share = 2 ** (weight - search.best) / search.sum;
    probability = Math.min(probability, probabilityOf(search.best, line) * share);
  }
  return Math.max(-MOST, Math.min(MOST, Math.log2(probability / (1 - probability))));
}

/** Searches by record and source: at most one of the partners in a source that holds everybody once is the record's own. */
class Searches {
  readonly clean: Int32Array;
  private readonly width: number;
  private readonly found = new Map<number, Search>();

  constructor(records: readonly Sourced[], settings: LinkageSettings) {
    const numbers = cleanNumbers(settings);
    this.clean = new Int32Array(records.length);
    if (numbers.size > 0) for (const [at, { source }] of records.entries()) this.clean[at] = numbers.get(source) ?? 0;
    this.width = numbers.size + 1;
  }

  /** True where the two stand in different sources, at least one of which holds everybody once. */
  isAcross(left: number, right: number): boolean {
    return this.clean[left] !== this.clean[right];
  }

  isWithin(left: number, right: number): boolean {
    const source = this.clean[left] ?? 0;
    return source > 0 && source === this.clean[right];
  }

  note(left: number, right: number, bits: number): void {
    this.noteOne(left, right, bits);
    this.noteOne(right, left, bits);
  }

  of(seeker: number, other: number): Search | undefined {
    return this.found.get(seeker * this.width + (this.clean[other] ?? 0));
  }

  /** Every search: the pair found and the number of the source sought in. */
  *all(): Generator<readonly [search: Search, source: number]> {
    for (const [key, search] of this.found) yield [search, key % this.width];
  }

  private noteOne(seeker: number, other: number, bits: number): void {
    const source = this.clean[other] ?? 0;
    if (source === 0) return;
    const key = seeker * this.width + source;
    const search = this.found.get(key);
    const next = withPartner(search, bits);
    if (search === undefined) this.found.set(key, next);
  }
}

/**
 * Learns what being the best partner is worth, for each kind: how much better the best partners in a source that holds
 * everybody once look to records of other sources (some of them are their own) than to its own records (none is).
 */
export function fitCompetition(
  settings: LinkageSettings,
  records: readonly Prepared[],
  candidates: CandidatePairs,
): LinkageSettings {
  if (!PAIR_KINDS.some((kind) => isComparable(records, kind, settings))) return settings;
  const { pairs } = weighCandidates(settings, records, candidates);
  let next = settings;
  for (const [number, kind] of PAIR_KINDS.entries()) {
    if (!isComparable(records, kind, settings)) continue;
    const { across, within } = countSearches(settings, records, pairs, number);
    const graded = gradedBins(across, within, strangers(across, within), 0, Number.NEGATIVE_INFINITY);
    const matches = graded.reduce((sum, { share, count }) => sum + share * count, 0);
    if (matches < LEAST || within.reduce((sum, count) => sum + count, 0) < LEAST) continue;
    const { scale, shift } = settings.calibration[kind];
    const best = regress(graded, { scale, shift }, BOUNDS);
    next = { ...next, calibration: { ...next.calibration, [kind]: { scale, shift, best } } };
  }
  return next;
}

function countSearches(
  settings: LinkageSettings,
  records: readonly Sourced[],
  pairs: WeighedPairs,
  number: number,
): { readonly across: Float64Array; readonly within: Float64Array } {
  const kind = PAIR_KINDS[number] ?? "person";
  const open = new Searches(records, settings);
  const closed = new Searches(records, settings);
  const [another, same] = sourceTerms(settings, kind);
  for (let row = 0; row < pairs.left.length; row += 1) {
    if (pairs.kind[row] !== number) continue;
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const bits = pairs.weight[row] ?? 0;
    if (open.isAcross(left, right)) open.note(left, right, bits);
    // As it would weigh between two sources, so that both are counted by the same evidence.
    else if (open.isWithin(left, right)) closed.note(left, right, bits - same + another);
  }
  const sizes = new Float64Array(Object.keys(settings.frequencies?.tables["source"] ?? {}).length + 1);
  for (const source of open.clean) sizes[source] = (sizes[source] ?? 0) + 1;
  const across = new Float64Array(2 * TOP + 1);
  const within = new Float64Array(2 * TOP + 1);
  const binOf = (bits: number): number => Math.max(0, Math.min(2 * TOP, Math.floor(bits) + TOP));
  for (const [{ best }] of open.all()) across[binOf(best)] = (across[binOf(best)] ?? 0) + 1;
  for (const [{ best }, source] of closed.all()) {
    const size = sizes[source] ?? 1;
    within[binOf(best)] = (within[binOf(best)] ?? 0) + (records.length - size) / Math.max(1, size);
  }
  return { across, within };
}

/** Share of all searches that lie below the weights from which the share of strangers is read, at least. */
const LOW_PART = 0.15;

/**
 * Share of the searches across that find only strangers: far down, where hardly any partner is the record's own, there
 * are so many of them for each one that a source's own records find.
 */
function strangers(across: Float64Array, within: Float64Array): number {
  const total = within.reduce((sum, count) => sum + count, 0);
  let least = 1;
  let [found, own] = [0, 0];
  for (let at = 0; at < within.length; at += 1) {
    found += across[at] ?? 0;
    own += within[at] ?? 0;
    if (own >= LOW_PART * total) least = Math.min(least, (found + Math.sqrt(found) + 1) / own);
  }
  return least;
}

/** Bits that standing in different sources, and in one that holds everybody once, is worth. */
function sourceTerms(settings: LinkageSettings, kind: PairKind): readonly [another: number, same: number] {
  const levels = settings.models[kind].comparisons.find(({ name }) => name === "source")?.levels ?? [];
  const bits = (at: number): number => Math.log2((levels[at]?.m ?? 1) / (levels[at]?.u ?? 1));
  return [bits(0), bits(1)];
}

/**
 * The pairs with their calibrated bits. Where a source holds everybody once, its records are rivals for each record of
 * another one: the best of them is judged by what best partners are worth, and all share what that gives by their weights.
 */
export function competedPairs(
  pairs: WeighedPairs,
  records: readonly Sourced[],
  settings: LinkageSettings,
): CalibratedPairs {
  const bits = calibratedColumn(pairs, settings);
  const best = PAIR_KINDS.map((kind) => settings.calibration[kind].best);
  if (best.every((one) => one === undefined)) return { ...pairs, bits };
  const searches = new Searches(records, settings);
  const isOpen = (row: number): boolean =>
    best[pairs.kind[row] ?? -1] !== undefined && searches.isAcross(pairs.left[row] ?? 0, pairs.right[row] ?? 0);
  for (let row = 0; row < bits.length; row += 1)
    if (isOpen(row)) searches.note(pairs.left[row] ?? 0, pairs.right[row] ?? 0, pairs.weight[row] ?? 0);
  for (let row = 0; row < bits.length; row += 1) {
    const line = best[pairs.kind[row] ?? -1];
    if (line === undefined || !isOpen(row)) continue;
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    bits[row] = rivalBits(pairs.weight[row] ?? 0, line, [searches.of(left, right), searches.of(right, left)]);
  }
  return { ...pairs, bits };
}
