import { unpack } from "./artefact.ts";
import { bandOf } from "./bands.ts";
import { calibratedLogit } from "./calibrate.ts";
import { encode, widthOf } from "./encode.ts";
import { ruleEffects, ruleLogit } from "./rule.ts";
import { sigmoid } from "./special.ts";
import type { TabularModel } from "./artefact.ts";
import type { Backend } from "./runtime.ts";
import type { Table } from "./table.ts";

/** What one feature adds to a row's logit, against the usual row. */
export interface Effect {
  readonly feature: string;
  readonly effect: number;
}

/** Scores of a table, row by row. */
export interface Scores {
  readonly logits: Float64Array;
  readonly probabilities: Float64Array;
  readonly bands: readonly ("High" | "Medium" | "Low")[];
  /** Logit of a row about which nothing is unusual. */
  readonly base: number;
  /** Effects of each row, strongest first; base and effects add up to the logit. */
  readonly effects: readonly (readonly Effect[])[];
}

const CHUNK = 4096;

/**
 * Scores a table. Logits come from the backend in chunks of 4,096 rows, effects from the same weights, so that they add
 * up to the logit within 32-bit rounding (1e-5). With Platt calibration logits and effects are those of the calibrated
 * score; with an isotonic curve they are those before it.
 */
export function scoreTable(backend: Backend, model: TabularModel, table: Table): Scores {
  const { base, logits, effects } =
    model.rule === null ? linearScores(backend, model, table) : ruleScores(model, table);
  const probabilities = logits.map((value) => sigmoid(calibratedLogit(model.calibration, value)));
  const scaled = model.calibration.kind === "platt" ? model.calibration : { slope: 1, offset: 0 };
  return {
    logits: logits.map((value) => scaled.slope * value + scaled.offset),
    probabilities,
    bands: Array.from(probabilities, (p) => bandOf(model.bands, p)),
    base: scaled.slope * base + scaled.offset,
    effects: effects.map((list) =>
      list
        .map(({ feature, effect }) => ({ feature, effect: effect * scaled.slope }))
        .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.feature < b.feature ? -1 : 1)),
    ),
  };
}

interface Raw {
  readonly base: number;
  readonly logits: Float64Array;
  readonly effects: readonly Effect[][];
}

function ruleScores(model: TabularModel, table: Table): Raw {
  const rule = model.rule!;
  const rows = Array.from({ length: table.rows }, (_unused, i) => i);
  return {
    base: rule.base,
    logits: Float64Array.from(rows, (i) => ruleLogit(rule, table, i)),
    effects: rows.map((i) => ruleEffects(rule, table, i)),
  };
}

function linearScores(backend: Backend, model: TabularModel, table: Table): Raw {
  const { encoder, weights } = unpack(model, widthOf)!;
  const logits = new Float64Array(table.rows);
  const effects: Effect[][] = [];
  const { tf } = backend;
  for (let from = 0; from < table.rows; from += CHUNK) {
    const to = Math.min(table.rows, from + CHUNK);
    const design = encode(encoder, table, from, to);
    const product = tf.tidy(() =>
      tf.matMul(tf.tensor2d(design.values, [design.rows, design.width]), tf.tensor2d(weights, [design.width, 1])),
    );
    const values = product.dataSync<"float32">();
    product.dispose();
    for (let i = 0; i < design.rows; i += 1) {
      logits[from + i] = values[i]! + model.intercept;
      effects.push(
        encoder.features.map((feature, f) => {
          let effect = 0;
          for (let j = encoder.offsets[f]!; j < encoder.offsets[f + 1]!; j += 1) {
            effect += design.values[i * design.width + j]! * weights[j]!;
          }
          return { feature: feature.name, effect };
        }),
      );
    }
  }
  return { base: model.intercept, logits, effects };
}
