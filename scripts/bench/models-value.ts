import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { estimateValues, normalisedGini } from "#models";
import type { PurchaseHistory } from "#models";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";

const DAY = 86_400_000;
const UNTIL = Date.parse("1997-09-30") / DAY;
const HORIZON = 273;

/** Values of the CDNOW sample 39 weeks ahead: rank, totals by tenth, total, intervals, and the time that it takes. */
export function* benchValues(folder: string): Generator<Figure> {
  const file = join(folder, "cdnow_sample/transactions.csv");
  if (!existsSync(file)) {
    yield { what: "cdnow_sample", value: "not measured: it is not in the folder" };
    return;
  }
  const histories = readHistories(file);
  const started = performance.now();
  const { rows } = estimateValues({
    until: UNTIL,
    horizonDays: HORIZON,
    unitDays: 7,
    periodDays: 365,
    model: "auto",
    donations: false,
    withAmounts: true,
    discount: 0,
    seed: 1,
    histories,
  });
  const seconds = (performance.now() - started) / 1000;
  const after = new Map(
    histories.map(({ customerId, purchases }) => [
      customerId,
      purchases.reduce((sum, { day, amount }) => sum + (day > UNTIL && day <= UNTIL + HORIZON ? amount : 0), 0),
    ]),
  );
  const actual = rows.map(({ customer }) => after.get(customer) ?? 0);
  const expected = rows.map((row) => row.expected_value);
  const gini = normalisedGini(actual, expected);
  yield { what: "cdnow_sample: normalised Gini", value: round(gini), bar: ">= 0.69", met: gini >= 0.69 };
  yield atMost("cdnow_sample: mean miss by tenth", missByTenth(actual, expected), "of the total", 0.2);
  yield atMost("cdnow_sample: total is off by", Math.abs(sum(expected) / sum(actual) - 1), "of the total", 0.1);
  const above = rows.filter((row, i) => (actual[i] ?? 0) > row.high_80).length / rows.length;
  yield {
    what: "cdnow_sample: above high_80",
    value: round(above),
    bar: "0.05 to 0.12",
    met: above >= 0.05 && above <= 0.12,
  };
  const below = rows.filter((row, i) => (actual[i] ?? 0) < row.low_80).length / rows.length;
  yield atMost("cdnow_sample: below low_80", below, "of customers", 0.12);
  yield { what: "cdnow_sample: back-test, three models and network", value: round(seconds), unit: "s" };
}

function readHistories(file: string): PurchaseHistory[] {
  const found = new Map<string, { day: number; amount: number }[]>();
  for (const line of readFileSync(file, "utf8").trim().split("\n").slice(1)) {
    const [, id = "", date = "", , dollars = ""] = line.split(",");
    found.set(id, [...(found.get(id) ?? []), { day: Date.parse(date) / DAY, amount: Number(dollars) }]);
  }
  return [...found].map(([customerId, purchases]) => ({ customerId, purchases, returns: [] }));
}

function missByTenth(actual: readonly number[], expected: readonly number[]): number {
  const order = expected.map((_value, i) => i).sort((a, b) => (expected[a] ?? 0) - (expected[b] ?? 0));
  let miss = 0;
  for (let g = 0; g < 10; g += 1) {
    const part = order.slice(Math.round((g * order.length) / 10), Math.round(((g + 1) * order.length) / 10));
    const [seen, said] = [sum(part.map((i) => actual[i] ?? 0)), sum(part.map((i) => expected[i] ?? 0))];
    miss += Math.abs(seen - said) / Math.max(seen, 1e-9) / 10;
  }
  return miss;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
