import { bandOf } from "./bands.ts";
import { calibratedLogit } from "./calibrate.ts";
import { readColumns } from "./columns.ts";
import { partExplainer, partLogits } from "./parts.ts";
import { sigmoid } from "./special.ts";
import { everyRow } from "./columns.ts";
import type { TabularModel } from "./artefact.ts";
import type { Calibration } from "./calibrate.ts";
import type { PartEffects, ScoringRows } from "./parts.ts";
import type { Backend } from "./runtime.ts";
import type { Table } from "./table.ts";

/** What one feature adds to a row's logit, against the usual row. */
export interface Effect {
  readonly feature: string;
  readonly effect: number;
}

/** Scores of a table, row by row. */
export interface Scores {
  /** Calibrated logits. */
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  readonly bands: readonly ("High" | "Medium" | "Low")[];
  /** Calibrated logit of the usual row. */
  readonly base: number;
  /** Effects of each row, strongest first; base and effects add up to the logit. Empty where they were not asked for. */
  readonly effects: readonly (readonly Effect[])[];
}

const CHUNK = 4096;

/**
 * Scores a table in chunks of 4,096 rows. Effects come from the same parts as the scores: weights for linear parts,
 * Shapley values for trees, shares of the change for networks; a curve of calibration stretches all effects of a row
 * alike. They add up to the calibrated logit within 32-bit rounding (1e-4).
 */
export function scoreTable(
  backend: Backend,
  model: TabularModel,
  table: Table,
  options: { readonly effects?: boolean } = {},
): Scores {
  const raw = new Float64Array(table.rows);
  const effects: (readonly Effect[])[] = [];
  const wanted = options.effects ?? true;
  const explainers = wanted ? model.parts.map((part) => partExplainer(backend, part)) : [];
  let base = 0;
  for (let from = 0; from < Math.max(1, table.rows); from += CHUNK) {
    const to = Math.min(table.rows, from + CHUNK);
    const columns = readColumns(table, model.types, from, to);
    const input: ScoringRows = { table, columns, rows: everyRow(to - from), from };
    for (const part of model.parts) {
      const logits = partLogits(backend, part, input);
      for (let i = 0; i < logits.length; i += 1) raw[from + i] = raw[from + i]! + part.weight * logits[i]!;
    }
    if (!wanted) continue;
    const found = explainers.map((explain) => explain(input));
    base = found.reduce((sum, part, p) => sum + model.parts[p]!.weight * part.base, 0);
    for (let i = 0; i < to - from; i += 1) {
      effects.push(rowEffects(model, found, i, base, raw[from + i]!));
    }
  }
  const logits = raw.map((value) => calibratedLogit(model.calibration, value));
  const probabilities = logits.map(sigmoid);
  return {
    logits,
    probabilities,
    bands: Array.from(probabilities, (p) => bandOf(model.bands, p)),
    base: calibratedLogit(model.calibration, base),
    effects,
  };
}

function rowEffects(
  model: TabularModel,
  parts: readonly PartEffects[],
  row: number,
  base: number,
  logit: number,
): Effect[] {
  const sums = new Map<string, number>();
  for (const [p, { features, effects }] of parts.entries()) {
    const { weight } = model.parts[p]!;
    for (const [f, feature] of features.entries()) {
      sums.set(feature, (sums.get(feature) ?? 0) + weight * effects[row * features.length + f]!);
    }
  }
  const stretch = stretchOf(model.calibration, base, logit);
  return [...sums]
    .map(([feature, effect]) => ({ feature, effect: effect * stretch }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.feature < b.feature ? -1 : 1));
}

/** Calibration moves the way from the usual row to this one by one factor. */
function stretchOf(calibration: Calibration, base: number, logit: number): number {
  if (calibration.kind === "platt") return calibration.slope;
  const way = logit - base;
  if (Math.abs(way) < 1e-9) return 1;
  return (calibratedLogit(calibration, logit) - calibratedLogit(calibration, base)) / way;
}
