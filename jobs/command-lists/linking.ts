import type { CommandSpec } from "../command.ts";

/** Commands for who is who, files in and files out. */
export const LINKING_COMMANDS: readonly CommandSpec[] = [];
