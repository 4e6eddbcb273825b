import { seededRandom } from "#core";
import type { Table } from "#models";

/** A labelled table of numbers of which a few matter, two of them together; the outcome is `y`. */
export function madeUpTable(rows: number, columns: number): Table {
  const random = seededRandom(1);
  const made = Array.from({ length: columns }, () => Array.from({ length: rows }, () => random()));
  const y = Array.from({ length: rows }, (_unused, i) => {
    const [a = 0, b = 0, c = 0] = made.map((column) => column[i] ?? 0);
    return random() < 1 / (1 + Math.exp(2 - 3 * a * b - c)) ? 1 : 0;
  });
  return { rows, columns: { ...Object.fromEntries(made.map((column, k) => [`x${String(k)}`, column])), y } };
}
