import { cleanSources } from "./clean-sources.ts";
import { commonNames } from "./common-names.ts";
import type { CommonNames } from "./common-names.ts";
import type { Prepared } from "./prepare.ts";
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

/**
 * Counts value frequencies. Only values that more than one record or name bears are kept: how many records bear a
 * name, and how many different names share a contact value. Twenty rows of one customer make a telephone number no less
 * telling, twenty names do. `declared` names sources that are said to hold everybody once.
 */
export function countFrequencies(records: readonly Prepared[], declared: readonly string[] = []): FrequencyTables {
  const tally = new Tally();
  for (const record of records) if (record.type !== "none") tally.take(record);
  const tables = tally.tables();
  const clean = cleanSources(records, declared);
  if (Object.keys(clean).length > 0) tables["source"] = clean;
  return { records: records.length, sources: new Set(records.map(({ source }) => source)).size, tables };
}

/** Names that share a value: one as it is, several as a set. Most values belong to one name. */
type Sharers = string | Set<string>;

class Tally {
  private readonly counts = new Map<FrequencyField, Map<string, number>>();
  private readonly names = new Map<FrequencyField, Map<string, Sharers>>();

  take(record: Prepared): void {
    for (const name of record.people) {
      for (const word of name.given) this.count("given", word);
      this.count("family", name.family);
    }
    for (const list of record.firms) {
      this.count("firm", firmKey(list));
      for (const word of distinct(list)) this.count("word", word);
    }
    this.share("phone", record.phones, record.nameKey);
    this.share("email", record.emails, record.nameKey);
    this.share("alias", record.aliases, record.nameKey);
    this.share("domain", record.domains, record.nameKey);
    this.share("id", record.ids, record.nameKey);
    if (record.door !== "") this.share("door", [record.door], record.nameKey);
    this.count("locality", record.locality);
    this.count("postcode", record.postcode);
    this.count("birth", record.birth);
    this.count("birthPlace", record.birthPlace);
    this.count("occupation", record.occupation);
    for (const word of distinct(record.titleWords)) this.count("title", word);
  }

  tables(): Record<string, Record<string, number>> {
    const tables: Record<string, Record<string, number>> = {};
    for (const [field, table] of this.counts) tables[field] = keep(table);
    for (const [field, table] of this.names) {
      const sizes = new Map<string, number>();
      for (const [value, sharers] of table) if (typeof sharers !== "string") sizes.set(value, sharers.size);
      tables[field] = keep(sizes);
    }
    return tables;
  }

  private count(field: FrequencyField, value: string): void {
    if (value === "") return;
    let table = this.counts.get(field);
    if (table === undefined) this.counts.set(field, (table = new Map()));
    table.set(value, (table.get(value) ?? 0) + 1);
  }

  private share(field: FrequencyField, values: readonly string[], name: string): void {
    if (values.length === 0) return;
    let table = this.names.get(field);
    if (table === undefined) this.names.set(field, (table = new Map()));
    for (const value of values) {
      const sharers = table.get(value);
      if (sharers === undefined || sharers === "") table.set(value, name);
      else if (name === "" || sharers === name) continue;
      else if (typeof sharers === "string") table.set(value, new Set([sharers, name]));
      else sharers.add(name);
    }
  }
}

function distinct(list: readonly string[]): Iterable<string> {
  return list.length < 2 ? list : new Set(list);
}

function keep(table: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...table].filter(([, count]) => count > 1).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
  );
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
}

const NO_COUNTS: ReadonlyMap<string, number> = new Map();

function fieldTable(field: string, counts: ReadonlyMap<string, number>, names: CommonNames): FieldTable {
  const common = field === "given" || field === "family" ? names[field] : null;
  return { counts, unseen: UNSEEN[field as FrequencyField] ?? 0, common };
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
      const { counts, unseen, common } = tableOf(field);
      const count = Math.max(1, counts.get(value) ?? 1);
      const share = common === null ? 0 : (common.get(value) ?? 0);
      return Math.min(0.9, (count + unseen * share) / (size + unseen));
    },
  };
}
