import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** A row of a CSV file by column. */
type Line = Readonly<Record<string, string>>;

/** Reads a CSV file with a header line; quoted cells may hold commas and line ends. */
export function readCsv(path: string): Line[] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const text = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  const endCell = (): void => {
    rows.at(-1)?.push(cell);
    cell = "";
  };
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (quoted) {
      if (c === '"' && text.charAt(i + 1) === '"') cell += text.charAt((i += 1));
      else if (c === '"') quoted = false;
      else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ",") endCell();
    else if (c === "\n") {
      endCell();
      rows.push([]);
    } else if (c !== "\r") cell += c;
  }
  if (cell !== "" || (rows.at(-1)?.length ?? 0) > 0) endCell();
  const [header = [], ...body] = rows.filter((r) => r.length > 1 || (r[0] ?? "") !== "");
  return body.map((r) => Object.fromEntries(header.map((name, at) => [name, r[at] ?? ""])));
}

/** A truth record that was found in the crosswalk. */
interface Joined {
  readonly entity: string;
  readonly customer: string;
}

const contact = (line: Line): string =>
  [line["name"], line["email"], line["phone"]].map((t) => (t ?? "").trim().toLowerCase()).join("|");

function index(crosswalk: readonly Line[]): Map<string, string> {
  const byKey = new Map<string, string>();
  for (const line of crosswalk) {
    const { source = "", account = "", source_id: id = "", file = "", row = "", customer_id: customer = "" } = line;
    byKey.set(`id|${source}|${account}|${id}`, customer);
    byKey.set(`any|${source}|${id}`, customer);
    if (row !== "") byKey.set(`row|${source}|${account}|${file}|${row}`, customer);
    if (line["name"] !== undefined) byKey.set(`who|${source}|${account}|${contact(line)}`, customer);
  }
  return byKey;
}

function keysOf(line: Line): string[] {
  const { source = "", account = "", source_id_or_file_row: id = "", file = "", row = "" } = line;
  // The one customer table without an id column.
  if (line["stream_hint"] === "rep contacts") {
    return [`row|${source}|${account}|${file}|${row}`, `who|${source}|${account}|${contact(line)}`];
  }
  const anyAccount = source === "directory" || source === "social";
  return anyAccount ? [`id|${source}|${account}|${id}`, `any|${source}|${id}`] : [`id|${source}|${account}|${id}`];
}

/** Joins truth to the crosswalk: by source, account and id; rows of tables without an id by file and row, or by name, e-mail and phone. */
export function joinTruth(truth: readonly Line[], crosswalk: readonly Line[]): { joined: Joined[]; missing: number } {
  const byKey = index(crosswalk);
  const joined: Joined[] = [];
  for (const line of truth) {
    const customer = keysOf(line)
      .map((key) => byKey.get(key))
      .find((c) => c !== undefined && c !== "");
    if (customer !== undefined) joined.push({ entity: line["entity_id"] ?? "", customer });
  }
  return { joined, missing: truth.length - joined.length };
}

const pairs = (n: number): number => (n * (n - 1)) / 2;

function count<T>(list: readonly T[], key: (one: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of list) counts.set(key(one), (counts.get(key(one)) ?? 0) + 1);
  return counts;
}

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
const f1 = (p: number, r: number): number => (p + r === 0 ? 0 : (2 * p * r) / (p + r));

/** Pairwise and B-cubed precision, recall and F1 of a clustering against the truth. */
export function clusterScores(
  joined: readonly Joined[],
): Record<"pairwise" | "bcubed", { precision: number; recall: number; f1: number }> {
  const both = count(joined, (j) => `${j.entity} ${j.customer}`);
  const entities = count(joined, (j) => j.entity);
  const customers = count(joined, (j) => j.customer);
  const hit = sum([...both.values()].map(pairs));
  const found = sum([...customers.values()].map(pairs));
  const real = sum([...entities.values()].map(pairs));
  const [p, r] = [found === 0 ? 1 : hit / found, real === 0 ? 1 : hit / real];
  let [bp, br] = [0, 0];
  for (const [key, n] of both) {
    const [entity = "", customer = ""] = key.split(" ");
    bp += (n * n) / (customers.get(customer) ?? n);
    br += (n * n) / (entities.get(entity) ?? n);
  }
  const total = Math.max(1, joined.length);
  return {
    pairwise: { precision: p, recall: r, f1: f1(p, r) },
    bcubed: { precision: bp / total, recall: br / total, f1: f1(bp / total, br / total) },
  };
}

/** Pairs of different entities that share a customer, by what makes them look alike. */
export function falseMerges(
  joined: readonly Joined[],
  relations: readonly Line[],
  traps: readonly Line[],
): Record<string, number> {
  const of = new Map<string, Set<string>>();
  for (const { entity, customer } of joined) of.set(customer, (of.get(customer) ?? new Set()).add(entity));
  const kinds = new Map<string, string>();
  const key = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);
  const groups = new Map<string, string[]>();
  for (const t of traps)
    groups.set(`${t["trap"]} ${t["group"]}`, [
      ...(groups.get(`${t["trap"]} ${t["group"]}`) ?? []),
      t["entity_id"] ?? "",
    ]);
  for (const [name, members] of groups)
    for (const a of members) for (const b of members) if (a < b) kinds.set(key(a, b), name.split(" ")[0] ?? "");
  for (const r of relations) kinds.set(key(r["left_entity"] ?? "", r["right_entity"] ?? ""), r["relation"] ?? "");
  const result: Record<string, number> = {};
  for (const members of of.values()) {
    const list = [...members].sort();
    for (const [i, a] of list.entries()) {
      for (const b of list.slice(i + 1)) {
        const kind = kinds.get(key(a, b)) ?? "other";
        result[kind] = (result[kind] ?? 0) + 1;
      }
    }
  }
  return result;
}

/** Share of planted defects of one expectation that an export names with the right reason. */
export function defectsFound(
  defects: readonly Line[],
  found: readonly Line[],
): { planted: number; found: number; missed: Line[] } {
  const keys = new Set<string>();
  for (const f of found) {
    const { source = "", reason = "", source_id: id = "", file = "", row = "" } = f;
    if (id !== "") keys.add(`${source}|${reason}|${id}`);
    if (row !== "") keys.add(`${source}|${reason}|${file}|${row}`);
  }
  const missed = defects.filter((d) => {
    const { source = "", reason = "", source_id: id = "", file = "", row = "" } = d;
    return !keys.has(`${source}|${reason}|${file}|${row}`) && (id === "" || !keys.has(`${source}|${reason}|${id}`));
  });
  return { planted: defects.length, found: defects.length - missed.length, missed };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      truth: { type: "string" },
      crosswalk: { type: "string" },
      quarantine: { type: "string" },
      filtered: { type: "string" },
    },
  });
  if (values.truth === undefined || values.crosswalk === undefined) {
    throw new Error(
      "usage: evaluate.ts --truth DIR/truth --crosswalk crosswalk.csv [--quarantine quarantine.csv] [--filtered filtered.csv]",
    );
  }
  const truth = (name: string): Line[] => readCsv(join(values.truth ?? "", name));
  const customers = truth("entities.csv").filter((e) => e["entity_type"] !== "not_a_customer");
  const { joined, missing } = joinTruth(customers, readCsv(values.crosswalk));
  const defects = truth("defects.csv");
  const share = (expected: string, path: string | undefined): object => {
    if (path === undefined) return { note: "no file given" };
    const { planted, found, missed } = defectsFound(
      defects.filter((d) => d["expected"] === expected),
      readCsv(path),
    );
    const where = missed.map(
      (m) => `${m["source"]} ${m["file"] || m["stream_hint"]} ${m["row"] || m["source_id"]}: ${m["reason"]}`,
    );
    return { planted, found, share: planted === 0 ? 1 : found / planted, missed: where };
  };
  const report = {
    records: { truth: customers.length, joined: joined.length, missing },
    ...clusterScores(joined),
    false_merges: falseMerges(joined, truth("relations.csv"), truth("traps.csv")),
    quarantined: share("quarantined", values.quarantine),
    filtered: share("filtered", values.filtered),
  };
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
}

if (process.argv[1]?.endsWith("evaluate.ts") === true) main();
