import { regress } from "./calibrate.ts";
import type { Graded } from "./calibrate.ts";
import type { OutcomeTable } from "./estimate.ts";
import { frequencies } from "./frequencies.ts";
import type { Frequencies } from "./frequencies.ts";
import type { Prepared } from "./prepare.ts";
import type { Calibration, LinkageSettings, PairKind } from "./settings.ts";
import { weighPair } from "./weights.ts";
import type { PairOutcome, Scorer } from "./weights.ts";

/** Weights beyond this many bits are counted as this. */
export const TOP = 24;
/** Matches across sources, and pairs within them, that must be seen before anything is read from the contrast. */
const LEAST = 50;
/** Share of two lists' records that must stand in the clean one: a few of them tell little of all the others. */
const MOST = 0.4;
/** Weights below this many bits tell nothing of where the line is. */
const LOWEST = -16;
/** Pairs of fewer bits than this are no matches, however they stand out: lists differ in more than whom they hold. */
const FLOOR = -8;
/** A share of matches below this is none: what is left over is noise. */
const NOTHING = 0.1;

/** Pairs that one weight may speak for, as a share of all matches. */
const LARGEST_BIN = 0.1;

/** What is needed of a record. */
type Typed = Pick<Prepared, "type" | "source">;

interface Contrast {
  readonly across: Float64Array;
  readonly within: Float64Array;
}

/**
 * Learns from lists that hold hardly anybody twice what a weight is worth: two records of one such list are almost never
 * one, so how often they look alike tells how many of the pairs across lists look alike by chance. Gives scale and shift
 * of the weight, or null where no source is such a list, or too few pairs are seen.
 */
export function contrastSources(
  scorer: Scorer,
  table: OutcomeTable,
  records: readonly Prepared[],
  start: Calibration,
): Calibration | null {
  const column = scorer.names.indexOf("source");
  if (column < 0 || !scorer.context.severalSources) return null;
  const ratio = possibleRatio(records, scorer.kind, scorer.context.frequencies);
  if (ratio === null) return null;
  const { across, within } = countByWeight(scorer, table, column);
  const term = (scorer.m[column]?.[0] ?? 0) - (scorer.u[column]?.[0] ?? 0);
  const graded = gradedBins(across, within, ratio, term);
  const matches = graded.reduce((sum, { share, count }) => sum + share * count, 0);
  if (matches < LEAST || within.reduce((sum, count) => sum + count, 0) < LEAST) return null;
  return regress(graded, start, { scale: [0.5, 1.3], shift: [-3, 4] });
}

interface Pool {
  bins: number;
  found: number;
  chance: number;
}

/**
 * Shares of matches by weight, from counts by weight (one bit a bin, the middle one 0) across sources and within them;
 * `ratio` pairs across stand for each within, `term` is added to each weight, and weights below `floor` are no matches.
 * Neighbours out of order are taken together, since more weight is never a smaller share.
 */
export function gradedBins(
  across: Float64Array,
  within: Float64Array,
  ratio: number,
  term: number,
  floor = FLOOR,
): Graded[] {
  const pools: Pool[] = [];
  const shareOf = ({ found, chance }: Pool): number => (found === 0 ? 0 : Math.max(0, 1 - chance / found));
  for (let at = TOP + LOWEST; at <= 2 * TOP; at += 1) {
    let last: Pool = { bins: 1, found: across[at] ?? 0, chance: ratio * (within[at] ?? 0) };
    for (let before = pools.at(-1); before !== undefined && shareOf(before) >= shareOf(last); before = pools.at(-1)) {
      pools.pop();
      last = { bins: before.bins + 1, found: before.found + last.found, chance: before.chance + last.chance };
    }
    pools.push(last);
  }
  const shares = pools.flatMap((pool) => Array.from({ length: pool.bins }, () => shareOf(pool)));
  const matches = pools.reduce((sum, pool) => sum + shareOf(pool) * pool.found, 0);
  // Thousands of pairs far below the line would otherwise bend it away from the few on it.
  const most = 10 + LARGEST_BIN * matches;
  return shares.flatMap((share, index): Graded[] => {
    const at = index + TOP + LOWEST;
    const count = Math.min(across[at] ?? 0, most);
    const weight = at - TOP + 0.5 + term;
    return count === 0 ? [] : [{ weight, share: share < NOTHING || weight < floor ? 0 : share, count }];
  });
}

/** Pairs across sources for each pair within one that holds everybody once. */
function possibleRatio(records: readonly Typed[], kind: PairKind, known: Frequencies): number | null {
  const sizes = new Map<string, number>();
  for (const { type, source } of records)
    if (type === kind || (type === "unknown" && kind !== "item")) sizes.set(source, (sizes.get(source) ?? 0) + 1);
  const half = (size: number): number => (size * (size - 1)) / 2;
  let [total, inside, clean, held] = [0, 0, 0, 0];
  for (const [source, size] of sizes) {
    total += size;
    inside += half(size);
    if (known.count("source", source) <= 1) continue;
    clean += half(size);
    held += size;
  }
  // A third list that writes its records another way would have nothing like it within the clean ones.
  const isFair = held === total || (sizes.size === 2 && held >= MOST * total);
  return isFair && clean > 0 ? (half(total) - inside) / clean : null;
}

/** True where sources that hold everybody once have enough of the records of a kind to speak for the others. */
export function isComparable(records: readonly Typed[], kind: PairKind, settings: LinkageSettings): boolean {
  return possibleRatio(records, kind, frequencies(settings)) !== null;
}

function countByWeight(scorer: Scorer, table: OutcomeTable, column: number): Contrast {
  const across = new Float64Array(2 * TOP + 1);
  const within = new Float64Array(2 * TOP + 1);
  for (let row = 0; row < table.size; row += 1) {
    const from = row * table.width;
    const level = table.levels[from + column];
    if (level === 2) continue;
    // The source's own word is left out, so that both are counted by the same evidence.
    const bits = weighWithout(scorer, table, from, column);
    const at = Math.max(0, Math.min(2 * TOP, Math.floor(bits) + TOP));
    if (level === 1) within[at] = (within[at] ?? 0) + table.scale;
    else across[at] = (across[at] ?? 0) + table.scale;
  }
  return { across, within };
}

function weighWithout(scorer: Scorer, table: OutcomeTable, from: number, column: number): number {
  const outcome: PairOutcome = {
    levels: table.levels.slice(from, from + table.width),
    chance: Float64Array.from(table.chance.subarray(from, from + table.width)),
    left: [],
    right: [],
  };
  outcome.levels[column] = -1;
  return weighPair(scorer, outcome).weight;
}
