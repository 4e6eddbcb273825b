import type { Command } from "commander";
import { createProgram } from "../../jobs/cli.ts";
import { COMMANDS, COMMAND_GROUPS } from "../../jobs/command-list.ts";

export { COMMANDS, COMMAND_GROUPS };

/** The help text of a command (`model train` is one of a group), as `--help` prints it. */
export function createProgramForTests(name: string): string {
  let command: Command | undefined = createProgram(() => Promise.resolve());
  for (const word of name.split(" ")) command = command?.commands.find((one) => one.name() === word);
  let text = "";
  command?.configureOutput({ writeOut: (more) => (text += more) });
  command?.outputHelp();
  return text;
}
