import { join } from "node:path";
import { openDatabase } from "#warehouse";
import { joinTruth, readCsv } from "../../examples/evaluate.ts";
import { measure, withFolder } from "./process.ts";
import type { SqlClient } from "#core";
import type { Figure } from "./figure.ts";

/** How each planted cause is told: one of a customer's three reasons has to say it. */
const TOLD: Readonly<Record<string, RegExp>> = {
  complaint: /\bcomplain/i,
  overdue: /(?<!nothing )\boverdue/i,
  neglect: /\bno contact/i,
  competitor: /\bprice|competit/i,
  one_off: /one-off|\bonce\b/i,
};

/** A reason of a scored customer, as published. */
interface ToldReason {
  readonly customer_id: string;
  readonly band: string;
  readonly reason: string;
}

/** Planted causes by customer: the cause of the entity that most of the customer's records belong to. */
async function causesByCustomer(db: SqlClient, truth: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await db.query<Record<string, string>>(
    "select source, account, source_id, customer_id from identity.crosswalk",
  );
  const { joined } = joinTruth(readCsv(join(truth, "entities.csv")), rows);
  const lines = readCsv(join(truth, "causes.csv"));
  const causes = new Map(lines.map((line) => [line["entity_id"] ?? "", line["churn_cause"] ?? ""]));
  const votes = new Map<string, Map<string, number>>();
  for (const { customer, entity } of joined) {
    const own = votes.get(customer) ?? new Map<string, number>();
    votes.set(customer, own.set(entity, (own.get(entity) ?? 0) + 1));
  }
  return new Map(
    [...votes].map(([customer, own]) => {
      const [entity] = [...own].reduce((a, b) => (b[1] > a[1] ? b : a));
      return [customer, causes.get(entity) ?? ""];
    }),
  );
}

/** Customers of the band High with a planted cause, by cause, and how many of them have it among their reasons. */
function causesTold(
  reasons: readonly ToldReason[],
  causes: ReadonlyMap<string, string>,
): ReadonlyMap<string, { customers: number; told: number }> {
  const texts = new Map<string, string[]>();
  for (const { customer_id: id, band, reason } of reasons) {
    if (band === "High") texts.set(id, [...(texts.get(id) ?? []), reason]);
  }
  const found = new Map<string, { customers: number; told: number }>();
  for (const [id, own] of texts) {
    const cause = causes.get(id) ?? "";
    const told = TOLD[cause];
    if (told === undefined) continue;
    const held = found.get(cause) ?? { customers: 0, told: 0 };
    const named = own.some((reason) => told.test(reason)) ? 1 : 0;
    found.set(cause, { customers: held.customers + 1, told: held.told + named });
  }
  return found;
}

/** Runs the sample company and asks whether the reasons of customers at high risk name what was planted. */
export async function* benchCauses(): AsyncGenerator<Figure> {
  const figures = await withFolder(async (dir): Promise<Figure[]> => {
    const demo = await measure(["demo", "--workspace", dir, "--json"]);
    if (demo.status !== 0) return [{ what: "planted cause named", value: demo.stderr.trim().slice(-200), met: false }];
    return measureCauses(dir);
  });
  yield* figures;
}

/** Of a workspace whose sample company has been read. */
async function measureCauses(dir: string): Promise<Figure[]> {
  await measure(["db", "start", "--workspace", dir]);
  const url = (await measure(["db", "url", "--workspace", dir])).stdout.trim();
  const db = await openDatabase(url, { applicationName: "c360 bench" });
  try {
    const { rows } = await db.query<ToldReason>(
      `select s.customer_id, s.band, r.reason from customer_360.customer_scores s
         join customer_360.score_reasons r on r.customer_id = s.customer_id and r.score = s.score
        where s.score = 'churn' order by s.rank, r.position`,
    );
    const found = causesTold(rows, await causesByCustomer(db, join(dir, "sample-company/truth")));
    let [told, customers] = [0, 0];
    const each = [...found]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([cause, own]): Figure => {
        told += own.told;
        customers += own.customers;
        return { what: `planted cause named: ${cause}`, value: `${String(own.told)} of ${String(own.customers)}` };
      });
    const share = told / Math.max(1, customers);
    const bar = ">= 0.8";
    return [...each, { what: "planted cause named", value: Math.round(share * 1000) / 1000, bar, met: share >= 0.8 }];
  } finally {
    await db.close();
  }
}
