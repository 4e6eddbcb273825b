import type { CandidatePairs } from "./candidates.ts";
import { contrastSources } from "./contrast.ts";
import { fitModel, measureRandom } from "./estimate.ts";
import type { OutcomeTable } from "./estimate.ts";
import type { Prepared } from "./prepare.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome } from "./weights.ts";
import type { Scorer } from "./weights.ts";

/** What a steward said of two records: one customer, two, or nothing (null). */
export type StewardWord = (left: number, right: number) => boolean | null;

/**
 * Fits the model of each kind to the pairs: u from random pairs, the rest by expectation-maximisation. A pair on which a
 * steward has spoken counts as what it is. It counts once, like any other: stewards are asked about the hardest pairs, and
 * what is true of those must not be taken for the rule.
 */
export function fitSettings(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  seed: number,
  word?: StewardWord,
): LinkageSettings {
  let next = settings;
  for (const kind of PAIR_KINDS) {
    const size = records.filter(({ type }) => type === kind || (type === "unknown" && kind !== "item")).length;
    if (size < 2) continue;
    const measured = measureRandom(records, next, kind, seed);
    next = { ...next, models: { ...next.models, [kind]: measured } };
    const scorer = compileScorer(next, kind);
    const table = outcomesOf(scorer, records, pairs, word);
    if (table.size === 0) continue;
    next = { ...next, models: { ...next.models, [kind]: fitModel(measured, scorer, table, size) } };
    const told = contrastSources(compileScorer(next, kind), table, records, next.calibration[kind]);
    if (told !== null) next = { ...next, calibration: { ...next.calibration, [kind]: told } };
  }
  return next;
}

function outcomesOf(
  scorer: Scorer,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  word: StewardWord | undefined,
): OutcomeTable {
  const rows: number[] = [];
  for (let row = 0; row < pairs.left.length; row += 1) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a !== undefined && b !== undefined && pairKind(a, b) === scorer.kind) rows.push(row);
  }
  // A steady share of the pairs is enough for the fit.
  const step = Math.max(1, Math.ceil(rows.length / 60_000));
  const chosen = rows.filter((_row, at) => at % step === 0);
  const width = scorer.names.length;
  const levels = new Int8Array(chosen.length * width);
  const chance = new Float32Array(chosen.length * width);
  const outcome = pairOutcome(scorer);
  const said = word === undefined ? null : new Int8Array(chosen.length).fill(-1);
  for (const [at, row] of chosen.entries()) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a === undefined || b === undefined) continue;
    comparePair(scorer, a, b, outcome, false);
    levels.set(outcome.levels, at * width);
    chance.set(outcome.chance, at * width);
    const same = word?.(pairs.left[row] ?? 0, pairs.right[row] ?? 0) ?? null;
    if (said !== null && same !== null) said[at] = same ? 1 : 0;
  }
  return { size: chosen.length, width, levels, chance, scale: step, said };
}
