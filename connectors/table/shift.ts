import { cellText, isBlank } from "./cells.ts";
import type { RowCell, SheetRow } from "./cells.ts";

/** Rows that a profile is made from; more add nothing. */
const PROFILE_ROWS = 2000;

/** What the values of each column look like, learnt from the table itself, to see rows that do not fit their columns. */
export interface Profile {
  /** Learns from a row; false where enough are known. */
  add(row: SheetRow): boolean;
  /** True when the row's values fit the columns clearly better one column to the left or right, or hardly at all. */
  shifted(row: SheetRow): boolean;
}

interface ColumnCounts {
  filled: number;
  readonly kinds: Map<string, number>;
  readonly values: Map<string, number>;
}

/** An empty profile. */
export function createProfile(): Profile {
  const columns: ColumnCounts[] = [];
  let rows = 0;
  let always: readonly boolean[] | null = null;
  let tests: readonly ((cell: RowCell) => boolean | null)[] | null = null;
  return {
    add(row) {
      if (rows >= PROFILE_ROWS) return false;
      rows += 1;
      for (const [index, cell] of row.cells.entries()) {
        const counts = (columns[index] ??= { filled: 0, kinds: new Map(), values: new Map() });
        if (isBlank(cell)) continue;
        counts.filled += 1;
        const kind = kindOf(cell);
        counts.kinds.set(kind, (counts.kinds.get(kind) ?? 0) + 1);
        const text = cellText(cell);
        if (counts.values.size <= 40) counts.values.set(text, (counts.values.get(text) ?? 0) + 1);
      }
      return true;
    },
    shifted(row) {
      tests ??= Array.from({ length: columns.length }, (_, index) => testOf(columns[index]));
      always ??= Array.from(columns, (counts) => rows >= 10 && counts !== undefined && counts.filled >= rows * 0.95);
      const here = fit(tests, row.cells, 0);
      if (here.misfits === 0) return false;
      const holes = always.filter((filled, index) => filled && isBlank(row.cells[index])).length;
      if (here.misfits + holes < 2) return false;
      if (here.misfits >= 3 && here.fits * 3 <= here.misfits) return true;
      return [1, -1].some((by) => {
        const there = fit(tests ?? [], row.cells, by);
        return there.misfits * 4 <= there.fits && there.fits - there.misfits >= here.fits - here.misfits + 2;
      });
    },
  };
}

function fit(
  tests: readonly ((cell: RowCell) => boolean | null)[],
  cells: readonly RowCell[],
  by: number,
): { fits: number; misfits: number } {
  let fits = 0;
  let misfits = 0;
  for (let index = 0; index < tests.length; index += 1) {
    const test = tests[index];
    const cell = cells[index + by];
    const verdict =
      test === undefined || test === NO_OPINION || cell === undefined || isBlank(cell) ? null : test(cell);
    if (verdict === true) fits += 1;
    if (verdict === false) misfits += 1;
  }
  return { fits, misfits };
}

const NO_OPINION = (): null => null;

/** A test for a column whose values have one clear form or few values; null (no opinion) for free text. */
function testOf(counts: ColumnCounts | undefined): (cell: RowCell) => boolean | null {
  if (counts === undefined || counts.filled < 5) return NO_OPINION;
  const common = [...counts.values].filter(([, n]) => n >= 2);
  const covered = common.reduce((sum, [, n]) => sum + n, 0);
  if (
    counts.values.size <= 30 &&
    counts.filled >= 20 &&
    covered >= counts.filled * 0.9 &&
    common.length * 3 <= counts.filled
  ) {
    const set = new Set(common.map(([text]) => text));
    return (cell) => set.has(cellText(cell));
  }
  const [kind, n] = [...counts.kinds].sort((a, b) => b[1] - a[1])[0] ?? ["text", 0];
  if (kind === "text" || n < counts.filled * 0.85) return NO_OPINION;
  return (cell) => kindOf(cell) === kind;
}

function kindOf(cell: RowCell): string {
  if (typeof cell === "string") return textKind(cell.trim());
  if (cell.type === "text") return textKind(cellText(cell).trim());
  if (cell.type === "date" || cell.type === "datetime") return "date";
  if (cell.type === "number") return /^\d{7}$|^\d{10,11}$/.test(cellText(cell)) ? "phone" : "number";
  return cell.type;
}

/** Every row of a file comes here: what a text cannot be by its signs is not tried. */
function textKind(text: string): string {
  let digits = 0;
  let at = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (isDigit(code)) digits += 1;
    else if (code === AT) at = true;
  }
  if (at && /^\S+@\S+$/.test(text)) return "email";
  if (digits === 0) return /^-?,+$/.test(text) ? "number" : "text";
  if (isDigit(text.charCodeAt(0)) && /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(\s|T|$)/.test(text)) return "date";
  const last = text.charCodeAt(text.length - 1);
  const figure = isDigit(last) || last === COMMA;
  if (figure && /^[A-Za-z]{2,4}\$?\s?-?[\d,]+(\.\d+)?$|^-?\$?\s?[\d,]+\.\d{2}$/.test(text))
    return text.includes("-") ? codeShape(text) : "number";
  if (digits >= 7 && /^[+\d\s().\-/extEXT:]+$/.test(text)) return "phone";
  if (!figure) return "text";
  if (/^[A-Z]{1,5}[-#]?\d+$/.test(text)) return codeShape(text);
  return /^-?[\d,]+(\.\d+)?$/.test(text) ? "number" : "text";
}

const AT = 64;
const COMMA = 44;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** `C0012-b` as `code A9-A`: runs of letters and digits by one sign each. */
function codeShape(text: string): string {
  let shape = "code ";
  let before = "";
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const letter = (code | 32) >= 97 && (code | 32) <= 122;
    const sign = letter ? "A" : isDigit(code) ? "9" : "";
    if (sign === "") shape += text.charAt(index);
    else if (sign !== before) shape += sign;
    before = sign;
  }
  return shape;
}
