import { blankLinkRecord, blankPrepared } from "#identity";
import type { LinkRecord, Prepared, RowDrafts } from "#identity";

/** Records of one shape by column, as they travel between threads: a field's values together cost a tenth of objects. */
interface RecordColumns {
  readonly rows: number;
  readonly fields: readonly FieldColumn[];
}

/** One field of all records. */
interface FieldColumn {
  readonly name: string;
  /** An empty list travels as null. */
  readonly values: readonly unknown[];
  /** Place of each record's value in `values`, where few values stand many times over; else null: one value a record. */
  readonly codes: Int32Array | null;
}

/** How records of one shape are taken apart and put together. */
interface RecordShape<T extends object> {
  /** A record with nothing in it, every field in its place; the fields that it lacks are not taken along. */
  readonly blank: () => T;
  /** Fields whose values are texts that many records share. */
  readonly shared: ReadonlySet<string>;
}

const EMPTY: readonly never[] = [];

/** Takes records apart. A field that is blank in all of them is left out. */
function packRecords<T extends object>(records: readonly T[], { blank, shared }: RecordShape<T>): RecordColumns {
  const none = blank();
  const fields: FieldColumn[] = [];
  for (const name of Object.keys(none) as (keyof T & string)[]) {
    const nothing = plain(none[name]);
    const values: unknown[] = [];
    let isBlank = true;
    for (const record of records) {
      const value = plain(record[name]);
      if (value !== nothing) isBlank = false;
      values.push(value);
    }
    if (!isBlank) fields.push(shared.has(name) ? withCodes(name, values) : { name, values, codes: null });
  }
  return { rows: records.length, fields };
}

function plain(value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? null : value;
}

function withCodes(name: string, values: readonly unknown[]): FieldColumn {
  const places = new Map<unknown, number>();
  const codes = Int32Array.from(values, (value) => {
    const known = places.get(value);
    if (known !== undefined) return known;
    places.set(value, places.size);
    return places.size - 1;
  });
  return { name, values: [...places.keys()], codes };
}

/** Puts records together again. */
function unpackRecords<T extends object>({ rows, fields }: RecordColumns, { blank }: RecordShape<T>): T[] {
  const none = blank() as Readonly<Record<string, unknown>>;
  const records = Array.from({ length: rows }, blank) as Record<string, unknown>[];
  for (const { name, values, codes } of fields) {
    const isList = Array.isArray(none[name]);
    for (let row = 0; row < rows; row += 1) {
      const value = values[codes === null ? row : (codes[row] ?? 0)];
      const record = records[row];
      if (record !== undefined) record[name] = value === null && isList ? EMPTY : value;
    }
  }
  return records as T[];
}

const RECORD: RecordShape<LinkRecord> = {
  blank: blankLinkRecord,
  shared: new Set(
    "entityType source account stream unit locality region regionCode postcode country category notes since".split(" "),
  ),
};

/** Rows that were read, as they travel. */
export interface DraftColumns {
  readonly records: RecordColumns;
  readonly parents: readonly (string | null)[];
  readonly shown: readonly string[];
}

/** Takes drafts apart. */
export function packDrafts({ records, parents, shown }: RowDrafts): DraftColumns {
  return { records: packRecords(records, RECORD), parents, shown };
}

/** Puts drafts together again. */
export function unpackDrafts({ records, parents, shown }: DraftColumns): RowDrafts {
  return { records: unpackRecords(records, RECORD), parents, shown };
}

const PREPARED: RecordShape<Omit<Prepared, "people">> = {
  blank: blankPrepared,
  shared: new Set(
    "source type family middle generation unit locality region postcode gender birthPlace occupation".split(" "),
  ),
};

/** Prepared records, as they travel. */
export interface PreparedColumns {
  readonly records: RecordColumns;
  /** Further names of those who bear several; null for all others. */
  readonly others: readonly (Prepared["people"] | null)[];
}

/** Takes prepared records apart. */
export function packPrepared(records: readonly Prepared[]): PreparedColumns {
  const { rows, fields } = packRecords(records, PREPARED);
  return {
    // The first of its people is the record itself, which would travel with everything that it holds.
    records: { rows, fields: fields.filter(({ name }) => name !== "people") },
    others: records.map(({ people }) => (people.length > 1 ? people.slice(1) : null)),
  };
}

/** Puts prepared records together again. */
export function unpackPrepared({ records, others }: PreparedColumns): Prepared[] {
  return unpackRecords(records, PREPARED).map((one, at) => {
    const record = one as { -readonly [K in keyof Prepared]: Prepared[K] };
    record.people = [record, ...(others[at] ?? [])];
    return record;
  });
}
