import { seededRandom } from "#core";
import {
  calibrationError,
  logLoss,
  openBackend,
  openTraining,
  scoreCustomers,
  scoreTable,
  tableFromRows,
} from "#models";
import { openDatabase, readFeatures, readTrainingCutoffs } from "#warehouse";
import { topDecileLift } from "#models";
import { liveLife } from "../../examples/sample-company/world/behaviour.ts";
import { isoOf, SAMPLE_DAY } from "../../examples/sample-company/world/calendar.ts";
import { buildPopulation } from "../../examples/sample-company/world/population.ts";
import { atMost } from "./figure.ts";
import { measure, withFolder } from "./process.ts";
import type { Database } from "#core";
import type { FeatureRow } from "#models";
import type { Figure } from "./figure.ts";

const SAMPLES = 20;
const SIZES = [300, 600, 1000, 2000, 3000];
const HORIZON = 90;
const LAST = isoOf(SAMPLE_DAY);

interface Sample {
  readonly lift: number;
  readonly excess: number;
  readonly gain: number;
}

/**
 * The chain on small firms: lead scores of 300 to 3,000 customers of sample companies with other seeds, base rates of 10 to
 * 25%, against what those customers did in the 90 days after, which nothing that is learnt from knows.
 */
export async function* benchSmallData(samples = SAMPLES): AsyncGenerator<Figure> {
  const figures = await withFolder(async (dir): Promise<Figure[]> => {
    await measure(["init", "--workspace", dir]);
    await measure(["db", "start", "--workspace", dir]);
    const url = (await measure(["db", "url", "--workspace", dir])).stdout.trim();
    const db = await openDatabase(url, { applicationName: "c360 bench" });
    try {
      const found: Sample[] = [];
      let silent = 0;
      for (let seed = 1; seed <= samples; seed += 1) {
        const sample = await measureSample(db, seed, SIZES[seed % SIZES.length] ?? 1000);
        if (sample === null) silent += 1;
        else found.push(sample);
      }
      return report(found, silent);
    } finally {
      await db.close();
    }
  });
  yield* figures;
}

function report(found: readonly Sample[], silent: number): Figure[] {
  const mean = (of: (sample: Sample) => number): number =>
    found.reduce((sum, sample) => sum + of(sample), 0) / Math.max(1, found.length);
  const lift = mean((sample) => sample.lift);
  const gain = mean((sample) => sample.gain);
  const spread = Math.sqrt(mean((sample) => (sample.gain - gain) ** 2) / Math.max(1, found.length - 1));
  const worse = found.filter((sample) => sample.gain < -0.002).length;
  return [
    { what: "small samples that were scored", value: `${String(found.length)}; ${String(silent)} were too thin` },
    { what: "small: top-decile lift", value: Math.round(lift * 100) / 100, bar: ">= 3", met: lift >= 3 },
    atMost(
      "small: ECE above that of a perfectly calibrated model",
      mean((sample) => sample.excess),
      "",
      0.02,
    ),
    { what: "small: better than the rule by", value: `${gain.toFixed(4)} ± ${spread.toFixed(4)}`, unit: "nats" },
    atMost("small: samples where the rule was better by 0.002 nats", worse, "", 0),
  ];
}

async function measureSample(db: Database, seed: number, size: number): Promise<Sample | null> {
  const random = seededRandom(seed);
  await fill(db, seed);
  const rate = 0.1 + 0.15 * random();
  const cutoffs = await readTrainingCutoffs(db, { asOf: LAST, horizonDays: HORIZON });
  const truth = await readFeatures(db, { cutoff: LAST, horizonDays: HORIZON, knownUntil: isoOf(SAMPLE_DAY + HORIZON) });
  const chosen = choose(truth, size, rate, random);
  const own = (rows: readonly FeatureRow[]): FeatureRow[] =>
    rows.filter((row) => chosen.has(String(row["customer_id"])));
  const snapshots = [];
  for (const cutoff of cutoffs) {
    const rows = own(await readFeatures(db, { cutoff, horizonDays: HORIZON, knownUntil: LAST }));
    // Nobody asks for churn here: more than a quarter of the sample leaves.
    snapshots.push({ cutoff, rows: rows.map((row) => ({ ...row, label_churned: null })) });
  }
  const labels = new Map(own(truth).map((row) => [String(row["customer_id"]), Number(row["label_purchased"])]));
  const current = own(truth).map((row) => ({ ...row, label_purchased: null, label_churned: null, label_spend: null }));
  const { scores } = await scoreCustomers({
    asOf: LAST,
    horizonDays: HORIZON,
    homeCurrency: "JMD",
    seed,
    mode: "shop",
    snapshots,
    current,
    histories: [],
  });
  const scored = scores.filter(({ score, value }) => score === "lead" && value !== null);
  if (scored.length === 0) return null;
  const y = Float64Array.from(scored, ({ customer_id: id }) => labels.get(id) ?? 0);
  const p = Float64Array.from(scored, ({ value }) => value ?? 0);
  const byRule = await rule(
    snapshots.flatMap(({ rows }) => rows),
    current,
    seed,
  );
  const q = Float64Array.from(scored, ({ customer_id: id }) => byRule.get(id) ?? 0);
  const floor = perfectError(p, random);
  return { lift: topDecileLift(y, p), excess: calibrationError(y, p) - floor, gain: logLoss(y, q) - logLoss(y, p) };
}

/** As many customers, of whom about the given share will buy: those who bought a year ago and those who did not, in other proportions. */
function choose(rows: readonly FeatureRow[], size: number, rate: number, random: () => number): ReadonlySet<string> {
  const active = (row: FeatureRow): boolean => Number(row["tenure_days"]) > 360 && Number(row["frequency"]) > 3;
  const share = (part: readonly FeatureRow[]): number =>
    part.reduce((sum, row) => sum + Number(row["label_purchased"]), 0) / Math.max(1, part.length);
  const [buyers, others] = [rows.filter(active), rows.filter((row) => !active(row))];
  const [high, low] = [share(buyers), share(others)];
  const part = Math.min(1, Math.max(0, (rate - low) / Math.max(1e-9, high - low)));
  const fit = Math.min(size, buyers.length / Math.max(part, 1e-9), others.length / Math.max(1 - part, 1e-9));
  const draw = (from: readonly FeatureRow[], many: number): string[] =>
    from
      .map((row) => ({ id: String(row["customer_id"]), place: random() }))
      .sort((a, b) => a.place - b.place)
      .slice(0, Math.round(many))
      .map(({ id }) => id);
  return new Set([...draw(buyers, fit * part), ...draw(others, fit * (1 - part))]);
}

async function rule(
  training: readonly FeatureRow[],
  current: readonly FeatureRow[],
  seed: number,
): Promise<ReadonlyMap<string, number>> {
  const backend = await openBackend();
  const names = ["customer_id", "recency_days", "purchases_365", "label_purchased"];
  const session = openTraining(backend, tableFromRows(training, names), {
    target: "label_purchased",
    positive: "1",
    group: "customer_id",
    rule: { recency: "recency_days", frequency: "purchases_365" },
    seed,
    kinds: ["rule"],
  });
  if (session.status !== "trained") return new Map();
  const { model } = session.ship(["rule"]);
  const { probabilities } = scoreTable(backend, model, tableFromRows(current, names), { effects: false });
  return new Map(current.map((row, i) => [String(row["customer_id"]), probabilities[i] ?? 0]));
}

/** Calibration error that outcomes drawn from the probabilities themselves show: the noise of so many rows. */
function perfectError(probabilities: Float64Array, random: () => number): number {
  const draws = 50;
  let sum = 0;
  for (let k = 0; k < draws; k += 1) {
    sum += calibrationError(
      probabilities.map((p) => (random() < p ? 1 : 0)),
      probabilities,
    );
  }
  return sum / draws;
}

/** A sample company of a seed, its lives written straight into the candidate tables. */
async function fill(db: Database, seed: number): Promise<void> {
  const { entities } = buildPopulation(seed, 1);
  const people = entities.map((entity) => ({ entity, life: liveLife(entity) }));
  const golden = people.map(({ entity: e }) => {
    const since = isoOf(Math.min(e.since, SAMPLE_DAY));
    return [
      e.id,
      e.type,
      e.id,
      "+18765550000",
      e.address.parish,
      e.category,
      "{}",
      "{x}",
      1,
      1,
      false,
      true,
      since,
      1,
      0.8,
    ];
  });
  const document = (
    id: string,
    kind: string,
    day: number,
    n: number,
    amount: number,
  ): (string | number | boolean | null)[] => {
    const due = kind === "invoice" ? isoOf(day + 30) : null;
    return [`${kind}:${id}:${String(n)}`, id, kind, isoOf(day), due, "JMD", amount, "home", amount, false, "x", "a"];
  };
  const documents = people.flatMap(({ entity: { id }, life }) => [
    ...life.purchases.flatMap(({ day, value, payAfter }, n) => {
      const amount = Math.round(value * 100) / 100;
      const paid = payAfter === null ? [] : [document(id, "payment", day + payAfter, n, amount)];
      return [document(id, "invoice", day, n, amount), ...paid];
    }),
    ...life.quotes.map((day, n) => document(id, "estimate", day, n, 1)),
    ...life.returns.map((day, n) => document(id, "credit_memo", day, n, 1000)),
  ]);
  const contacts = people.flatMap(({ entity: { id }, life }) =>
    life.contacts.map(({ day, kind, outcome, direction }, n) => {
      return [`c:${id}:${String(n)}`, id, kind, `${isoOf(day)}T15:00:00Z`, direction, outcome, "x", "a"];
    }),
  );
  await db.transaction(async (tx) => {
    await tx.query("truncate build.golden, build.transactions, build.customer_interactions");
    await db.copyIn(tx, "build.golden", GOLDEN, golden);
    await db.copyIn(tx, "build.transactions", DOCUMENT, documents);
    await db.copyIn(tx, "build.customer_interactions", CONTACT, contacts);
  });
  await db.query("analyze build.golden, build.transactions, build.customer_interactions");
}

const GOLDEN = [
  "customer_id", "entity_type", "display_name", "phone", "parish", "industry", "external_ids", "data_sources", "record_count",
  "identity_confidence", "do_not_contact", "active", "customer_since", "data_quality_score", "profile_completeness",
]; // prettier-ignore
const DOCUMENT = [
  "transaction_key", "customer_id", "kind", "date", "due_date", "currency", "amount", "rate_source", "home_amount", "voided",
  "source", "account",
]; // prettier-ignore
const CONTACT = [
  "interaction_key", "customer_id", "interaction_type", "interaction_date", "direction", "outcome", "source", "account",
]; // prettier-ignore
