import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { estimateValues, fitRepeat } from "#models";
import type { HistorySummary, PurchaseSummary } from "#models";
import { atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";

type Request = Parameters<typeof estimateValues>[0];

/** Published parameters and log-likelihoods, and how near a fit has to come. */
interface Published {
  readonly what: string;
  readonly model: Request["model"];
  readonly parameters: Readonly<Record<string, number>>;
  readonly digits: number;
  readonly logLikelihood: number;
  readonly within: number;
  readonly seconds: number;
}

const CDNOW: readonly Published[] = [
  {
    what: "CDNOW BG/NBD",
    model: "bg-nbd",
    parameters: { r: 0.242593, alpha: 4.413532, a: 0.792886, b: 2.425755 },
    digits: 1e-4,
    logLikelihood: -9582.426,
    within: 0.001,
    seconds: 0.15,
  },
  {
    what: "CDNOW Pareto/NBD",
    model: "pareto-nbd",
    parameters: { r: 0.5533, alpha: 10.5777, s: 0.6062, beta: 11.668 },
    digits: 1e-3,
    logLikelihood: -9594.974,
    within: 0.002,
    seconds: 0.5,
  },
];
const DONATIONS: Published = {
  what: "donations BG/BB",
  model: "bg-bb",
  parameters: { alpha: 1.2035, beta: 0.7497, gamma: 0.6567, delta: 2.7835 },
  digits: 1e-4,
  logLikelihood: -33225.58,
  within: 0.01,
  seconds: 0.5,
};

/** Fits on published sets against what the literature prints, and the time that they take. */
export function* benchFits(folder: string): Generator<Figure> {
  const [cdnow, donations] = ["cdnow_sample/summary_x_tx_T_zbar.csv", "donations_bgbb/donations.csv"].map((name) =>
    join(folder, name),
  );
  if (cdnow === undefined || donations === undefined || !existsSync(cdnow) || !existsSync(donations)) {
    yield { what: "fits", value: "not measured: the sets are not in the folder" };
    return;
  }
  const customers = lines(cdnow).map(([id = "", x, tx, age, zbar]) => summary(id, [x, tx, age], 7, { zbar }));
  for (const published of CDNOW) yield* compare(published, customers, { unitDays: 7, donations: false });
  const donors = lines(donations).map(([x, tx, n, weight], i) =>
    summary(String(i), [x, tx, n], 365, { weight: Number(weight) }),
  );
  yield* compare(DONATIONS, donors, { unitDays: 365, donations: true });
  const { rows } = estimateValues(request(donors, DONATIONS.model, { unitDays: 365, donations: true, ahead: 5 }));
  const gifts = rows.reduce((sum, row, i) => sum + row.expected_purchases * (donors[i]?.weight ?? 1), 0);
  yield atMost("donations BG/BB: gifts of five years are off by", Math.abs(gifts - 12_884), "gifts", 1);
  const many: readonly PurchaseSummary[] = Array.from({ length: 10 }, (_unused, k) =>
    customers.map((one) => ({ ...one, age: one.age + k / 10 })),
  ).flat();
  const from = process.cpuUsage();
  fitRepeat("bg-nbd", many);
  yield atMost(`BG/NBD, ${many.length.toLocaleString("en")} customers`, secondsSince(from), "s", 0.4);
}

function* compare(
  published: Published,
  summaries: readonly HistorySummary[],
  shape: { readonly unitDays: number; readonly donations: boolean },
): Generator<Figure> {
  const { what, model } = published;
  if (model !== "bg-bb") fitRepeat("nbd", summaries.slice(0, 500));
  const from = process.cpuUsage();
  if (model === "bg-nbd" || model === "pareto-nbd") fitRepeat(model, summaries);
  else estimateValues(request(summaries, model, { ...shape, ahead: 1 }));
  const seconds = secondsSince(from);
  const { report } = estimateValues(request(summaries, model, { ...shape, ahead: 1 }));
  const fitted = report["parameters"] as Readonly<Record<string, number>>;
  const miss = Object.entries(published.parameters).map(([name, value]) => Math.abs((fitted[name] ?? NaN) - value));
  yield atMost(`${what}: farthest parameter`, Math.max(...miss), "", published.digits);
  const off = Math.abs(Number(report["log_likelihood"]) - published.logLikelihood);
  yield atMost(`${what}: log-likelihood is off by`, off, "nats", published.within);
  yield atMost(`${what}: fit`, seconds, "s", published.seconds);
  const spend = report["spend"] as {
    readonly parameters: Readonly<Record<string, number>>;
    log_likelihood: number;
  } | null;
  if (spend === null || model !== "bg-nbd") return;
  const { p = NaN, q = NaN, v = NaN } = spend.parameters;
  const farthest = Math.max(Math.abs(p - 6.249), Math.abs(q - 3.745), Math.abs(v - 15.448));
  yield atMost("CDNOW gamma-gamma: farthest parameter", farthest, "", 0.005);
  yield atMost("CDNOW gamma-gamma: log-likelihood is off by", Math.abs(spend.log_likelihood + 4055.923), "nats", 0.002);
}

/** Time that this process computed, which a busy machine does not stretch. */
function secondsSince(from: NodeJS.CpuUsage): number {
  return process.cpuUsage(from).user / 1e6;
}

function request(
  summaries: readonly HistorySummary[],
  model: Request["model"],
  shape: { readonly unitDays: number; readonly donations: boolean; readonly ahead: number },
): Request {
  const { unitDays, donations } = shape;
  const horizonDays = shape.ahead * unitDays;
  const fixed = { until: 0, discount: 0, seed: 1, periodDays: unitDays, withAmounts: !donations };
  return { ...fixed, horizonDays, unitDays, donations, model, summaries };
}

function summary(
  customerId: string,
  [x, tx, n]: readonly (string | undefined)[],
  unitDays: number,
  { zbar, weight = 1 }: { readonly zbar?: string | undefined; readonly weight?: number },
): HistorySummary {
  const [frequency, recency, age, mean] = [Number(x), Number(tx), Number(n), Number(zbar ?? 0)];
  return {
    customerId,
    frequency,
    recency: recency * unitDays,
    age: age * unitDays,
    weight,
    purchaseDays: frequency,
    mean,
    repeatMean: mean,
    lastAmount: mean,
    recentSpend: mean * frequency,
    recentDays: Math.max(90, age * unitDays),
    giving: { frequency, recency, age },
  };
}

function lines(file: string): string[][] {
  return readFileSync(file, "utf8")
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
}
