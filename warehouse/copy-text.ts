import type { SqlClient, SqlValue } from "#core";

/** Writes one value of one column in the server's COPY text format; null is `\N`. */
export type ColumnEncoder = (value: SqlValue) => string;

/**
 * Encoders by the columns' own types: a JavaScript array becomes an array where the column is one and JSON where the
 * column is json. Text for a json column is taken as JSON that is written already.
 */
export async function columnEncoders(
  client: SqlClient,
  table: string,
  columns: readonly string[],
): Promise<readonly ColumnEncoder[]> {
  const { rows } = await client.query<{ name: string; category: string; type: string }>(
    `select a.attname::text as name, t.typcategory::text as category, t.typname::text as type
       from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped`,
    [table],
  );
  const types = new Map(rows.map((row) => [row.name, row]));
  return columns.map((column) => {
    const type = types.get(column);
    if (type === undefined) throw new TypeError(`${table} has no column ${column}`);
    if (type.category === "A") return encodeArray;
    return type.type === "jsonb" || type.type === "json" ? encodeJson : encodeScalar;
  });
}

/** Rows as COPY text, in pieces of about 64 kB. */
export function* copyChunks(
  rows: Iterable<readonly SqlValue[]>,
  encoders: readonly ColumnEncoder[],
): Generator<Buffer> {
  let text = "";
  for (const row of rows) {
    for (let i = 0; i < encoders.length; i += 1) {
      const value = row[i];
      text += i === 0 ? "" : "\t";
      text += value === null || value === undefined ? "\\N" : (encoders[i] as ColumnEncoder)(value);
    }
    text += "\n";
    if (text.length > 65_536) {
      yield Buffer.from(text);
      text = "";
    }
  }
  if (text !== "") yield Buffer.from(text);
}

const SPECIAL = /[\\\t\n\r\0]/;
const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  "\0": "\ufffd",
};

/** Escapes text for COPY. The server cannot keep the character zero: it becomes the replacement character. */
function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[\\\t\n\r\0]/g, (sign) => ESCAPES[sign] ?? sign) : text;
}

function encodeScalar(value: SqlValue): string {
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\\\x${Buffer.from(value).toString("hex")}`;
  return escapeText(JSON.stringify(value));
}

function encodeJson(value: SqlValue): string {
  return escapeText(typeof value === "string" ? value : jsonText(value));
}

function encodeArray(value: SqlValue): string {
  if (!Array.isArray(value)) return encodeScalar(value);
  return escapeText(arrayLiteral(value));
}

function arrayLiteral(items: readonly unknown[]): string {
  const parts = items.map((item) => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return arrayLiteral(item);
    const text = typeof item === "string" ? item : jsonText(item);
    return `"${text.replace(/[\\"]/g, "\\$&")}"`;
  });
  return `{${parts.join(",")}}`;
}

/**
 * JSON that the server's jsonb takes: the character zero and half surrogate pairs, which it refuses, become the
 * replacement character. Throws a TypeError for values that JSON has no form for.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError("a value without JSON form");
  if (!/\\u(0000|d[89a-f])/.test(text)) return text;
  return JSON.stringify(value, (_name, inner: unknown) => {
    if (typeof inner === "string") return wellFormed(inner);
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, member]) => [wellFormed(name), member]));
  });
}

function wellFormed(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8").replaceAll("\0", "\ufffd");
}
