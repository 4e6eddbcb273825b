import type { ColumnType } from "./table.ts";

/** How one column becomes numbers; fitted on training rows and stored with the model. */
export type FeatureEncoding = NumberEncoding | CategoryEncoding;

/** A number: a robustly scaled linear part, piecewise-linear parts between edges, and an indicator when missing. */
export interface NumberEncoding {
  readonly kind: "number";
  readonly name: string;
  readonly type: ColumnType;
  readonly center: number;
  readonly scale: number;
  /** Ends of the pieces; none for a straight line. */
  readonly edges: readonly number[];
  readonly missing: boolean;
}

/** A category: one column for each level that is common enough, one for the others, one for a missing value. */
export interface CategoryEncoding {
  readonly kind: "category";
  readonly name: string;
  readonly type: "category";
  readonly levels: readonly string[];
  readonly other: boolean;
  readonly missing: boolean;
}
