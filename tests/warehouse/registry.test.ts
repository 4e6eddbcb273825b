import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  leadOutcomesHash,
  measureOutcomes,
  pinnedVersions,
  readChampions,
  readModelWatch,
  releaseModel,
  rollBackModel,
  saveLeadOutcomes,
  saveScores,
} from "#warehouse";
import type { ScoresToSave } from "#warehouse";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await withDatabase();
});
afterEach(() => db.drop());

const at = (day: number): string => `2026-07-${String(day).padStart(2, "0")}T00:00:00.000Z`;

function version(name: string, alias: "champion" | "challenger" = "champion"): ScoresToSave["versions"][number] {
  return {
    version: name,
    model: "churn",
    kind: "additive",
    data_as_of: "2026-06-30",
    data_hash: "h",
    features: ["recency_days"],
    parameters: {},
    artefact: new TextEncoder().encode(name),
    seed: 1,
    backend: "wasm",
    alias,
    calibration: null,
    drift_baseline: null,
  };
}

function night(runId: string, day: number, versions: ScoresToSave["versions"]): ScoresToSave {
  const champion = versions.find(({ alias }) => alias === "champion")?.version ?? "";
  const challenger = versions.find(({ alias }) => alias === "challenger")?.version ?? null;
  return {
    runId,
    at: at(day),
    versions,
    scores: [],
    reasons: [],
    leads: [],
    metrics: [],
    drift: [],
    shadows: challenger === null ? [] : [{ model: "churn", customer_id: "CA", version: challenger, value: 0.4 }],
    decisions: [{ model: "churn", champion, challenger, decision: "kept", reason: "a test", gates: {} }],
  };
}

const save = (one: ScoresToSave): Promise<void> => db.transaction((tx) => saveScores(db, tx, one));

async function aliases(): Promise<Record<string, string>> {
  const { rows } = await db.query<{ version: string; alias: string }>(
    "select version, alias from ops.model_versions order by version",
  );
  return Object.fromEntries(rows.map((row) => [row.version, row.alias]));
}

describe("the registry of models", () => {
  it("keeps champion, challenger and previous, and saving a night again changes nothing", async () => {
    await save(night("r1", 1, [version("v1")]));
    expect(await aliases()).toEqual({ v1: "champion" });
    await save(night("r2", 2, [version("v2"), version("v3", "challenger")]));
    await save(night("r2", 2, [version("v2"), version("v3", "challenger")]));
    expect(await aliases()).toEqual({ v1: "previous", v2: "champion", v3: "challenger" });
    const shadow = await db.query("select model, customer_id, version, value from ops.shadow_scores");
    expect(shadow.rows).toEqual([{ model: "churn", customer_id: "CA", version: "v3", value: 0.4 }]);
    await save(night("r3", 3, [version("v3")]));
    expect(await aliases()).toEqual({ v1: "", v2: "previous", v3: "champion" });
    expect((await db.query("select * from ops.shadow_scores")).rows).toEqual([]);
  });

  it("keeps the files of versions that somebody can go back to, and takes a file again that comes back", async () => {
    for (const [day, name] of ["v1", "v2", "v3"].entries()) await save(night(name, day + 1, [version(name)]));
    const kept = async () =>
      (
        await db.query<{ version: string }>(
          "select version from ops.model_versions where artefact is not null order by version",
        )
      ).rows.map((row) => row.version);
    expect(await kept()).toEqual(["v2", "v3"]);
    await save(night("r4", 4, [version("v1")]));
    expect(await kept()).toEqual(["v1", "v3"]);
    expect((await readChampions(db)).map((one) => new TextDecoder().decode(one.artefact ?? undefined))).toEqual(["v1"]);
  });

  it("goes back to the version before, holds it, and lets go of it", async () => {
    await expect(rollBackModel(db, "churn", at(1))).rejects.toMatchObject({ code: "MODEL_NO_PREVIOUS" });
    await save(night("r1", 1, [version("v1")]));
    await expect(rollBackModel(db, "churn", at(1))).rejects.toMatchObject({ code: "MODEL_NO_PREVIOUS" });
    await save(night("r2", 2, [version("v2")]));
    expect(await rollBackModel(db, "churn", at(3))).toEqual({ model: "churn", champion: "v1", before: "v2" });
    expect(await aliases()).toEqual({ v1: "champion", v2: "previous" });
    expect(await pinnedVersions(db)).toEqual(["v1"]);
    expect(await readChampions(db)).toMatchObject([{ version: "v1", pinned: true }]);
    expect((await readModelWatch(db)).models).toMatchObject([
      { version: "v1", decision: "rolled_back", reason: "asked for by a person" },
    ]);
    expect(await releaseModel(db, "churn", at(4))).toBe(true);
    expect(await releaseModel(db, "churn", at(4))).toBe(false);
    expect(await pinnedVersions(db)).toEqual([]);
  });
});

async function customer(id: string): Promise<void> {
  await db.query(
    `insert into build.customers (customer_id, entity_type, display_name, external_ids, data_sources, record_count,
       identity_confidence, do_not_contact, active, data_quality_score, profile_completeness, home_currency, total_sales,
       total_paid, sales_without_rate, purchases, interactions, customer_segment)
     select $1, 'person', $1, '{}', '{x}', 1, 1, false, true, 1, 1, 'JMD', 0, 0, 0, 0, 0, 'new'`,
    [id],
  );
}

describe("what was said of a band", () => {
  const asOf = "2026-01-10";
  beforeEach(async () => {
    for (let i = 0; i < 60; i += 1) {
      await customer(`C${String(i)}`);
      const band = i < 30 ? "High" : "Low";
      await db.query(
        `insert into ops.score_history (score, data_as_of, customer_id, model_version, horizon_days, band, value)
         values ('lead', $1, $2, 'v1', 90, $3, $4)`,
        [asOf, `C${String(i)}`, band, band === "High" ? 0.5 : 0.1],
      );
      // Half of the band High buys as was said, on the last day of the horizon; of the band Low half as well.
      if (i % 2 === 0) {
        await db.query(
          `insert into build.transactions (transaction_key, customer_id, kind, date, currency, amount, rate_source,
             home_amount, voided, source, account) values ($1, $1, 'sale', '2026-04-10', 'JMD', 1, 'home', 1, false, 'x', 'a')`,
          [`C${String(i)}`],
        );
      }
    }
  });
  const measure = (day: string) => db.transaction((tx) => measureOutcomes(tx, day));

  it("is judged when its days have passed, and not before", async () => {
    expect(await measure("2026-04-09")).toEqual([]);
    expect((await readModelWatch(db)).outcomes).toEqual([]);
    expect(await measure("2026-04-10")).toMatchObject([{ score: "lead", band: "Low", observed: 0.5 }]);
    expect((await readModelWatch(db)).outcomes).toMatchObject([
      { score: "lead", data_as_of: asOf, band: "High", customers: 30, observed: 0.5, holds: true },
      { score: "lead", data_as_of: asOf, band: "Low", customers: 30, observed: 0.5, holds: false },
    ]);
  });

  it("is forgotten customer by customer a month after it was judged, but the figures stay", async () => {
    await measure("2026-04-10");
    await measure("2026-06-01");
    expect((await db.query("select * from ops.score_history")).rows).toEqual([]);
    expect((await readModelWatch(db)).outcomes).toHaveLength(2);
  });
});

describe("a list that came back", () => {
  const list = { file: "leads_2026-06-30.xlsx", listedAsOf: "2026-06-30", at: at(1) };
  const outcome = (customerId: string, text: string) => ({ customerId, outcome: text, notes: null });

  it("is taken in once, row by row, and only for customers who were ever known", async () => {
    await db.query(
      `insert into identity.customer_ids (customer_id, anchor_key, status, minted_run_id) values ('CA', 'k', 'active', 'r')`,
    );
    const empty = await leadOutcomesHash(db);
    const first = await saveLeadOutcomes(db, list, [outcome("CA", "Will order"), outcome("CX", "No answer")]);
    expect(first).toEqual({ saved: 1, known: 0, unknown: 1 });
    const hash = await leadOutcomesHash(db);
    expect(hash).not.toBe(empty);
    const again = [outcome("CA", "Will order"), outcome("CA", "Ordered")];
    expect(await saveLeadOutcomes(db, { ...list, file: "copy.xlsx" }, again)).toEqual({
      saved: 1,
      known: 1,
      unknown: 0,
    });
    expect(await leadOutcomesHash(db)).not.toBe(hash);
  });
});
