import { test } from "vitest";
import { withDatabase } from "../support/postgres.ts";
import { readFeatures, readPurchases, readTrainingCutoffs } from "../../warehouse/features.ts";
import { auc, normalisedGini, scoreCustomers, topDecileLift } from "#models";
import { fillBuild } from "./fill-build.ts";
import { isoDay } from "./simulated.ts";
import { buildWorld } from "../../examples/sample-company/world/world.ts";
import { SAMPLE_DAY } from "../../examples/sample-company/world/calendar.ts";
test("sample", async () => {
  const db = await withDatabase();
  try {
    const w = buildWorld(1, 1);
    const E = w.population.entities,
      L = w.lives;
    await db.transaction(async (tx) => {
      await db.copyIn(
        tx,
        "build.golden",
        [
          "customer_id",
          "entity_type",
          "display_name",
          "email",
          "phone",
          "parish",
          "industry",
          "external_ids",
          "data_sources",
          "record_count",
          "identity_confidence",
          "do_not_contact",
          "active",
          "customer_since",
          "data_quality_score",
          "profile_completeness",
        ],
        E.map((e) => [
          e.id,
          e.type,
          e.id,
          e.email || null,
          e.phone || null,
          e.address.parish,
          e.category || null,
          "{}",
          "{x}",
          1,
          1,
          false,
          true,
          isoDay(e.since),
          1,
          0.5,
        ]),
      );
      const txs = E.flatMap((e, i) =>
        L[i]!.purchases.filter((p) => p.day <= SAMPLE_DAY)
          .flatMap((p, k) => {
            const b = (kind: string, day: number) => [
              `${kind}${e.id}${k}`,
              e.id,
              kind,
              isoDay(day),
              kind === "invoice" ? isoDay(day + 30) : null,
              "JMD",
              p.value.toFixed(2),
              "home",
              p.value.toFixed(2),
              false,
              null,
              "q",
              "a",
            ];
            return [
              b("invoice", p.day),
              ...(p.payAfter === null || p.day + p.payAfter > SAMPLE_DAY ? [] : [b("payment", p.day + p.payAfter)]),
            ];
          })
          .concat(
            L[i]!.returns.filter((d) => d <= SAMPLE_DAY).map((d, k) => [
              `cm${e.id}${k}`,
              e.id,
              "credit_memo",
              isoDay(d),
              null,
              "JMD",
              "1000.00",
              "home",
              "1000.00",
              false,
              null,
              "q",
              "a",
            ]),
            L[i]!.quotes.filter((d) => d <= SAMPLE_DAY).map((d, k) => [
              `es${e.id}${k}`,
              e.id,
              "estimate",
              isoDay(d),
              null,
              "JMD",
              "1000.00",
              "home",
              "1000.00",
              false,
              null,
              "q",
              "a",
            ]),
          ),
      );
      console.log(txs.length);
      await db.copyIn(
        tx,
        "build.transactions",
        [
          "transaction_key",
          "customer_id",
          "kind",
          "date",
          "due_date",
          "currency",
          "amount",
          "rate_source",
          "home_amount",
          "voided",
          "category",
          "source",
          "account",
        ],
        txs,
      );
      await db.copyIn(
        tx,
        "build.customer_interactions",
        [
          "interaction_key",
          "customer_id",
          "interaction_type",
          "interaction_date",
          "direction",
          "outcome",
          "source",
          "account",
        ],
        E.flatMap((e, i) =>
          L[i]!.contacts.filter((c) => c.day <= SAMPLE_DAY).map((c, k) => [
            `c${e.id}${k}`,
            e.id,
            c.kind,
            `${isoDay(c.day)}T12:00:00Z`,
            c.direction,
            c.outcome,
            "s",
            "a",
          ]),
        ),
      );
    });
    await db.query("analyze build.golden, build.transactions, build.customer_interactions");
    const asOf = isoDay(SAMPLE_DAY);
    let t = performance.now();
    const cutoffs = await readTrainingCutoffs(db, { asOf, horizonDays: 90 });
    const snapshots = [];
    for (const cutoff of cutoffs)
      snapshots.push({ cutoff, rows: await readFeatures(db, { cutoff, horizonDays: 90, knownUntil: asOf }) });
    const current = await readFeatures(db, { cutoff: asOf, horizonDays: 90 });
    const { histories } = await readPurchases(db, { until: asOf });
    console.log("read", performance.now() - t);
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
    console.log("score", performance.now() - t, process.memoryUsage().rss / 1e6, r.notices);
    console.log(
      r.versions.map((v) => v.kind),
      r.metrics
        .filter((m) =>
          /^auc|^log_loss|lift|worse|cali|gini|dev|observed|base|rule_log|ratio|high_80|low_80/.test(m.metric),
        )
        .map((m) => `${m.version.slice(0, 12)} ${m.metric} ${m.segment} ${m.value.toFixed(4)}`)
        .join("\n"),
    );
    const by = new Map(E.map((e, i) => [e.id, L[i]!]));
    const bought = (id: string) =>
      by.get(id)!.purchases.some((p) => p.day > SAMPLE_DAY && p.day <= SAMPLE_DAY + 90) ? 1 : 0;
    const spend = (id: string) =>
      by
        .get(id)!
        .purchases.filter((p) => p.day > SAMPLE_DAY && p.day <= SAMPLE_DAY + 365)
        .reduce((a, p) => a + p.value, 0);
    const ch = r.scores.filter((s) => s.score === "churn" && s.value !== null);
    const truth = ch.map((s) => 1 - bought(s.customer_id));
    console.log(
      "churn future auc",
      auc(
        truth,
        ch.map((s) => s.value!),
      ),
      "ideal",
      auc(
        truth,
        ch.map((s) => by.get(s.customer_id)!.churnProbability),
      ),
      "lift",
      topDecileLift(
        truth,
        ch.map((s) => s.value!),
      ),
      "base",
      truth.reduce((a, b) => a + b, 0) / truth.length,
      truth.length,
    );
    for (const b of ["High", "Medium", "Low"]) {
      const x = ch.filter((s) => s.band === b);
      console.log(b, x.length, x[0]?.meaning, x.reduce((a, s) => a + 1 - bought(s.customer_id), 0) / x.length);
    }
    const ld = r.scores.filter((s) => s.score === "lead" && s.value !== null);
    const lt = ld.map((s) => bought(s.customer_id));
    console.log(
      "lead auc",
      auc(
        lt,
        ld.map((s) => s.value!),
      ),
      "ideal",
      auc(
        lt,
        ld.map((s) => by.get(s.customer_id)!.purchaseProbability),
      ),
      "lift",
      topDecileLift(
        lt,
        ld.map((s) => s.value!),
      ),
      lt.reduce((a, b) => a + b, 0) / lt.length,
    );
    for (const b of ["High", "Medium", "Low"]) {
      const x = ld.filter((s) => s.band === b);
      console.log(b, x.length, x[0]?.meaning, x.reduce((a, s) => a + bought(s.customer_id), 0) / x.length);
    }
    const lv = r.scores.filter((s) => s.score === "lifetime_value" && s.value !== null);
    const sp = lv.map((s) => spend(s.customer_id));
    const S = (a: number[]) => a.reduce((x, y) => x + y, 0);
    console.log(
      "value gini",
      normalisedGini(
        sp,
        lv.map((s) => s.value!),
      ),
      "total",
      S(lv.map((s) => s.value!)) / S(sp),
      "above",
      lv.filter((s, i) => sp[i]! > s.high!).length / lv.length,
      "below",
      lv.filter((s, i) => sp[i]! < s.low!).length / lv.length,
    );
    const causes = new Map<string, Map<string, number>>();
    for (const s of ch.filter((x) => x.band === "High")) {
      const c = by.get(s.customer_id)!.churnCause;
      const m = causes.get(c) ?? new Map();
      causes.set(c, m);
      for (const q of r.reasons.filter((x) => x.score === "churn" && x.customer_id === s.customer_id))
        m.set(q.feature, (m.get(q.feature) ?? 0) + 1);
      m.set("N", (m.get("N") ?? 0) + 1);
    }
    for (const [c, m] of causes)
      console.log(
        c,
        [...m]
          .sort((a, b) => b[1] - a[1])
          .slice(0, 9)
          .join(" "),
      );
    for (const l of r.leads.slice(0, 8))
      console.log(l.rank, l.band, l.meaning, "|", l.reason_1, "|", l.reason_2, "|", l.reason_3, "|", l.action);
    for (const k of [0, 20, 100]) {
      const x = ch[k]!;
      console.log(
        x.value,
        x.meaning,
        by.get(x.customer_id)!.churnCause,
        r.reasons
          .filter((q) => q.customer_id === x.customer_id && q.score === "churn")
          .map((q) => `${q.feature} ${q.effect.toFixed(2)} ${q.reason}`),
      );
    }
    for (const k of [0, 20, 400]) {
      const x = lv[k]!;
      console.log(
        x.value,
        x.meaning,
        r.reasons
          .filter((q) => q.customer_id === x.customer_id && q.score === "lifetime_value")
          .map((q) => `${q.feature} ${q.effect.toFixed(0)} ${q.reason}`),
      );
    }
  } finally {
    await db.drop();
  }
});
