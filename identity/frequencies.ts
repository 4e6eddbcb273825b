import { cleanSources } from "./clean-sources.ts";
import { commonNames } from "./common-names.ts";
import type { CommonNames } from "./common-names.ts";
import type { Prepared, PreparedName } from "./prepare.ts";
import type { FrequencyTables, LinkageSettings } from "./settings.ts";

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
  | "id"
  | "source";

/** Look-up of value frequencies (0 to 1). */
export interface Frequencies {
  /** Records. */
  readonly size: number;
  /** Share of the records that bear the value, or of names that share it; never below one in `size`. */
  of(field: FrequencyField, value: string): number;
  /** Records that bear the value, or names that share it; at least 1. */
  count(field: FrequencyField, value: string): number;
}

/** Counts by field and value; only values that more than one record or name bears. */
export type ValueTables = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Counts how many records bear a value, as far as more than one does. `declared` names sources that are said to hold
 * everybody once; where a source holds hardly anybody twice, its records are counted as well.
 */
export function countBorne(records: readonly Prepared[], declared: readonly string[]): FrequencyTables {
  const clean = cleanSources(records, declared);
  const tables: Record<string, Record<string, number>> = {};
  // Field by field: one table at a time stays near.
  for (const [field, borne] of Object.entries(BORNE)) {
    const table = countValues(records, borne);
    if (table.size > 0) tables[field] = keep(table);
  }
  if (Object.keys(clean).length > 0) tables["source"] = clean;
  return { records: records.length, sources: new Set(records.map(({ source }) => source)).size, tables };
}

/**
 * Counts how many different names share a contact value, as far as more than one does: twenty rows of one customer make
 * a telephone number no less telling, twenty names do.
 */
export function countShared(records: readonly Prepared[]): ValueTables {
  const tables: Record<string, Record<string, number>> = {};
  for (const [field, shared] of Object.entries(SHARED)) {
    const table = countNames(records, shared);
    if (table !== null) tables[field] = keep(table);
  }
  return tables;
}

/** Value frequencies from both counts. */
export function withShared(borne: FrequencyTables, shared: ValueTables): FrequencyTables {
  const { source, ...tables } = borne.tables;
  return { ...borne, tables: { ...tables, ...shared, ...(source === undefined ? {} : { source }) } };
}

type Values = (record: Prepared) => Iterable<string>;

const BORNE: Readonly<Partial<Record<FrequencyField, Values>>> = {
  given: ({ people }) => namesOf(people, ({ given }) => given),
  family: ({ people }) => namesOf(people, ({ family }) => [family]),
  firm: ({ firms }) => (firms.length === 0 ? NOTHING : firms.map(firmKey)),
  word: ({ firms }) =>
    firms.length === 1 ? distinct(firms[0] ?? NOTHING) : firms.flatMap((list) => [...distinct(list)]),
  locality: ({ locality }) => [locality],
  postcode: ({ postcode }) => [postcode],
  birth: ({ birth }) => [birth],
  birthPlace: ({ birthPlace }) => [birthPlace],
  occupation: ({ occupation }) => [occupation],
  title: ({ titleWords }) => distinct(titleWords),
};

const SHARED: Readonly<Partial<Record<FrequencyField, (record: Prepared) => readonly string[]>>> = {
  phone: ({ phones }) => phones,
  email: ({ emails }) => emails,
  alias: ({ aliases }) => aliases,
  domain: ({ domains }) => domains,
  id: ({ ids }) => ids,
  door: ({ door }) => (door === "" ? NOTHING : [door]),
};

const NOTHING: readonly string[] = [];

function namesOf(people: Prepared["people"], read: (one: PreparedName) => readonly string[]): readonly string[] {
  const [first] = people;
  return people.length === 1 && first !== undefined ? read(first) : people.flatMap(read);
}

function countValues(records: readonly Prepared[], values: Values): Map<string, number> {
  const table = new Map<string, number>();
  for (const record of records) {
    if (record.type === "none") continue;
    for (const value of values(record)) if (value !== "") table.set(value, (table.get(value) ?? 0) + 1);
  }
  return table;
}

// Most values belong to one name: only of the others their names are kept apart.
function countNames(
  records: readonly Prepared[],
  shared: (record: Prepared) => readonly string[],
): ReadonlyMap<string, number> | null {
  const first = new Map<string, string>();
  const several = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.type === "none") continue;
    const name = record.nameKey;
    for (const value of shared(record)) {
      const known = first.get(value);
      if (known === undefined || known === "") first.set(value, name);
      else if (name !== "" && name !== known) {
        const names = several.get(value);
        if (names === undefined) several.set(value, new Set([known, name]));
        else names.add(name);
      }
    }
  }
  if (first.size === 0) return null;
  return new Map(Array.from(several, ([value, names]) => [value, names.size]));
}

function distinct(list: readonly string[]): Iterable<string> {
  return list.length < 2 ? list : new Set(list);
}

function keep(table: ReadonlyMap<string, number>): Record<string, number> {
  const kept: [string, number][] = [];
  for (const [value, count] of table) if (count > 1) kept.push([value, count]);
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
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
export function frequencies(settings: Pick<LinkageSettings, "frequencies" | "lexicon">): Frequencies {
  const { frequencies: tables, lexicon } = settings;
  const names = commonNames(lexicon);
  const known = tables === null ? undefined : compiled.get(tables);
  if (known?.names === names) return known.made;
  const made = compile(tables, names);
  if (tables !== null) compiled.set(tables, { names, made });
  return made;
}

// Every scorer asks for the same tables: they are compiled once.
const compiled = new WeakMap<FrequencyTables, { readonly names: CommonNames; readonly made: Frequencies }>();

interface FieldTable {
  readonly counts: ReadonlyMap<string, number>;
  /** Records beyond the list, and the shares of the names that are common among them. */
  readonly unseen: number;
  readonly common: ReadonlyMap<string, number> | null;
  /** What was asked for last: pairs come in the order of their first record. */
  asked: string | null;
  share: number;
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();

function fieldTable(field: string, counts: ReadonlyMap<string, number>, names: CommonNames): FieldTable {
  const common = field === "given" || field === "family" ? names[field] : null;
  return { counts, unseen: UNSEEN[field as FrequencyField] ?? 0, common, asked: null, share: 0 };
}

function compile(tables: FrequencyTables | null, names: CommonNames): Frequencies {
  const size = Math.max(50, tables?.records ?? 1000);
  const fields = new Map<string, FieldTable>();
  for (const [field, table] of Object.entries(tables?.tables ?? {}))
    fields.set(field, fieldTable(field, new Map(Object.entries(table)), names));
  const tableOf = (field: string): FieldTable => {
    const known = fields.get(field);
    if (known !== undefined) return known;
    const made = fieldTable(field, NO_COUNTS, names);
    fields.set(field, made);
    return made;
  };
  return {
    size,
    count: (field, value) => Math.max(1, tableOf(field).counts.get(value) ?? 1),
    of: (field, value) => {
      const table = tableOf(field);
      if (table.asked === value) return table.share;
      const { counts, unseen, common } = table;
      const count = Math.max(1, counts.get(value) ?? 1);
      const share = common === null ? 0 : (common.get(value) ?? 0);
      table.asked = value;
      table.share = Math.min(0.9, (count + unseen * share) / (size + unseen));
      return table.share;
    },
  };
}
