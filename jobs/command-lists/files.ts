import type { CommandSpec } from "../command.ts";

/** Commands for cells, tables and values of files. */
export const FILE_COMMANDS: readonly CommandSpec[] = [];
