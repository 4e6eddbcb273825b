import type { CandidatePairs } from "./candidates.ts";
import { contrastSources } from "./contrast.ts";
import { fitModel, measureRandom } from "./estimate.ts";
import type { OutcomeTable } from "./estimate.ts";
import type { Prepared } from "./prepare.ts";
import { saidBits } from "./said.ts";
import { PAIR_KINDS } from "./settings.ts";
import type { Calibration, KindModel, LinkageSettings, PairKind } from "./settings.ts";
import { comparePair, compileScorer, kindPlace, kindTable, pairOutcome, typeNumbers } from "./weights.ts";
import type { Scorer } from "./weights.ts";

/** What a steward said of two records: one customer, two, or nothing (null). */
export type StewardWord = (left: number, right: number) => boolean | null;

/** Bits for one customer that are known of two records beside what they say themselves: 0 for nothing. */
export type KnownBits = (left: number, right: number) => number;

/** Fits the model of each kind to the pairs: u from random pairs, the rest by expectation-maximisation. */
export function fitSettings(
  settings: LinkageSettings,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  seed: number,
  known?: KnownBits,
): LinkageSettings {
  let next = settings;
  for (const kind of PAIR_KINDS) next = withKind(next, kind, fitKind(settings, records, { pairs, kind, seed }, known));
  return next;
}

/** One kind of pairs that is to be fitted. */
export interface KindWork {
  readonly pairs: CandidatePairs;
  readonly kind: PairKind;
  readonly seed: number;
}

/** What was fitted for one kind of pairs. */
export interface KindFit {
  readonly model: KindModel;
  readonly calibration: Calibration;
}

/** Settings with what was fitted for one kind. */
export function withKind(settings: LinkageSettings, kind: PairKind, { model, calibration }: KindFit): LinkageSettings {
  return {
    ...settings,
    models: { ...settings.models, [kind]: model },
    calibration: { ...settings.calibration, [kind]: calibration },
  };
}

/** Fits the model of one kind; no kind's fit looks at another's. */
export function fitKind(
  settings: LinkageSettings,
  records: readonly Prepared[],
  { pairs, kind, seed }: KindWork,
  known?: KnownBits,
): KindFit {
  const calibration = settings.calibration[kind];
  let size = 0;
  for (const { type } of records) if (type === kind || (type === "unknown" && kind !== "item")) size += 1;
  if (size < 2) return { model: settings.models[kind], calibration };
  const model = measureRandom(records, settings, kind, seed);
  const measured = withKind(settings, kind, { model, calibration });
  const scorer = compileScorer(measured, kind);
  const table = outcomesOf(scorer, records, pairs, known);
  if (table.size === 0) return { model, calibration };
  const fitted = fitModel(model, scorer, table, size);
  const next = compileScorer(withKind(measured, kind, { model: fitted, calibration }), kind);
  return { model: fitted, calibration: contrastSources(next, table, records, calibration) ?? calibration };
}

function outcomesOf(
  scorer: Scorer,
  records: readonly Prepared[],
  pairs: CandidatePairs,
  knownOf: KnownBits | undefined,
): OutcomeTable {
  const rows = rowsOfKind(scorer.kind, records, pairs);
  const step = Math.max(1, Math.ceil(rows.length / ENOUGH));
  const chosen = new Int32Array(Math.ceil(rows.length / step));
  for (let at = 0; at < chosen.length; at += 1) chosen[at] = rows[at * step] ?? 0;
  const width = scorer.names.length;
  const levels = new Int8Array(chosen.length * width);
  const chance = new Float32Array(chosen.length * width);
  const outcome = pairOutcome(scorer);
  const bits = saidBits(scorer, records);
  const known = knownOf === undefined ? null : new Float32Array(chosen.length);
  for (let at = 0; at < chosen.length; at += 1) {
    const row = chosen[at] ?? 0;
    const [left, right] = [pairs.left[row] ?? 0, pairs.right[row] ?? 0];
    const [a, b] = [records[left], records[right]];
    if (a === undefined || b === undefined) continue;
    comparePair(scorer, a, b, outcome, false, (bits[left] ?? -1) & (bits[right] ?? -1));
    levels.set(outcome.levels, at * width);
    chance.set(outcome.chance, at * width);
    if (known !== null) known[at] = knownOf?.(left, right) ?? 0;
  }
  return { size: chosen.length, width, levels, chance, scale: step, known };
}

/** A steady share of the pairs of a kind is enough for the fit. */
const ENOUGH = 60_000;

function rowsOfKind(kind: PairKind, records: readonly Prepared[], pairs: CandidatePairs): Int32Array {
  const number = PAIR_KINDS.indexOf(kind);
  const [types, table] = [typeNumbers(records), kindTable()];
  const rows = new Int32Array(pairs.left.length);
  let count = 0;
  for (let row = 0; row < pairs.left.length; row += 1) {
    if (table[kindPlace(types, pairs.left[row] ?? 0, pairs.right[row] ?? 0)] !== number) continue;
    rows[count] = row;
    count += 1;
  }
  return rows.subarray(0, count);
}
