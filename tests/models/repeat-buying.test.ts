import { describe, expect, it } from "vitest";
import { seededRandom } from "#core";
import {
  expectedPurchases,
  expectedSpend,
  fitGammaGamma,
  fitRepeat,
  fitRepeatModel,
  probabilityAlive,
  scoreLifetime,
} from "#models";
import type { PurchaseHistory, PurchaseSummary, RepeatModel } from "#models";
import { expectedGifts, fitBgBb } from "../../models/bg-bb.ts";
import { drawCount } from "../../models/count-model.ts";
import { expectedIfAlive, probabilityOfPurchase } from "../../models/repeat-forecast.ts";
import { minimise } from "../../models/minimise.ts";
import { betaDeviate, gammaDeviate } from "../../models/random.ts";
import { digamma, hypergeometric, lgamma } from "../../models/special.ts";

const CDNOW: RepeatModel = {
  kind: "bg-nbd",
  k: 1,
  r: 0.242593,
  alpha: 4.413532,
  a: 0.792886,
  b: 2.425752,
  logLikelihood: 0,
  bic: 0,
  standardErrors: null,
  covariance: null,
  evaluations: 0,
  guards: [],
};

/** Customers who buy as BG/NBD says; `stays` leaves dropout out. */
function simulate(count: number, seed: number, stays = false): PurchaseSummary[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const age = 30 + 30 * random();
    const rate = gammaDeviate(random, 0.8, 6);
    const leaves = stays ? 0 : betaDeviate(random, 0.9, 2.5);
    let [time, recency, frequency] = [0, 0, 0];
    for (;;) {
      time -= Math.log(1 - random()) / rate;
      if (time > age) break;
      frequency += 1;
      recency = time;
      if (random() < leaves) break;
    }
    return { frequency, recency, age };
  });
}

describe("special functions", () => {
  it("agree with known values", () => {
    expect(lgamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(lgamma(101)).toBeCloseTo(363.73937555556347, 9);
    expect(digamma(1)).toBeCloseTo(-0.5772156649015329, 12);
    expect(digamma(0.1)).toBeCloseTo(-10.423754940411076, 10);
    expect(hypergeometric(1, 1, 2, 0.5).value).toBeCloseTo(2 * Math.log(2), 12);
  });

  it("digamma is the slope of lgamma", () => {
    for (const x of [0.05, 0.7, 3, 40, 900]) {
      const h = 1e-5 * x;
      expect(digamma(x)).toBeCloseTo((lgamma(x + h) - lgamma(x - h)) / (2 * h), 4);
    }
  });
});

describe("minimise", () => {
  it("finds the bottom of Rosenbrock's valley", () => {
    const found = minimise(
      ([x = 0, y = 0]) => ({
        value: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        gradient: Float64Array.of(-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
      }),
      Float64Array.of(-1.2, 1),
    );
    expect(found.point[0]).toBeCloseTo(1, 6);
    expect(found.point[1]).toBeCloseTo(1, 6);
  });

  it("treats values that are not finite as a step too far", () => {
    const found = minimise(
      ([x = 0]) => ({ value: x <= 0 ? NaN : x - Math.log(x), gradient: Float64Array.of(1 - 1 / x) }),
      Float64Array.of(0.01),
    );
    expect(found.point[0]).toBeCloseTo(1, 6);
  });
});

describe("BG/NBD", () => {
  it("gives the published expectation of 1.226 purchases for a customer of CDNOW", () => {
    expect(expectedPurchases(CDNOW, { frequency: 2, recency: 30.43, age: 38.86 }, 39)).toBeCloseTo(1.2259, 4);
  });

  it("equals the published closed form, computed term by term, within 1e-6", () => {
    const { r, alpha } = CDNOW;
    const [a, b] = [CDNOW.a ?? 0, CDNOW.b ?? 0];
    for (const [x, tx, age, t] of [
      [2, 30.43, 38.86, 39],
      [0, 0, 20, 10],
      [7, 12, 38, 52],
      [26, 30.86, 31, 52],
    ] as const) {
      const f = hypergeometric(r + x, b + x, a + b + x - 1, t / (alpha + age + t)).value;
      const top = ((a + b + x - 1) / (a - 1)) * (1 - ((alpha + age) / (alpha + age + t)) ** (r + x) * f);
      const bottom = 1 + (x > 0 ? (a / (b + x - 1)) * ((alpha + age) / (alpha + tx)) ** (r + x) : 0);
      expect(expectedPurchases(CDNOW, { frequency: x, recency: tx, age }, t)).toBeCloseTo(top / bottom, 6);
    }
  });

  it("is finite and rises with the horizon for any customer, also at a = 1", () => {
    for (const a of [0.05, 0.9999999, 1, 1.00002, 3, 40]) {
      for (const r of [0.05, 2, 300]) {
        for (const x of [0, 1, 30, 1000]) {
          for (const age of [1, 300, 5000]) {
            const customer = { frequency: x, recency: x === 0 ? 0 : age, age };
            const values = [1, 50, 5000].map((t) => expectedIfAlive({ ...CDNOW, a, r }, customer, t));
            expect(values.every((v) => Number.isFinite(v) && v >= 0)).toBe(true);
            expect((values[0] ?? 0) <= (values[1] ?? 0) + 1e-9 && (values[1] ?? 0) <= (values[2] ?? 0) + 1e-9).toBe(
              true,
            );
          }
        }
      }
    }
  });

  it("the series and the integral agree where both can be used", () => {
    const model = { ...CDNOW, r: 60, alpha: 30, a: 1.4, b: 0.3 };
    const smooth = expectedIfAlive(model, { frequency: 12, recency: 90, age: 100 }, 200);
    let sum = 0;
    const steps = 400_000;
    const beta = lgamma(1.4) + lgamma(12.3) - lgamma(13.7);
    for (let i = 0; i < steps; i += 1) {
      const p = (i + 0.5) / steps;
      const density = Math.exp(0.4 * Math.log(p) + 11.3 * Math.log(1 - p) - beta);
      sum += ((1 - (1 + (p * 200) / 130) ** -72) / p) * density;
    }
    expect(smooth).toBeCloseTo(sum / steps, 3);
  });

  it("finds the parameters again that customers were simulated with, within four standard errors", () => {
    const model = fitRepeat("bg-nbd", simulate(6000, 11));
    const truth = [0.8, 6, 0.9, 2.5];
    for (const [i, value] of [model.r, model.alpha, model.a ?? 0, model.b ?? 0].entries()) {
      const error = model.standardErrors?.[i] ?? 0;
      expect(error).toBeGreaterThan(0);
      expect(Math.abs(value - (truth[i] ?? 0))).toBeLessThan(4 * error);
    }
    expect(model.guards).toEqual([]);
  });

  it("stands at a maximum: no neighbour is likelier, in whatever unit time is given", () => {
    const rows = simulate(500, 3);
    const model = fitRepeat("bg-nbd", rows);
    const days = fitRepeat(
      "bg-nbd",
      rows.map((row) => ({ ...row, recency: row.recency * 7, age: row.age * 7 })),
    );
    expect(days.alpha / 7).toBeCloseTo(model.alpha, 3);
    const events = rows.reduce((sum, row) => sum + row.frequency, 0);
    expect(days.logLikelihood + events * Math.log(7)).toBeCloseTo(model.logLikelihood, 4);
  });

  it("falls back to NBD where nobody drops out, and says so", () => {
    const model = fitRepeatModel(simulate(800, 5, true));
    expect(model.kind).toBe("nbd");
    expect(model.guards.join(" ")).toContain("no dropout");
    expect(probabilityAlive(model, { frequency: 3, recency: 10, age: 40 })).toBe(1);
    expect(Number.isFinite(expectedPurchases(model, { frequency: 3, recency: 10, age: 40 }, 52))).toBe(true);
  });

  it("keeps BG/NBD where people do drop out", () => {
    const rows = simulate(2000, 6);
    expect(fitRepeatModel(rows).kind).toBe("bg-nbd");
    expect(fitRepeat("nbd", rows).bic).toBeGreaterThan(fitRepeat("bg-nbd", rows).bic);
  });
});

describe("the family of repeat-buying models", () => {
  const alive = { frequency: 26, recency: 30.86, age: 31 };
  const pareto: RepeatModel = { ...CDNOW, kind: "pareto-nbd", r: 0.5533, alpha: 10.5777, a: 0.6062, b: 11.668 };

  it("Pareto/NBD gives the published figures of a customer of CDNOW", () => {
    expect(probabilityAlive(pareto, alive)).toBeCloseTo(0.9979, 4);
    expect(expectedPurchases(pareto, alive, 52)).toBeCloseTo(25.46, 1);
  });

  it("Pareto/NBD: the probability of being a customer agrees with the integral over the day of leaving", () => {
    for (const [x, recency, age] of [
      [0, 0, 39],
      [2, 30, 39],
      [7, 10, 39],
      [900, 4000, 5000],
    ] as const) {
      const { r, alpha } = pareto;
      const [s, beta] = [pareto.a ?? 0, pareto.b ?? 0];
      const end = -(r + x) * Math.log(alpha + age) - s * Math.log(beta + age);
      const steps = 200_000;
      let gone = 0;
      for (let i = 0; i < steps; i += 1) {
        const y = recency + ((i + 0.5) / steps) * (age - recency);
        gone += Math.exp(Math.log(s) - (r + x) * Math.log(alpha + y) - (s + 1) * Math.log(beta + y) - end);
      }
      const expected = 1 / (1 + (gone * (age - recency)) / steps);
      expect(probabilityAlive(pareto, { frequency: x, recency, age })).toBeCloseTo(expected, 6);
    }
  });

  it("MBG/CNBD-k with one stage is MBG/NBD, whichever way the sum is taken", () => {
    const mbg: RepeatModel = { ...CDNOW, kind: "mbg-nbd", r: 0.52, alpha: 6.2, a: 0.89, b: 1.61 };
    const customer = { frequency: 3, recency: 20, age: 30 };
    expect(expectedPurchases({ ...mbg, kind: "mbg-cnbd-k" }, customer, 40)).toBe(expectedPurchases(mbg, customer, 40));
    const regular: RepeatModel = { ...mbg, kind: "mbg-cnbd-k", k: 3 };
    const summary = { ...customer, customerId: "C", purchaseDays: 4, mean: 1, repeatMean: 1, lastAmount: 1 };
    const random = seededRandom(3);
    const futures = 40_000;
    let bought = 0;
    for (let i = 0; i < futures; i += 1) {
      bought += drawCount(
        random,
        { family: "repeat", model: regular },
        { ...summary, recentSpend: 1, recentDays: 90 },
        40,
      );
    }
    expect(bought / futures / expectedIfAlive(regular, customer, 40)).toBeCloseTo(1, 1);
  });

  it("finds out that buyers are regular, and by how many stages", () => {
    const random = seededRandom(77);
    const rows = Array.from({ length: 1500 }, () => {
      const age = 60 + 40 * random();
      const rate = gammaDeviate(random, 3, 10);
      const leaves = betaDeviate(random, 1, 12);
      let [time, recency, frequency, logGaps] = [0, 0, 0, 0];
      while (random() >= leaves) {
        const gap = gammaDeviate(random, 3, 3 * rate);
        time += gap;
        if (time > age) break;
        frequency += 1;
        recency = time;
        logGaps += Math.log(gap);
      }
      return { frequency, recency, age, logGaps };
    });
    const model = fitRepeat("mbg-cnbd-k", rows);
    expect(model.k).toBe(3);
    expect(model.r).toBeGreaterThan(2.4);
    expect(model.r).toBeLessThan(3.7);
    expect(fitRepeat("mbg-nbd", rows).logLikelihood).toBeLessThan(model.logLikelihood);
  });

  it("gives finite figures for any customer: 1,000 repeats, 5,000 units of time, or none", () => {
    const kinds: readonly RepeatModel[] = [
      CDNOW,
      pareto,
      { ...pareto, a: 1, b: 0.002 },
      { ...CDNOW, kind: "mbg-nbd" },
      { ...CDNOW, kind: "mbg-cnbd-k", k: 4 },
      { ...CDNOW, kind: "nbd", a: null, b: null },
    ];
    for (const model of kinds) {
      for (const frequency of [0, 1, 30, 1000]) {
        for (const age of [0, 1, 300, 5000]) {
          for (const recency of frequency === 0 ? [0] : [0.001 * age, age]) {
            const customer = { frequency, recency, age };
            const figures = [
              probabilityAlive(model, customer),
              expectedPurchases(model, customer, 5000),
              probabilityOfPurchase(model, customer, 50),
            ];
            expect(figures.every((v) => Number.isFinite(v) && v >= 0)).toBe(true);
            expect(figures[0]).toBeLessThanOrEqual(1);
            expect(figures[2]).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  });

  it("BG/BB finds the donors again that were simulated with it", () => {
    const random = seededRandom(8);
    const rows = Array.from({ length: 6000 }, () => {
      const [gives, leaves] = [betaDeviate(random, 1.2, 0.75), betaDeviate(random, 0.66, 2.8)];
      let [frequency, recency] = [0, 0];
      for (let year = 1; year <= 6 && random() >= leaves; year += 1) {
        if (random() < gives) [frequency, recency] = [frequency + 1, year];
      }
      return { frequency, recency, age: 6 };
    });
    const model = fitBgBb(rows);
    for (const [i, truth] of [1.2, 0.75, 0.66, 2.8].entries()) {
      const found = [model.alpha, model.beta, model.gamma, model.delta][i] ?? 0;
      expect(Math.abs(found - truth)).toBeLessThan(4 * (model.standardErrors?.[i] ?? 0));
    }
    const gifts = expectedGifts(model, { frequency: 6, recency: 6, age: 6 }, 5);
    expect(gifts).toBeGreaterThan(3);
    expect(gifts).toBeLessThan(5);
  });
});

describe("gamma-gamma", () => {
  const published = {
    p: 6.2488,
    q: 3.7446,
    v: 15.4478,
    logLikelihood: 0,
    customers: 946,
    standardErrors: null,
    guards: [],
  };

  it("gives the published spend of CDNOW's first customers", () => {
    expect(expectedSpend(published, { purchases: 2, mean: 22.35 })).toBeCloseTo(24.66, 2);
    expect(expectedSpend(published, { purchases: 1, mean: 11.77 })).toBeCloseTo(18.91, 2);
    expect(expectedSpend(published, { purchases: 0, mean: 0 })).toBeCloseTo(35.17, 2);
  });

  it("finds simulated parameters again, whatever the currency", () => {
    const random = seededRandom(9);
    const rows = Array.from({ length: 5000 }, () => {
      const purchases = 1 + Math.floor(8 * random());
      const rate = gammaDeviate(random, 3.7, 15);
      return { purchases, mean: gammaDeviate(random, 6 * purchases, rate) / purchases };
    });
    const model = fitGammaGamma(rows);
    // p alone is hard to tell from means; what follows from all three is not.
    expect(model.q).toBeGreaterThan(3.3);
    expect(model.q).toBeLessThan(4.2);
    const truth = { ...published, p: 6, q: 3.7, v: 15 };
    for (const customer of [
      { purchases: 0, mean: 0 },
      { purchases: 1, mean: 60 },
      { purchases: 6, mean: 12 },
    ]) {
      expect(expectedSpend(model, customer) / expectedSpend(truth, customer)).toBeCloseTo(1, 1);
    }
    const dear = fitGammaGamma(rows.map((row) => ({ ...row, mean: row.mean * 15_000 })));
    expect(dear.v / 15_000).toBeCloseTo(model.v, 2);
  });

  it("gives finite spend where everybody spends the same", () => {
    const model = fitGammaGamma(Array.from({ length: 50 }, () => ({ purchases: 3, mean: 100 })));
    expect(expectedSpend(model, { purchases: 3, mean: 100 })).toBeGreaterThan(80);
    expect(expectedSpend(model, { purchases: 3, mean: 100 })).toBeLessThan(120);
  });
});

describe("lifetime value", () => {
  const histories = (count: number): PurchaseHistory[] => {
    const random = seededRandom(21);
    return Array.from({ length: count }, (_unused, i) => {
      const first = 19_000 + Math.floor(random() * 600);
      const [rate, leaves] = [gammaDeviate(random, 1, 40), betaDeviate(random, 1, 6)];
      const purchases = [{ day: first, amount: 5000 + 100 * (i % 40) }];
      for (let day = first; random() >= leaves;) {
        day += Math.max(1, Math.round(-Math.log(1 - random()) / rate));
        if (day > 20_000) break;
        purchases.push({ day, amount: (5000 + 100 * (i % 40)) * (0.7 + 0.6 * random()) });
      }
      return { customerId: `C${String(i).padStart(5, "0")}`, purchases, returns: [] };
    });
  };
  const options = { asOf: 20_000, horizonDays: 365, seed: 4 };

  it("gives every customer a finite value inside its interval, with a back-test and equal bits each time", () => {
    const result = scoreLifetime(histories(900), options);
    expect(result).toEqual(scoreLifetime(histories(900).reverse(), options));
    if (result.status !== "scored") throw new Error(result.reason);
    expect(result.predictions).toHaveLength(900);
    for (const { value, low, high } of result.predictions) {
      expect(Number.isFinite(value) && low >= 0 && low <= value && value <= high && Number.isFinite(high)).toBe(true);
    }
    expect(result.metrics.back_test_days).toBeGreaterThanOrEqual(90);
    expect(result.metrics.above_high_80).toBeLessThan(0.2);
  });

  it("takes returns off and forgets what was returned whole", () => {
    const base = histories(300);
    const first = base[0]!;
    const spoilt = base.map((history, i) =>
      i === 0 ? { ...history, returns: history.purchases.map((p) => ({ day: p.day, amount: p.amount })) } : history,
    );
    const result = scoreLifetime(spoilt, options);
    if (result.status !== "scored") throw new Error(result.reason);
    expect(result.predictions.some(({ customerId }) => customerId === first.customerId)).toBe(false);
  });

  it("is silent about amounts that are no amounts, and about one customer with half of all sales", () => {
    const odd = histories(300).map((history, i) =>
      i === 3
        ? {
            ...history,
            purchases: [
              ...history.purchases,
              { day: 19_900, amount: NaN },
              { day: NaN, amount: 5 },
              { day: 19_901, amount: -5 },
            ],
          }
        : i === 4
          ? { ...history, purchases: [{ day: 19_800, amount: 5e6 }] }
          : history,
    );
    const result = scoreLifetime(odd, options);
    if (result.status !== "scored") throw new Error(result.reason);
    expect(result.predictions.every(({ value, low, high }) => [value, low, high].every(Number.isFinite))).toBe(true);
  });

  it("gives no value below the data minimum and says why", () => {
    expect(scoreLifetime(histories(40), options)).toEqual({
      status: "not scored",
      reason: "only 40 customers with a purchase; at least 100 are needed",
    });
    expect(scoreLifetime([], options).status).toBe("not scored");
  });
});
