import { blankLinkRecord, blankPrepared } from "#identity";
import type { LinkRecord, Prepared, RowDrafts } from "#identity";

/** One field of all records, as it travels between threads: a field's values together cost a tenth of objects. */
interface FieldColumn {
  /** An empty list travels as null, and a list of one text as that text. */
  readonly values: readonly unknown[];
  /** Place of each record's value in `values`, where few values stand many times over; else null: one value a record. */
  readonly codes: Int32Array | null;
}

/** Records of one shape by column; a field that is blank in all of them is left out. */
interface RecordColumns<T> {
  readonly rows: number;
  readonly fields: { readonly [K in keyof T]?: FieldColumn };
}

/** How each field of a record is read: by a function of its own, which costs a fraction of a look-up by name. */
type Readers<T> = { readonly [K in keyof T]-?: (one: T) => unknown };

const EMPTY: readonly never[] = [];

function packRecords<T extends object>(
  records: readonly T[],
  { readers, shared, blank }: { readers: Readers<T>; shared: ReadonlySet<string>; blank: () => T },
): RecordColumns<T> {
  const none = blank();
  const fields: { [K in keyof T]?: FieldColumn } = {};
  for (const name of Object.keys(readers) as (keyof T & string)[]) {
    const found = packField(records, readers[name], plain(none[name]), shared.has(name));
    if (found !== null) fields[name] = found;
  }
  return { rows: records.length, fields };
}

function packField<T>(
  records: readonly T[],
  read: (one: T) => unknown,
  nothing: unknown,
  isShared: boolean,
): FieldColumn | null {
  // Most fields are blank in most lists: nothing is gathered before the first that is not.
  let from = 0;
  for (; from < records.length; from += 1) if (plain(read(records[from] as T)) !== nothing) break;
  if (from === records.length) return null;
  const values = Array.from<unknown>({ length: from }).fill(nothing);
  for (let at = from; at < records.length; at += 1) values.push(plain(read(records[at] as T)));
  return isShared ? withCodes(values) : { values, codes: null };
}

function plain(value: unknown): unknown {
  if (typeof value !== "object" || !Array.isArray(value) || value.length > 1) return value;
  if (value.length === 0) return null;
  return typeof value[0] === "string" ? value[0] : value;
}

function withCodes(values: readonly unknown[]): FieldColumn {
  const places = new Map<unknown, number>();
  const codes = Int32Array.from(values, (value) => {
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size);
    return places.size - 1;
  });
  return { values: [...places.keys()], codes };
}

function cell<V>(column: FieldColumn | undefined, row: number, blank: V): V {
  if (column === undefined) return blank;
  return column.values[column.codes === null ? row : (column.codes[row] ?? 0)] as V;
}

function list<V = string>(column: FieldColumn | undefined, row: number): readonly V[] {
  const value = column?.values[row];
  if (value === null || value === undefined) return EMPTY;
  return typeof value === "string" ? [value as V] : (value as readonly V[]);
}

const RECORD_READERS: Readers<LinkRecord> = {
  entityType: (one) => one.entityType,
  entityTypeProbability: (one) => one.entityTypeProbability,
  displayName: (one) => one.displayName,
  givenName: (one) => one.givenName,
  middleName: (one) => one.middleName,
  familyName: (one) => one.familyName,
  orgName: (one) => one.orgName,
  tradingAs: (one) => one.tradingAs,
  emails: (one) => one.emails,
  phones: (one) => one.phones,
  website: (one) => one.website,
  handles: (one) => one.handles,
  street: (one) => one.street,
  unit: (one) => one.unit,
  locality: (one) => one.locality,
  region: (one) => one.region,
  regionCode: (one) => one.regionCode,
  postcode: (one) => one.postcode,
  country: (one) => one.country,
  taxId: (one) => one.taxId,
  birthDate: (one) => one.birthDate,
  occupation: (one) => one.occupation,
  category: (one) => one.category,
  notes: (one) => one.notes,
  parentKey: (one) => one.parentKey,
  isJob: (one) => one.isJob,
  active: (one) => one.active,
  doNotContact: (one) => one.doNotContact,
  since: (one) => one.since,
  accountNumber: (one) => one.accountNumber,
  latitude: (one) => one.latitude,
  longitude: (one) => one.longitude,
  key: (one) => one.key,
  source: (one) => one.source,
  account: (one) => one.account,
  stream: (one) => one.stream,
  extra: (one) => one.extra,
};

const RECORD = {
  readers: RECORD_READERS,
  blank: blankLinkRecord,
  shared: new Set(
    "entityType source account stream unit locality region regionCode postcode country category notes since".split(" "),
  ),
};

// In the order in which a record is built: objects of one form are read quickest.
function linkRecordAt({ fields: f }: RecordColumns<LinkRecord>, row: number): LinkRecord {
  return {
    entityType: cell<LinkRecord["entityType"]>(f.entityType, row, "unknown"),
    entityTypeProbability: cell(f.entityTypeProbability, row, 0),
    displayName: cell(f.displayName, row, ""),
    givenName: cell<string | null>(f.givenName, row, null),
    middleName: cell<string | null>(f.middleName, row, null),
    familyName: cell<string | null>(f.familyName, row, null),
    orgName: cell<string | null>(f.orgName, row, null),
    tradingAs: cell<string | null>(f.tradingAs, row, null),
    emails: list(f.emails, row),
    phones: list(f.phones, row),
    website: cell<string | null>(f.website, row, null),
    handles: list(f.handles, row),
    street: cell<string | null>(f.street, row, null),
    unit: cell<string | null>(f.unit, row, null),
    locality: cell<string | null>(f.locality, row, null),
    region: cell<string | null>(f.region, row, null),
    regionCode: cell<string | null>(f.regionCode, row, null),
    postcode: cell<string | null>(f.postcode, row, null),
    country: cell<string | null>(f.country, row, null),
    taxId: cell<string | null>(f.taxId, row, null),
    birthDate: cell<string | null>(f.birthDate, row, null),
    occupation: cell<string | null>(f.occupation, row, null),
    category: cell<string | null>(f.category, row, null),
    notes: cell<string | null>(f.notes, row, null),
    parentKey: cell<string | null>(f.parentKey, row, null),
    isJob: cell(f.isJob, row, false),
    active: cell(f.active, row, true),
    doNotContact: cell(f.doNotContact, row, false),
    since: cell<string | null>(f.since, row, null),
    accountNumber: cell<string | null>(f.accountNumber, row, null),
    latitude: cell<number | null>(f.latitude, row, null),
    longitude: cell<number | null>(f.longitude, row, null),
    key: cell(f.key, row, ""),
    source: cell(f.source, row, ""),
    account: cell(f.account, row, ""),
    stream: cell(f.stream, row, ""),
    extra: list(f.extra, row),
  };
}

/** Rows that were read, as they travel. */
export interface DraftColumns {
  readonly records: RecordColumns<LinkRecord>;
  readonly parents: readonly (string | null)[];
  readonly shown: readonly string[];
}

/** Takes drafts apart. */
export function packDrafts({ records, parents, shown }: RowDrafts): DraftColumns {
  return { records: packRecords(records, RECORD), parents, shown };
}

/** Puts drafts together again. */
export function unpackDrafts({ records, parents, shown }: DraftColumns): RowDrafts {
  return { records: Array.from({ length: records.rows }, (_one, row) => linkRecordAt(records, row)), parents, shown };
}

/** The first of a record's people is the record itself, which would travel with everything that it holds. */
type Alone = Omit<Prepared, "people">;

const PREPARED_READERS: Readers<Alone> = {
  key: (one) => one.key,
  source: (one) => one.source,
  type: (one) => one.type,
  given: (one) => one.given,
  family: (one) => one.family,
  familyParts: (one) => one.familyParts,
  middle: (one) => one.middle,
  generation: (one) => one.generation,
  scripts: (one) => one.scripts,
  firms: (one) => one.firms,
  phones: (one) => one.phones,
  emails: (one) => one.emails,
  aliases: (one) => one.aliases,
  handles: (one) => one.handles,
  logins: (one) => one.logins,
  handleStems: (one) => one.handleStems,
  domains: (one) => one.domains,
  houseNumber: (one) => one.houseNumber,
  street: (one) => one.street,
  streetWords: (one) => one.streetWords,
  streetJoined: (one) => one.streetJoined,
  streetWhole: (one) => one.streetWhole,
  otherLines: (one) => one.otherLines,
  door: (one) => one.door,
  unit: (one) => one.unit,
  locality: (one) => one.locality,
  region: (one) => one.region,
  postcode: (one) => one.postcode,
  nameKey: (one) => one.nameKey,
  birth: (one) => one.birth,
  ids: (one) => one.ids,
  idColumns: (one) => one.idColumns,
  gender: (one) => one.gender,
  birthPlace: (one) => one.birthPlace,
  occupation: (one) => one.occupation,
  otherPeople: (one) => one.otherPeople,
  otherFirms: (one) => one.otherFirms,
  titleWords: (one) => one.titleWords,
  authors: (one) => one.authors,
  textWords: (one) => one.textWords,
  categoryWords: (one) => one.categoryWords,
  amounts: (one) => one.amounts,
  years: (one) => one.years,
};

const PREPARED = {
  readers: PREPARED_READERS,
  blank: blankPrepared,
  shared: new Set(
    "source type family middle generation scripts unit locality region postcode gender birthPlace occupation".split(
      " ",
    ),
  ),
};

const SCRIPTS = blankPrepared().scripts;

// In the order in which a record is prepared.
function preparedAt({ records: { fields: f }, others }: PreparedColumns, row: number): Prepared {
  const record: { -readonly [K in keyof Prepared]: Prepared[K] } = {
    key: cell(f.key, row, ""),
    source: cell(f.source, row, ""),
    type: cell<Prepared["type"]>(f.type, row, "none"),
    given: list(f.given, row),
    family: cell(f.family, row, ""),
    familyParts: list(f.familyParts, row),
    people: EMPTY,
    middle: cell(f.middle, row, ""),
    generation: cell(f.generation, row, ""),
    scripts: cell(f.scripts, row, SCRIPTS),
    firms: list<readonly string[]>(f.firms, row),
    phones: list(f.phones, row),
    emails: list(f.emails, row),
    aliases: list(f.aliases, row),
    handles: list(f.handles, row),
    logins: list(f.logins, row),
    handleStems: list(f.handleStems, row),
    domains: list(f.domains, row),
    houseNumber: cell(f.houseNumber, row, ""),
    street: cell(f.street, row, ""),
    streetWords: list(f.streetWords, row),
    streetJoined: cell(f.streetJoined, row, ""),
    streetWhole: cell(f.streetWhole, row, ""),
    otherLines: list(f.otherLines, row),
    door: cell(f.door, row, ""),
    unit: cell(f.unit, row, ""),
    locality: cell(f.locality, row, ""),
    region: cell(f.region, row, ""),
    postcode: cell(f.postcode, row, ""),
    nameKey: cell(f.nameKey, row, ""),
    birth: cell(f.birth, row, ""),
    ids: list(f.ids, row),
    idColumns: list(f.idColumns, row),
    gender: cell(f.gender, row, ""),
    birthPlace: cell(f.birthPlace, row, ""),
    occupation: cell(f.occupation, row, ""),
    otherPeople: list(f.otherPeople, row),
    otherFirms: list(f.otherFirms, row),
    titleWords: list(f.titleWords, row),
    authors: list(f.authors, row),
    textWords: list(f.textWords, row),
    categoryWords: list(f.categoryWords, row),
    amounts: list<Prepared["amounts"][number]>(f.amounts, row),
    years: list<Prepared["years"][number]>(f.years, row),
  };
  const more = others[row] ?? null;
  record.people = more === null ? [record] : [record, ...more];
  return record;
}

/** Prepared records, as they travel. */
export interface PreparedColumns {
  readonly records: RecordColumns<Alone>;
  /** Further names of those who bear several; null for all others. */
  readonly others: readonly (Prepared["people"] | null)[];
}

/** Takes prepared records apart. */
export function packPrepared(records: readonly Prepared[]): PreparedColumns {
  return {
    records: packRecords<Alone>(records, PREPARED),
    others: records.map(({ people }) => (people.length > 1 ? people.slice(1) : null)),
  };
}

/** Puts prepared records together again. */
export function unpackPrepared(columns: PreparedColumns): Prepared[] {
  return Array.from({ length: columns.records.rows }, (_one, row) => preparedAt(columns, row));
}
