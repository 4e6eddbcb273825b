/**
 * Resolving: which staged customers are the same person or firm. Reads `stage.customers`, the stewards' standing
 * decisions and the ledger of ids as of one moment, links everything anew, and fills the candidate tables of schema
 * `build` (crosswalk, clusters, pairs, review_tasks, customer_ids, customer_id_events, golden, customer_fields,
 * contact_points, relationships) in one transaction; publishing them is another step's work. The same input gives the
 * same rows, whatever the order of arrival.
 *
 * The settings of the linkage (weights, value frequencies, calibration) are fitted once, kept in `ops.settings` and used
 * again until the list has become another one: what was decided yesterday is decided alike today, and a rebuild gives what
 * the nights gave.
 *
 * When nothing that decides the outcome changed since the candidates at hand were made, and they are all still there (a
 * crash of the server empties them), the work is skipped. With a log, customers that are new, changed or gone are
 * emitted on `customer.resolved`, keyed by customer id, before the commit: consumers are idempotent by `version`.
 */
import { assignCustomerIds, defaultSettings, linkRecords, parseSettings, serialiseSettings } from "#identity";
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
  /** Where given, candidates are found by its SQL; otherwise in this process, which is quicker. Both find the same. */
  readonly engine?: AnalyticalEngine;
  readonly pack: CountryPack;
  readonly clock: Clock;
  readonly runId: string;
  /** Latest day whose data are known, ISO date: what new ids are stamped with. */
  readonly asOf: string | null;
  readonly seed: number;
  /** Fitted settings are used as they are; by default those kept of an earlier run, or new ones fitted to the records. */
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

/** Settings that were fitted, and what they were fitted to. */
interface KeptFit {
  /** Hash of the settings before the fit: a new release, country pack or seed fits anew. */
  readonly start: string;
  readonly records: number;
  /** The settings document. */
  readonly document: string;
}

const FIT = "resolve.linkage_settings";
/** A list that grew or shrank by more than this share is another list, and is fitted anew. */
const DRIFT = 0.1;

/** Links all staged customers and fills the candidate tables. Throws what the engine and the database throw. */
export async function resolveStage(options: ResolveOptions): Promise<ResolveSummary> {
  faultPoint("resolve.before");
  const read = await options.db.transaction(async (tx) => {
    await tx.query(sql.openSnapshot);
    const hash = contentHash({
      input: await hashOf(tx, sql.inputHash),
      settings: options.settings ?? nightSettings(options.pack),
      seed: options.seed,
    });
    const ledger = await hashOf(tx, sql.ledgerHash);
    const kept = await stillHolds(tx, hash, ledger);
    if (kept !== null) return { kept };
    const fit = (await tx.query<{ value: KeptFit }>(sql.readSetting, [FIT])).rows[0]?.value ?? null;
    return { hash, ledger, inputs: await readInputs(tx), fit };
  });
  if ("kept" in read) {
    return { skipped: true, ...read.kept.summary, changed: 0, report: null };
  }
  const { inputs, hash, ledger } = read;
  const unfitted = nightSettings(options.pack);
  const start = contentHash({ settings: unfitted, seed: options.seed });
  const settings = options.settings ?? settingsOf(read.fit, start, inputs.records.length);
  const made = await resolve(inputs, { ...options, settings: settings ?? unfitted });
  const changed = await options.db.transaction(async (tx) => {
    const changes = await fill(tx, options, made);
    const counts = (await tx.query<{ counts: string }>(sql.buildCounts)).rows[0]?.counts ?? "";
    const kept: Kept = { hash, ledger, counts, summary: made.summary };
    await tx.query(sql.writeSetting, [SETTING, JSON.stringify(kept), isoNow(options.clock)]);
    if (settings === undefined) {
      const fit: KeptFit = { start, records: inputs.records.length, document: serialiseSettings(made.settings) };
      await tx.query(sql.writeSetting, [FIT, JSON.stringify(fit), isoNow(options.clock)]);
    }
    faultPoint("resolve.inside");
    return changes;
  });
  faultPoint("resolve.after");
  return { skipped: false, ...made.summary, changed, report: made.report };
}

/**
 * Average bits that a night asks for before it merges: odds of four to one. Nobody looks on, and a wrong merge costs more
 * than a missed one; what lies between even odds and these is asked of a steward (docs/decisions/0012).
 */
const NIGHT_MARGIN = 2;

function nightSettings(pack: CountryPack): LinkageSettings {
  const settings = defaultSettings(pack);
  return { ...settings, thresholds: { ...settings.thresholds, cluster: NIGHT_MARGIN } };
}

/** The kept settings, where they were fitted to a list like this one. */
function settingsOf(fit: KeptFit | null, start: string, records: number): LinkageSettings | undefined {
  if (fit === null || fit.start !== start) return undefined;
  if (Math.abs(records - fit.records) > DRIFT * fit.records) return undefined;
  return parseSettings(fit.document);
}

interface Made {
  readonly customers: readonly ResolvedCustomer[];
  readonly tables: readonly TableRows[];
  readonly summary: Kept["summary"];
  readonly report: LinkReport;
  readonly settings: LinkageSettings;
}

async function resolve(inputs: ResolveInputs, options: ResolveOptions): Promise<Made> {
  const link = await linkRecords({
    records: inputs.records,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    constraints: inputs.constraints,
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
    settings: link.settings,
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
