/** A row of a queryable entity: what a query can look at without making the whole body. */
export interface Queryable {
  readonly id: string;
  readonly created: number;
  /** Milliseconds since the epoch. */
  readonly updated: number;
  /** Undefined for transactions: they have no Active field. */
  readonly active?: boolean;
  body(): Record<string, unknown>;
}

/** A query that the vendor refuses: 400, code 4001. */
export class QueryError extends Error {
  override name = "QueryError";
}

interface Condition {
  readonly field: string;
  readonly op: string;
  readonly values: readonly string[];
}

/** A statement taken apart. */
export interface Statement {
  readonly columns: readonly string[] | "*" | "count";
  readonly entity: string;
  readonly where: readonly Condition[];
  readonly order: { readonly field: string; readonly descending: boolean } | null;
  readonly start: number;
  readonly max: number;
}

const SHAPE =
  /^\s*select\s+(?<columns>\*|count\s*\(\s*\*\s*\)|[\w.,\s]+?)\s+from\s+(?<entity>\w+)(?:\s+where\s+(?<where>.+?))?(?:\s+order\s*by\s+(?<order>[\w.]+)(?:\s+(?<direction>asc|desc))?)?(?:\s+startposition\s+(?<start>\d+))?(?:\s+maxresults\s+(?<max>\d+))?\s*$/is;

const unquote = (text: string): string =>
  text
    .trim()
    .replace(/^'(.*)'$/s, "$1")
    .replaceAll("\\'", "'");

function condition(text: string): Condition {
  const list = /^\s*([\w.]+)\s+in\s*\((.*)\)\s*$/is.exec(text);
  if (list !== null)
    return {
      field: list[1] ?? "",
      op: "in",
      values: (list[2] ?? "").match(/'(?:\\'|[^'])*'|[^,\s]+/g)?.map(unquote) ?? [],
    };
  const plain = /^\s*([\w.]+)\s*(<=|>=|=|<|>|\blike\b)\s*('(?:\\'|[^'])*'|\S+)\s*$/is.exec(text);
  if (plain === null) throw new QueryError(`QueryParserError: Encountered "${text.trim().slice(0, 40)}"`);
  return { field: plain[1] ?? "", op: (plain[2] ?? "").toLowerCase(), values: [unquote(plain[3] ?? "")] };
}

/** Takes a statement apart. Throws {@link QueryError} where the vendor answers 400. */
export function parse(text: string): Statement {
  const parts = SHAPE.exec(text)?.groups;
  if (parts === undefined) throw new QueryError(`QueryParserError: Encountered "${text.slice(0, 30)}"`);
  const { columns = "*", entity = "", where, order, direction, start = "1", max = "100" } = parts;
  if (Number(max) > 1000 || Number(max) < 1)
    throw new QueryError("QueryValidationError: value of MAXRESULTS must be between 1 and 1000");
  if (Number(start) < 1) throw new QueryError("QueryValidationError: STARTPOSITION must be positive");
  // AND inside quotes does not occur in what may be asked.
  const conditions = where === undefined ? [] : where.split(/\s+and\s+/i).map(condition);
  return {
    columns: columns === "*" ? "*" : /^count/i.test(columns) ? "count" : columns.split(",").map((c) => c.trim()),
    entity,
    where: conditions,
    order: order === undefined ? null : { field: order, descending: direction?.toLowerCase() === "desc" },
    start: Number(start),
    max: Number(max),
  };
}

function lookUp(row: Queryable, field: string): string | number | boolean | undefined {
  const lower = field.toLowerCase();
  if (lower === "id") return row.id;
  if (lower === "active") return row.active;
  if (lower === "metadata.lastupdatedtime") return row.updated;
  if (lower === "metadata.createtime") return row.created;
  let at: unknown = row.body();
  for (const part of lower.split(".")) {
    if (at === null || typeof at !== "object") return undefined;
    at = Object.entries(at).find(([key]) => key.toLowerCase() === part)?.[1];
  }
  // A reference compares by its value.
  if (at !== null && typeof at === "object" && "value" in at) at = at.value;
  return typeof at === "string" || typeof at === "number" || typeof at === "boolean" ? at : undefined;
}

function compare(have: string | number | boolean | undefined, want: string, field: string): number | null {
  if (have === undefined) return null;
  if (/metadata\./i.test(field)) {
    const time = Date.parse(want);
    if (Number.isNaN(time)) throw new QueryError(`QueryValidationError: invalid date ${want}`);
    return Number(have) - time;
  }
  if (typeof have === "number" || field.toLowerCase() === "id") return Number(have) - Number(want);
  const [a, b] = [String(have), want];
  return a === b ? 0 : a < b ? -1 : 1;
}

function holds(row: Queryable, { field, op, values }: Condition): boolean {
  const have = lookUp(row, field);
  if (op === "in") return values.some((v) => String(have).toLowerCase() === v.toLowerCase());
  const [want = ""] = values;
  if (op === "like") {
    const pattern = want
      .split("%")
      .map((p) => p.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join(".*");
    return new RegExp(`^${pattern}$`, "i").test(String(have ?? ""));
  }
  if (typeof have === "boolean") return String(have) === want.toLowerCase();
  const order = compare(have, want, field);
  if (order === null) return false;
  if (op === "=") return order === 0;
  if (op === "<") return order < 0;
  if (op === ">") return order > 0;
  return op === "<=" ? order <= 0 : order >= 0;
}

function sorted(rows: Queryable[], statement: Statement): Queryable[] {
  const { order } = statement;
  // Without ORDER BY the vendor gives no promise: latest changes first here, which shifts pages under a careless reader.
  if (order === null) return rows.sort((a, b) => b.updated - a.updated || Number(b.id) - Number(a.id));
  const sign = order.descending ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [lookUp(a, order.field), lookUp(b, order.field)];
    const numeric = order.field.toLowerCase() === "id" || (typeof x === "number" && typeof y === "number");
    const by = numeric
      ? Number(x) - Number(y)
      : String(x ?? "") < String(y ?? "")
        ? -1
        : String(x ?? "") > String(y ?? "")
          ? 1
          : 0;
    return sign * (by || Number(a.id) - Number(b.id));
  });
}

function project(body: Record<string, unknown>, columns: readonly string[]): Record<string, unknown> {
  const wanted = new Set(columns.map((c) => c.split(".")[0]?.toLowerCase()));
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => wanted.has(key.toLowerCase()) || key === "domain" || key === "sparse"),
  );
}

/** Runs a statement over the rows of its entity: the content of `QueryResponse`. An empty page has no entity key. */
export function run(statement: Statement, rows: readonly Queryable[], entity: string): Record<string, unknown> {
  const { where, columns, start, max } = statement;
  const asksActive = where.some((c) => c.field.toLowerCase() === "active");
  if (asksActive && rows[0] !== undefined && rows[0].active === undefined) {
    throw new QueryError(`QueryValidationError: property 'Active' not found for Entity ${entity}`);
  }
  const found = rows.filter((row) => (asksActive || row.active !== false) && where.every((c) => holds(row, c)));
  if (columns === "count") return { totalCount: found.length };
  const page = sorted(found, statement).slice(start - 1, start - 1 + max);
  if (page.length === 0) return {};
  const bodies = page.map((row) => (columns === "*" ? row.body() : project(row.body(), columns)));
  return { [entity]: bodies, startPosition: start, maxResults: bodies.length };
}
