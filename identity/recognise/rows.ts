import type { CountryPack, CustomerRecord } from "#core";
import { isPlaceholder, lexiconIndex } from "../lexicon.ts";
import type { LexiconIndex } from "../lexicon.ts";
import type { ExtraValue, LinkRecord } from "../link-types.ts";
import type { DateOrder } from "../standardise/dates.ts";
import { parseDate } from "../standardise/dates.ts";
import { standardiseCustomer } from "../standardise/customer.ts";
import type { CellFields } from "../standardise/fields.ts";
import { digits, tidy } from "../text.ts";
import type { FieldKind } from "./field-kinds.ts";
import type { FieldMap } from "./field-map.ts";
import { typeByList } from "./list-type.ts";
import { phoneReader } from "./phone-reader.ts";
import type { PhoneReader } from "./phone-reader.ts";
import { columnsOf, readRow } from "./row-cells.ts";
import type { RecordTable, RowCells } from "./row-cells.ts";

/** How rows become records. */
export interface RowOptions {
  readonly map: FieldMap;
  readonly pack: CountryPack;
  /** Ids of the rows, in order of the tables; they become the records' keys. */
  readonly ids: readonly string[];
}

/** Rows that were read, with what is still to be settled between them. */
export interface RowDrafts {
  readonly records: readonly LinkRecord[];
  /** What each row says of its parent. */
  readonly parents: readonly (string | null)[];
  /** The name that each row shows. */
  readonly shown: readonly string[];
}

/**
 * Records for linkage from rows by the kinds of a field map: cleansed and standardised, one for each row. Every record's
 * key is the row's id. A cell that stands for nothing ("N/A", "Cash Customer") is no value.
 */
export function buildLinkRecords(tables: readonly RecordTable[], options: RowOptions): LinkRecord[] {
  return finishRecords(draftRecords(tables, options, dateOrders(tables, options.map)), options.map);
}

/** Reads rows, each by itself: parts of a table give what the whole gives. `orders` must be those of the whole. */
export function draftRecords(
  tables: readonly RecordTable[],
  options: RowOptions,
  orders: ReadonlyMap<string, DateOrder>,
): RowDrafts {
  const { map, pack, ids } = options;
  const shape = nameShape(Object.values(map.fields));
  const phones = phoneReader(pack);
  const records: LinkRecord[] = [];
  const parents: (string | null)[] = [];
  const shown: string[] = [];
  for (const table of tables) {
    const columns = columnsOf(table, map);
    const sources = map.source === undefined ? null : (table.columns[table.names.indexOf(map.source)] ?? null);
    for (let row = 0; row < table.rows; row += 1) {
      const key = ids[records.length] ?? String(records.length + 1);
      const source = tidy(sources?.[row] ?? "") || table.source;
      const cells = readRow(columns, row);
      records.push(buildRecord(cells, { key, source, pack, shape, orders, phones }));
      parents.push(cells.parent);
      shown.push(cells.fields.name ?? "");
    }
  }
  return { records, parents, shown };
}

/** Settles what rows say of each other. */
export function finishRecords({ records, parents, shown }: RowDrafts, map: FieldMap): LinkRecord[] {
  const { nameOnly } = nameShape(Object.values(map.fields));
  return linkParents(nameOnly ? typeByList(records) : records, parents, shown);
}

/** Which names the map has: a list of firms alone needs no guess of each row's type. */
interface NameShape {
  readonly personOnly: boolean;
  readonly orgOnly: boolean;
  /** One column of names, and nothing that only persons or only firms have: the list speaks for its doubtful rows. */
  readonly nameOnly: boolean;
}

function nameShape(kinds: readonly FieldKind[]): NameShape {
  const has = (...wanted: FieldKind[]): boolean => wanted.some((kind) => kinds.includes(kind));
  const person = has("person_name", "given_name", "family_name");
  const open = has("any_name", "entity_type");
  const telling = has("birth_date", "birth_year", "middle_name", "gender", "person_id", "occupation", "org_name");
  return {
    personOnly: person && !open && !has("org_name"),
    orgOnly: has("org_name") && !open && !person,
    nameOnly: has("any_name") && !has("entity_type") && !person && !telling,
  };
}

interface BuildContext {
  readonly key: string;
  readonly source: string;
  readonly pack: CountryPack;
  readonly shape: NameShape;
  readonly orders: ReadonlyMap<string, DateOrder>;
  readonly phones: PhoneReader;
}

const NO_EXTRA: readonly ExtraValue[] = [];
const ACCOUNT = "file";
const STREAM = "rows";

function buildRecord(cells: RowCells, context: BuildContext): LinkRecord {
  const { key, source, pack, orders } = context;
  const dateOrder = cells.birthColumn === null ? null : (orders.get(cells.birthColumn) ?? null);
  const record = standardiseCustomer(cells.fields, {
    pack,
    key,
    source,
    account: ACCOUNT,
    stream: STREAM,
    dateOrder,
  });
  const phones = context.phones.read(cells.phones);
  const { entityType, entityTypeProbability } = declaredType(record, cells, context);
  // The record is new and nobody else's: adding to it is many times quicker than copying its thirty fields.
  const whole = record as { -readonly [K in keyof LinkRecord]: LinkRecord[K] };
  whole.key = key;
  whole.source = source;
  whole.account = ACCOUNT;
  whole.stream = STREAM;
  whole.entityType = entityType;
  whole.entityTypeProbability = entityTypeProbability;
  whole.phones = phones.length > 0 || cells.phones.length === 0 ? phones : bareNumbers(cells.phones);
  // Set in every record: records of one form are read quickest.
  whole.extra = cells.extra.length === 0 ? NO_EXTRA : cells.extra.map((one) => plainExtra(one, orders, pack));
  return whole;
}

function plainExtra(one: ExtraValue, orders: ReadonlyMap<string, DateOrder>, pack: CountryPack): ExtraValue {
  if (one.kind !== "date") return { ...one, value: tidy(one.value) };
  return {
    ...one,
    value: parseDate(one.value, { order: orders.get(one.column) ?? null, pack }).date ?? tidy(one.value),
  };
}

// What the map or a column declares outweighs what words suggest, save that a placeholder stays nobody.
function declaredType(
  record: CustomerRecord,
  cells: RowCells,
  { shape, pack }: BuildContext,
): Pick<CustomerRecord, "entityType" | "entityTypeProbability"> {
  const { entityType, entityTypeProbability } = record;
  if (entityType === "not_a_customer") return { entityType, entityTypeProbability };
  if (isNobody(cells.fields, lexiconIndex(pack))) return { entityType: "not_a_customer", entityTypeProbability: 0.99 };
  const declared = cells.type ?? (shape.personOnly ? "person" : shape.orgOnly ? "organisation" : null);
  if (declared !== null) return { entityType: declared, entityTypeProbability: 0.98 };
  if (cells.hasPersonName && !cells.hasOrgName && entityType === "unknown")
    return { entityType: "person", entityTypeProbability: 0.8 };
  return { entityType, entityTypeProbability };
}

// Names are there, and every one of them stands for nobody.
function isNobody({ name, orgName, givenName, familyName }: CellFields, index: LexiconIndex): boolean {
  const isNamed = hasText(name) || hasText(orgName);
  if (hasText(name) && !isPlaceholder(name, index)) return false;
  if (hasText(orgName) && !isPlaceholder(orgName, index)) return false;
  const full = `${givenName ?? ""} ${familyName ?? ""}`;
  return full.trim() === "" ? isNamed : isPlaceholder(full, index);
}

function hasText(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== "";
}

// A number of a country without a pack still tells records apart by its digits.
function bareNumbers(cells: readonly string[]): string[] {
  const numbers = cells.map((cell) => digits(cell)).filter((text) => text.length >= 7 && text.length <= 15);
  return [...new Set(numbers.filter((text) => !/^(\d)\1*$/.test(text)))].sort();
}

/** Whether day or month comes first, by column of dates, as far as the rows tell. */
export function dateOrders(tables: readonly RecordTable[], map: FieldMap): Map<string, DateOrder> {
  const orders = new Map<string, DateOrder>();
  for (const [name, kind] of Object.entries(map.fields)) {
    if (kind !== "birth_date" && kind !== "date") continue;
    let [dayFirst, monthFirst] = [0, 0];
    for (const table of tables) {
      for (const cell of table.columns[table.names.indexOf(name)] ?? []) {
        const found = cell === null ? null : /^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})\b/.exec(cell);
        if (Number(found?.[1]) > 12) dayFirst += 1;
        if (Number(found?.[2]) > 12) monthFirst += 1;
      }
    }
    if (dayFirst !== monthFirst) orders.set(name, dayFirst > monthFirst ? "dmy" : "mdy");
  }
  return orders;
}

/**
 * Resolves what rows say of their parent, by the parent's id or by a name that one record of the source bears. A row
 * called "Parent:Kitchen 3" is a job of its parent and no customer of its own.
 */
function linkParents(
  records: readonly LinkRecord[],
  parents: readonly (string | null)[],
  shown: readonly string[],
): LinkRecord[] {
  if (parents.every((parent) => parent === null)) return [...records];
  const byId = new Set(records.map(({ key }) => key));
  const byName = new Map<string, string | null>();
  for (const [at, { source, key }] of records.entries()) {
    if (parents[at] !== null) continue;
    const name = `${source}\n${tidy(shown[at] ?? "").toLowerCase()}`;
    byName.set(name, byName.has(name) ? null : key);
  }
  return records.map((record, at) => {
    const parent = parents[at] ?? null;
    if (parent === null) return record;
    const found = byId.has(parent) ? parent : (byName.get(`${record.source}\n${parent.toLowerCase()}`) ?? null);
    if (found === null || found === record.key) return record;
    const head = tidy(shown[at] ?? "")
      .split(":")[0]
      ?.toLowerCase();
    const isJob = (shown[at] ?? "").includes(":") && head === parent.toLowerCase();
    return { ...record, parentKey: found, isJob };
  });
}
