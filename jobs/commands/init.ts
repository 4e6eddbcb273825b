import { commandOutput, namedCountry, workspaceDir, workspacePaths } from "../workspace.ts";
import { initWorkspace } from "../init-workspace.ts";
import type { CommandInput } from "../command.ts";

/** `c360 init`: a workspace of one's own. */
export async function run(input: CommandInput): Promise<number> {
  const out = commandOutput(input);
  const paths = workspacePaths(workspaceDir(input));
  const country = await namedCountry(String(input.options["country"] ?? "JM"), "init");
  const name = input.options["name"];
  const dryRun = input.options["dryRun"] === true;
  if (!dryRun) {
    await initWorkspace(paths, {
      ...(typeof name === "string" ? { name } : {}),
      country,
      nonprofit: input.options["nonprofit"] === true,
    });
  }
  out.line(`${dryRun ? "Would make" : "Made"} a workspace in ${paths.dir}`);
  out.line(`  ${paths.config}  settings, with comments`);
  out.line(`  ${paths.drop}  put spreadsheets and CSV files here`);
  out.line();
  out.line("Next:");
  out.line("  c360 add excel customers.xlsx    connect a file (or copy it into the drop folder)");
  out.line("  c360 nightly                     read, resolve, score, publish");
  out.line("  c360 doctor                      see what is missing");
  out.result({ workspace: paths.dir, config: paths.config, drop: paths.drop, dry_run: dryRun });
  return 0;
}
