import { isMissing } from "#models";
import type { Cell, Effect, TabularModel } from "#models";

/** Least change of a logit that is worth a word. */
const LEAST = 0.02;

/**
 * The strongest reasons of a row, in words: the feature, the row's value, the usual one, and which way it moves the
 * score. A reason against the score's own direction needs twice the weight.
 */
export function reasonTexts(
  model: TabularModel,
  effects: readonly Effect[],
  value: (feature: string) => Cell,
  many: number,
): string[] {
  const total = effects.reduce((sum, { effect }) => sum + effect, 0);
  const weight = (effect: number): number => Math.abs(effect) * (effect > 0 === total > 0 ? 1 : 0.5);
  const told = [...effects]
    .filter(({ effect }) => Math.abs(effect) >= LEAST)
    .sort((a, b) => weight(b.effect) - weight(a.effect) || (a.feature < b.feature ? -1 : 1))
    .slice(0, many)
    .map(
      ({ feature, effect }) => `${effect > 0 ? "raised" : "lowered"} by ${valueText(model, feature, value(feature))}`,
    );
  if (told.length > 0 || many === 0) return told;
  return [effects.length === 0 ? "the rate of all rows: no column tells them apart" : "near the usual in every column"];
}

/** "tenure 2 (usual: 29)". */
export function valueText(model: TabularModel, feature: string, cell: Cell): string {
  const usual = model.usual[feature] ?? "";
  if (isMissing(cell)) return `${feature} not known${usual === "" ? "" : ` (usual: ${usual})`}`;
  const text = String(cell);
  return text === usual ? `${feature} ${text} (the usual value)` : `${feature} ${text} (usual: ${usual})`;
}
