import { existsSync } from "node:fs";
import { join } from "node:path";
import { FILTER_REASONS, QUARANTINE_REASONS } from "#core";
import {
  countPublished,
  latestPublishedRun,
  listAlerts,
  listBalance,
  listKeptOut,
  listLeads,
  listSteps,
  readModelWatch,
  reasonNotScored,
} from "#warehouse";
import type { StepContext } from "./step-context.ts";
import { writeReport } from "./outputs/report.ts";
import type { RunSummary } from "./outputs/screen.ts";

/** Puts together what a run tells at its end, and writes the HTML report. */
export async function summarise(
  context: StepContext,
  facts: { readonly seconds: number; readonly nothingChanged: boolean },
): Promise<RunSummary> {
  const { workspace, stores, runId } = context;
  const { db } = stores;
  const steps = await listSteps(db, runId);
  const detail = (step: string): Readonly<Record<string, unknown>> =>
    steps.find((one) => one.step === step)?.detail ?? {};
  const published = await latestPublishedRun(db);
  const alerts = await listAlerts(db, runId);
  const own = detail("publish")["content_hash"];
  const counts = await countPublished(db);
  const files = detail("lists");
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  const snapshot = join(workspace.paths.warehouse, "customer360.duckdb");
  const summary: RunSummary = {
    run_id: runId,
    outcome: alerts.some((alert) => alert.severity === "error") ? "published_partial" : "published",
    data_as_of: published?.dataAsOf ?? null,
    content_hash: text(own) ?? published?.contentHash ?? null,
    rows_changed: Number(detail("publish")["rows_changed"] ?? 0),
    nothing_changed: facts.nothingChanged,
    seconds: Math.round(facts.seconds * 10) / 10,
    sources: await listBalance(db, runId),
    kept_out: (await listKeptOut(db)).map((one) => ({ ...one, meaning: reasonMeaning(one.reason) })),
    alerts,
    ...counts,
    not_scored: await reasonNotScored(db),
    leads: await listLeads(db, { limit: 10 }),
    models: await readModelWatch(db),
    files: {
      xlsx: text(files["xlsx"]),
      csv: text(files["csv"]),
      report: join(workspace.paths.out, "report.html"),
      snapshot: existsSync(snapshot) ? snapshot : null,
    },
    database_url: printableUrl(stores.url),
    database_embedded: stores.embedded,
  };
  await writeReport(summary, { dir: workspace.paths.out, firm: workspace.config.name });
  return summary;
}

/** What a quarantine or filter reason means, in a sentence. */
export function reasonMeaning(reason: string): string {
  const meanings: Readonly<Record<string, string>> = { ...QUARANTINE_REASONS, ...FILTER_REASONS };
  return meanings[reason] ?? reason;
}

/** A connection address without its password. */
export function printableUrl(url: string): string {
  const parsed = new URL(url);
  parsed.password = "";
  return parsed.toString();
}
