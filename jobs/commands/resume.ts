import { C360Error } from "#core";
import { unfinishedRun } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { runNightly } from "../nightly.ts";
import { NIGHTLY } from "../step-context.ts";
import { printSummary } from "../outputs/screen.ts";
import { openStores } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

/** `c360 resume`: goes on with the run that was cut off or failed. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  if (input.options["dryRun"] === true) return dryRun(workspace);
  const overrides = input.options["override"];
  const { summary, exit } = await runNightly(workspace, {
    ...NIGHTLY,
    mode: "resume",
    overrides: Array.isArray(overrides) ? (overrides as readonly string[]) : [],
  });
  printSummary(workspace.out, summary, [
    "c360 console    answer the open questions",
    "c360 status     what is published",
  ]);
  workspace.out.result(summary);
  return exit;
}

async function dryRun(workspace: Workspace): Promise<number> {
  const stores = await openStores(workspace);
  try {
    const open = await unfinishedRun(stores.db, { includeFailed: true });
    if (open === null) throw new C360Error("RUN_NOTHING_TO_RESUME");
    workspace.out.line(`Would go on with run ${open.runId}.`);
    workspace.out.result({ run_id: open.runId, dry_run: true });
    return 0;
  } finally {
    await stores.close();
  }
}
