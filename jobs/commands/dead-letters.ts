import { C360Error } from "#core";
import { listDeadLetters, replayDeadLetters } from "#pipelines";
import type { CommandInput } from "../command.ts";
import { takeRunLock } from "../lock.ts";
import { formatTable } from "../output.ts";
import { openLog, openStores } from "../runtime.ts";
import type { Stores } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

/** `c360 dead-letters`: list, retry. */
export async function run(input: CommandInput): Promise<number> {
  const [action = ""] = input.args;
  if (action !== "list" && action !== "retry")
    throw new C360Error("USAGE", { problem: "dead-letters takes list or retry.", command: "dead-letters" });
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  try {
    return await (action === "list" || input.options["dryRun"] === true ? list : retry)(workspace, stores);
  } finally {
    await stores.close();
  }
}

async function list({ out }: Workspace, { db }: Stores): Promise<number> {
  const letters = await listDeadLetters(db);
  const rows = letters.map((one) => [String(one.id), one.stage, one.topic, one.key, one.error]);
  if (rows.length > 0)
    for (const line of formatTable([["id", "stage", "topic", "record", "what went wrong"], ...rows], out.width))
      out.line(line);
  out.line(`${letters.length} messages wait.${letters.length > 0 ? " c360 dead-letters retry sends them again." : ""}`);
  out.result(letters);
  return 0;
}

async function retry(workspace: Workspace, { db }: Stores): Promise<number> {
  const release = await takeRunLock(workspace.paths.state, workspace.clock);
  try {
    const log = await openLog(workspace, db);
    try {
      const { sent, gone } = await replayDeadLetters(db, log);
      workspace.out.line(`${sent} messages are on their way; the next c360 nightly handles them.`);
      if (gone > 0)
        workspace.out.line(
          `${gone} are no longer kept by the log; their records come again when their source sends them.`,
        );
      workspace.out.result({ sent, gone });
    } finally {
      await log.close();
    }
  } finally {
    await release();
  }
  return 0;
}
