import type { Prepared } from "./prepare.ts";
import type { FrequencyTables } from "./settings.ts";

/** Values whose rarity decides how much their agreement says. */
export type FrequencyField =
  | "given"
  | "family"
  | "firm"
  | "word"
  | "title"
  | "phone"
  | "email"
  | "alias"
  | "domain"
  | "door"
  | "locality"
  | "postcode"
  | "birth"
  | "birthPlace"
  | "occupation"
  | "id";

/** Look-up of value frequencies (0 to 1). */
export interface Frequencies {
  /** Records. */
  readonly size: number;
  /** Share of the records that bear the value, or of names that share it; never below one in `size`. */
  of(field: FrequencyField, value: string): number;
  /** Records that bear the value, or names that share it; at least 1. */
  count(field: FrequencyField, value: string): number;
}

// How many records bear a name, and how many different names share a contact value: twenty rows of one customer make
// a telephone number no less telling, twenty names do.
const BY_RECORD: readonly FrequencyField[] = [
  "given",
  "family",
  "firm",
  "word",
  "title",
  "locality",
  "postcode",
  "birth",
  "birthPlace",
  "occupation",
];

/** Counts value frequencies. Only values that more than one record or name bears are kept. */
export function countFrequencies(records: readonly Prepared[]): FrequencyTables {
  const counts = new Map<FrequencyField, Map<string, number>>();
  const names = new Map<FrequencyField, Map<string, Set<string>>>();
  for (const record of records) {
    if (record.type === "none") continue;
    for (const [field, value] of valuesOf(record)) {
      if (BY_RECORD.includes(field)) addCount(counts, field, value);
      else addName(names, field, value, record.nameKey);
    }
  }
  const tables: Record<string, Record<string, number>> = {};
  for (const [field, table] of counts) tables[field] = keep(table);
  for (const [field, table] of names)
    tables[field] = keep(new Map([...table].map(([value, set]) => [value, set.size])));
  return { records: records.length, sources: new Set(records.map(({ source }) => source)).size, tables };
}

function addCount(counts: Map<FrequencyField, Map<string, number>>, field: FrequencyField, value: string): void {
  let table = counts.get(field);
  if (table === undefined) counts.set(field, (table = new Map()));
  table.set(value, (table.get(value) ?? 0) + 1);
}

function addName(
  names: Map<FrequencyField, Map<string, Set<string>>>,
  field: FrequencyField,
  value: string,
  name: string,
): void {
  let table = names.get(field);
  if (table === undefined) names.set(field, (table = new Map()));
  let set = table.get(value);
  if (set === undefined) table.set(value, (set = new Set()));
  if (name !== "") set.add(name);
}

function keep(table: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...table].filter(([, count]) => count > 1).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
}

function* valuesOf(record: Prepared): Iterable<readonly [FrequencyField, string]> {
  for (const name of record.people) {
    for (const word of name.given) yield ["given", word];
    if (name.family !== "") yield ["family", name.family];
  }
  for (const list of record.firms) {
    yield ["firm", firmKey(list)];
    for (const word of new Set(list)) yield ["word", word];
  }
  for (const phone of record.phones) yield ["phone", phone];
  for (const email of record.emails) yield ["email", email];
  for (const alias of record.aliases) yield ["alias", alias];
  for (const domain of record.domains) yield ["domain", domain];
  if (record.door !== "") yield ["door", record.door];
  if (record.locality !== "") yield ["locality", record.locality];
  if (record.postcode !== "") yield ["postcode", record.postcode];
  if (record.birth !== "") yield ["birth", record.birth];
  if (record.birthPlace !== "") yield ["birthPlace", record.birthPlace];
  if (record.occupation !== "") yield ["occupation", record.occupation];
  for (const id of record.ids) yield ["id", id];
  for (const word of new Set(record.titleWords)) yield ["title", word];
}

/** A firm's words in an order that does not depend on how they were written. */
export function firmKey(list: readonly string[]): string {
  return list.length === 1 ? (list[0] ?? "") : [...list].sort().join(" ");
}

// Records beyond the list among which a value would hardly occur: a short list says little of how rare its values are.
const UNSEEN: Partial<Record<FrequencyField, number>> = {
  given: 300,
  family: 500,
  firm: 500,
  word: 300,
  phone: 2000,
  email: 2000,
  alias: 2000,
  domain: 2000,
  door: 2000,
  birth: 2000,
  id: 5000,
};

/** Look-ups over tables; without tables every value counts as unique among a thousand. */
export function frequencies(tables: FrequencyTables | null): Frequencies {
  const known = tables === null ? undefined : compiled.get(tables);
  if (known !== undefined) return known;
  const made = compile(tables);
  if (tables !== null) compiled.set(tables, made);
  return made;
}

// Every scorer asks for the same tables: they are compiled once.
const compiled = new WeakMap<FrequencyTables, Frequencies>();

function compile(tables: FrequencyTables | null): Frequencies {
  const size = Math.max(50, tables?.records ?? 1000);
  const maps = new Map<string, Map<string, number>>();
  for (const [field, table] of Object.entries(tables?.tables ?? {})) maps.set(field, new Map(Object.entries(table)));
  return {
    size,
    count: (field, value) => Math.max(1, maps.get(field)?.get(value) ?? 1),
    of: (field, value) => {
      const count = Math.max(1, maps.get(field)?.get(value) ?? 1);
      return Math.min(0.9, count / (size + (UNSEEN[field] ?? 0)));
    },
  };
}
