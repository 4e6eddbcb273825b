import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import { openBackend, openScorer, openTraining, readColumns, scoreTable, tableFromRows } from "#models";
import type { Cell, Table, TrainingSession } from "#models";
import { openScorePool, shareColumns } from "../../jobs/modelling/score-pool.ts";
import { encode, fitEncoder } from "../../models/encode.ts";
import { openLinear } from "../../models/linear-score.ts";
import { mixOf } from "../../models/mix.ts";
import { linearDesign, logitsOf } from "../../models/linear.ts";
import { findPairs, pairSides } from "../../models/pairs.ts";
import { normal } from "../../models/random.ts";
import type { Candidate } from "../../models/training-types.ts";

const backend = await openBackend({ prefer: "wasm" });

/** Numbers with gaps and far-off values, a category, and an outcome that hangs on two of them together. */
function mixed(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  return tableFromRows(
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const [a, b] = [normal(random), 40 * random()];
      const town = ["north", "south", "east", null][Math.floor(4 * random())] ?? null;
      const z = (town === "north" ? 1 : -1) * a + (b > 30 ? 1 : 0);
      return {
        a: random() < 0.1 ? null : random() < 0.01 ? 1e6 : a,
        b,
        town,
        y: random() < 1 / (1 + Math.exp(-z)) ? 1 : 0,
      };
    }),
  );
}

function trained(
  table: Table,
  kinds: readonly ("additive" | "boosted")[],
): Extract<TrainingSession, { status: "trained" }> {
  const session = openTraining(backend, table, { target: "y", seed: 1, kinds });
  if (session.status !== "trained") throw new Error(session.reason);
  return session;
}

const table = mixed(900, 1);
const session = trained(table, ["additive", "boosted"]);

describe("scoring columns", () => {
  it("gives what the encoded columns times their weights give, for every kind of cell", () => {
    const types = { a: "number", b: "number", town: "category" } as const;
    const columns = readColumns(table, types);
    const labels = Float64Array.from(table.columns.y ?? [], Number);
    const rows = Int32Array.from(labels, (_unused, i) => i);
    const encoder = fitEncoder(columns, rows, { pieces: 8, labels });
    const main = encoder.offsets.at(-1) ?? 0;
    const pairs = findPairs(pairSides(columns), columns, rows, labels, new Float64Array(labels.length), {
      most: 3,
      offset: main,
    });
    expect(pairs.length).toBeGreaterThan(0);
    const random = seededRandom(5);
    const width = pairs.reduce((sum, pair) => sum + pair.width, main);
    const weights = Float32Array.from({ length: width }, () => normal(random));
    const part = { encoder, pairs, weights, intercept: 0.25 };
    const encoded = encode(encoder, columns, rows);
    const exact = { weights: Float64Array.from(weights), intercept: part.intercept };
    const said = logitsOf(linearDesign(part, columns, rows), exact);
    const plain = logitsOf(linearDesign({ encoder, pairs: [] }, columns, rows), exact);
    const linear = openLinear(part);
    const logits = linear.logits(columns, labels.length);
    const effects = linear.effects(columns, labels.length);
    for (const i of rows) {
      let sum = part.intercept;
      for (let j = 0; j < main; j += 1) sum += (encoded.values[i * main + j] ?? NaN) * (weights[j] ?? NaN);
      expect(Math.abs((plain[i] ?? NaN) - sum)).toBeLessThan(1e-4);
      expect(Math.abs((logits[i] ?? NaN) - (said[i] ?? NaN))).toBeLessThan(1e-5);
      const told = effects.subarray(i * 3, i * 3 + 3).reduce((total, effect) => total + effect, part.intercept);
      expect(Math.abs(told - (logits[i] ?? NaN))).toBeLessThan(1e-9);
    }
  });

  it.each(["additive", "boosted"] as const)("gives in threads to the bit what a table gives: %s", async (kind) => {
    const { model } = session.ship([kind]);
    const fresh = mixed(5000, 2);
    const { probabilities } = scoreTable(backend, model, fresh, { effects: false });
    const columns = shareColumns(readColumns(fresh, model.types));
    const pool = openScorePool(model, 2);
    try {
      expect([...(await pool.score(columns, fresh.rows))]).toEqual([...probabilities]);
      expect([...(await pool.score(columns, 10))]).toEqual([...probabilities.subarray(0, 10)]);
    } finally {
      await pool.close();
    }
  });

  it("does not take a rule, which reads cells", () => {
    const { model } = session.ship(["rule"]);
    expect(() => openScorer(backend, model)).toThrow(RangeError);
  });
});

describe("a mean of models", () => {
  const random = seededRandom(7);
  const truth = Float64Array.from({ length: 3000 }, () => 1.5 * normal(random));
  const labels = truth.map((z) => (random() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
  const folds = Int32Array.from(labels, (_unused, i) => i % 5);
  const candidate = (kind: Candidate["kind"], noise: number): Candidate => ({
    kind,
    name: kind,
    outOfFold: truth.map((z) => z + noise * normal(random)),
    logLoss: 1,
    parts: [],
    settings: {},
  });

  it("gives the better member the larger share, and is better than each", () => {
    const members = [candidate("additive", 0.7), candidate("boosted", 1)];
    const mix = mixOf(members, labels, folds, 5);
    const [first = 0, second = 0] = [mix?.settings.additive_share, mix?.settings.boosted_share];
    expect(first).toBeGreaterThan(second);
    expect(first + second).toBeCloseTo(1, 2);
    const losses = members.map((member) => mixOf([member, { ...member }], labels, folds, 5)?.logLoss ?? 0);
    for (const loss of losses) expect(mix?.logLoss).toBeLessThan(loss);
  });

  it("leaves out a member that only adds noise, and is none where one is left", () => {
    const noise: Candidate = { ...candidate("network", 0), outOfFold: truth.map(() => 3 * normal(random)) };
    const good = [candidate("additive", 0.5), candidate("boosted", 0.5)];
    expect(mixOf([...good, noise], labels, folds, 5)?.name).toBe("mean: additive, boosted");
    expect(mixOf([good[0]!, noise], labels, folds, 5)).toBeNull();
  });
});
