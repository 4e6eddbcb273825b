import { bandOf } from "./bands.ts";
import { calibratedLogit } from "./calibrate.ts";
import { readColumns } from "./columns.ts";
import { openPart } from "./parts.ts";
import { sigmoid } from "./special.ts";
import type { TabularModel } from "./artefact.ts";
import type { Calibration } from "./calibrate.ts";
import type { OpenPart, PartEffects, ScoringRows } from "./parts.ts";
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

/** A model made ready for any number of tables. */
export interface OpenModel {
  /** As {@link scoreTable}. */
  score(table: Table, options?: { readonly effects?: boolean }): Scores;
}

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
  return openModel(backend, model).score(table, options);
}

/** Makes a model ready, for tables that are explained block by block: effects of many rows at once fill the memory. */
export function openModel(backend: Backend, model: TabularModel): OpenModel {
  const parts = model.parts.map((part) => openPart(backend, part));
  return { score: (table, options = {}) => scoreWith(model, parts, table, options.effects ?? true) };
}

function scoreWith(model: TabularModel, parts: readonly OpenPart[], table: Table, wanted: boolean): Scores {
  const raw = new Float64Array(table.rows);
  const effects: (readonly Effect[])[] = [];
  let base = 0;
  for (let from = 0; from < Math.max(1, table.rows); from += CHUNK) {
    const rows = Math.min(table.rows, from + CHUNK) - from;
    const columns = readColumns(table, model.types, from, from + rows);
    const input: ScoringRows = { table, columns, rows, from };
    for (const { weight, logits } of parts) {
      const found = logits(input);
      for (let i = 0; i < rows; i += 1) raw[from + i] = raw[from + i]! + weight * found[i]!;
    }
    if (!wanted) continue;
    const found = parts.map((part) => part.effects(input));
    base = found.reduce((sum, part, p) => sum + parts[p]!.weight * part.base, 0);
    addEffects(effects, model, found, base, raw.subarray(from, from + rows));
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

/** Adds the effects of all parts by feature, row by row, strongest first. */
function addEffects(
  out: (readonly Effect[])[],
  model: TabularModel,
  parts: readonly PartEffects[],
  base: number,
  raw: Float64Array,
): void {
  const names = [...new Set(parts.flatMap(({ features }) => features))];
  const places = parts.map(({ features }) => features.map((feature) => names.indexOf(feature)));
  const sums = new Float64Array(names.length);
  for (let row = 0; row < raw.length; row += 1) {
    sums.fill(0);
    for (const [p, { features, effects }] of parts.entries()) {
      const { weight } = model.parts[p]!;
      const own = places[p]!;
      for (let f = 0, at = row * features.length; f < own.length; f += 1, at += 1) {
        sums[own[f]!] = sums[own[f]!]! + weight * effects[at]!;
      }
    }
    const stretch = stretchOf(model.calibration, base, raw[row]!);
    out.push(
      names
        .map((feature, k) => ({ feature, effect: sums[k]! * stretch }))
        .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.feature < b.feature ? -1 : 1)),
    );
  }
}

/** Calibration moves the way from the usual row to this one by one factor. */
function stretchOf(calibration: Calibration, base: number, logit: number): number {
  if (calibration.kind === "platt") return calibration.slope;
  const way = logit - base;
  if (Math.abs(way) < 1e-9) return 1;
  return (calibratedLogit(calibration, logit) - calibratedLogit(calibration, base)) / way;
}
