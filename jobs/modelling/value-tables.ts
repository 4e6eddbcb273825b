import { C360Error } from "#core";
import type { HistorySummary, PurchaseHistory } from "#models";
import type { TableCell, TableFile } from "../table-files.ts";
import { dateOrder, dayOf, numberIn } from "./cells.ts";
import { amountReader } from "./writing.ts";

/** Transactions by customer, and what was left out. */
export interface TransactionTable {
  readonly histories: readonly PurchaseHistory[];
  /** The latest day with a purchase. */
  readonly lastDay: number;
  readonly notices: readonly string[];
}

/** Columns of a table of transactions. */
export interface TransactionColumns {
  readonly customer: string;
  readonly date: string;
  /** Null: every transaction counts 1. */
  readonly amount: string | null;
}

/** Reads transactions; an amount below zero is a return. Rows without customer, date or amount are counted and left out. */
export function readTransactions(table: TableFile, columns: TransactionColumns): TransactionTable {
  const customers = columnOf(table, columns.customer);
  const dates = columnOf(table, columns.date);
  const amounts = columns.amount === null ? null : columnOf(table, columns.amount);
  const order = dateOrder(dates);
  const amountOf = amounts === null ? () => 1 : amountReader(amounts);
  const found = new Map<string, { purchases: Entry[]; returns: Entry[] }>();
  const left = { customer: 0, date: 0, amount: 0 };
  let lastDay = -Infinity;
  for (let i = 0; i < table.rows; i += 1) {
    const customer = String(customers[i] ?? "").trim();
    const day = dayOf(dates[i] ?? null, order);
    const amount = amountOf(amounts?.[i] ?? null);
    if (customer === "") left.customer += 1;
    else if (day === null) left.date += 1;
    else if (amount === null) left.amount += 1;
    else {
      const history = found.get(customer) ?? { purchases: [], returns: [] };
      found.set(customer, history);
      if (amount < 0) history.returns.push({ day, amount: -amount });
      else {
        history.purchases.push({ day, amount });
        lastDay = Math.max(lastDay, day);
      }
    }
  }
  const notices = Object.entries(left)
    .filter(([, rows]) => rows > 0)
    .map(([what, rows]) => `${String(rows)} rows are left out: no ${what} that can be read`);
  const histories = [...found].map(([customerId, history]) => ({ customerId, ...history }));
  return { histories, lastDay, notices: [...table.notices, ...notices] };
}

interface Entry {
  readonly day: number;
  readonly amount: number;
}

const SYNONYMS = {
  frequency: ["frequency", "x", "repeats"],
  recency: ["recency", "t_x", "tx", "t.x"],
  age: ["T", "age", "T.cal", "periods", "n"],
  monetary: ["monetary", "monetary_value", "zbar", "m.x", "mean"],
  weight: ["weight", "weights", "customers"],
  customer: ["customer", "customer_id", "id", "cust"],
} as const;

/** Reads a summary of customers: `frequency,recency,T[,monetary][,weight]`, times in units of `unitDays`. */
export function readSummary(
  table: TableFile,
  options: { readonly unitDays: number; readonly customer: string | null },
): {
  readonly summaries: readonly HistorySummary[];
  readonly withAmounts: boolean;
  readonly notices: readonly string[];
} {
  const required = (name: "frequency" | "recency" | "age"): readonly TableCell[] => {
    const column = columnNamed(table, SYNONYMS[name]);
    if (column === null) throw usage(`${table.file} has no column ${name === "age" ? "T" : name}.`);
    return column;
  };
  const [frequency, recency, age] = [required("frequency"), required("recency"), required("age")];
  const monetary = columnNamed(table, SYNONYMS.monetary);
  const weight = columnNamed(table, SYNONYMS.weight);
  const ids = options.customer === null ? columnNamed(table, SYNONYMS.customer) : columnOf(table, options.customer);
  const summaries: HistorySummary[] = [];
  let bad = 0;
  for (let i = 0; i < table.rows; i += 1) {
    const read = (column: readonly TableCell[] | null, other: number): number =>
      column === null ? other : (numberIn(column[i] ?? null) ?? NaN);
    const [x, tx, time] = [read(frequency, 0), read(recency, 0), read(age, 0)];
    const [amount, customers] = [Math.max(0, numberIn(monetary?.[i] ?? null) ?? 0), read(weight, 1)];
    if (
      !(x >= 0 && tx >= 0 && time >= tx - 1e-9 && customers > 0) ||
      ![x, tx, time, customers].every(Number.isFinite)
    ) {
      bad += 1;
      continue;
    }
    summaries.push({
      customerId: String(ids?.[i] ?? i + 1).trim(),
      frequency: x,
      recency: x === 0 ? 0 : tx * options.unitDays,
      age: time * options.unitDays,
      weight: customers,
      purchaseDays: x,
      mean: amount,
      repeatMean: amount,
      lastAmount: amount,
      recentSpend: amount * x,
      recentDays: Math.max(90, time * options.unitDays),
      giving: { frequency: x, recency: tx, age: time },
    });
  }
  const notices = bad === 0 ? [] : [`${String(bad)} rows are left out: figures that cannot be`];
  return { summaries, withAmounts: monetary !== null, notices: [...table.notices, ...notices] };
}

function columnOf(table: TableFile, name: string): readonly TableCell[] {
  const exact = table.names.indexOf(name);
  const loose = table.names.map((one) => one.toLowerCase()).indexOf(name.toLowerCase());
  const column = table.columns[exact >= 0 ? exact : loose];
  if (column === undefined) throw usage(`${table.file} has no column ${name}; it has ${table.names.join(", ")}.`);
  return column;
}

function columnNamed(table: TableFile, names: readonly string[]): readonly TableCell[] | null {
  for (const name of names) {
    const exact = table.names.indexOf(name);
    if (exact >= 0) return table.columns[exact] ?? null;
  }
  for (const name of names) {
    const loose = table.names.map((one) => one.toLowerCase()).indexOf(name.toLowerCase());
    if (loose >= 0) return table.columns[loose] ?? null;
  }
  return null;
}

function usage(problem: string): C360Error {
  return new C360Error("USAGE", { problem, command: "clv" });
}
