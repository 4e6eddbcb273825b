import { readColumns, tableFromRows } from "#models";
import type { Cell, RawColumn, Table, TabularModel } from "#models";

/** What many rows of a model's features become: shared memory that threads score without copying. */
export interface ColumnStore {
  readonly ids: readonly string[];
  /** Takes rows by column name, in their order. */
  add(rows: readonly Readonly<Record<string, Cell>>[]): void;
  columns(): RawColumn[];
  /** The cells of some rows, as a table. */
  take(positions: ArrayLike<number>): Table;
}

interface Kept {
  values: Float64Array | null;
  codes: Int32Array | null;
  readonly numbers: Map<string | null, number>;
}

/** Opens a store for a model; `id` names the column that says whose row it is. A row takes 8 bytes for each number. */
export function openColumnStore({ types }: TabularModel, id: string): ColumnStore {
  const ids: string[] = [];
  const kept = new Map<string, Kept>();
  const names = Object.keys(types);
  return {
    ids,
    add(rows) {
      for (const column of readColumns(tableFromRows(rows, names), types)) {
        const one = kept.get(column.name) ?? { values: null, codes: null, numbers: new Map() };
        kept.set(column.name, one);
        append(one, column, ids.length, rows.length);
      }
      for (const row of rows) ids.push(String(row[id]));
    },
    columns: () =>
      names.map((name) => {
        const {
          values = null,
          codes = null,
          numbers,
        } = kept.get(name) ?? { numbers: new Map<string | null, number>() };
        return { name, type: types[name]!, values, codes, levels: [...numbers.keys()] };
      }),
    take(positions) {
      const cells = [...kept].map(([name, one]) => [name, cellsOf(one, positions)] as const);
      return { rows: positions.length, columns: Object.fromEntries(cells) };
    },
  };
}

function append(kept: Kept, { values, codes, levels }: RawColumn, from: number, many: number): void {
  if (values !== null) {
    kept.values = withRoom(kept.values ?? new Float64Array(0), from + many, Float64Array);
    kept.values.set(values, from);
    return;
  }
  kept.codes = withRoom(kept.codes ?? new Int32Array(0), from + many, Int32Array);
  const own = levels.map((level) => {
    const known = kept.numbers.get(level) ?? kept.numbers.size;
    kept.numbers.set(level, known);
    return known;
  });
  for (let i = 0; i < many; i += 1) kept.codes[from + i] = own[codes![i]!]!;
}

/** The array, or a larger one with the same beginning. */
function withRoom<T extends Float64Array | Int32Array>(
  held: T,
  wanted: number,
  kind: { new (buffer: SharedArrayBuffer): T; readonly BYTES_PER_ELEMENT: number },
): T {
  if (held.length >= wanted) return held;
  const room = Math.max(wanted, 65_536, Math.ceil(1.5 * held.length));
  const larger = new kind(new SharedArrayBuffer(room * kind.BYTES_PER_ELEMENT));
  larger.set(held);
  return larger;
}

function cellsOf({ values, codes, numbers }: Kept, positions: ArrayLike<number>): Cell[] {
  if (values !== null) return Array.from(positions, (i) => (Number.isNaN(values[i]!) ? null : values[i]!));
  const levels = [...numbers.keys()];
  return Array.from(positions, (i) => levels[codes![i]!] ?? null);
}
