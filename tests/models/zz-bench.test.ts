import { test } from "vitest";
import { withDatabase } from "../support/postgres.ts";
import { readFeatures, readPurchases, readTrainingCutoffs } from "../../warehouse/features.ts";
import { scoreCustomers } from "#models";
import { fillBuild } from "./fill-build.ts";
import { simulateCustomers } from "./simulated.ts";
test("bench", async () => {
  const db = await withDatabase();
  try {
    await fillBuild(db, simulateCustomers(3000, 5));
    console.log(
      (
        await db.query(
          "select (select count(*)::int from build.transactions) t, (select count(*)::int from build.customer_interactions) i",
        )
      ).rows,
    );
    const asOf = "2025-06-30";
    let t = performance.now();
    const cutoffs = await readTrainingCutoffs(db, { asOf, horizonDays: 90 });
    const snapshots = [];
    for (const cutoff of cutoffs)
      snapshots.push({ cutoff, rows: await readFeatures(db, { cutoff, horizonDays: 90, knownUntil: asOf }) });
    const current = await readFeatures(db, { cutoff: asOf, horizonDays: 90 });
    const { histories } = await readPurchases(db, { until: asOf });
    console.log(
      "read",
      performance.now() - t,
      cutoffs,
      snapshots.map((s) => s.rows.length),
      current.length,
    );
    console.log(current[7]);
    t = performance.now();
    const r = await scoreCustomers({
      asOf,
      horizonDays: 90,
      homeCurrency: "JMD",
      seed: 7,
      mode: "shop",
      snapshots,
      current,
      histories,
    });
    console.log("score", performance.now() - t, process.memoryUsage().rss / 1e6);
    console.log(
      r.notices,
      r.versions.map((v) => [v.version, v.kind]),
      r.metrics
        .filter((m) => /auc|log_loss|lift|worse|cali|gini|dev|observed/.test(m.metric))
        .map((m) => `${m.version.slice(0, 12)} ${m.metric} ${m.segment} ${m.value.toFixed(4)}`),
    );
    for (const l of r.leads.slice(0, 12))
      console.log(l.rank, l.band, l.meaning, "|", l.reason_1, "|", l.reason_2, "|", l.reason_3, "|", l.action);
    for (const s of ["churn", "lead", "lifetime_value"])
      for (const k of [0, 1, 500]) {
        const x = r.scores.filter((v) => v.score === s)[k]!;
        console.log(
          x,
          r.reasons
            .filter((q) => q.customer_id === x.customer_id && q.score === s)
            .map((q) => `${q.feature} ${q.effect.toFixed(2)} ${q.reason}`),
        );
      }
  } finally {
    await db.drop();
  }
});
