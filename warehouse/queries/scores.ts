import type { Database, SqlClient, SqlValue } from "#core";
import { saveModelWatch } from "./registry.ts";

/** Scores of one run, as rows by column name. */
export interface ScoresToSave {
  readonly runId: string;
  /** ISO time. */
  readonly at: string;
  readonly scores: readonly object[];
  readonly reasons: readonly object[];
  readonly leads: readonly object[];
  readonly versions: readonly {
    readonly version: string;
    readonly model: string;
    readonly kind: string;
    readonly data_as_of: string;
    readonly data_hash: string;
    readonly features: readonly string[];
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly artefact: Uint8Array | null;
    readonly seed: number;
    readonly backend: string;
    readonly alias: "champion" | "challenger";
    readonly calibration: Readonly<Record<string, unknown>> | null;
    readonly drift_baseline: Readonly<Record<string, unknown>> | null;
  }[];
  readonly decisions: readonly object[];
  readonly shadows: readonly object[];
  readonly drift: readonly object[];
  readonly metrics: readonly {
    readonly version: string;
    readonly metric: string;
    readonly segment: string;
    readonly value: number;
  }[];
}

const SCORE_COLUMNS = [
  "customer_id",
  "score",
  "value",
  "low",
  "high",
  "unit",
  "rank",
  "band",
  "meaning",
  "not_scored_reason",
  "model_version",
  "model_kind",
  "data_as_of",
  "horizon_days",
];
const REASON_COLUMNS = ["customer_id", "score", "position", "feature", "effect", "direction", "reason"];

/** Fills the candidate tables of scores, reasons and leads, and registers the versions that made them. */
export async function saveScores(db: Database, tx: SqlClient, given: ScoresToSave): Promise<void> {
  await tx.query("truncate build.customer_scores, build.score_reasons, build.leads");
  await db.copyIn(tx, "build.customer_scores", SCORE_COLUMNS, valuesOf(given.scores, SCORE_COLUMNS));
  await db.copyIn(tx, "build.score_reasons", REASON_COLUMNS, valuesOf(given.reasons, REASON_COLUMNS));
  await saveLeads(db, tx, given.leads);
  for (const version of given.versions) await registerVersion(tx, version, given);
  await setAliases(tx, given.versions);
  await saveModelWatch(tx, given);
  await tx.query(
    `insert into ops.model_metrics (version, metric, segment, value)
     select m.version, m.metric, m.segment, m.value
       from jsonb_to_recordset($1::jsonb) m (version text, metric text, segment text, value double precision)
     on conflict (version, metric, segment) do update set value = excluded.value`,
    [JSON.stringify(given.metrics.filter((one) => Number.isFinite(one.value)))],
  );
}

const LEAD_COLUMNS = [
  "rank",
  "customer_id",
  "band",
  "meaning",
  "reason_1",
  "reason_2",
  "reason_3",
  "action",
  "data_as_of",
];

/** The list needs what the warehouse knows of each customer: name, telephone, last contact or purchase. */
async function saveLeads(db: Database, tx: SqlClient, leads: readonly object[]): Promise<void> {
  await tx.query(
    `create temporary table listed (rank int, customer_id text, band text, meaning text,
       reason_1 text, reason_2 text, reason_3 text, action text, data_as_of date) on commit drop`,
  );
  await db.copyIn(tx, "listed", LEAD_COLUMNS, valuesOf(leads, LEAD_COLUMNS));
  await tx.query(
    `insert into build.leads (rank, customer_id, customer, phone, last_contact, band, meaning,
                              reason_1, reason_2, reason_3, action, data_as_of)
     select l.rank, l.customer_id, c.display_name, c.phone, greatest(c.last_contact, c.last_purchase), l.band, l.meaning,
            l.reason_1, l.reason_2, l.reason_3, l.action, l.data_as_of
       from listed l
       join build.customers c on c.customer_id = l.customer_id`,
  );
  await tx.query("drop table listed");
}

async function registerVersion(
  tx: SqlClient,
  version: ScoresToSave["versions"][number],
  run: { readonly runId: string; readonly at: string },
): Promise<void> {
  await tx.query(
    `insert into ops.model_versions (version, model, kind, trained_run_id, data_as_of, data_hash, features, parameters,
                                     artefact, seed, backend, created_at, calibration, drift_baseline)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (version) do update set artefact = excluded.artefact where model_versions.artefact is null`,
    [
      version.version,
      version.model,
      version.kind,
      run.runId,
      version.data_as_of,
      version.data_hash,
      JSON.stringify(version.features),
      JSON.stringify(version.parameters),
      version.artefact === null ? null : Buffer.from(version.artefact),
      version.seed,
      version.backend,
      run.at,
      json(version.calibration),
      json(version.drift_baseline),
    ],
  );
}

/** The champion of a night takes the alias; the one before it becomes the previous one, to which a person can go back. */
async function setAliases(tx: SqlClient, versions: ScoresToSave["versions"]): Promise<void> {
  for (const { model, version } of versions.filter(({ alias }) => alias === "champion")) {
    await tx.query(
      `update ops.model_versions
          set alias = case when version = $1 then 'champion' when alias = 'champion' then 'previous' else '' end
        where model = $2
          and not exists (select from ops.model_versions held where held.version = $1 and held.alias = 'champion')`,
      [version, model],
    );
    const challenger = versions.find((one) => one.model === model && one.alias === "challenger")?.version ?? "";
    await tx.query(
      `update ops.model_versions set alias = case when version = $2 then 'challenger' else '' end
        where model = $1 and alias in ('', 'challenger') and (alias = 'challenger') is distinct from (version = $2)`,
      [model, challenger],
    );
    // A version that nobody can go back to any more keeps what was measured, not itself.
    await tx.query(
      "update ops.model_versions set artefact = null where model = $1 and alias = '' and artefact is not null",
      [model],
    );
  }
}

function json(value: Readonly<Record<string, unknown>> | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Values of rows in the order of the columns, one row after another: all at once would double the memory. */
function* valuesOf(rows: readonly object[], columns: readonly string[]): Generator<readonly SqlValue[]> {
  for (const row of rows) {
    const values = row as Readonly<Record<string, SqlValue>>;
    yield columns.map((column) => values[column] ?? null);
  }
}
