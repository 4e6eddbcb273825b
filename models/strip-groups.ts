import type { LevelStrip, Strip } from "./strips.ts";

/** Several categories as one: a row's place in the table of all their levels, so that one look-up serves them all. */
export interface GroupStrip {
  readonly kind: "group";
  readonly members: readonly LevelStrip[];
  /** Levels of the whole table. */
  readonly size: number;
  readonly codes: Uint16Array;
}

/** Largest table of levels: it must be small beside the rows, and stay close to the processor. */
const MOST = 1024;

/** The same strips with categories put together where their common table stays small. */
export function groupedStrips(strips: readonly Strip[], rows: number): (Strip | GroupStrip)[] {
  const most = Math.min(MOST, rows / 4);
  const levels = strips.filter((strip) => strip.kind === "level").sort((a, b) => a.width - b.width);
  const groups: LevelStrip[][] = [];
  let size = Infinity;
  for (const strip of levels) {
    size *= strip.width + 1;
    if (size > most) {
      groups.push([]);
      size = strip.width + 1;
    }
    groups.at(-1)!.push(strip);
  }
  return [...strips.filter((strip) => strip.kind !== "level"), ...groups.map((members) => together(members, rows))];
}

function together(members: readonly LevelStrip[], rows: number): LevelStrip | GroupStrip {
  if (members.length === 1) return members[0]!;
  const codes = new Uint16Array(rows);
  let size = 1;
  for (const { codes: own, width } of members) {
    for (let i = 0; i < rows; i += 1) codes[i] = codes[i]! * (width + 1) + own[i]!;
    size *= width + 1;
  }
  return { kind: "group", members, size, codes };
}

/** Adds what all members' weights give to each row. */
export function addGroup({ members, size, codes }: GroupStrip, weights: Float64Array, out: Float64Array): void {
  const table = new Float64Array(size);
  let made = 1;
  for (const { offset, width } of members) {
    // From behind, so that a place is read before it is written.
    for (let at = made - 1; at >= 0; at -= 1) {
      const before = table[at]!;
      for (let j = width; j >= 0; j -= 1) table[at * (width + 1) + j] = before + (j < width ? weights[offset + j]! : 0);
    }
    made *= width + 1;
  }
  for (let i = 0; i < out.length; i += 1) out[i] = out[i]! + table[codes[i]!]!;
}

/** Adds, column by column, the sum over rows of a row's factor times its entry. */
export function addGroupSums({ members, size, codes }: GroupStrip, factors: Float64Array, out: Float64Array): void {
  const table = new Float64Array(size);
  for (let i = 0; i < factors.length; i += 1) table[codes[i]!] = table[codes[i]!]! + factors[i]!;
  let left = size;
  for (const { offset, width } of members.toReversed()) {
    const many = width + 1;
    left /= many;
    for (let at = 0; at < left; at += 1) {
      let sum = 0;
      for (let j = 0; j < many; j += 1) {
        const value = table[at * many + j]!;
        sum += value;
        if (j < width) out[offset + j] = out[offset + j]! + value;
      }
      table[at] = sum;
    }
  }
}
