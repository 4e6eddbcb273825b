import { resolve } from "node:path";
import { listLeads, latestPublishedRun } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { writeLists } from "../outputs/lists.ts";
import { openStores, requirePublished } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 leads`: writes the ranked list of what is published again, and shows its first rows. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  const { out } = workspace;
  try {
    requirePublished((await latestPublishedRun(stores.db))?.runId ?? null);
    const top = await listLeads(stores.db, { limit: Math.max(0, Number(input.options["top"] ?? 10)) });
    const dir = typeof input.options["out"] === "string" ? resolve(input.options["out"]) : workspace.paths.out;
    const dryRun = input.options["dryRun"] === true;
    const files = dryRun ? { xlsx: null, csv: null } : await writeLists({ workspace, stores }, dir);
    for (const lead of top) {
      out.line(
        `${String(lead.rank).padStart(3)}. ${out.bold(lead.customer)}  ${lead.phone ?? "no phone"}  ${lead.band}: ${lead.meaning}`,
      );
      const reasons = [lead.reason_1, lead.reason_2, lead.reason_3].filter((reason) => reason !== null);
      out.line(`       ${reasons.join(" · ")}`);
      out.line(out.dim(`       ${lead.action}`));
    }
    out.line(dryRun ? `Would write the list to ${dir}` : `Written: ${files.xlsx ?? "-"} and ${files.csv ?? "-"}`);
    out.result({ leads: top, files, dry_run: dryRun });
    return 0;
  } finally {
    await stores.close();
  }
}
