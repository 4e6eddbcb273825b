import { latestPublishedRun, listChurn, listLeads } from "#warehouse";
import type { Database } from "#core";
import type { Workspace } from "../workspace.ts";
import { writeChurnFiles, writeLeadsFiles } from "./leads-file.ts";

/** Writes the ranked list and the churn list of what is published. Paths are null before the first publication. */
export async function writeLists(
  context: { readonly workspace: Workspace; readonly stores: { readonly db: Database } },
  dir?: string,
): Promise<{ readonly xlsx: string | null; readonly csv: string | null }> {
  const { workspace, stores } = context;
  const rows = await listLeads(stores.db, { limit: workspace.config.leads.rows });
  const asOf = rows[0]?.data_as_of ?? (await latestPublishedRun(stores.db))?.dataAsOf ?? null;
  if (asOf === null) return { xlsx: null, csv: null };
  const options = {
    dir: dir ?? workspace.paths.out,
    asOf,
    firm: workspace.config.name,
    horizonDays: workspace.config.leads.horizon_days,
    mode: workspace.config.mode,
  };
  await writeChurnFiles(await listChurn(stores.db, { limit: workspace.config.leads.rows }), options);
  return writeLeadsFiles(rows, options);
}
