import { C360Error } from "#core";
import type { Database, SqlClient } from "#core";

/** The version that ships of each model. */
export interface ChampionRow {
  readonly model: "churn" | "lead" | "lifetime_value";
  readonly version: string;
  readonly kind: string;
  readonly artefact: Uint8Array | null;
  readonly pinned: boolean;
}

/** Reads the champions with their artefacts. */
export async function readChampions(db: SqlClient): Promise<readonly ChampionRow[]> {
  const { rows } = await db.query<ChampionRow>(
    `select model, version, kind, artefact, pinned from ops.model_versions where alias = 'champion' order by model`,
  );
  return rows;
}

/** Versions that a person pinned: part of what a publication is made from. */
export async function pinnedVersions(db: SqlClient): Promise<readonly string[]> {
  const { rows } = await db.query<{ version: string }>(
    `select version from ops.model_versions where pinned order by version collate "C"`,
  );
  return rows.map(({ version }) => version);
}

/** What a rollback did. */
export interface Rollback {
  readonly model: string;
  readonly champion: string;
  readonly before: string;
}

/**
 * Makes the previous version of a model the champion again and pins it. Throws MODEL_NO_PREVIOUS where there is none, or
 * where it was not kept as a file (values are fitted anew each night).
 */
export async function rollBackModel(db: Database, model: string, at: string): Promise<Rollback> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ version: string; alias: string; kept: boolean }>(
      `select version, alias, artefact is not null as kept from ops.model_versions
        where model = $1 and alias in ('champion', 'previous') for update`,
      [model],
    );
    const champion = rows.find(({ alias }) => alias === "champion");
    const previous = rows.find(({ alias, kept }) => alias === "previous" && kept);
    if (champion === undefined || previous === undefined) throw new C360Error("MODEL_NO_PREVIOUS", { model });
    await tx.query(
      `update ops.model_versions
          set alias = case version when $2 then 'champion' when $3 then 'previous' else alias end, pinned = version = $2
        where model = $1`,
      [model, previous.version, champion.version],
    );
    await decided(tx, { model, champion: previous.version, challenger: champion.version, decision: "rolled_back", at });
    return { model, champion: previous.version, before: champion.version };
  });
}

/** Lets challengers take the place of a pinned version again. False where none was pinned. */
export async function releaseModel(db: Database, model: string, at: string): Promise<boolean> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ version: string }>(
      "update ops.model_versions set pinned = false where model = $1 and pinned returning version",
      [model],
    );
    const [released] = rows;
    if (released === undefined) return false;
    await decided(tx, { model, champion: released.version, challenger: null, decision: "released", at });
    return true;
  });
}

async function decided(
  tx: SqlClient,
  row: { model: string; champion: string; challenger: string | null; decision: string; at: string },
): Promise<void> {
  await tx.query(
    `insert into ops.model_decisions (run_id, model, champion, challenger, decision, reason, gates, at)
     values ($1, $2, $3, $4, $5, 'asked for by a person', '{}', $6)
     on conflict (run_id, model) do update
       set champion = excluded.champion, challenger = excluded.challenger, decision = excluded.decision, at = excluded.at`,
    [`by hand ${row.at}`, row.model, row.champion, row.challenger, row.decision, row.at],
  );
}

/** Decisions, shadow scores and drift of one run. */
export interface WatchToSave {
  readonly runId: string;
  /** ISO time. */
  readonly at: string;
  readonly decisions: readonly object[];
  readonly shadows: readonly object[];
  readonly drift: readonly object[];
}

/** Keeps what was decided and measured beside the scores; saving a run again changes nothing. */
export async function saveModelWatch(tx: SqlClient, given: WatchToSave): Promise<void> {
  await tx.query(
    `insert into ops.model_decisions (run_id, model, champion, challenger, decision, reason, gates, at)
     select $1, d.model, d.champion, d.challenger, d.decision, d.reason, d.gates, $2
       from jsonb_to_recordset($3::jsonb) d (model text, champion text, challenger text, decision text, reason text,
                                             gates jsonb)
     on conflict (run_id, model) do update
       set champion = excluded.champion, challenger = excluded.challenger, decision = excluded.decision,
           reason = excluded.reason, gates = excluded.gates`,
    [given.runId, given.at, JSON.stringify(given.decisions)],
  );
  await tx.query("delete from ops.shadow_scores");
  await tx.query(
    `insert into ops.shadow_scores (model, customer_id, version, value)
     select s.model, s.customer_id, s.version, s.value
       from jsonb_to_recordset($1::jsonb) s (model text, customer_id text, version text, value double precision)`,
    [JSON.stringify(given.shadows)],
  );
  await tx.query(
    `insert into ops.model_drift (model, data_as_of, feature, version, effect, usual, drifted)
     select d.model, d.data_as_of, d.feature, d.version, d.effect, d.usual, d.drifted
       from jsonb_to_recordset($1::jsonb) d (model text, data_as_of date, feature text, version text,
                                             effect double precision, usual double precision, drifted boolean)
     on conflict (model, data_as_of, feature) do update
       set version = excluded.version, effect = excluded.effect, usual = excluded.usual, drifted = excluded.drifted`,
    [JSON.stringify(given.drift)],
  );
}

/** A band whose words did not come true. */
export interface BrokenBand {
  readonly score: string;
  readonly band: string;
  readonly data_as_of: string;
  readonly expected: number;
  readonly observed: number;
}

/**
 * Keeps today's probabilities (at most once a week) and measures, for those whose horizon has passed, whether each band
 * did what was said. Gives the bands of the latest measured day that did not.
 */
export async function measureOutcomes(tx: SqlClient, asOf: string): Promise<readonly BrokenBand[]> {
  await tx.query(
    `insert into ops.score_history (score, data_as_of, customer_id, model_version, horizon_days, band, value)
     select s.score, s.data_as_of, s.customer_id, s.model_version, s.horizon_days, s.band, s.value
       from build.customer_scores s
      where s.score in ('churn', 'lead') and s.value is not null
        and not exists (select from ops.score_history h
                         where h.score = s.score and h.data_as_of > s.data_as_of - 7 and h.data_as_of < s.data_as_of)
     on conflict (score, data_as_of, customer_id) do update
       set model_version = excluded.model_version, horizon_days = excluded.horizon_days, band = excluded.band,
           value = excluded.value
     where (score_history.model_version, score_history.band, score_history.value)
           is distinct from (excluded.model_version, excluded.band, excluded.value)`,
  );
  await tx.query(
    `insert into ops.score_outcomes (score, data_as_of, band, customers, expected, observed, low, high, holds)
     select f.score, f.data_as_of, f.band, f.n, f.expected, f.observed, f.centre - f.half, f.centre + f.half,
            f.expected between f.centre - f.half and f.centre + f.half or abs(f.expected - f.observed) <= 0.05
       from (select o.*, (o.observed + 1.92 / o.n) / (1 + 3.84 / o.n) as centre,
                    1.96 * sqrt(o.observed * (1 - o.observed) / o.n + 0.9604 / (o.n * o.n)) / (1 + 3.84 / o.n) as half
               from (select h.score, h.data_as_of, h.band, count(*)::int as n, avg(h.value) as expected,
                            avg(((b.customer_id is null) = (h.score = 'churn'))::int)::double precision as observed
                       from ops.score_history h
                       join build.customers c on c.customer_id = h.customer_id
                       left join lateral (
                         select t.customer_id from build.transactions t
                          where t.customer_id = h.customer_id and not t.voided and t.kind in ('invoice', 'sale', 'gift')
                            and t.date > h.data_as_of and t.date <= h.data_as_of + h.horizon_days
                          limit 1) b on true
                      where h.data_as_of + h.horizon_days <= $1::date
                      group by h.score, h.data_as_of, h.band) o) f
     on conflict (score, data_as_of, band) do update
       set customers = excluded.customers, expected = excluded.expected, observed = excluded.observed,
           low = excluded.low, high = excluded.high, holds = excluded.holds`,
    [asOf],
  );
  // What was measured need not be kept by customer.
  await tx.query("delete from ops.score_history where data_as_of + horizon_days < $1::date - 30", [asOf]);
  const { rows } = await tx.query<BrokenBand>(
    `select o.score, o.band, o.data_as_of, o.expected, o.observed from ops.score_outcomes o
      where not o.holds and o.data_as_of = (select max(l.data_as_of) from ops.score_outcomes l where l.score = o.score)
      order by o.score, o.band`,
  );
  return rows;
}
