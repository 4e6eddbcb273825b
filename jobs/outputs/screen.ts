import type { LeadRow, ModelWatch, StreamSummary } from "#warehouse";
import type { Output } from "../output.ts";
import { formatTable } from "../output.ts";
import { driftLines, outcomeRows } from "./report-models.ts";

/** What the last screen of a run tells; also the JSON answer of `nightly` and `demo`. */
export interface RunSummary {
  readonly run_id: string;
  readonly outcome: "published" | "published_partial";
  readonly data_as_of: string | null;
  readonly content_hash: string | null;
  readonly rows_changed: number;
  readonly nothing_changed: boolean;
  readonly seconds: number;
  readonly sources: readonly StreamSummary[];
  readonly kept_out: readonly {
    readonly source: string;
    readonly reason: string;
    readonly meaning: string;
    readonly records: number;
  }[];
  readonly alerts: readonly {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  }[];
  readonly records: number;
  readonly customers: number;
  readonly questions: number;
  readonly not_scored: string | null;
  readonly leads: readonly LeadRow[];
  /** What makes the scores, and whether what they said came true. */
  readonly models: ModelWatch;
  readonly files: {
    readonly xlsx: string | null;
    readonly csv: string | null;
    readonly report: string | null;
    readonly snapshot: string | null;
  };
  readonly database_url: string;
  /** Whether the warehouse is the embedded server, which runs only while it is used. */
  readonly database_embedded: boolean;
}

/** Prints the summary in words that a shop owner understands. */
export function printSummary(out: Output, run: RunSummary, next: readonly string[]): void {
  out.line();
  out.line(out.bold("What was read"));
  for (const line of formatTable(sourceRows(run.sources), out.width)) out.line(`  ${line}`);
  out.line();
  if (run.kept_out.length > 0) {
    out.line(out.bold("What was kept out, and why"));
    for (const line of formatTable(
      run.kept_out.map((one) => [String(one.records), one.source, one.meaning]),
      out.width,
    ))
      out.line(`  ${line}`);
    out.line(out.dim("  Nothing is lost: c360 quarantine list shows each one, and how to mend it."));
    out.line();
  }
  const count = (n: number): string => n.toLocaleString("en");
  out.line(
    `${out.bold("Who is who")}  ${count(run.records)} customer records became ${count(run.customers)} customers; ${count(run.questions)} questions wait for a steward (c360 console).`,
  );
  if (run.nothing_changed) out.line("Nothing has changed since the last run, so nothing was published anew.");
  for (const alert of run.alerts) {
    out.line();
    out.line(`${out.bold(alert.severity === "error" ? "Problem" : "Look at this")}  ${alert.message}`);
    if (alert.hint !== "") out.line(`  ${alert.hint}`);
  }
  printLeads(out, run);
  printScores(out, run);
  out.line();
  out.line(out.bold("Where things are"));
  const files: readonly (readonly string[])[] = [
    ["Ranked list (Excel)", run.files.xlsx ?? "-"],
    ["Ranked list (CSV)", run.files.csv ?? "-"],
    ["Report", run.files.report ?? "-"],
    ["Warehouse", `${run.database_url}  (${run.database_embedded ? "c360 db start, then " : ""}any SQL tool)`],
    ["DuckDB and Parquet", run.files.snapshot ?? "-"],
  ];
  for (const line of formatTable(files, 400)) out.line(`  ${line}`);
  out.line();
  out.line(out.bold("Next"));
  for (const command of next) out.line(`  ${command}`);
}

function printLeads(out: Output, run: RunSummary): void {
  out.line();
  out.line(`${out.bold(`The ${run.leads.length} best leads`)}  data as of ${run.data_as_of ?? "-"}`);
  if (run.not_scored !== null)
    out.line(`  Not scored: ${run.not_scored} The list is ranked by recency and completeness.`);
  for (const lead of run.leads) {
    out.line(
      `  ${String(lead.rank).padStart(2)}. ${out.bold(lead.customer)}  ${lead.phone ?? "no phone"}  ${lead.band}: ${lead.meaning}`,
    );
    const reasons = [lead.reason_1, lead.reason_2, lead.reason_3].filter((reason) => reason !== null && reason !== "");
    if (reasons.length > 0) out.line(`      ${reasons.join(" · ")}`);
    out.line(out.dim(`      ${lead.action}`));
  }
}

function printScores(out: Output, { models }: RunSummary): void {
  const [rows, moved] = [outcomeRows(models), driftLines(models)];
  if (rows.length + moved.length === 0) return;
  out.line();
  out.line(out.bold("Whether the scores hold"));
  const head = ["score", "band", "said on", "customers", "expected", "seen", ""];
  if (rows.length > 0) for (const line of formatTable([head, ...rows], out.width)) out.line(`  ${line}`);
  for (const line of moved) out.line(`  ${line}`);
}

function sourceRows(sources: readonly StreamSummary[]): readonly (readonly string[])[] {
  const rows = sources.map((one) => [
    one.source,
    one.title,
    one.read.toLocaleString("en"),
    one.loaded.toLocaleString("en"),
    one.unchanged.toLocaleString("en"),
    one.quarantined.toLocaleString("en"),
    one.filtered.toLocaleString("en"),
    one.problem ?? (one.outcome === "complete" ? "" : one.outcome.replaceAll("_", " ")),
  ]);
  return [["from", "what", "read", "loaded", "unchanged", "quarantined", "filtered", ""], ...rows];
}
