import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import {
  ALL_KINDS,
  auc,
  openBackend,
  openTraining,
  parseModel,
  scoreTable,
  serialiseModel,
  tableFromRows,
} from "#models";
import type { Cell, ModelKind, Table, TabularModel, TrainingSession } from "#models";
import { boost } from "../../models/boosting.ts";
import { readColumns } from "../../models/columns.ts";
import { targetEdges } from "../../models/edges.ts";
import { openForest, walkForest } from "../../models/forest-score.ts";
import { NODE } from "../../models/grow.ts";
import { normal } from "../../models/random.ts";
import { recalibrate } from "../../models/recalibrate.ts";
import { binColumns, binRows } from "../../models/tree-features.ts";
import { addForestEffects, explainForest } from "../../models/tree-reasons.ts";

const backend = await openBackend({ prefer: "wasm" });

/** The outcome hangs on whether two numbers agree in sign, on a category with many levels, and a little on a third. */
function crossed(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  return tableFromRows(
    Array.from({ length: rows }, (_unused, i): Record<string, Cell> => {
      const [a, b, c] = [normal(random), normal(random), normal(random)];
      const town = Math.floor(random() * 40);
      const z = -0.5 + (a * b > 0 ? 1.6 : -1.6) + (town % 5 === 0 ? 1.2 : 0) + 0.5 * c;
      return {
        id: `C${String(i)}`,
        a: random() < 0.03 ? null : a,
        b,
        c,
        town: `town ${String(town)}`,
        sunny: random() < 0.5 ? "yes" : "no",
        y: random() < 1 / (1 + Math.exp(-z)) ? "won" : "lost",
      };
    }),
  );
}

function session(table: Table, kinds: readonly ModelKind[]): Extract<TrainingSession, { status: "trained" }> {
  const opened = openTraining(backend, table, { target: "y", positive: "won", group: "id", seed: 2, kinds });
  if (opened.status !== "trained") throw new Error(opened.reason);
  return opened;
}

const table = crossed(1600, 1);
const fresh = crossed(1200, 2);
const labels = (fresh.columns.y ?? []).map((cell) => (cell === "won" ? 1 : 0));
const all = session(table, ALL_KINDS);

describe("models where interactions rule", () => {
  it("ship as trees, networks or a mean of them, far above what straight lines can see", () => {
    const { model } = all.ship();
    const best = auc(labels, scoreTable(backend, model, fresh, { effects: false }).probabilities);
    const logistic = all.ship(["logistic"]).model;
    const straight = auc(labels, scoreTable(backend, logistic, fresh, { effects: false }).probabilities);
    expect(["boosted", "network", "mean", "additive"]).toContain(model.kind);
    expect(best).toBeGreaterThan(straight + 0.12);
  });

  it("are seen by the additive model as a pair term", () => {
    const part = all.ship(["additive"]).model.parts[0];
    if (part?.kind !== "linear") throw new Error("not linear");
    expect(part.pairs.map(({ first, second }) => `${first.name} ${second.name}`)).toContain("a b");
  });

  it.each(["additive", "boosted", "network", "mean"] as const)(
    "give effects that add up to the calibrated logit: %s",
    (kind) => {
      const { model } = all.ship([kind]);
      const scores = scoreTable(backend, model, fresh);
      for (const [i, logit] of scores.logits.entries()) {
        const sum = (scores.effects[i] ?? []).reduce((total, { effect }) => total + effect, scores.base);
        expect(Math.abs(sum - logit)).toBeLessThan(1e-4);
      }
    },
  );

  it.each(["additive", "boosted", "network", "mean"] as const)(
    "score to the bit alike after the file is written and read, and within 1e-5 on plain CPU: %s",
    async (kind) => {
      const { model } = all.ship([kind]);
      const first = scoreTable(backend, model, fresh, { effects: false }).probabilities;
      const read = parseModel(serialiseModel(model));
      expect([...scoreTable(backend, read, fresh, { effects: false }).probabilities]).toEqual([...first]);
      const cpu = await openBackend({ prefer: "cpu" });
      const second = scoreTable(cpu, read, fresh, { effects: false }).probabilities;
      await openBackend({ prefer: "wasm" });
      for (const [i, p] of first.entries()) expect(Math.abs(p - (second[i] ?? NaN))).toBeLessThan(1e-5);
    },
  );

  it("are the same to the bit for the same table and seed", () => {
    const again = session(crossed(1600, 1), ["boosted"]).ship(["boosted"]);
    // Metrics also tell of the other candidates, which were not trained again.
    const bytes = (one: TabularModel): Uint8Array => serialiseModel({ ...one, metrics: {} });
    expect(bytes(again.model)).toEqual(bytes(all.ship(["boosted"]).model));
  });

  it("give finite scores for rows of nothing, of unknown towns, and of numbers beyond all others", () => {
    const odd = tableFromRows([{}, { town: "nowhere", a: 1e300, b: -1e300 }, { a: "many", c: Infinity }]);
    for (const kind of ["additive", "boosted", "network", "mean"] as const) {
      for (const p of scoreTable(backend, all.ship([kind]).model, odd).probabilities) {
        expect(p > 0 && p < 1).toBe(true);
      }
    }
  });

  it("are refused where the file is cut short or is no model", () => {
    const bytes = serialiseModel(all.ship(["boosted"]).model);
    expect(() => parseModel(bytes.subarray(0, bytes.length - 40))).toThrow(TypeError);
    expect(() => parseModel(bytes.subarray(0, 40))).toThrow(TypeError);
    expect(() => parseModel(new TextEncoder().encode("C360MODEL\n"))).toThrow(TypeError);
  });
});

describe("boosted trees", () => {
  const columns = readColumns(table, { a: "number", b: "number", c: "number", town: "category" });
  const y = Float64Array.from(table.columns.y ?? [], (cell) => (cell === "won" ? 1 : 0));
  const folds = Int32Array.from(y, (_unused, i) => i % 3);
  const shape = { leaves: 6, depth: 4, weight: 2, ridge: 2, rate: 0.2, rounds: 12, patience: 12 };
  const { forest } = boost(columns, y, folds, 3, { ...shape, rowShare: 0.8, columnShare: 1, seed: 1 });
  const bins = binColumns(forest.features, columns);
  const byRow = binRows(forest.features, columns, y.length);

  it("give Shapley values that equal the definition, summed over all orders in which columns become known", () => {
    const explainer = explainForest(forest);
    const many = explainer.columns.length;
    for (const row of [0, 7, 99]) {
      const out = new Float64Array(many);
      addForestEffects(explainer, byRow, row * explainer.width, out);
      for (let k = 0; k < many; k += 1) expect(out[k]).toBeCloseTo(byDefinition(row, k, explainer.columns), 8);
    }
  });

  it("never show a row its own outcome through a category's rate", () => {
    const random = seededRandom(3);
    const noise = tableFromRows(
      Array.from({ length: 1500 }, (_unused, i) => ({ street: `street ${String(i % 700)}`, n: random() })),
    );
    const outcome = Float64Array.from({ length: 1500 }, () => (random() < 0.3 ? 1 : 0));
    const found = boost(
      readColumns(noise, { street: "category", n: "number" }),
      outcome,
      Int32Array.from(outcome, (_unused, i) => i % 5),
      5,
      { ...shape, rowShare: 0.8, columnShare: 1, seed: 1 },
    );
    const columns = readColumns(noise, { street: "category", n: "number" });
    const inSample = walkForest(openForest(found.forest), binRows(found.forest.features, columns, 1500));
    expect(auc(outcome, found.outOfFold)).toBeLessThan(0.6);
    expect(auc(outcome, inSample)).toBeLessThan(0.85);
  });

  /** Value of the game for a set of known columns: unknown ones are averaged by training weight. */
  function game(row: number, known: ReadonlySet<string>): number {
    const { nodes, features } = forest;
    const walk = (start: number, node: number): number => {
      const at = start + NODE * node;
      const feature = nodes[at] ?? -1;
      if (feature < 0) return nodes[at + 5] ?? 0;
      const [left, right] = [nodes[at + 3] ?? 0, nodes[at + 4] ?? 0];
      if (known.has(features[feature]?.name ?? "")) {
        const bin = bins[feature]?.[row] ?? 0;
        const goesLeft = bin === 0 ? nodes[at + 2] === 1 : bin <= (nodes[at + 1] ?? 0);
        return walk(start, goesLeft ? left : right);
      }
      const share = (nodes[start + NODE * left + 6] ?? 0) / (nodes[at + 6] ?? 1);
      const other = (nodes[start + NODE * right + 6] ?? 0) / (nodes[at + 6] ?? 1);
      return share * walk(start, left) + other * walk(start, right);
    };
    return forest.roots.reduce((sum, root) => sum + walk(root * NODE, 0), 0);
  }

  function byDefinition(row: number, player: number, names: readonly string[]): number {
    const others = names.filter((_name, k) => k !== player);
    let value = 0;
    for (let set = 0; set < 1 << others.length; set += 1) {
      const known = others.filter((_name, k) => (set >> k) & 1);
      const weight = (factorial(known.length) * factorial(others.length - known.length)) / factorial(names.length);
      const name = names[player] ?? "";
      value += weight * (game(row, new Set([...known, name])) - game(row, new Set(known)));
    }
    return value;
  }
});

describe("pieces", () => {
  it("put edges where the outcome changes", () => {
    const values = Float64Array.from({ length: 2000 }, (_unused, i) => (i * 7919) % 1000);
    const outcome = values.map((value) => (value > 300 && value < 420 ? 1 : 0));
    const rows = Int32Array.from(values, (_unused, i) => i);
    const edges = targetEdges(values, outcome, rows, 6).sort((a, b) => a - b);
    expect(edges[0]).toBeCloseTo(300.5, 6);
    expect(edges[1]).toBeCloseTo(419.5, 6);
  });

  it("follow a base rate that moves, on outcomes that were known at the time", () => {
    const random = seededRandom(9);
    const rate = (i: number): number => (i < 2000 ? 0.08 : 0.35);
    const outcome = Float64Array.from({ length: 6000 }, (_unused, i) => (random() < rate(i) ? 1 : 0));
    const flat = new Float64Array(6000).fill(0.08);
    const after = recalibrate(flat, outcome, 2000, { window: 1000, delay: 250 });
    expect(after[0]).toBeCloseTo(0.08, 1);
    expect(after[3000]).toBeGreaterThan(0.3);
    expect(after[3000]).toBeLessThan(0.4);
    expect(recalibrate(flat, outcome, 2000, { window: 1000, delay: 4000 })[3000]).toBeLessThan(0.12);
  });
});

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
