import type { CommandInput } from "../command.ts";
import { runNormalise } from "../normalise/run.ts";

/** `c360 normalise date`. */
export function run(input: CommandInput): Promise<number> {
  return runNormalise(input, "date");
}
