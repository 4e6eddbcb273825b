import type { CommandInput } from "../command.ts";
import { windowOf } from "../reading/run-read.ts";
import { runNightly } from "../nightly.ts";
import { NIGHTLY } from "../step-context.ts";
import { printPlan } from "../plan.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 sync`: reads, lands and cleanses; publishes nothing. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const only = Array.isArray(input.options["only"]) ? (input.options["only"] as readonly string[]) : [];
  if (input.options["dryRun"] === true) return printPlan(workspace, only);
  const window = windowOf(input);
  const { summary, exit } = await runNightly(workspace, {
    ...NIGHTLY,
    only,
    until: "store",
    ...(window === null ? {} : { window }),
  });
  for (const one of summary.sources) {
    const { source, stream, read, loaded, unchanged, quarantined, filtered } = one;
    workspace.out.line(
      `${source} ${stream}: read ${read}, loaded ${loaded}, unchanged ${unchanged}, quarantined ${quarantined}, filtered ${filtered}`,
    );
  }
  workspace.out.line("Nothing was published; c360 nightly does that.");
  workspace.out.result({
    run_id: summary.run_id,
    outcome: summary.outcome,
    sources: summary.sources,
    alerts: summary.alerts,
  });
  return exit;
}
