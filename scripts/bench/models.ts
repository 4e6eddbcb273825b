import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ALL_KINDS, openBackend, openTraining, scoreTable } from "#models";
import type { ModelKind, RawColumn } from "#models";
import { openNetworkCrew } from "../../jobs/modelling/network-crew.ts";
import { openScorePool } from "../../jobs/modelling/score-pool.ts";
import { seededRandom } from "#core";
import { atLeast, atMost } from "./figure.ts";
import type { Figure } from "./figure.ts";
import { madeUpTable } from "./made-up.ts";
import { benchCauses } from "./models-causes.ts";
import { benchFits } from "./models-fits.ts";
import { benchNightlyModels } from "./models-nightly.ts";
import { benchPostgres } from "./models-postgres.ts";
import { TABULAR_SETS } from "./models-sets.ts";
import type { TabularSet } from "./models-sets.ts";
import { benchSmallData } from "./models-small.ts";
import { benchValues } from "./models-value.ts";
import { measure } from "./process.ts";

const PARTS = ["sets", "values", "training", "scoring", "postgres", "causes", "small", "nightly"] as const;

/**
 * Tabular models through the commands themselves. Words choose parts (sets, values, training, scoring, postgres, causes, small, nightly)
 * or sets by name; the folder of the sets is MODELS_DATA. Without words everything is measured.
 */
export async function* benchModels(words: readonly string[]): AsyncGenerator<Figure> {
  const wants = (part: (typeof PARTS)[number]): boolean => words.length === 0 || words.includes(part);
  const folder = process.env["MODELS_DATA"];
  const dir = await mkdtemp(join(tmpdir(), "c360-models-"));
  try {
    for (const set of TABULAR_SETS) {
      if (!wants("sets") && !words.includes(set.name)) continue;
      if (folder === undefined) yield { what: set.name, value: "not measured: MODELS_DATA is not set" };
      else yield* benchSet(set, folder, dir);
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  if (wants("values")) {
    if (folder === undefined) yield { what: "values", value: "not measured: MODELS_DATA is not set" };
    else {
      yield* benchFits(folder);
      yield* benchValues(folder);
    }
  }
  if (wants("training")) yield* benchTraining();
  if (wants("scoring")) yield* benchScoring();
  if (wants("postgres")) yield* benchPostgres();
  if (wants("causes")) yield* benchCauses();
  if (wants("small")) yield* benchSmallData();
  if (wants("nightly")) yield* benchNightlyModels();
}

interface Report {
  readonly alarms: readonly { readonly column: string }[];
  readonly models: readonly {
    readonly model: string;
    readonly auc: number;
    readonly log_loss: number;
    readonly top_decile_lift: number;
    readonly pooled_calibration_error: number;
    readonly against: { readonly log_loss: number; readonly log_loss_se: number } | null;
  }[];
}

async function* benchSet(set: TabularSet, folder: string, dir: string): AsyncGenerator<Figure> {
  const report = join(dir, `${set.name}.json`);
  const words = ["model", "evaluate", join(folder, set.table), "--target", set.target, "--positive", set.positive];
  words.push("--drop", set.drop.join(","), "--models", "champion,logistic", "--out", join(dir, `${set.name}.csv`));
  words.push(
    "--report",
    report,
    ...(set.time === null ? ["--splits", join(folder, set.splits)] : ["--time", set.time]),
  );
  const run = await measure(words);
  if (run.status !== 0) {
    yield { what: `${set.name}: failed`, value: run.stderr.trim(), met: false };
    return;
  }
  const { models, alarms } = JSON.parse(await readFile(report, "utf8")) as Report;
  const [champion, logistic] = models;
  if (champion === undefined) return;
  const { bars } = set;
  yield atLeast(`${set.name}: AUC`, champion.auc, bars.auc);
  if (bars.logLoss !== undefined) yield atMost(`${set.name}: log-loss`, champion.log_loss, "nats", bars.logLoss);
  if (bars.ece !== undefined) yield atMost(`${set.name}: pooled ECE`, champion.pooled_calibration_error, "", bars.ece);
  if (bars.lift !== undefined) yield atLeast(`${set.name}: top-decile lift`, champion.top_decile_lift, bars.lift);
  if (logistic?.against) {
    const { log_loss: worse, log_loss_se: error } = logistic.against;
    yield { what: `${set.name}: logistic worse by`, value: `${worse.toFixed(4)} ± ${error.toFixed(4)}`, unit: "nats" };
  }
  if (set.leaks.length > 0) {
    const named = new Set(alarms.map(({ column }) => column));
    const found = set.leaks.filter((column) => named.has(column)).length;
    const bar = String(set.leaks.length);
    yield { what: `${set.name}: leaking columns named`, value: found, bar, met: found === set.leaks.length };
  }
  yield atMost(`${set.name}: evaluation`, run.seconds, "s", 360);
}

async function* benchTraining(): AsyncGenerator<Figure> {
  const backend = await openBackend();
  const seconds = (rows: number, kinds: readonly ModelKind[]): number => {
    const table = madeUpTable(rows, 20);
    const from = performance.now();
    openTraining(backend, table, { target: "y", seed: 1, kinds, crew: openNetworkCrew });
    return (performance.now() - from) / 1000;
  };
  yield atMost("train additive, 7,000 rows, five folds", seconds(7000, ["additive"]), "s", 1);
  yield atMost("train network, 7,000 rows, five folds", seconds(7000, ["network"]), "s", 20);
  yield atMost("train everything, 45,000 rows, five folds", seconds(45_000, ALL_KINDS), "s", 60);
}

/** A million rows of 40 numbers lie in shared memory; two threads score them with an additive model and with a mean. */
async function* benchScoring(): AsyncGenerator<Figure> {
  const backend = await openBackend();
  const session = openTraining(backend, madeUpTable(7000, 40), { target: "y", seed: 1, kinds: ["additive"] });
  if (session.status !== "trained") return;
  const { model } = session.ship(["additive"]);
  const rows = 1_000_000;
  const random = seededRandom(2);
  const columns = model.features.map((name): RawColumn => {
    const values = new Float64Array(new SharedArrayBuffer(8 * rows));
    for (let i = 0; i < rows; i += 1) values[i] = random();
    return { name, type: "number", values, codes: null, levels: [] };
  });
  const pool = openScorePool(model, 2);
  try {
    await pool.score(columns, 100_000);
    const from = performance.now();
    const out = await pool.score(columns, rows);
    const rate = rows / ((performance.now() - from) / 1000);
    yield atLeast("score 1,000,000 x 40, additive, two threads", Math.round(rate), 2_500_000);
    yield { what: "probabilities are finite", value: out.every((p) => p > 0 && p < 1), met: true };
  } finally {
    await pool.close();
  }
  const asked = madeUpTable(7000, 20);
  const opened = openTraining(backend, asked, { target: "y", seed: 1, kinds: ["boosted"] });
  if (opened.status !== "trained") return;
  const boosted = opened.ship(["boosted"]).model;
  const started = performance.now();
  scoreTable(backend, boosted, asked);
  yield atMost("score 7,000 rows with reasons for each, boosted", (performance.now() - started) / 1000, "s", 2);
}
