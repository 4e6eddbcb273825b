import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "#core";
import { openDatabase } from "#warehouse";
import { scoreNight } from "../../jobs/score-night.ts";
import { atMost } from "./figure.ts";
import { watchMemory } from "./memory.ts";
import { measure, withFolder } from "./process.ts";
import type { Database } from "#core";
import type { Figure } from "./figure.ts";

const CUSTOMERS = 100_000;
const DAYS = 1095;
const LAST = "2026-06-30";

/**
 * Every model of a night over 100,000 made-up customers with about two million documents, from Postgres and back: training,
 * scores, reasons, versions and lists. A number as word takes as many customers.
 */
export async function* benchNightlyModels(customers = CUSTOMERS): AsyncGenerator<Figure> {
  const figures = await withFolder(async (dir): Promise<Figure[]> => {
    await measure(["init", "--workspace", dir]);
    await measure(["db", "start", "--workspace", dir]);
    const url = (await measure(["db", "url", "--workspace", dir])).stdout.trim();
    const db = await openDatabase(url, { applicationName: "c360 bench" });
    try {
      const documents = await fill(db, customers);
      const memory = watchMemory();
      const [from, cpu] = [performance.now(), process.cpuUsage()];
      const night = await scoreNight(db, {
        clock: systemClock,
        runId: "bench",
        asOf: LAST,
        horizonDays: 90,
        homeCurrency: "JMD",
        mode: "shop",
        groups: [],
      });
      const seconds = (performance.now() - from) / 1000;
      const { rows } = await db.query<{ scores: number; reasons: number }>(
        `select (select count(*)::int from build.customer_scores where value is not null) as scores,
                (select count(*)::int from build.score_reasons) as reasons`,
      );
      return [
        { what: "documents", value: documents },
        { what: night.summary, value: rows[0]?.scores ?? 0, unit: "scores" },
        { what: "reasons", value: rows[0]?.reasons ?? 0 },
        atMost(`all models of ${customers.toLocaleString("en")} customers`, seconds, "s", 900),
        { what: "of which this process computed", value: Math.round(process.cpuUsage(cpu).user / 1e6), unit: "s" },
        atMost("memory", memory(), "MB", 2000),
      ];
    } finally {
      await db.close();
    }
  });
  yield* figures;
}

/**
 * Customers with rates of their own who drop out, and contacts, written by the server itself from a fixed seed: those
 * who complained buy less afterwards, so that there is something to learn.
 */
async function fill(db: Database, customers: number): Promise<number> {
  await db.transaction(async (tx) => {
    await tx.query("select setseed(0.25)");
    await tx.query("set local max_parallel_workers_per_gather = 0");
    await tx.query("truncate build.golden, build.customers, build.transactions, build.customer_interactions");
    await tx.query(
      `create temporary table people on commit drop as
       select 'C' || lpad(n::text, 9, '0') as id, n, -ln(1 - random()) * 0.021 as rate, exp(9 + 0.8 * random()) as size,
              (random() * $2::int)::int as first, (-ln(1 - random()) * 1400)::int as stays, random() < 0.1 as complains
         from generate_series(1, $1::int) n`,
      [customers, DAYS],
    );
    await tx.query(
      `insert into build.golden (customer_id, entity_type, display_name, phone, parish, external_ids, data_sources,
         record_count, identity_confidence, do_not_contact, active, customer_since, data_quality_score,
         profile_completeness)
       select id, case when n % 3 = 0 then 'organisation' else 'person' end, id, '+1876' || lpad(n::text, 7, '0'),
              'Parish ' || n % 14, '{}', '{bench}', 1, 1, false, true, $1::date - $2::int + first, 1, 0.8
         from people order by n`,
      [LAST, DAYS],
    );
    await tx.query(
      `insert into build.transactions (transaction_key, customer_id, kind, date, due_date, currency, amount, rate_source,
         home_amount, voided, category, source, account)
       select d.kind || ':' || d.id || ':' || d.k, d.id, d.kind, d.day, d.day + 30, 'JMD', d.amount, 'home', d.amount,
              false, 'Category ' || d.k % 7, 'bench', 'a'
         from (select p.id, s.k, t.kind, $1::date - $2::int + p.first + s.at + t.late as day,
                      round((p.size * exp(0.4 * random()))::numeric, 2) as amount
                 from people p
                 cross join lateral (
                   select k, (random() * least(p.stays, $2::int - p.first))::int as at
                     from generate_series(1, 1 + (p.rate * least(p.stays, $2::int - p.first))::int) k) s
                 cross join (values ('invoice', 0), ('payment', 21)) t (kind, late)) d
        where d.day <= $1::date`,
      [LAST, DAYS],
    );
    await tx.query(
      `insert into build.customer_interactions (interaction_key, customer_id, interaction_type, interaction_date, direction,
         outcome, source, account)
       select 'i:' || id || ':' || k, id, case when k % 2 = 0 then 'visit' else 'call' end,
              ($1::date - $2::int + first + (random() * least(stays, $2::int - first))::int)::timestamp at time zone 'UTC',
              'out', 'Routine', 'bench', 'a'
         from people, generate_series(1, 3) k
       union all
       select 'c:' || id, id, 'call', ($1::date - $2::int + least(first + stays, $2::int))::timestamp at time zone 'UTC', 'in',
              'Complaint - unresolved', 'bench', 'a'
         from people where complains`,
      [LAST, DAYS],
    );
  });
  await db.query("analyze build.golden, build.transactions, build.customer_interactions");
  await db.query(readFileSync(join(import.meta.dirname, "../../warehouse/marts/customers.sql"), "utf8"), ["JMD", LAST]);
  const { rows } = await db.query<{ n: number }>("select count(*)::int as n from build.transactions");
  return rows[0]?.n ?? 0;
}
