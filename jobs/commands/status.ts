import { existsSync } from "node:fs";
import { join } from "node:path";
import { countPublished, latestPublishedRun, latestRun, listAlerts, listBalance, listKeptOut } from "#warehouse";
import type { CommandInput } from "../command-list.ts";
import { formatTable } from "../output.ts";
import { openStores } from "../runtime.ts";
import { printableUrl, reasonMeaning } from "../summary.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 status`: the latest run, what is published, and what waits. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  const { out } = workspace;
  try {
    const { db } = stores;
    const latest = await latestRun(db);
    const published = await latestPublishedRun(db);
    const counts = await countPublished(db);
    const balance = latest === null ? [] : await listBalance(db, latest.runId);
    const alerts = latest === null ? [] : await listAlerts(db, latest.runId);
    const keptOut = (await listKeptOut(db)).map((one) => ({ ...one, meaning: reasonMeaning(one.reason) }));
    const snapshot = join(workspace.paths.warehouse, "customer360.duckdb");
    out.line(
      latest === null
        ? "No run yet. Type: c360 nightly"
        : `Latest run ${latest.runId}: ${latest.status.replaceAll("_", " ")}`,
    );
    if (latest?.errorMessage !== null && latest?.errorMessage !== undefined)
      out.line(`  ${latest.errorMessage}\n  ${latest.errorHint ?? ""}`);
    if (published !== null) {
      out.line(
        `Published: run ${published.runId}, data as of ${published.dataAsOf ?? "-"}, content ${published.contentHash?.slice(0, 12) ?? "-"}`,
      );
      out.line(`  ${counts.records} records, ${counts.customers} customers, ${counts.questions} open questions`);
    }
    for (const one of alerts) out.line(`  ${one.message} [${one.code}]\n    ${one.hint}`);
    const rows = balance.map((one) => [
      one.source,
      one.stream,
      one.outcome,
      String(one.read),
      String(one.loaded),
      String(one.unchanged),
      String(one.quarantined),
      String(one.filtered),
    ]);
    const head = ["source", "stream", "outcome", "read", "loaded", "unchanged", "quarantined", "filtered"];
    if (rows.length > 0) for (const line of formatTable([head, ...rows], out.width)) out.line(`  ${line}`);
    for (const one of keptOut) out.line(`  ${one.records} ${one.source}: ${one.meaning}`);
    out.result({
      run_id: latest?.runId ?? null,
      outcome: latest?.status ?? "none",
      content_hash: published?.contentHash ?? null,
      // The address with its password: other programs connect with it, and the same user could read it anyway.
      database_url: workspace.out.json ? stores.url : printableUrl(stores.url),
      snapshot_path: existsSync(snapshot) ? snapshot : null,
      published_run_id: published?.runId ?? null,
      data_as_of: published?.dataAsOf ?? null,
      rows_changed: latest?.rowsChanged ?? null,
      started_at: latest?.startedAt ?? null,
      finished_at: latest?.finishedAt ?? null,
      error:
        latest?.errorCode === null || latest === null
          ? null
          : { code: latest.errorCode, message: latest.errorMessage, hint: latest.errorHint },
      ...counts,
      sources: balance,
      kept_out: keptOut,
      alerts,
    });
    return 0;
  } finally {
    await stores.close();
  }
}
