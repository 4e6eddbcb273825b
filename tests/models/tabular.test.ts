import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import {
  auc,
  calibrationError,
  normalisedGini,
  openBackend,
  parseModel,
  rateInWords,
  scoreTable,
  serialiseModel,
  tableFromRows,
  takeRows,
  topDecileLift,
  trainTabular,
} from "#models";
import type { Cell, Table, TrainOptions, TrainResult } from "#models";
import { fitCalibration, calibrated } from "../../models/calibrate.ts";
import { normal } from "../../models/random.ts";

const backend = await openBackend({ prefer: "wasm" });

/** Rows with a bend in one number, a category, gaps, and a base rate of about 12%. `signal` 0 leaves only noise. */
function planted(rows: number, seed: number, signal = 1): Table {
  const random = seededRandom(seed);
  return tableFromRows(
    Array.from({ length: rows }, (_unused, i): Record<string, Cell> => {
      const days = Math.floor(random() * 400);
      const often = Math.floor(random() * 12);
      const parish = ["Kingston", "Saint Ann", "Portland"][Math.floor(random() * 3)] ?? "";
      const hump = days > 60 && days < 130 ? 2.6 : 0;
      const z =
        -2.7 +
        signal * (hump + (parish === "Portland" ? 1 : 0) - 0.12 * often + 0.3 * normal(random)) +
        (1 - signal) * 0.7;
      return {
        customer: `C${String(i % Math.ceil(rows / 1.5))}`,
        days: random() < 0.05 ? null : days,
        often,
        parish,
        noise: normal(random),
        constant: 7,
        empty: null,
        key: `key-${String(i)}`,
        bought: random() < 1 / (1 + Math.exp(-z)) ? 1 : 0,
      };
    }),
  );
}

const OPTIONS: TrainOptions = {
  target: "bought",
  seed: 3,
  group: "customer",
  rule: { recency: "days", frequency: "often" },
};

function trained(result: TrainResult): Extract<TrainResult, { status: "trained" }> {
  if (result.status !== "trained") throw new Error(result.reason);
  return result;
}

describe("training on a table", () => {
  const table = planted(3000, 1);
  const result = trained(trainTabular(backend, table, OPTIONS));
  const fresh = planted(3000, 2);
  const labels = (fresh.columns.bought ?? []).map(Number);

  it("finds a planted bend: the additive model ships and lifts the best tenth three times above the mean", () => {
    const scores = scoreTable(backend, result.model, fresh);
    expect(result.model.kind).toBe("additive");
    expect(topDecileLift(labels, scores.probabilities)).toBeGreaterThanOrEqual(3);
    expect(auc(labels, scores.probabilities)).toBeGreaterThan(0.75);
  });

  it("gives probabilities that come true on rows never seen", () => {
    const { probabilities } = scoreTable(backend, result.model, fresh);
    expect(calibrationError(labels, probabilities)).toBeLessThan(0.03);
    const mean = probabilities.reduce((sum, p) => sum + p, 0) / probabilities.length;
    expect(mean / (labels.reduce((sum, y) => sum + y, 0) / labels.length)).toBeGreaterThan(0.85);
  });

  it("gives effects that add up to the logit of every row", () => {
    const scores = scoreTable(backend, result.model, fresh);
    for (const [i, logit] of scores.logits.entries()) {
      const sum = (scores.effects[i] ?? []).reduce((total, { effect }) => total + effect, scores.base);
      expect(Math.abs(sum - logit)).toBeLessThan(1e-4);
    }
  });

  it("names the planted cause first where it is at work", () => {
    const at = (fresh.columns.days ?? []).findIndex((cell) => cell === 95);
    const [effect] = scoreTable(backend, result.model, fresh).effects[at] ?? [];
    expect(effect?.feature).toBe("days");
    expect(effect?.effect).toBeGreaterThan(1);
  });

  it("leaves out columns that say nothing, and says so", () => {
    expect(result.model.features).toEqual(["days", "noise", "often", "parish"]);
    expect(result.notices.join("; ")).toContain("constant is left out");
    expect(result.notices.join("; ")).toContain("key is left out: nearly every row has its own value");
  });

  it("is equal to the bit for the same table and seed, and has another version for another table", () => {
    const again = trained(trainTabular(backend, planted(3000, 1), OPTIONS));
    expect(again.model).toEqual(result.model);
    expect([...again.outOfFold]).toEqual([...result.outOfFold]);
    const other = trained(trainTabular(backend, planted(2999, 1), OPTIONS));
    expect(other.model.version).not.toBe(result.model.version);
  });

  it("survives being written and read", () => {
    const model = parseModel(serialiseModel(result.model));
    expect(model).toEqual(result.model);
    expect(() => parseModel(new TextEncoder().encode("{}"))).toThrow(TypeError);
  });

  it("scores within 1e-5 on plain CPU what it scores in WebAssembly", async () => {
    const first = scoreTable(backend, result.model, fresh).probabilities;
    const cpu = await openBackend({ prefer: "cpu" });
    const second = scoreTable(cpu, result.model, fresh).probabilities;
    await openBackend({ prefer: "wasm" });
    for (const [i, p] of first.entries()) expect(Math.abs(p - (second[i] ?? NaN))).toBeLessThan(1e-5);
  });

  it("never lets a customer straddle two folds: a customer's own outcome teaches nothing about it", () => {
    const random = seededRandom(8);
    const memorised = tableFromRows(
      Array.from({ length: 2400 }, (_unused, i) => {
        const group = i % 300;
        return {
          customer: `C${String(group)}`,
          fingerprint: (group * 7919) % 300,
          bought: (group * 31) % 7 < 2 ? 1 : 0,
          n: random(),
        };
      }),
    );
    const { outOfFold } = trained(trainTabular(backend, memorised, { target: "bought", seed: 1, group: "customer" }));
    expect(auc((memorised.columns.bought ?? []).map(Number), outOfFold)).toBeLessThan(0.65);
  });
});

describe("the plain rule", () => {
  it("ships where there is no signal, under its own name", () => {
    const result = trained(trainTabular(backend, planted(1500, 4, 0), OPTIONS));
    expect(result.model.name).toBe("rule: overall rate");
    expect(result.model.metrics.rate_worse_by).toBeDefined();
    expect(result.model.metrics.rule_worse_by).toBeDefined();
    const scores = scoreTable(backend, result.model, planted(50, 5, 0));
    for (const [i, logit] of scores.logits.entries()) {
      const sum = (scores.effects[i] ?? []).reduce((total, { effect }) => total + effect, scores.base);
      expect(Math.abs(sum - logit)).toBeLessThan(1e-9);
    }
  });

  it("is the overall rate where the table has no recency and frequency", () => {
    const { rule: _rule, ...options } = OPTIONS;
    expect(trained(trainTabular(backend, planted(1200, 6, 0), options)).model.name).toBe("rule: overall rate");
  });
});

describe("bad tables", () => {
  const refusal = (table: Table, options: TrainOptions = OPTIONS): string => {
    const result = trainTabular(backend, table, options);
    return result.status === "not scored" ? result.reason : "scored";
  };

  it("are refused with the reason: ten rows, one outcome only, an outcome that is too rare", () => {
    expect(refusal(planted(10, 1))).toContain("at least 200 are needed");
    const table = planted(900, 1);
    const same = { ...table, columns: { ...table.columns, bought: (table.columns.bought ?? []).map(() => 0) } };
    expect(refusal(same)).toBe("every row has the same outcome, so there is nothing to tell apart");
    const rare = {
      ...table,
      columns: { ...table.columns, bought: (table.columns.bought ?? []).map((_cell, i) => (i < 9 ? 1 : 0)) },
    };
    expect(refusal(rare)).toBe("only 9 customers with the rarer outcome; at least 15 are needed");
    expect(() => trainTabular(backend, table, { ...OPTIONS, target: "nothing" })).toThrow(RangeError);
  });

  it("do not spoil a score: infinite and missing numbers, 10,000 categories, a column that is missing when scoring", () => {
    const table = planted(1500, 9);
    const wild = {
      ...table,
      columns: {
        ...table.columns,
        days: (table.columns.days ?? []).map((cell, i) =>
          i % 50 === 0 ? Infinity : i % 51 === 0 ? NaN : i % 52 === 0 ? 1e300 : cell,
        ),
        street: Array.from({ length: 1500 }, (_unused, i) => `street ${String(i % 1100)}`),
        mostly: Array.from({ length: 1500 }, (_unused, i) => (i % 200 === 0 ? "once" : null)),
      },
    };
    const { model } = trained(trainTabular(backend, wild, OPTIONS));
    const { probabilities } = scoreTable(
      backend,
      model,
      tableFromRows([{ days: 1e308, parish: "Nowhere" }, {}, { often: "many" }]),
    );
    for (const p of probabilities) expect(p > 0 && p < 1).toBe(true);
  });

  it("are scored by the rate alone where no column can be used", () => {
    const random = seededRandom(2);
    const table = tableFromRows(
      Array.from({ length: 600 }, () => ({ same: 1, bought: random() < 0.3 ? "yes" : "no" })),
    );
    const { model } = trained(trainTabular(backend, table, { target: "bought", seed: 1 }));
    const [p] = scoreTable(backend, model, takeRows(table, [0])).probabilities;
    expect(p).toBeGreaterThan(0.22);
    expect(p).toBeLessThan(0.38);
  });

  it("that know the outcome raise an alarm that names the column and what it does; a copy is refused", () => {
    const table = planted(1200, 10);
    const bought = (table.columns.bought ?? []).map(Number);
    const { bought: _bought, ...rest } = table.columns;
    const leaking = (more: Record<string, Cell[]>): Table => ({ ...table, columns: { ...rest, bought, ...more } });
    const { alarms } = trained(
      trainTabular(
        backend,
        leaking({
          nearly: bought.map((y, i) => y + 0.9 * (((i * 37) % 101) / 101)),
          delivered: bought.map((y, i) => (i % 10 < (y === 1 ? 6 : 1) ? "2024-05-01" : null)),
        }),
        OPTIONS,
      ),
    );
    expect(alarms.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
      "delivered filled_after_outcome",
      "nearly nearly_the_target",
    ]);
    expect(refusal(leaking({ copy: bought.map((y) => (y === 1 ? "sold" : "open")) }))).toContain(
      "copy is a copy of the target",
    );
    expect(trained(trainTabular(backend, table, OPTIONS)).alarms).toEqual([]);
  });

  it("that hold a later step's columns, or a state written twice, raise an alarm for each of them", () => {
    const table = planted(1200, 11);
    const bought = (table.columns.bought ?? []).map(Number);
    const random = seededRandom(4);
    const states = ["new", "called", "written", "met", "offered", "lost"];
    const first = bought.map((y) => states[Math.floor(random() * 5) + (random() < 0.8 * y ? 1 : 0)] ?? null);
    const graded = (value: number): Cell[] => bought.map((_y, i) => (i % 7 < 3 ? null : (i * value) % 5));
    const columns = {
      ...table.columns,
      state: first,
      state_then: first.map((state) => (random() < 0.2 ? (states[Math.floor(random() * 6)] ?? null) : state)),
      grade: graded(3),
      points: graded(7),
      index: graded(11),
    };
    const { alarms } = trained(trainTabular(backend, { ...table, columns }, OPTIONS));
    expect(alarms.map(({ column, kind }) => `${column} ${kind}`)).toEqual([
      "grade filled_by_later_step",
      "index filled_by_later_step",
      "points filled_by_later_step",
      "state state_updated_later",
      "state_then state_updated_later",
    ]);
  });
});

describe("calibration and measures", () => {
  it("mends logits that are twice too bold, with two numbers below 1,000 rows", () => {
    const random = seededRandom(5);
    const truth = Float64Array.from({ length: 900 }, () => 1.5 * normal(random));
    const labels = truth.map((z) => (random() < 1 / (1 + Math.exp(-z)) ? 1 : 0));
    const folds = Int32Array.from(labels, (_unused, i) => i % 5);
    const layer = fitCalibration(
      truth.map((z) => 2 * z),
      labels,
      folds,
    );
    expect(layer.kind).toBe("platt");
    if (layer.kind === "platt") expect(layer.slope).toBeCloseTo(0.5, 0.1);
  });

  it("uses a rising curve above 1,000 rows where the truth has a step, and keeps the order", () => {
    const random = seededRandom(6);
    const logits = Float64Array.from({ length: 6000 }, () => 3 * normal(random));
    const labels = logits.map((z) => (random() < (z > 2 ? 0.9 : 0.1) ? 1 : 0));
    const layer = fitCalibration(
      logits,
      labels,
      Int32Array.from(labels, (_unused, i) => i % 5),
    );
    expect(layer.kind).toBe("isotonic");
    let before = 0;
    for (let z = -12; z < 12; z += 0.1) {
      const p = calibrated(layer, z);
      expect(p).toBeGreaterThanOrEqual(before);
      before = p;
    }
    expect(calibrated(layer, 4)).toBeGreaterThan(0.8);
  });

  it("agree with hand-made cases", () => {
    expect(auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])).toBe(0.75);
    expect(auc([0, 1], [0.5, 0.5])).toBe(0.5);
    expect(normalisedGini([1, 2, 3], [1, 2, 3])).toBeCloseTo(1, 12);
    expect(normalisedGini([1, 2, 3], [3, 2, 1])).toBeLessThan(0.2);
    expect([0.001, 0.01, 0.05, 0.27, 0.94, 0.999].map(rateInWords)).toEqual([
      "fewer than 1 in 100",
      "about 1 in 100",
      "about 1 in 20",
      "about 3 in 10",
      "about 19 in 20",
      "nearly all",
    ]);
  });
});
