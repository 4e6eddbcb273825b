import { userInfo } from "node:os";
import { join } from "node:path";
import { C360Error } from "#core";
import type { CommandInput } from "../command.ts";
import { scheduleTexts } from "../schedule.ts";
import { PACKAGE_DIR } from "../package.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 schedule`: prints what makes the machine run the nightly. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const texts = scheduleTexts({
    at: workspace.config.schedule.at,
    timeZone: workspace.timeZone,
    workspace: workspace.paths.dir,
    program: [process.execPath, join(PACKAGE_DIR, "bin", "c360.mjs")],
    user: userInfo().username,
  });
  const wanted = String(input.options["for"] ?? "all");
  const kinds = (["cron", "systemd", "windows"] as const).filter((kind) => wanted === "all" || wanted === kind);
  if (kinds.length === 0)
    throw new C360Error("USAGE", { problem: `There is no schedule for ${wanted}.`, command: "schedule" });
  for (const kind of kinds) {
    workspace.out.line(workspace.out.bold(kind));
    workspace.out.line(texts[kind]);
    workspace.out.line();
  }
  workspace.out.result(Object.fromEntries(kinds.map((kind) => [kind, texts[kind]])));
  return 0;
}
