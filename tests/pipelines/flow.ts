import { readFileSync } from "node:fs";
import { contentHash, countryPackSchema, rawTopic, silentLogger, sourceKey, systemClock } from "#core";
import type { CountryPack, Database, EventLog, MapResult, RawRecord } from "#core";
import { cleanseStage, landStage, runStage, storeStage } from "#pipelines";
import type { CleanseOptions, StageSummary } from "#pipelines";

/** The first country pack, from its file. */
export const pack: CountryPack = countryPackSchema.parse(
  JSON.parse(readFileSync(new URL("../../packs/jm/pack.json", import.meta.url), "utf8")),
);

/** A connector whose vendor speaks our words already: the object is the result of the mapping. */
export function cleanseOptions(mappingHash = "m1"): CleanseOptions {
  return {
    pack,
    homeCurrency: "JMD",
    mapRecord: (raw) => ({ result: raw.raw as MapResult, mappingHash }),
  };
}

/** One raw record of a stream, as a reader would append it. */
export function rawRecord(
  id: string,
  raw: unknown,
  more: Partial<Pick<RawRecord, "source" | "account" | "stream" | "op" | "version" | "observedAt" | "provenance">> = {},
): RawRecord {
  const parts = { source: more.source ?? "shop", account: more.account ?? "main", stream: more.stream ?? "customers" };
  const op = more.op ?? "upsert";
  return {
    ...parts,
    id,
    key: sourceKey({ ...parts, id }),
    op,
    cursor: null,
    version: more.version ?? "1",
    observedAt: more.observedAt ?? "2026-03-10T04:00:00.000Z",
    raw,
    provenance: more.provenance ?? {},
    hash: contentHash({ op, raw }),
  };
}

/** A customer as a source would write one. */
export function customer(name: string, more: Readonly<Record<string, unknown>> = {}): readonly object[] {
  return [{ kind: "customer", name, phones: ["876-555-0134"], ...more }];
}

/** A sale as a source would write one. */
export function sale(amount: string, more: Readonly<Record<string, unknown>> = {}): readonly object[] {
  return [
    {
      kind: "transaction",
      transactionKind: "sale",
      date: "2026-03-01",
      amount,
      customer: { name: "Ann Brown" },
      ...more,
    },
  ];
}

/** Appends raw records as one read of one run. */
export function append(log: EventLog, records: readonly RawRecord[], run = "r1"): Promise<void> {
  return log.append(
    records.map((value) => ({
      topic: rawTopic(value.source, value.stream),
      key: value.key,
      value,
      headers: { run_id: run, attempt: "a1" },
    })),
  );
}

/** Runs land, cleanse and store until everything that was appended is through. */
export async function flow(
  db: Database,
  log: EventLog,
  options: CleanseOptions = cleanseOptions(),
): Promise<readonly StageSummary[]> {
  const summaries: StageSummary[] = [];
  for (const stage of [landStage(), cleanseStage(options), storeStage()]) {
    summaries.push(await runStage(stage, { db, log, clock: systemClock, logger: silentLogger }));
  }
  return summaries;
}

/** Counts of a run as `outcome reason` to number. */
export async function outcomes(db: Database, run = "r1"): Promise<Record<string, number>> {
  const found = await db.query<{ outcome: string; reason: string; records: number }>(
    "select outcome, reason, sum(records)::int as records from ops.stream_outcomes where run_id = $1 group by 1, 2",
    [run],
  );
  return Object.fromEntries(found.rows.map((row) => [`${row.outcome} ${row.reason}`.trim(), row.records]));
}
