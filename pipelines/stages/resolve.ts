/**
 * Resolving: which staged customers are the same person or firm. Reads `stage.customers`, the stewards' standing
 * decisions and the ledger of ids as of one moment, links everything anew, and fills the candidate tables of schema
 * `build` (crosswalk, clusters, pairs, review_tasks, customer_ids, customer_id_events, golden, customer_fields,
 * contact_points, relationships) in one transaction; publishing them is another step's work. The same input gives the
 * same rows, whatever the order of arrival.
 *
 * When nothing that decides the outcome changed since the candidates at hand were made, and they are all still there (a
 * crash of the server empties them), the work is skipped. With a log, customers that are new, changed or gone are
 * emitted on `customer.resolved`, keyed by customer id, before the commit: consumers are idempotent by `version`.
 */
import { assignCustomerIds, defaultSettings, linkRecords } from "#identity";
import type { LinkageSettings, LinkPhase, LinkReport } from "#identity";
import { contentHash, faultPoint, isoNow } from "#core";
import type { AnalyticalEngine, Clock, CountryPack, Database, EventLog, LogAppend, SqlClient } from "#core";
import * as sql from "../queries/resolve.ts";
import { readInputs } from "./resolve-inputs.ts";
import type { ResolveInputs } from "./resolve-inputs.ts";
import { buildRows, resolvedCustomers } from "./resolve-rows.ts";
import type { ResolvedCustomer, TableRows } from "./resolve-rows.ts";

/** What resolving needs. */
export interface ResolveOptions {
  readonly db: Database;
  readonly engine: AnalyticalEngine;
  readonly pack: CountryPack;
  readonly clock: Clock;
  readonly runId: string;
  /** Latest day whose data are known, ISO date: what new ids are stamped with. */
  readonly asOf: string | null;
  readonly seed: number;
  /** Fitted settings are used as they are; by default they are fitted to the records. */
  readonly settings?: LinkageSettings;
  /** Where changed customers are told. */
  readonly log?: EventLog;
  readonly onProgress?: (phase: LinkPhase, done: number, total: number) => void;
}

/** What resolving gave. */
export interface ResolveSummary {
  /** True when the candidates of an earlier run still hold. */
  readonly skipped: boolean;
  readonly records: number;
  readonly customers: number;
  readonly questions: number;
  readonly pairs: number;
  /** Customers that are new, changed or gone. */
  readonly changed: number;
  /** Figures of the linkage; null when it was skipped. */
  readonly report: LinkReport | null;
}

/** What is kept in `ops.settings` of the candidates at hand. */
interface Kept {
  readonly hash: string;
  /** Ledger and crosswalk that they were made from. */
  readonly ledger: string;
  /** Rows of each candidate table. */
  readonly counts: string;
  readonly summary: Pick<ResolveSummary, "records" | "customers" | "questions" | "pairs">;
}

const SETTING = "resolve.input_hash";

/** Links all staged customers and fills the candidate tables. Throws what the engine and the database throw. */
export async function resolveStage(options: ResolveOptions): Promise<ResolveSummary> {
  faultPoint("resolve.before");
  const read = await options.db.transaction(async (tx) => {
    await tx.query(sql.openSnapshot);
    const hash = contentHash({
      input: await hashOf(tx, sql.inputHash),
      settings: options.settings ?? defaultSettings(options.pack),
      seed: options.seed,
    });
    const ledger = await hashOf(tx, sql.ledgerHash);
    const kept = await stillHolds(tx, hash, ledger);
    return kept === null ? { hash, ledger, inputs: await readInputs(tx) } : { kept };
  });
  if ("kept" in read) {
    return { skipped: true, ...read.kept.summary, changed: 0, report: null };
  }
  const { inputs, hash, ledger } = read;
  const made = await resolve(inputs, options);
  const changed = await options.db.transaction(async (tx) => {
    const changes = await fill(tx, options, made);
    const counts = (await tx.query<{ counts: string }>(sql.buildCounts)).rows[0]?.counts ?? "";
    const kept: Kept = { hash, ledger, counts, summary: made.summary };
    await tx.query(sql.writeSetting, [SETTING, JSON.stringify(kept), isoNow(options.clock)]);
    faultPoint("resolve.inside");
    return changes;
  });
  faultPoint("resolve.after");
  return { skipped: false, ...made.summary, changed, report: made.report };
}

interface Made {
  readonly customers: readonly ResolvedCustomer[];
  readonly tables: readonly TableRows[];
  readonly summary: Kept["summary"];
  readonly report: LinkReport;
}

async function resolve(inputs: ResolveInputs, options: ResolveOptions): Promise<Made> {
  const link = await linkRecords({
    records: inputs.records,
    engine: options.engine,
    constraints: inputs.constraints,
    pack: options.pack,
    seed: options.seed,
    now: () => options.clock.now(),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
  const ids = assignCustomerIds({
    clusters: link.clusters,
    ledger: inputs.ledger,
    crosswalk: inputs.crosswalk,
    mint: { runId: options.runId, asOf: options.asOf },
  });
  const customers = resolvedCustomers(inputs.records, link.clusters, ids);
  return {
    customers,
    tables: buildRows(inputs.records, link, ids, customers, options.runId),
    summary: {
      records: inputs.records.length,
      customers: customers.length,
      questions: link.questions.length,
      pairs: link.pairs.length,
    },
    report: link.report,
  };
}

/** Replaces the candidates; answers how many customers are not as they were. */
async function fill(tx: SqlClient, options: ResolveOptions, made: Made): Promise<number> {
  await tx.query(sql.keepPrevious);
  await tx.query(sql.emptyBuild);
  for (const { table, columns, rows } of made.tables) {
    if (rows.length > 0) await options.db.copyIn(tx, table, columns, rows);
  }
  const found = await tx.query<{ customer_id: string; gone: boolean }>(sql.changedCustomers);
  if (options.log !== undefined && found.rows.length > 0) {
    const byId = new Map(made.customers.map((customer) => [customer.customerId, customer]));
    const messages = found.rows.map((row) =>
      resolvedMessage(row.customer_id, byId.get(row.customer_id), options.runId),
    );
    await options.log.append(messages);
  }
  return found.rows.length;
}

function resolvedMessage(customerId: string, customer: ResolvedCustomer | undefined, runId: string): LogAppend {
  const content =
    customer === undefined
      ? { customerId, op: "delete", keys: [], customer: null }
      : { customerId, op: "upsert", keys: customer.keys, customer: customer.golden };
  return {
    topic: "customer.resolved",
    key: customerId,
    value: { ...content, version: contentHash(content) },
    headers: { run_id: runId },
  };
}

/** The candidates at hand, where they are what this input gives. */
async function stillHolds(tx: SqlClient, hash: string, ledger: string): Promise<Kept | null> {
  const kept = (await tx.query<{ value: Kept }>(sql.readSetting, [SETTING])).rows[0]?.value;
  if (kept === undefined || kept.hash !== hash) return null;
  const counts = (await tx.query<{ counts: string }>(sql.buildCounts)).rows[0]?.counts;
  if (counts !== kept.counts) return null;
  if (ledger === kept.ledger) return kept;
  // Published meanwhile: the candidates stand, and what they changed in the ledger has been told.
  if ((await tx.query<{ published: boolean }>(sql.isPublished)).rows[0]?.published !== true) return null;
  await tx.query("delete from build.customer_id_events");
  return kept;
}

async function hashOf(tx: SqlClient, text: string): Promise<string> {
  return (await tx.query<{ hash: string }>(text)).rows[0]?.hash ?? "";
}
