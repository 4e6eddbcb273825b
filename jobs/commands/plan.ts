import type { CommandInput } from "../command.ts";
import { printPlan } from "../plan.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 plan`: what a nightly run would read and do. */
export async function run(input: CommandInput): Promise<number> {
  return printPlan(await openWorkspace(input), []);
}
