/** A value that may be bound to a SQL parameter. */
export type SqlValue = unknown;

/** Runs one SQL statement with parameters. */
export interface SqlClient {
  /** Rows as plain objects: int8 as number, numeric and dates as text, timestamptz as ISO text, json parsed. */
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<{ readonly rows: readonly Row[]; readonly rowCount: number }>;
}

/** The system of record. */
export interface Database extends SqlClient {
  /** Lends one connection inside a transaction; commits when the work resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T>;
  /** Lends one connection outside any transaction (session locks, LISTEN). */
  session<T>(work: (client: SqlClient) => Promise<T>): Promise<T>;
  /** Bulk load: rows of values by column order into a table. Values are text, number, boolean, null, or JSON-able objects. */
  copyIn(
    tx: SqlClient,
    table: string,
    columns: readonly string[],
    rows: Iterable<readonly SqlValue[]>,
  ): Promise<number>;
  close(): Promise<void>;
}

/** A column type of the analytical engine. */
export type AnalyticalType = "text" | "int" | "bigint" | "double" | "boolean";

/** A table's columns, in order. */
export type TableShape = Readonly<Record<string, AnalyticalType>>;

/** Set work in an embedded analytical engine (DuckDB). Never the truth: everything in it can be computed again. */
export interface AnalyticalEngine {
  exec(sql: string): Promise<void>;
  /** Small results as objects; 64-bit integers come as numbers. */
  rows<Row extends object = Record<string, unknown>>(sql: string): Promise<readonly Row[]>;
  /** Large results by column: numbers as Float64Array (int and double), text as string or null arrays. */
  columns(sql: string): Promise<Readonly<Record<string, Float64Array | readonly (string | null)[]>>>;
  /** Creates or replaces a table and fills it, in bulk. */
  load(
    table: string,
    shape: TableShape,
    rows: Iterable<readonly (string | number | boolean | null)[]>,
  ): Promise<number>;
  close(): Promise<void>;
}

/** Secrets at rest: encrypted, versioned, changed under a lease so that two processes never rotate one token twice. */
export interface SecretStore {
  /** The value, or null when there is none. */
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
  /** Runs the work while no other process holds the same lease; the work re-reads what it needs after entering. */
  withLease<T>(name: string, work: () => Promise<T>): Promise<T>;
}
