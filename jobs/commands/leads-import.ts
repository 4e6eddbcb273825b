import { basename } from "node:path";
import { isoNow } from "#core";
import { latestPublishedRun, saveLeadOutcomes } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { readReturnedList } from "../outputs/returned-list.ts";
import { openStores } from "../runtime.ts";
import { readTableFile } from "../table-files.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 leads import`: takes in what people wrote into a list; the next night shows it as evidence. */
export async function run(input: CommandInput): Promise<number> {
  const path = input.args[0] ?? "";
  const workspace = await openWorkspace(input);
  const { out, clock } = workspace;
  const table = await readTableFile(path, { text: true });
  const { outcomes, empty } = readReturnedList(table);
  const stores = await openStores(workspace);
  try {
    const file = basename(path);
    const named = /\d{4}-\d{2}-\d{2}/.exec(file)?.[0] ?? null;
    const listedAsOf = named ?? (await latestPublishedRun(stores.db))?.dataAsOf ?? null;
    const dryRun = input.options["dryRun"] === true;
    const result = dryRun
      ? { saved: 0, known: 0, unknown: 0 }
      : await stores.db.transaction((tx) => saveLeadOutcomes(tx, { file, listedAsOf, at: isoNow(clock) }, outcomes));
    const { saved, known, unknown } = result;
    if (dryRun) out.line(`Would take in ${String(outcomes.length)} outcomes from ${file}.`);
    else out.line(`${String(saved)} outcomes taken in; the next nightly run shows them.`);
    if (known > 0) out.line(`${String(known)} were known already.`);
    if (unknown > 0) out.line(`${String(unknown)} rows name a customer that was never listed here.`);
    if (empty > 0) out.line(`${String(empty)} rows have no outcome yet.`);
    out.result({ ...result, without_outcome: empty, listed_as_of: listedAsOf, dry_run: dryRun });
    return 0;
  } finally {
    await stores.close();
  }
}
