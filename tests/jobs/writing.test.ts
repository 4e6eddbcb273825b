import { describe, expect, it } from "vitest";
import { amountReader, plainTable, writingsOf } from "../../jobs/modelling/writing.ts";
import type { Cell, Table } from "#models";

/** A table of one column, repeated until it has enough different values. */
function column(cells: readonly Cell[]): Table {
  return { rows: cells.length, columns: { x: cells } };
}

const read = (cells: readonly Cell[]): readonly Cell[] | undefined =>
  plainTable(column(cells), writingsOf(column(cells), [])).columns["x"];

describe("how a file writes numbers and dates", () => {
  it("reads currency signs, thousands, percentages and parentheses as numbers", () => {
    expect(read(["$1,234.50", "J$ 20", "-$3.00", "(1,000.25)", "JMD 7"])).toEqual([1234.5, 20, -3, -1000.25, 7]);
    expect(read(["12.5%", "7%", "n/a", ""])).toEqual([12.5, 7, null, null]);
    expect(read(["1 234,50", "99,5", "12,25"])).toEqual([1234.5, 99.5, 12.25]);
    expect(read(["2.896,60", "13,10", "1.000.000,00"])).toEqual([2896.6, 13.1, 1_000_000]);
  });

  it("takes a few words among many numbers for not known, but leaves levels alone", () => {
    const numbers = Array.from({ length: 30 }, (_unused, i) => String(i * 1.5));
    expect(read([...numbers, "unknown", "?", "unknown", "-"])?.slice(-4)).toEqual([null, null, null, null]);
    const levels = ["0", "1", "2", "unknown", "0", "1", "2", "unknown"];
    expect(read(levels)).toEqual(levels);
  });

  it("reads dates of all kinds as ISO text, days first unless a day says otherwise", () => {
    expect(read(["05/03/2024", "25/12/2023"])).toEqual(["2024-03-05", "2023-12-25"]);
    expect(read(["05/03/2024 8:26", "12/25/2023 10:00"])).toEqual(["2024-05-03", "2023-12-25"]);
    expect(read(["Mar 5, 2024", "4 January 2023"])).toEqual(["2024-03-05", "2023-01-04"]);
  });

  it("leaves codes, versions, ranges, telephone numbers and names with numbers as they are", () => {
    for (const cells of [
      ["A-12", "B-13", "C-14"],
      ["1.2.3", "1.2.4", "2.0.1"],
      ["10-20", "20-30", "30+"],
      ["876-555-1234", "876-555-9876"],
      ["Suite 2001", "Suite 1999"],
      ["plain", "text"],
      [1, 2, 3],
    ]) {
      expect(read(cells)).toEqual(cells);
    }
  });

  it("keeps one reading for files in which it cannot be told", () => {
    const writings = writingsOf(column(["25/12/2023", "05/03/2024"]), []);
    expect(plainTable(column(["05/03/2024"]), writings).columns["x"]).toEqual(["2024-03-05"]);
    expect(plainTable(column(["05/03/2024"]), undefined).columns["x"]).toEqual(["05/03/2024"]);
    expect(writingsOf(column(["25/12/2023", "05/03/2024"]), ["x"])).toEqual({});
  });

  it("reads amounts as their column writes them", () => {
    const european = amountReader(["1.234,56 €", "12,50 €"]);
    expect([european("1.234,56 €"), european("1.000 €"), european(7), european("soon")]).toEqual([
      1234.56,
      1000,
      7,
      null,
    ]);
    const plain = amountReader(["$1,234.56", "(5.00)"]);
    expect([plain("$1,234.56"), plain("(5.00)"), plain(Infinity), plain(null)]).toEqual([1234.56, -5, null, null]);
  });
});
