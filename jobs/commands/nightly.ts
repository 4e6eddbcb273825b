import type { CommandInput } from "../command.ts";
import { runNightly } from "../nightly.ts";
import { NIGHTLY } from "../step-context.ts";
import { printSummary } from "../outputs/screen.ts";
import { printPlan } from "../plan.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 nightly`: the whole chain, recorded step by step. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const list = (name: string): readonly string[] => {
    const value = input.options[name];
    return Array.isArray(value) ? (value as readonly string[]) : [];
  };
  if (input.options["dryRun"] === true) return printPlan(workspace, list("only"));
  const { summary, exit } = await runNightly(workspace, {
    ...NIGHTLY,
    only: list("only"),
    sync: input.options["sync"] !== false,
    rebuild: input.options["rebuild"] === true,
    acceptDrop: list("acceptDrop"),
    overrides: list("override"),
  });
  printSummary(workspace.out, summary, [
    "c360 console    answer the open questions",
    "c360 leads      the list again",
    "c360 status     what is published",
  ]);
  workspace.out.result(summary);
  return exit;
}
