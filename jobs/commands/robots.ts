import { readFile } from "node:fs/promises";
import { C360Error, toC360Error } from "#core";
import { parseRobots } from "#connectors";
import type { CommandInput } from "../command.ts";
import { textOption } from "../reading/run-read.ts";
import { commandOutput } from "../workspace.ts";

/** `c360 robots`: the verdict of a robots.txt and the line that decides. */
export async function run(input: CommandInput): Promise<number> {
  const file = textOption(input, "file");
  const url = textOption(input, "url");
  if (file === null || url === null) {
    throw new C360Error("USAGE", { problem: "Give --file and --url.", command: "robots" });
  }
  const content = await readFile(file).catch((error: unknown) => {
    throw toC360Error(error, file);
  });
  const { allowed, rule } = parseRobots(content.toString("utf8")).verdict(textOption(input, "agent") ?? "", url);
  const out = commandOutput(input);
  const verdict = allowed ? "allowed" : "disallowed";
  out.line(verdict);
  out.line(rule === null ? "no rule" : `${rule.line}: ${rule.text}`);
  out.result({ verdict, allowed, line: rule?.line ?? null, rule: rule?.text ?? null });
  return allowed ? 0 : 1;
}
