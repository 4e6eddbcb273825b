import { auc } from "./metrics.ts";
import { seededRandom } from "#core";
import { isMissing, numericValue } from "./table.ts";
import type { Cell, ColumnType, Table } from "./table.ts";

/** A column that seems to know the outcome. Alarms name columns; they never remove them. */
export interface LeakageAlarm {
  readonly column: string;
  readonly kind:
    | "copy_of_target"
    | "nearly_the_target"
    | "filled_after_outcome"
    | "filled_by_later_step"
    | "state_updated_later"
    | "time_split_worse";
  readonly detail: string;
}

/** A single column that ranks this well, or explains this share of the deviance, is too good to be known beforehand. */
const NEARLY = { auc: 0.95, deviance: 0.5 };
/** How well "is it filled in" may rank before it looks like a trace of the outcome. */
const FILLED = 0.6;
/** Columns that are empty in exactly the same rows, this share of them, were filled by one step of the process. */
const BLOCK = { columns: 3, least: 0.05, most: 0.95 };
/** Levels that two columns share before they look like one state, written down at two times. */
const STATE = { levels: 5, share: 0.6, deviance: 0.03, differ: 0.02 };
/** Levels seen less often say nothing. */
const SEEN = 10;

interface Look {
  readonly name: string;
  readonly type: ColumnType;
  readonly column: readonly Cell[];
  /** Level or bin of each row. */
  readonly keys: readonly string[];
  readonly alone: { readonly auc: number; readonly deviance: number };
  readonly missing: number;
}

const GAP = "\u0000";

/**
 * Looks at each column alone (does it, or whether it is filled in, give the outcome away?), and at columns together:
 * blocks that are filled in the same rows only, and states that stand twice in a row with different values.
 */
export function leakageAlarms(
  table: Table,
  types: Readonly<Record<string, ColumnType>>,
  labels: Float64Array,
  seed: number,
): LeakageAlarm[] {
  const half = halves(labels.length, seed);
  const looks = Object.entries(types).map(([name, type]) => look(name, type, table.columns[name] ?? [], labels, half));
  const alarms = looks.flatMap((one) => aloneAlarm(one, labels));
  for (const alarm of [...blockAlarms(looks), ...stateAlarms(looks)]) {
    if (!alarms.some(({ column }) => column === alarm.column)) alarms.push(alarm);
  }
  return alarms.sort((a, b) => (a.column < b.column ? -1 : 1));
}

/** Why nothing may be learnt where a column is the target under another name, or null. */
export function copyOfTarget(alarms: readonly LeakageAlarm[]): string | null {
  const copies = alarms.filter(({ kind }) => kind === "copy_of_target").map(({ column }) => column);
  if (copies.length === 0) return null;
  return `${copies.join(", ")} ${copies.length === 1 ? "is a copy" : "are copies"} of the target; leave such columns out (--drop)`;
}

function aloneAlarm(one: Look, labels: Float64Array): LeakageAlarm[] {
  const { name, alone } = one;
  if (isCopy(one.column, labels)) {
    return [{ column: name, kind: "copy_of_target", detail: "it alone gives the outcome of every row" }];
  }
  if (alone.auc > NEARLY.auc || alone.deviance > NEARLY.deviance) {
    const detail = `it alone ranks with AUC ${alone.auc.toFixed(3)} and explains ${percent(alone.deviance)} of the outcome`;
    return [{ column: name, kind: "nearly_the_target", detail }];
  }
  const filled = fillAuc(one, labels);
  if (filled <= FILLED) return [];
  const detail = `whether it is filled in ranks with AUC ${filled.toFixed(3)}`;
  return [{ column: name, kind: "filled_after_outcome", detail }];
}

/** Columns that are filled in the same rows, and only there. */
function blockAlarms(looks: readonly Look[]): LeakageAlarm[] {
  const blocks = new Map<string, Look[]>();
  for (const one of looks) {
    const share = one.missing / Math.max(1, one.column.length);
    if (share < BLOCK.least || share > BLOCK.most) continue;
    const pattern = one.column.map((cell) => (isMissing(cell) ? "1" : "0")).join("");
    blocks.set(pattern, [...(blocks.get(pattern) ?? []), one]);
  }
  return [...blocks.values()]
    .filter((block) => block.length >= BLOCK.columns)
    .flatMap((block) =>
      block.map(({ name, column, missing }): LeakageAlarm => {
        const detail = `${String(block.length)} columns are filled together in ${percent(1 - missing / column.length)} of the rows: a step that may come after scoring`;
        return { column: name, kind: "filled_by_later_step", detail };
      }),
    );
}

/** Two categories with one vocabulary that mostly agree: a state that moves on, of which one is the later reading. */
function stateAlarms(looks: readonly Look[]): LeakageAlarm[] {
  const states = looks
    .filter(({ type, alone }) => type === "category" && alone.deviance >= STATE.deviance)
    .map((one) => ({ ...one, levels: commonLevels(one.keys) }))
    .filter(({ levels }) => levels.size >= STATE.levels);
  const alarms = new Map<string, LeakageAlarm>();
  for (const [k, a] of states.entries()) {
    for (const b of states.slice(k + 1)) {
      const shared = [...a.levels].filter((level) => b.levels.has(level)).length;
      if (shared < STATE.levels || shared < STATE.share * Math.min(a.levels.size, b.levels.size)) continue;
      const same = a.keys.reduce((sum, key, i) => sum + (key === b.keys[i] ? 1 : 0), 0) / Math.max(1, a.keys.length);
      if (same > 1 - STATE.differ || same < 0.3) continue;
      for (const [one, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const detail = `it holds the same states as ${other.name} and differs in ${percent(1 - same)} of the rows: it is written anew as time goes on`;
        alarms.set(one.name, { column: one.name, kind: "state_updated_later", detail });
      }
    }
  }
  return [...alarms.values()];
}

function commonLevels(keys: readonly string[]): Set<string> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return new Set([...counts].filter(([key, n]) => key !== GAP && n >= SEEN).map(([key]) => key));
}

/** Two values, one for each outcome, in every row. */
function isCopy(column: readonly Cell[], labels: Float64Array): boolean {
  const outcomeOf = new Map<string, number>();
  for (let i = 0; i < labels.length; i += 1) {
    const level = isMissing(column[i]) ? GAP : String(column[i]);
    const known = outcomeOf.get(level);
    if (known === undefined) {
      if (outcomeOf.size === 2) return false;
      outcomeOf.set(level, labels[i]!);
    } else if (known !== labels[i]) return false;
  }
  return outcomeOf.size === 2 && new Set(outcomeOf.values()).size === 2;
}

function fillAuc({ column, missing }: Look, labels: Float64Array): number {
  if (missing < 20 || missing > column.length - 20) return 0.5;
  const gaps = column.map((cell) => (isMissing(cell) ? 1 : 0));
  const value = auc(labels, gaps);
  return Math.max(value, 1 - value);
}

function look(name: string, type: ColumnType, column: readonly Cell[], labels: Float64Array, half: Uint8Array): Look {
  const keys = type === "category" ? column.map((cell) => (isMissing(cell) ? GAP : String(cell))) : bins(type, column);
  const missing = column.reduce<number>((sum, cell) => sum + (isMissing(cell) ? 1 : 0), 0);
  return { name, type, column, keys, alone: aloneFigures(keys, labels, half), missing };
}

/** How well a column alone does: each half of the rows is judged by the rates of the other half. */
function aloneFigures(keys: readonly string[], labels: Float64Array, half: Uint8Array): Look["alone"] {
  const counts = [
    new Map<string, { n: number; hits: number }>(),
    new Map<string, { n: number; hits: number }>(),
  ] as const;
  let hits = 0;
  for (const [i, key] of keys.entries()) {
    const side = counts[half[i] === 0 ? 0 : 1];
    let found = side.get(key);
    if (found === undefined) side.set(key, (found = { n: 0, hits: 0 }));
    found.n += 1;
    found.hits += labels[i]!;
    hits += labels[i]!;
  }
  const base = hits / Math.max(1, keys.length);
  let [loss, none] = [0, 0];
  const rates = keys.map((key, i) => {
    const found = counts[half[i] === 0 ? 1 : 0].get(key) ?? UNSEEN;
    const rate = (found.hits + 4 * base) / (found.n + 4);
    loss -= Math.log(Math.max(1e-6, labels[i]! > 0 ? rate : 1 - rate));
    none -= Math.log(Math.max(1e-6, labels[i]! > 0 ? base : 1 - base));
    return rate;
  });
  return { auc: auc(labels, rates), deviance: none > 0 ? Math.max(0, 1 - loss / none) : 0 };
}

const UNSEEN = { n: 0, hits: 0 };

function halves(rows: number, seed: number): Uint8Array {
  const random = seededRandom(seed * 7 + 3);
  return Uint8Array.from({ length: rows }, () => (random() < 0.5 ? 0 : 1));
}

const BINS = Array.from({ length: 20 }, (_unused, k) => String(k));

/** Twentieths of a number. */
function bins(type: ColumnType, column: readonly Cell[]): string[] {
  const values = column.map((cell) => (isMissing(cell) ? NaN : (numericValue(type, cell) ?? NaN)));
  const sorted = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
  const edges = [
    ...new Set(Array.from({ length: 19 }, (_unused, k) => sorted[Math.floor(((k + 1) / 20) * sorted.length)]!)),
  ];
  return values.map((value) => {
    if (Number.isNaN(value)) return GAP;
    let at = 0;
    while (at < edges.length && edges[at]! < value) at += 1;
    return BINS[at]!;
  });
}

function percent(share: number): string {
  return `${String(Math.round(100 * share))}%`;
}
