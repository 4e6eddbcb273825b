import type { CommandSpec } from "./command.ts";
import { FILE_COMMANDS } from "./command-lists/files.ts";
import { LINKING_COMMANDS } from "./command-lists/linking.ts";
import { MODELLING_COMMANDS } from "./command-lists/modelling.ts";
import { READING_COMMANDS } from "./command-lists/reading.ts";
import { WORKSPACE_COMMANDS } from "./command-lists/workspace.ts";

/** Every command, in the order of `c360 --help`. */
export const COMMANDS: readonly CommandSpec[] = [
  ...WORKSPACE_COMMANDS,
  ...LINKING_COMMANDS,
  ...MODELLING_COMMANDS,
  ...READING_COMMANDS,
  ...FILE_COMMANDS,
];

/** What stands together under one word, as in `c360 model train`; by that word. */
export const COMMAND_GROUPS: Readonly<Record<string, string>> = {
  model: "train, score, explain and judge models on files",
  names: "compare names",
  secrets: "look after the secret store",
  normalise: "put telephones, addresses, money, dates and names into one form",
};
