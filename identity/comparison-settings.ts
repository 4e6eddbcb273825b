/** One outcome of comparing a field, with how often it happens in each class of pairs. */
export interface ComparisonLevel {
  readonly name: string;
  /** Probability among pairs that are the same customer. */
  readonly m: number;
  /** Probability among random pairs; where a value agrees exactly, that value's own frequency stands in its place. */
  readonly u: number;
  /** Probability among related but different customers, by class; absent where it is as among random pairs. */
  readonly related: Readonly<Record<string, number>>;
}

/** A field's comparison. The first level is the best agreement, the last one disagreement. */
export interface ComparisonSettings {
  readonly name: string;
  /** Pairs that the starting values count for in the fit, where they are better known than the data can tell. */
  readonly hold?: number;
  readonly levels: readonly ComparisonLevel[];
}
