import type { GroupStrip } from "./strip-groups.ts";
import type { Strip } from "./strips.ts";

/** Rows of a linear model, encoded without their zeros; the means of the columns are taken off. */
export interface LinearDesign {
  readonly rows: number;
  readonly width: number;
  /** One for each feature or product. */
  readonly strips: readonly Strip[];
  /** The same with small categories put together: what passes over the rows go through. */
  readonly passes: readonly (Strip | GroupStrip)[];
  readonly means: Float64Array;
}

/** Weights of a fitted model on the columns of its design. */
export interface LinearFit {
  readonly weights: Float64Array;
  readonly intercept: number;
}
