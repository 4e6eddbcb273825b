import type { Frequencies, FrequencyField } from "../frequencies.ts";
import type { LexiconIndex } from "../lexicon.ts";
import type { Prepared } from "../prepare.ts";
import { isIn } from "./strings.ts";

/** What a comparison may look at. */
export interface CompareContext {
  readonly lexicon: LexiconIndex;
  readonly frequencies: Frequencies;
  /** True where the records come from more than one source. */
  readonly severalSources: boolean;
}

/** The outcome of one comparison: a level, or -1 where a side says nothing. */
export interface Outcome {
  level: number;
  /** Frequency of the value that agrees, where it is known; 0 where the level's own u applies. */
  frequency: number;
  /** The values that were compared, for explanations. */
  left: string;
  right: string;
  /** True where the values are wanted: most pairs are only weighed. */
  wanted: boolean;
}

/** Compares one field of two records. Symmetric. */
export type Comparator = (a: Prepared, b: Prepared, context: CompareContext, out: Outcome) => void;

/** Sets an outcome. */
export function set(out: Outcome, level: number, frequency: number, left = "", right = ""): void {
  out.level = level;
  out.frequency = frequency;
  out.left = left;
  out.right = right;
}

/** Sets the values of an outcome, for explanations. */
export function tell(out: Outcome, left: string, right: string): void {
  out.left = left;
  out.right = right;
}

/** Marks that nothing can be said. */
export function missing(out: Outcome): void {
  set(out, -1, 0, "", "");
}

/** The rarest value that both lists hold, or null. */
export function rarestShared(
  left: readonly string[],
  right: readonly string[],
  field: FrequencyField,
  context: CompareContext,
): { value: string; frequency: number } | null {
  let best: { value: string; frequency: number } | null = null;
  for (const value of left) {
    if (!isIn(right, value)) continue;
    const frequency = context.frequencies.of(field, value);
    if (best === null || frequency < best.frequency || (frequency === best.frequency && value < best.value))
      best = { value, frequency };
  }
  return best;
}
