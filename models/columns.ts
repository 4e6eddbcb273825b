import { isMissing, numericValue } from "./table.ts";
import type { Cell, ColumnType, Table } from "./table.ts";

/** A column read once: numbers (NaN where missing), or the number of each row's level. */
export interface RawColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly values: Float64Array | null;
  readonly codes: Int32Array | null;
  /** Text of each level; null stands for a missing value. */
  readonly levels: readonly (string | null)[];
}

/** Reads the named columns of a table, rows `from` to `to`, so that no fold has to touch texts again. */
export function readColumns(
  table: Table,
  types: Readonly<Record<string, ColumnType>>,
  from = 0,
  to = table.rows,
): RawColumn[] {
  return Object.entries(types).map(([name, type]) => {
    const column = table.columns[name];
    if (type !== "category") {
      const values = new Float64Array(to - from);
      for (let i = 0; i < values.length; i += 1) {
        const cell = column?.[from + i];
        // 32-bit numbers throughout: edges are stored as such, and both sides of a comparison must agree.
        values[i] =
          typeof cell === "number" && type === "number"
            ? clip(cell)
            : isMissing(cell)
              ? NaN
              : clip(numericValue(type, cell));
      }
      return { name, type, values, codes: null, levels: [] };
    }
    const numbers = new Map<string | null, number>();
    const codes = new Int32Array(to - from);
    for (let i = 0; i < codes.length; i += 1) {
      const cell = column?.[from + i];
      const level = levelOf(cell);
      let code = numbers.get(level);
      if (code === undefined) numbers.set(level, (code = numbers.size));
      codes[i] = code;
    }
    return { name, type, values: null, codes, levels: [...numbers.keys()] };
  });
}

/** Words such as "Select" or "none" are levels of their own: that somebody left them there tells more than a gap does. Case tells nothing. */
function levelOf(cell: Cell): string | null {
  const text = typeof cell === "string" ? cell.trim() : isMissing(cell) ? "" : String(cell);
  return text === "" ? null : text.toLowerCase();
}

/** Positions 0 to n - 1. */
export function everyRow(n: number): Int32Array {
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i += 1) rows[i] = i;
  return rows;
}

function clip(value: number | null): number {
  if (value === null || !Number.isFinite(value)) return NaN;
  return Math.fround(Math.min(1e30, Math.max(-1e30, value)));
}
