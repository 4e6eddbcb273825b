import type { SqlClient } from "#core";

/** What makes a score, since when and why; what came true of what was said; and what has moved. */
export interface ModelWatch {
  readonly models: readonly {
    readonly model: string;
    readonly kind: string;
    readonly version: string;
    /** Latest day whose data it learnt from. */
    readonly data_as_of: string;
    /** Version that is watched beside it; null without one. */
    readonly challenger: string | null;
    readonly decision: string | null;
    readonly reason: string | null;
  }[];
  /** The latest day of each score whose horizon has passed, band by band. */
  readonly outcomes: readonly {
    readonly score: string;
    readonly data_as_of: string;
    readonly band: string;
    readonly customers: number;
    readonly expected: number;
    readonly observed: number;
    readonly holds: boolean;
  }[];
  /** Features that have moved more than they usually do, farthest first. */
  readonly drifted: readonly { readonly model: string; readonly feature: string; readonly effect: number }[];
}

/** Reads how the models are doing, as of the latest scoring. */
export async function readModelWatch(db: SqlClient): Promise<ModelWatch> {
  const models = await db.query<ModelWatch["models"][number]>(
    `select v.model, v.kind, v.version, v.data_as_of::text as data_as_of, c.version as challenger, d.decision, d.reason
       from ops.model_versions v
       left join ops.model_versions c on c.model = v.model and c.alias = 'challenger'
       left join lateral (select x.decision, x.reason from ops.model_decisions x
                           where x.model = v.model order by x.at desc, x.run_id desc limit 1) d on true
      where v.alias = 'champion' order by v.model`,
  );
  const outcomes = await db.query<ModelWatch["outcomes"][number]>(
    `select o.score, o.data_as_of::text as data_as_of, o.band, o.customers, o.expected, o.observed, o.holds
       from ops.score_outcomes o
      where o.data_as_of = (select max(l.data_as_of) from ops.score_outcomes l where l.score = o.score)
      order by o.score, o.expected desc, o.band`,
  );
  const drifted = await db.query<ModelWatch["drifted"][number]>(
    `select d.model, d.feature, d.effect from ops.model_drift d
      where d.drifted and d.data_as_of = (select max(l.data_as_of) from ops.model_drift l where l.model = d.model)
      order by d.effect desc, d.model, d.feature`,
  );
  return { models: models.rows, outcomes: outcomes.rows, drifted: drifted.rows };
}
