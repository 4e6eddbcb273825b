import { userInfo } from "node:os";
import { startConsole } from "#console";
import type { CommandInput } from "../command.ts";
import { openStores } from "../runtime.ts";
import { openWorkspace } from "../workspace.ts";

/** `c360 console`: serves the console on loopback until it is interrupted. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const stores = await openStores(workspace);
  try {
    const console = await startConsole({
      db: stores.db,
      port: Number(input.options["port"] ?? 0),
      clock: workspace.clock,
      log: workspace.log,
      workspaceName: workspace.config.name,
      homeCurrency: workspace.homeCurrency,
      timeZone: workspace.timeZone,
      steward: userInfo().username,
      secretDir: workspace.paths.state,
    });
    try {
      // The link is a secret for its reader's eyes: it goes to the terminal as it is, and never to the log.
      process.stdout.write(
        workspace.out.json
          ? `${JSON.stringify({ url: console.url, sign_in_url: console.signInUrl, port: console.port })}\n`
          : `The console is at ${console.url}\nSign in once with:\n  ${console.signInUrl}\nStop it with Ctrl-C. Answers bind the next nightly run.\n`,
      );
      await interrupted();
    } finally {
      await console.close();
    }
  } finally {
    await stores.close();
  }
  return 0;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
