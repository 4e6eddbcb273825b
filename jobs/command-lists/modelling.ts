import type { CommandSpec } from "../command.ts";

/** Commands for scores, files in and files out. */
export const MODELLING_COMMANDS: readonly CommandSpec[] = [];
