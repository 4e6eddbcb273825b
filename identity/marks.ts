import { dateLevel } from "./comparisons/person.ts";
import { isNearNumber } from "./comparisons/strings.ts";
import type { Prepared } from "./prepare.ts";
import type { LinkageSettings } from "./settings.ts";

/** What everybody has once: a date of birth, a generation mark, a gender, a number of each kind. */
export type Marked = Pick<Prepared, "birth" | "generation" | "gender" | "ids" | "idColumns">;

/** Bits that two different values of a mark weigh, zero or below. */
export interface MarkBits {
  readonly birth: number;
  readonly generation: number;
  readonly gender: number;
  readonly id: number;
}

/** What the records of a group say of one mark. */
interface Said<T> {
  readonly values: readonly T[];
  /** Points of the group that say anything. */
  readonly points: number;
}

/** The marks of a group of records. */
export interface Marks {
  readonly birth: Said<string>;
  readonly generation: Said<string>;
  readonly gender: Said<string>;
  readonly id: Said<Marked>;
}

/** What the marks of two groups say against their being one. */
export interface Clash {
  /** Bits that the two groups' different marks weigh, counted once; zero or below. */
  readonly bits: number;
  /** Bits of them that the average over the pairs of records does not hold yet. */
  readonly missing: number;
}

const NONE: Said<never> = { values: [], points: 0 };
const NO_CLASH: Clash = { bits: 0, missing: 0 };

/** Bits that different marks weigh between persons under the settings. */
export function markBits({ models }: LinkageSettings): MarkBits {
  const bitsOf = (name: string): number => {
    const level = models.person.comparisons.find((one) => one.name === name)?.levels.at(-1);
    return level === undefined ? 0 : Math.min(0, Math.log2(level.m / level.u));
  };
  return {
    birth: bitsOf("birth date"),
    generation: bitsOf("generation"),
    gender: bitsOf("gender"),
    id: bitsOf("tax number"),
  };
}

/** True where a record says any of its marks: most say none. */
export function saysMark({ birth, generation, gender, ids }: Marked): boolean {
  return birth !== "" || generation !== "" || gender !== "" || ids.length > 0;
}

/** The marks of records that are one point together. */
export function marksOf(records: readonly Marked[]): Marks {
  const births: string[] = [];
  const generations: string[] = [];
  const genders: string[] = [];
  const numbered: Marked[] = [];
  for (const one of records) {
    if (one.birth !== "") births.push(one.birth);
    if (one.generation !== "") generations.push(one.generation);
    if (one.gender !== "") genders.push(one.gender);
    if (one.ids.length > 0) numbered.push(one);
  }
  return { birth: said(births), generation: said(generations), gender: said(genders), id: said(numbered) };
}

function said<T>(values: readonly T[]): Said<T> {
  return values.length === 0 ? NONE : { values: distinct(values), points: 1 };
}

/** The marks of two groups together. */
export function joinMarks(a: Marks, b: Marks): Marks {
  return {
    birth: joinSaid(a.birth, b.birth),
    generation: joinSaid(a.generation, b.generation),
    gender: joinSaid(a.gender, b.gender),
    id: joinSaid(a.id, b.id),
  };
}

function joinSaid<T>(a: Said<T>, b: Said<T>): Said<T> {
  if (a.points === 0) return b;
  if (b.points === 0) return a;
  return { values: distinct([...a.values, ...b.values]), points: a.points + b.points };
}

function distinct<T>(list: readonly T[]): readonly T[] {
  return list.length < 2 ? list : [...new Set(list)];
}

/**
 * What the marks of two groups of `pairs` pairs of points say against their being one. Groups that agree anywhere in a mark
 * do not clash in it: the difference is within one of them.
 */
export function clashOf(a: Marks, b: Marks, pairs: number, bits: MarkBits): Clash {
  const births = clashes(a.birth, b.birth, bits.birth, areNearDates);
  const generations = clashes(a.generation, b.generation, bits.generation, areEqual);
  const genders = clashes(a.gender, b.gender, bits.gender, areEqual);
  const ids = clashes(a.id, b.id, bits.id, mayShareNumber);
  const sum = births + generations + genders + ids;
  if (sum === 0) return NO_CLASH;
  const missing =
    missingOf(births, a.birth, b.birth, pairs) +
    missingOf(generations, a.generation, b.generation, pairs) +
    missingOf(genders, a.gender, b.gender, pairs) +
    missingOf(ids, a.id, b.id, pairs);
  return { bits: sum, missing };
}

function clashes<T>(left: Said<T>, right: Said<T>, bits: number, areAlike: (x: T, y: T) => boolean): number {
  if (bits === 0 || left.points === 0 || right.points === 0) return 0;
  for (const x of left.values) for (const y of right.values) if (areAlike(x, y)) return 0;
  return bits;
}

function missingOf(bits: number, left: Said<unknown>, right: Said<unknown>, pairs: number): number {
  const held = (left.points * right.points) / pairs;
  return bits !== 0 && held < MOSTLY ? bits * (1 - held) : 0;
}

function areNearDates(x: string, y: string): boolean {
  return dateLevel(x, y) < DIFFERENT_DATE;
}

const DIFFERENT_DATE = 3;
/** Where this share of the pairs of records holds the difference, the average has said it. */
const MOSTLY = 0.5;

function areEqual(x: string, y: string): boolean {
  return x === y;
}

// Only numbers of one column speak against each other.
function mayShareNumber(x: Marked, y: Marked): boolean {
  if (!x.idColumns.some((column) => y.idColumns.includes(column))) return true;
  return x.ids.some((left) => y.ids.some((right) => left === right || isNearNumber(left, right)));
}
