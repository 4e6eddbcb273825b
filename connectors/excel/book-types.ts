import type { RowSource } from "../table/cells.ts";

/** One sheet of a workbook in whatever format. */
export interface BookSheet {
  readonly name: string;
  readonly hidden: boolean;
  /** Rows in order; once. Throws a FILE_* error. */
  rows(): RowSource;
}

/** An open workbook in whatever format. */
export interface Book {
  readonly sheets: readonly BookSheet[];
  /** What is odd and harmless; complete once the rows are read. */
  warnings(): readonly string[];
  close(): void;
}

/** How a workbook is read. */
export interface BookOptions {
  /** Cells with their formats, and text exactly as it is stored. */
  readonly detail?: boolean;
}
