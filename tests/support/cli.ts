import { createProgram } from "../../jobs/cli.ts";
import { COMMANDS } from "../../jobs/command-list.ts";

export { COMMANDS };

/** The help text of a command, as `--help` prints it. */
export function createProgramForTests(name: string): string {
  const command = createProgram(() => Promise.resolve()).commands.find((one) => one.name() === name);
  let text = "";
  command?.configureOutput({ writeOut: (more) => (text += more) });
  command?.outputHelp();
  return text;
}
