import { existsSync } from "node:fs";
import { join } from "node:path";
import { countPublished, latestPublishedRun, latestRun, listAlerts, listBalance, listKeptOut } from "#warehouse";
import type { RunRow } from "#warehouse";
import type { Database } from "#core";
import type { CommandInput } from "../command.ts";
import { formatTable } from "../output.ts";
import type { Output } from "../output.ts";
import { openStores } from "../runtime.ts";
import { reasonMeaning } from "../summary.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 status`: the latest run, what is published, and what waits. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  try {
    const state = await readState(stores.db);
    printState(workspace.out, state);
    const { latest, published, counts, ...rest } = state;
    const snapshot = join(workspace.paths.warehouse, "customer360.duckdb");
    workspace.out.result({
      run_id: latest?.runId ?? null,
      outcome: latest?.status ?? "none",
      content_hash: published?.contentHash ?? null,
      // The address with its password: other programs connect with it, and the same user could read it anyway.
      database_url: stores.url,
      snapshot_path: existsSync(snapshot) ? snapshot : null,
      published_run_id: published?.runId ?? null,
      data_as_of: published?.dataAsOf ?? null,
      rows_changed: latest?.rowsChanged ?? null,
      started_at: latest?.startedAt ?? null,
      finished_at: latest?.finishedAt ?? null,
      error: runError(latest),
      ...counts,
      ...rest,
    });
    return 0;
  } finally {
    await stores.close();
  }
}

async function readState(db: Database) {
  const latest = await latestRun(db);
  return {
    latest,
    published: await latestPublishedRun(db),
    counts: await countPublished(db),
    sources: latest === null ? [] : await listBalance(db, latest.runId),
    alerts: latest === null ? [] : await listAlerts(db, latest.runId),
    kept_out: (await listKeptOut(db)).map((one) => ({ ...one, meaning: reasonMeaning(one.reason) })),
  };
}

function printState(out: Output, state: Awaited<ReturnType<typeof readState>>): void {
  const { latest, published, counts } = state;
  out.line(
    latest === null
      ? "No run yet. Type: c360 nightly"
      : `Latest run ${latest.runId}: ${latest.status.replaceAll("_", " ")}`,
  );
  const error = runError(latest);
  if (error !== null) out.line(`  ${error.message} [${error.code}]\n  ${error.hint}`);
  if (published !== null) {
    const hash = published.contentHash?.slice(0, 12) ?? "-";
    out.line(`Published: run ${published.runId}, data as of ${published.dataAsOf ?? "-"}, content ${hash}`);
    out.line(`  ${counts.records} records, ${counts.customers} customers, ${counts.questions} open questions`);
  }
  for (const one of state.alerts) out.line(`  ${one.message} [${one.code}]\n    ${one.hint}`);
  if (state.sources.length > 0) {
    const head = ["source", "stream", "outcome", "read", "loaded", "unchanged", "quarantined", "filtered"];
    const rows = state.sources.map((one) =>
      [one.source, one.title, one.outcome, one.read, one.loaded, one.unchanged, one.quarantined, one.filtered].map(
        String,
      ),
    );
    for (const line of formatTable([head, ...rows], out.width)) out.line(`  ${line}`);
  }
  for (const one of state.kept_out) out.line(`  ${one.records} ${one.source}: ${one.meaning}`);
}

function runError(
  run: RunRow | null,
): { readonly code: string; readonly message: string; readonly hint: string } | null {
  if (run === null || run.errorCode === null) return null;
  return { code: run.errorCode, message: run.errorMessage ?? "", hint: run.errorHint ?? "" };
}
