import { bandOf } from "./bands.ts";
import { scoreTable } from "./score.ts";
import { columnType, isMissing, numericValue, tableFromRows } from "./table.ts";
import type { TabularModel } from "./artefact.ts";
import type { Backend } from "./runtime.ts";
import type { Cell, Table } from "./table.ts";

/** Another value of one feature, all others as they are, that would put a row into another band. */
export interface Counterfactual {
  readonly feature: string;
  readonly value: string;
  readonly band: "High" | "Medium" | "Low";
  readonly probability: number;
}

/** Values of a feature that are tried. */
const TRIED = 12;

/**
 * For each of the given features the smallest change that would move the row to another band; none where no value seen
 * among the known rows does. It speaks of the model: what the band would be for such a customer, not what an action
 * would bring about. Dates are not tried: nobody can change them.
 */
export function counterfactuals(
  backend: Backend,
  model: TabularModel,
  row: Readonly<Record<string, Cell>>,
  known: Table,
  features: readonly string[],
): Counterfactual[] {
  const band = bandOf(
    model.bands,
    scoreTable(backend, model, tableFromRows([row]), { effects: false }).probabilities[0]!,
  );
  return features.flatMap((feature) => {
    const values = candidates(known.columns[feature] ?? [], row[feature]);
    if (values.length === 0) return [];
    const changed = tableFromRows(values.map((value) => ({ ...row, [feature]: value })));
    const { probabilities, bands } = scoreTable(backend, model, changed, { effects: false });
    const at = bands.findIndex((other) => other !== band);
    return at < 0 ? [] : [{ feature, value: String(values[at]), band: bands[at]!, probability: probabilities[at]! }];
  });
}

/** Values among the known ones, nearest to the present value first; commonest first for categories. */
function candidates(column: readonly Cell[], present: Cell): Cell[] {
  const seen = column.filter((cell) => !isMissing(cell));
  const type = columnType(seen);
  if (type === "number") {
    const sorted = seen
      .filter((cell) => numericValue(type, cell) !== null)
      .sort((a, b) => numericValue(type, a)! - numericValue(type, b)!);
    const picked = Array.from({ length: TRIED }, (_unused, k) => {
      return sorted[Math.round((0.02 + (0.96 * k) / (TRIED - 1)) * (sorted.length - 1))];
    });
    const from = isMissing(present) ? null : numericValue(type, present);
    const distance = (cell: Cell): number => Math.abs((numericValue(type, cell) ?? 0) - (from ?? 0));
    return [...new Set(picked)]
      .filter((cell) => cell !== undefined && String(cell) !== String(present))
      .sort((a, b) => distance(a) - distance(b));
  }
  if (type !== "category") return [];
  const counts = new Map<string, number>();
  for (const cell of seen) counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([level]) => level)
    .filter((level) => level !== String(present))
    .slice(0, TRIED);
}
