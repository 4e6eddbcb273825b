import { basename } from "node:path";
import { C360Error, isoNow } from "#core";
import { latestPublishedRun, saveLeadOutcomes } from "#warehouse";
import type { LeadOutcome } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { openStores } from "../runtime.ts";
import { readTableFile } from "../table-files.ts";
import type { TableCell, TableFile } from "../table-files.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 leads import`: takes in what people wrote into a list; the next night shows it as evidence. */
export async function run(input: CommandInput): Promise<number> {
  const path = input.args[0] ?? "";
  const workspace = await openWorkspace(input);
  const { out, clock } = workspace;
  const table = await readTableFile(path, { text: true });
  const { outcomes, empty } = readOutcomes(table);
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

function readOutcomes(table: TableFile): { outcomes: LeadOutcome[]; empty: number } {
  const column = (wanted: string): readonly TableCell[] | undefined =>
    table.columns[table.names.findIndex((name) => name.toLowerCase().replace(/[^a-z]+/g, "_") === wanted)];
  const [ids, outcomes, notes] = [column("customer_id"), column("outcome"), column("notes")];
  if (ids === undefined || outcomes === undefined) {
    const missing = ids === undefined ? "customer id" : "outcome";
    throw new C360Error("USAGE", {
      problem: `${table.file} has no column ${missing}: send back the list with its columns.`,
      command: "leads import",
    });
  }
  const text = (cell: TableCell | undefined): string => String(cell ?? "").trim();
  const rows = ids.map((id, i) => ({
    customerId: text(id),
    outcome: text(outcomes[i]),
    notes: text(notes?.[i]) || null,
  }));
  const told = rows.filter(({ customerId, outcome }) => customerId !== "" && outcome !== "");
  return { outcomes: told, empty: rows.length - told.length };
}
