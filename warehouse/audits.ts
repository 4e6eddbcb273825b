import { C360Error, isoNow } from "#core";
import type { Clock, Database, SqlClient } from "#core";
import { writeSourceBalance } from "./source-balance.ts";
import { readSql } from "./sql-files.ts";

/** The result of one check. */
export interface AuditResult {
  readonly audit: string;
  readonly severity: "error" | "warning";
  readonly passed: boolean;
  readonly detail: string;
  readonly measured: number;
}

/** What the audits are told. */
export interface AuditOptions {
  readonly runId: string;
  readonly clock: Clock;
  /** Share of rows that may go at once. Default 0.3. */
  readonly maxDrop?: number;
  /** Tables and streams smaller than this are not judged by share. Default 10. */
  readonly minRecords?: number;
  /** Streams whose drop the operator accepted for this run. */
  readonly acceptDrop?: readonly string[];
  /** Names of audits that may fail this once; each use is written to the audit trail. */
  readonly overrides?: readonly string[];
  /** Who overrides. */
  readonly actor?: string;
}

type Parameter = "runId" | "maxDrop" | "minRecords" | "acceptDrop";

interface Audit {
  /** Name in `ops.audit_results`; the file is `audits/<name with dashes>.sql`. */
  readonly name: string;
  readonly severity: "error" | "warning";
  readonly takes: readonly Parameter[];
}

/** Every audit, in the order in which they run. Each file gives one row: passed, detail, measured. */
export const AUDITS: readonly Audit[] = [
  { name: "balance", severity: "error", takes: ["runId"] },
  { name: "zero_rows", severity: "error", takes: [] },
  { name: "row_drop", severity: "error", takes: ["maxDrop", "minRecords"] },
  { name: "mass_delete", severity: "error", takes: ["maxDrop", "minRecords", "acceptDrop"] },
  { name: "null_rate", severity: "error", takes: [] },
  { name: "referential_integrity", severity: "error", takes: [] },
  { name: "customers_without_record", severity: "error", takes: [] },
  { name: "duplicates", severity: "error", takes: [] },
  { name: "money_kept", severity: "error", takes: [] },
  { name: "vendor_totals", severity: "error", takes: ["runId"] },
  { name: "customers_of_documents", severity: "warning", takes: [] },
  { name: "rates_known", severity: "warning", takes: [] },
  { name: "dead_letters", severity: "warning", takes: [] },
];

/**
 * Writes the run's balance, checks the candidates and records every result, also when one fails. Throws AUDIT_FAILED with
 * the first check of severity `error` that failed and was not overridden: then nothing may be published.
 */
export async function runAudits(db: Database, options: AuditOptions): Promise<readonly AuditResult[]> {
  await writeSourceBalance(db, options.runId);
  const overrides = new Set(options.overrides ?? []);
  const values: Readonly<Record<Parameter, unknown>> = {
    runId: options.runId,
    maxDrop: options.maxDrop ?? 0.3,
    minRecords: options.minRecords ?? 10,
    // Streams are named as people write them; keys carry them percent-encoded.
    acceptDrop: (options.acceptDrop ?? []).flatMap((stream) => [stream, encodeURIComponent(stream)]),
  };
  const results: AuditResult[] = [];
  for (const audit of AUDITS) {
    const text = readSql(`audits/${audit.name.replaceAll("_", "-")}.sql`);
    const { rows } = await db.query<{ passed: boolean; detail: string; measured: string | number | null }>(
      text,
      audit.takes.map((name) => values[name]),
    );
    const found = rows[0] ?? { passed: false, detail: "the check gave no answer", measured: null };
    const { passed, detail } = found;
    results.push({
      audit: audit.name,
      severity: audit.severity,
      passed,
      detail,
      measured: Number(found.measured ?? 0),
    });
  }
  const failed = results.filter((one) => one.severity === "error" && !one.passed);
  await db.transaction(async (tx) => {
    await saveResults(tx, options.runId, results);
    for (const one of failed.filter((each) => overrides.has(each.audit))) await recordOverride(tx, options, one);
  });
  const blocking = failed.filter((one) => !overrides.has(one.audit));
  const [first] = blocking;
  if (first !== undefined) {
    const more = blocking.length > 1 ? ` (and ${blocking.length - 1} more)` : "";
    throw new C360Error("AUDIT_FAILED", { audit: first.audit, detail: `${first.detail}${more}` });
  }
  return results;
}

async function saveResults(tx: SqlClient, runId: string, results: readonly AuditResult[]): Promise<void> {
  await tx.query("delete from ops.audit_results where run_id = $1", [runId]);
  await tx.query(
    `insert into ops.audit_results (run_id, audit, severity, passed, detail, measured)
     select $1, a.audit, a.severity, a.passed, a.detail, a.measured
       from jsonb_to_recordset($2::jsonb) a (audit text, severity text, passed boolean, detail text, measured numeric)`,
    [runId, JSON.stringify(results)],
  );
}

async function recordOverride(tx: SqlClient, options: AuditOptions, result: AuditResult): Promise<void> {
  await tx.query(
    `insert into gov.audit (at, actor, action, subject, detail) values ($1, $2, 'audit_override', $3, $4::jsonb)`,
    [
      isoNow(options.clock),
      options.actor ?? "operator",
      result.audit,
      JSON.stringify({ run_id: options.runId, detail: result.detail, measured: result.measured }),
    ],
  );
}
