import { readTableFile } from "../../jobs/table-files.ts";
import type { TableCell } from "../../jobs/table-files.ts";
import type { Figure } from "./figure.ts";

/** The relations that planted traps make between two customers, and which kinds of them count as it. */
const PLANTED: Readonly<Record<string, readonly string[]>> = {
  household: ["household", "father_son", "twins"],
  owner_firm: ["owner_firm"],
  branch_parent: ["branch"],
};

interface Customer {
  readonly type: string;
  readonly group: string;
  readonly traps: Set<string>;
}

async function readRows(path: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const { names, columns, rows } = await readTableFile(path, { text: true });
  const cell = (value: TableCell | undefined): string => String(value ?? "");
  return Array.from({ length: rows }, (_row, row) =>
    Object.fromEntries(names.map((name, at) => [name, cell(columns[at]?.[row])])),
  );
}

/**
 * Precision and recall of each relation between planted customers, pair of customers by pair of customers. Beside it the
 * precision by rows, where a row between two records of one customer is false as well.
 */
export async function* benchRelations(set: string, relations: string, detail: string): AsyncGenerator<Figure> {
  const [owner, customers] = await readCustomers(detail);
  const rows = await readRows(relations);
  for (const [relation, traps] of Object.entries(PLANTED)) {
    const planted = plantedPairs(customers, traps, relation === "owner_firm");
    const found = rows
      .filter((row) => row["relation"] === relation)
      .map((row) => [owner.get(row["left_id"] ?? "") ?? "", owner.get(row["right_id"] ?? "") ?? ""] as const);
    const pairs = new Set(found.filter(([one, other]) => one !== other).map(([one, other]) => pairOf(one, other)));
    const hits = [...pairs].filter((pair) => planted.has(pair)).length;
    const trueRows = found.filter(([one, other]) => planted.has(pairOf(one, other))).length;
    const figure = (what: string, value: number, bar?: number): Figure => ({
      what: `${set}: relation ${relation}: ${what}`,
      value: Math.round(value * 10_000) / 10_000,
      ...(bar === undefined ? {} : { bar: `>= ${bar}`, met: value >= bar }),
    });
    yield figure("precision", hits / Math.max(1, pairs.size), 0.95);
    yield figure(`recall of ${planted.size} pairs`, hits / Math.max(1, planted.size), 0.8);
    yield figure("precision by rows", trueRows / Math.max(1, found.length));
  }
}

async function readCustomers(detail: string): Promise<readonly [Map<string, string>, Map<string, Customer>]> {
  const owner = new Map<string, string>();
  const customers = new Map<string, Customer>();
  for (const row of await readRows(detail)) {
    const id = row["cluster_id"] ?? "";
    owner.set(row["record_id"] ?? "", id);
    const group = row["trap_group"] ?? "";
    const one = customers.get(id) ?? { type: row["entity_type"] ?? "", group, traps: new Set<string>() };
    for (const trap of (row["traps"] ?? "").split("|")) one.traps.add(trap);
    customers.set(id, one);
  }
  return [owner, customers];
}

function plantedPairs(
  customers: ReadonlyMap<string, Customer>,
  traps: readonly string[],
  isMixed: boolean,
): ReadonlySet<string> {
  const groups = new Map<string, string[]>();
  for (const [id, { group }] of customers) if (group !== "") groups.set(group, [...(groups.get(group) ?? []), id]);
  const found = new Set<string>();
  for (const members of groups.values()) {
    for (const one of members) {
      for (const other of members) {
        const [a, b] = [customers.get(one), customers.get(other)];
        if (one >= other || a === undefined || b === undefined || (isMixed && a.type === b.type)) continue;
        if (traps.some((trap) => a.traps.has(trap) && b.traps.has(trap))) found.add(pairOf(one, other));
      }
    }
  }
  return found;
}

function pairOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
