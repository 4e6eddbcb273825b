import { Command, CommanderError, Option } from "commander";
import { COMMANDS, COMMAND_GROUPS } from "./command-list.ts";
import type { CommandInput, CommandSpec } from "./command.ts";
import { releaseVersion } from "./package.ts";

/** Runs `c360` with the words after the program's name; gives the exit code. */
export async function main(words: readonly string[]): Promise<number> {
  let code = 0;
  const program = createProgram(async (spec, input) => {
    code = await runCommand(spec, input);
  });
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    return thrown.exitCode === 0 ? 0 : 2;
  }
  return code;
}

/** The whole command line, with help and examples, without loading any command. */
export function createProgram(act: (spec: CommandSpec, input: CommandInput) => Promise<void>): Command {
  const program = new Command("c360");
  program
    .description("Customer 360: from your systems to resolved customers, scores and a reasoned lead list.")
    .version(releaseVersion())
    .exitOverride()
    .enablePositionalOptions()
    .helpCommand(false)
    .showHelpAfterError("(c360 --help shows every command)")
    .addHelpText(
      "after",
      "\nStart here:\n  $ c360 demo\n  $ c360 init && c360 add excel customers.xlsx && c360 nightly\n",
    );
  for (const spec of COMMANDS) parentOf(program, spec).addCommand(createCommand(spec, act));
  return program;
}

/** The command under which a command stands: `model` for `model train`, which is made when it is first needed. */
function parentOf(program: Command, spec: CommandSpec): Command {
  let parent = program;
  for (const word of spec.name.split(" ").slice(0, -1)) {
    const found = parent.commands.find((command) => command.name() === word);
    if (found === undefined) {
      const group = new Command(word).description(COMMAND_GROUPS[word] ?? spec.summary).exitOverride();
      group.helpCommand(false).showHelpAfterError(`(c360 ${word} --help shows what there is)`);
      parent.addCommand(group);
      parent = group;
    } else {
      // A command that stands for itself too takes only the options before the name of the one under it.
      parent = found.enablePositionalOptions();
    }
  }
  return parent;
}

function createCommand(spec: CommandSpec, act: (spec: CommandSpec, input: CommandInput) => Promise<void>): Command {
  const command = new Command(spec.name.split(" ").at(-1))
    .description(spec.summary)
    .exitOverride()
    .showHelpAfterError(`(c360 ${spec.name} --help shows what it takes, with examples)`);
  if (spec.args !== undefined) command.arguments(spec.args);
  for (const option of spec.options ?? []) {
    const made = new Option(option.flags, option.description);
    if (option.default !== undefined) made.default(option.default);
    if (option.many === true)
      made.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
    command.addOption(made);
  }
  command
    .option(
      "--workspace <dir>",
      `folder with c360.yaml (default: ${spec.name === "demo" ? "./c360-demo" : "the current folder"})`,
    )
    .option("--json", "answer for programs: one JSON document on standard output")
    .option("--log-level <level>", "debug, info, warn, error or silent");
  const exits =
    spec.exits === undefined ? "" : `\nExit codes:\n  0 done; 2 wrong usage or configuration; ${spec.exits}\n`;
  command.addHelpText("after", `\nExamples:\n${spec.examples.map((line) => `  $ ${line}`).join("\n")}\n${exits}`);
  command.action(async (...given: unknown[]) => {
    const positional = given.slice(0, -2).flatMap((value) => (Array.isArray(value) ? value : [value]));
    await act(spec, {
      args: positional.filter((value): value is string => typeof value === "string"),
      options: command.opts(),
    });
  });
  return command;
}

async function runCommand(spec: CommandSpec, input: CommandInput): Promise<number> {
  const { run } = await spec.load();
  try {
    return await run(input);
  } catch (thrown) {
    const { reportError } = await import("./report-error.ts");
    return reportError(thrown, { json: input.options["json"] === true, command: spec.name });
  }
}
