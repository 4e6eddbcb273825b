import type { RowDrafts } from "#identity";

/** Drafts by column, as they travel between threads: a field's values together cost a tenth of objects with names. */
export interface DraftColumns {
  readonly fields: readonly string[];
  /** By field; an empty list travels as null. */
  readonly columns: readonly (readonly unknown[])[];
  /** Places of the list fields in `fields`. */
  readonly lists: readonly number[];
  readonly parents: readonly (string | null)[];
  readonly shown: readonly string[];
}

const LISTS: ReadonlySet<string> = new Set(["emails", "phones", "handles"]);
const EXTRA = "extra";
const EMPTY: readonly string[] = [];

/** Takes drafts apart into columns. */
export function packDrafts({ records, parents, shown }: RowDrafts): DraftColumns {
  const names = new Set(records[0] === undefined ? [] : Object.keys(records[0]));
  names.delete(EXTRA);
  const fields = [...names, EXTRA];
  const columns = fields.map((field) =>
    records.map((record) => {
      const value = (record as unknown as Readonly<Record<string, unknown>>)[field];
      return Array.isArray(value) && value.length === 0 ? null : value;
    }),
  );
  const lists = fields.flatMap((field, at) => (LISTS.has(field) ? [at] : []));
  return { fields, columns, lists, parents, shown };
}

/** Puts drafts together again. */
export function unpackDrafts({ fields, columns, lists, parents, shown }: DraftColumns): RowDrafts {
  const isList = fields.map((_field, at) => lists.includes(at));
  const extras = columns.at(-1) ?? [];
  const records = parents.map((_parent, row) => {
    const record: Record<string, unknown> = {};
    for (let at = 0; at < fields.length - 1; at += 1) {
      const value = columns[at]?.[row];
      record[fields[at] ?? ""] = value === null && isList[at] === true ? EMPTY : value;
    }
    if (extras[row] !== undefined) record[EXTRA] = extras[row];
    return record;
  });
  return { records: records as unknown as RowDrafts["records"], parents, shown };
}
