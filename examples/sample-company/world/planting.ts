import { SAMPLE_DAY } from "./calendar.ts";
import type { Rng } from "./random.ts";
import { textOf, type Cell, type Row } from "./types.ts";

/** Spoils a copy of a good row so that it shows one defect; `n` makes ids fresh. */
export type Spoil = (cells: Cell[], reason: string, r: Rng, n: number) => Cell[];

/** How many rows of each reason a table gets at scale 1. */
export type Plan = readonly (readonly [string, number])[];

const FILTERED = new Set(["duplicate_row", "total_row", "noindex"]);

/** Whether a reason leaves a row out on purpose or sends it to quarantine. */
export function outcomeOf(reason: string): "quarantined" | "filtered" {
  return FILTERED.has(reason) ? "filtered" : "quarantined";
}

/** Inserts spoiled copies and duplicates of good rows at random places; good rows keep their order. */
export function plant(r: Rng, rows: readonly Row[], plan: Plan, share: number, spoil: Spoil): Row[] {
  const steady = rows
    .map((row, at) => ({ row, at }))
    .filter(({ row }) => row.from <= SAMPLE_DAY && row.until === undefined && row.defect === undefined);
  if (steady.length === 0) return [...rows];
  const inserts: { at: number; row: Row }[] = [];
  const doubled = new Set<number>();
  let n = 0;
  for (const [reason, wanted] of plan) {
    for (let k = 0; k < Math.max(1, Math.round(wanted * share)); k += 1) {
      n += 1;
      const { row, at } = r.pick(steady);
      if (reason === "duplicate_row") {
        if (doubled.has(at)) continue;
        doubled.add(at);
        inserts.push({ at: Math.min(steady.at(-1)?.at ?? at, at + r.int(0, 25)), row: { ...row, defect: reason } });
        continue;
      }
      const cells = spoil([...row.cells], reason, r, n);
      const id =
        row.id === undefined ? {} : { id: textOf(cells.find((c) => typeof c === "string" && /9\d{4}$/.test(c))) };
      inserts.push({ at, row: { cells, from: row.from, defect: reason, ...id } });
    }
  }
  const out: Row[] = [];
  const sorted = [...inserts].sort((a, b) => a.at - b.at);
  let next = 0;
  for (const [at, row] of rows.entries()) {
    out.push(row);
    for (; next < sorted.length && (sorted[next]?.at ?? 0) <= at; next += 1) {
      const insert = sorted[next];
      if (insert !== undefined) out.push(insert.row);
    }
  }
  return out;
}

/** Moves a row's values one column to the right, as a stray cell in a sheet does. */
export function shiftRight(cells: readonly Cell[]): Cell[] {
  return [null, ...cells.slice(0, -1)];
}

/** A CSV row whose delimiter is missing (two fields run together) or doubled (an empty field too many). */
export function loseDelimiter(cells: readonly Cell[], r: Rng): Cell[] {
  const at = r.int(1, Math.max(1, cells.length - 3));
  if (r.chance(0.5)) return [...cells.slice(0, at), null, ...cells.slice(at)];
  const joined = `${textOf(cells[at])}${textOf(cells[at + 1])}`;
  return [...cells.slice(0, at), joined, ...cells.slice(at + 2)];
}

/** A date that does not exist or is no date. */
export function badDate(r: Rng): string {
  return r.pick(["31/02/2026", "n/a", "00/00/0000", "soon", "45/13/2025"]);
}

/** An amount that is no money. */
export function badAmount(r: Rng): string {
  return r.pick(["twelve thousand", "see note", "#REF!", "TBC"]);
}

/** A currency code that is not in use. */
export function badCurrency(r: Rng): string {
  return r.pick(["JMX", "ZZD", "QQQ"]);
}
