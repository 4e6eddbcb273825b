import type { CandidatePairs } from "./candidates.ts";
import { fitModel, measureRandom } from "./estimate.ts";
import type { OutcomeTable } from "./estimate.ts";
import type { Prepared } from "./prepare.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { LinkageSettings } from "./settings.ts";
import { comparePair, compileScorer, pairKind, pairOutcome } from "./weights.ts";
import type { Scorer } from "./weights.ts";

/** Fits the model of each kind to the pairs: u from random pairs, the rest by expectation-maximisation. */
export function fitSettings(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  seed: number,
): LinkageSettings {
  let next = settings;
  for (const kind of PAIR_KINDS) {
    const size = records.filter(({ type }) => type === kind || (type === "unknown" && kind !== "item")).length;
    if (size < 2) continue;
    const measured = measureRandom(records, next, kind, seed);
    next = { ...next, models: { ...next.models, [kind]: measured } };
    const scorer = compileScorer(next, kind);
    const table = outcomesOf(scorer, records, pairs);
    if (table.size > 0) next = { ...next, models: { ...next.models, [kind]: fitModel(measured, scorer, table, size) } };
  }
  return next;
}

function outcomesOf(scorer: Scorer, records: readonly Prepared[], pairs: CandidatePairs): OutcomeTable {
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
  for (const [at, row] of chosen.entries()) {
    const [a, b] = [records[pairs.left[row] ?? 0], records[pairs.right[row] ?? 0]];
    if (a === undefined || b === undefined) continue;
    comparePair(scorer, a, b, outcome, false);
    levels.set(outcome.levels, at * width);
    chance.set(outcome.chance, at * width);
  }
  return { size: chosen.length, width, levels, chance, scale: step };
}
