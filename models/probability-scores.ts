import { contentHash } from "#core";
import { serialiseModel } from "./artefact.ts";
import { rateInWords } from "./bands.ts";
import { driftBaseline, driftedShare, measureDrift, SCORE_FEATURE } from "./drift.ts";
import { chooseVersion } from "./registry.ts";
import { topReasons } from "./reasons.ts";
import { openModel, scoreTable } from "./score.ts";
import { CONTEXT_COLUMNS } from "./scoring-types.ts";
import { tableFromRows } from "./table.ts";
import { openTraining } from "./tabular.ts";
import { lexicon, numberOf } from "./words.ts";
import type { TabularModel } from "./artefact.ts";
import type { DriftRow } from "./drift.ts";
import type { Backend } from "./runtime.ts";
import type { VersionChoice } from "./registry.ts";
import type {
  DriftReportRow,
  FeatureRow,
  MetricRow,
  ReasonRow,
  ScorePart,
  ScoreRow,
  ScoringInput,
  ShadowRow,
  VersionRow,
} from "./scoring-types.ts";

/** Which outcome is scored, for whom. */
export interface OutcomeSpec {
  readonly score: "churn" | "lead";
  readonly label: "label_churned" | "label_purchased";
  /** Why a customer cannot have this score, or null. */
  readonly excluded: (row: FeatureRow) => string | null;
}

const RULE = { recency: "recency_days", frequency: "purchases_365" };

/** Trains on the snapshots, scores the current table with the version that may, and says why where it does not. */
export function scoreOutcome(
  backend: Backend,
  spec: OutcomeSpec,
  input: ScoringInput,
  snapshots: readonly (readonly FeatureRow[])[],
): ScorePart {
  const labelled = snapshots.flat().filter((row) => row[spec.label] === 0 || row[spec.label] === 1);
  const names = [...new Set(input.current.flatMap((row) => Object.keys(row)))];
  const drop = CONTEXT_COLUMNS.filter((name) => name !== spec.label && name !== "customer_id");
  const table = tableFromRows(labelled, [...new Set([...names, "customer_id", spec.label])]);
  const session = openTraining(backend, table, {
    target: spec.label,
    positive: "1",
    group: "customer_id",
    drop,
    rule: RULE,
    seed: input.seed,
  });
  const notices = [
    ...(session.status === "trained" ? [] : [`${spec.score} is not scored: ${session.reason}`]),
    // Features know only days up to the cut-off, so one that tells much (how lately somebody bought) tells it honestly,
    // and what is empty was empty because nothing had happened. A copy of the outcome, or a state changed later, is neither.
    ...session.alarms
      .filter(({ kind }) => kind === "copy_of_target" || kind === "state_updated_later")
      .map(({ column, detail }) => `${spec.score}: ${column} may know the outcome beforehand: ${detail}`),
  ];
  if (session.status === "not scored") return unscored(spec, input, session.reason, notices);
  const past = snapshots.map((rows) => rows.filter((row) => spec.excluded(row) === null));
  const eligible = input.current.filter((row) => spec.excluded(row) === null);
  const features = names.filter((name) => !isContext(name));
  // Training tables hold only customers who were known by their evening; those without any date are no news of drift.
  const dated = eligible.filter(({ tenure_days: days }) => days !== null);
  const moved = measureDrift(driftBaseline(past.at(-1) ?? [], features), dated, past);
  const choice = chooseVersion(session, labelled, {
    champion: input.champions?.find(({ model }) => model === spec.score) ?? null,
    groups: input.groups ?? [],
    seed: input.seed,
    driftedShare: driftedShare(moved),
  });
  const chosen = { choice, past, moved };
  return { ...scored(backend, spec, input, chosen), notices: [...notices, ...warnings(spec, choice)] };
}

function isContext(name: string): boolean {
  return CONTEXT_COLUMNS.some((column) => column === name);
}

interface Chosen {
  readonly choice: VersionChoice;
  /** Those of the training tables who could have had the score, oldest first. */
  readonly past: readonly (readonly FeatureRow[])[];
  /** How far each feature is from the newest of them. */
  readonly moved: readonly DriftRow[];
}

function warnings(spec: OutcomeSpec, { decision, reason, gates }: VersionChoice): string[] {
  return [
    ...(decision === "kept" && !gates.calibrated ? [`${spec.score}: yesterday's version stays: ${reason}`] : []),
    ...gates.biased_groups.map((group) => `${spec.score}: what is said of ${group} is not what was seen`),
  ];
}

/** Customers who are explained at a time: effects of everybody at once would fill the memory. */
const EXPLAINED = 4096;

function scored(backend: Backend, spec: OutcomeSpec, input: ScoringInput, chosen: Chosen): Omit<ScorePart, "notices"> {
  const { choice, past } = chosen;
  const model = choice.champion;
  const why = input.current.map(spec.excluded);
  const eligible = input.current.filter((_row, i) => why[i] === null);
  const opened = openModel(backend, model);
  const scores = opened.score(tableFromRows(eligible, model.features), { effects: false });
  const speaking = { mode: input.mode, currency: input.homeCurrency };
  const order = eligible
    .map((row, i) => ({ row, i, p: scores.probabilities[i]!, z: scores.logits[i]! }))
    .sort((a, b) => b.p - a.p || b.z - a.z || byId(a.row, b.row));
  const shared = { ...frame(spec, input), model_version: `${spec.score}-${model.version}`, model_kind: model.name };
  const rows: ScoreRow[] = order.map(({ row, i, p }, rank) => {
    const band = scores.bands[i]!;
    const meaning = meaningOf(spec, input, model.bands.rates[band]);
    const about = { customer_id: idOf(row), value: p, rank: rank + 1, band, meaning, not_scored_reason: null };
    return { ...shared, ...about };
  });
  const reasons: ReasonRow[] = [];
  for (let from = 0; from < order.length; from += EXPLAINED) {
    const block = order.slice(from, from + EXPLAINED).map(({ row }) => row);
    const { effects } = opened.score(tableFromRows(block, model.features));
    for (const [k, row] of block.entries())
      reasons.push(...topReasons(effects[k]!, { row, score: spec.score }, speaking));
  }
  const rest = input.current.filter((_row, i) => why[i] !== null).sort(byActivity);
  for (const row of rest) rows.push(withoutScore(shared, row, rows.length + 1, spec.excluded(row) ?? ""));
  return {
    scores: rows,
    reasons,
    ...registered(spec, input, choice, past),
    shadows: shadowScores(backend, spec, choice.challenger, eligible),
    drift: driftOf(backend, spec, input, chosen, scores.probabilities),
  };
}

/** What the challenger says of everybody, for one cycle. */
function shadowScores(
  backend: Backend,
  spec: OutcomeSpec,
  challenger: TabularModel | null,
  eligible: readonly FeatureRow[],
): ShadowRow[] {
  if (challenger === null) return [];
  const { probabilities } = scoreTable(backend, challenger, tableFromRows(eligible, challenger.features), {
    effects: false,
  });
  const version = `${spec.score}-${challenger.version}`;
  return eligible.map((row, i) => ({
    model: spec.score,
    customer_id: idOf(row),
    version,
    value: probabilities[i]!,
  }));
}

/** Today's customers against those that the version learnt from, feature by feature and in what the version says. */
function driftOf(
  backend: Backend,
  spec: OutcomeSpec,
  input: ScoringInput,
  { choice: { champion }, past, moved }: Chosen,
  today: Float64Array,
): DriftReportRow[] {
  if (past.length === 0) return [];
  const said = (probabilities: Float64Array): FeatureRow[] =>
    Array.from(probabilities, (p) => ({ [SCORE_FEATURE]: p }));
  const before = past.map((rows) =>
    said(scoreTable(backend, champion, tableFromRows(rows, champion.features), { effects: false }).probabilities),
  );
  const score = measureDrift(driftBaseline(before.at(-1) ?? [], [SCORE_FEATURE]), said(today), before);
  const about = { model: spec.score, data_as_of: input.asOf, version: `${spec.score}-${champion.version}` };
  const own = moved.filter(({ feature }) => champion.features.includes(feature));
  return [...score, ...own].map((row) => ({ ...about, ...row }));
}

function registered(
  spec: OutcomeSpec,
  input: ScoringInput,
  choice: VersionChoice,
  past: readonly (readonly FeatureRow[])[],
): Pick<ScorePart, "versions" | "metrics" | "decisions"> {
  const training = past.flat();
  const models = [choice.champion, ...(choice.challenger === null ? [] : [choice.challenger])];
  const records = models.map((model, i) => {
    const { version, metrics } = record(spec, input, model);
    const alias = i === 0 ? ("champion" as const) : ("challenger" as const);
    return { version: { ...version, alias, drift_baseline: driftBaseline(training, model.features) }, metrics };
  });
  const { decision, reason, gates } = choice;
  return {
    versions: records.map(({ version }) => version),
    metrics: records.flatMap(({ metrics }) => metrics),
    decisions: [
      {
        model: spec.score,
        champion: records[0]!.version.version,
        challenger: records[1]?.version.version ?? null,
        decision,
        reason,
        gates: { ...gates },
      },
    ],
  };
}

function record(
  spec: OutcomeSpec,
  input: ScoringInput,
  model: TabularModel,
): { version: Omit<VersionRow, "alias" | "drift_baseline">; metrics: readonly MetricRow[] } {
  const version = `${spec.score}-${model.version}`;
  return {
    version: {
      version,
      model: spec.score,
      kind: model.name,
      data_as_of: input.asOf,
      data_hash: model.dataHash,
      features: model.features,
      parameters: { ...model.settings, calibration: model.calibration.kind, bands: model.bands, target: model.target },
      artefact: serialiseModel(model),
      seed: model.seed,
      backend: model.backend,
      calibration: { ...model.calibration },
    },
    metrics: [
      ...Object.entries(model.metrics).map(([metric, value]) => ({ version, metric, segment: "", value })),
      ...Object.entries(model.bands.rates).map(([segment, value]) => ({
        version,
        metric: "observed_rate",
        segment,
        value,
      })),
      ...Object.entries(model.bands.customers).map(([segment, value]) => ({ version, metric: "rows", segment, value })),
    ].filter(({ value }) => Number.isFinite(value)),
  };
}

function unscored(spec: OutcomeSpec, input: ScoringInput, reason: string, notices: readonly string[]): ScorePart {
  const kind = spec.score === "lead" ? "rule: recency and completeness" : "rule: none";
  const version = `${spec.score}-unscored-${contentHash({ kind, seed: input.seed }).slice(0, 12)}`;
  const shared = { ...frame(spec, input), model_version: version, model_kind: kind };
  const ordered = [...input.current].sort(byActivity);
  return {
    scores: ordered.map((row, i) => withoutScore(shared, row, i + 1, spec.excluded(row) ?? reason)),
    reasons: [],
    versions: [
      {
        version,
        model: spec.score,
        kind,
        data_as_of: input.asOf,
        data_hash: contentHash(""),
        features: [],
        parameters: { reason },
        artefact: null,
        seed: input.seed,
        backend: "none",
        alias: "champion",
        calibration: null,
        drift_baseline: null,
      },
    ],
    metrics: [],
    decisions: [],
    shadows: [],
    drift: [],
    notices,
  };
}

type Frame = Pick<ScoreRow, "score" | "low" | "high" | "unit" | "data_as_of" | "horizon_days">;

function frame(spec: OutcomeSpec, input: ScoringInput): Frame {
  const { asOf, horizonDays } = input;
  return { score: spec.score, low: null, high: null, unit: "probability", data_as_of: asOf, horizon_days: horizonDays };
}

function withoutScore(
  shared: Frame & Pick<ScoreRow, "model_version" | "model_kind">,
  row: FeatureRow,
  rank: number,
  reason: string,
): ScoreRow {
  const meaning = `No score: ${reason}`;
  return {
    ...shared,
    customer_id: idOf(row),
    value: null,
    rank,
    band: "not scored",
    meaning,
    not_scored_reason: reason,
  };
}

function meaningOf(spec: OutcomeSpec, input: ScoringInput, rate: number): string {
  const { buy } = lexicon(input.mode);
  const what = spec.score === "churn" ? `${buy} nothing` : buy;
  return `${rateInWords(rate)} like this ${what} within ${String(input.horizonDays)} days`;
}

/** Latest activity first, then the fuller profile, then the id. */
export function byActivity(a: FeatureRow, b: FeatureRow): number {
  const [x, y] = [String(a.last_activity ?? ""), String(b.last_activity ?? "")];
  if (x !== y) return x > y ? -1 : 1;
  const fuller = (numberOf(b, "profile_completeness") ?? 0) - (numberOf(a, "profile_completeness") ?? 0);
  return fuller === 0 ? byId(a, b) : fuller;
}

/** Order of customer ids. */
export function byId(a: FeatureRow, b: FeatureRow): number {
  return idOf(a) < idOf(b) ? -1 : 1;
}

/** Id of a row's customer. */
export function idOf(row: FeatureRow): string {
  return String(row.customer_id);
}
