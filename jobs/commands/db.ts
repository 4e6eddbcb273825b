import { join } from "node:path";
import { C360Error } from "#core";
import { analystUrl, migrate, openDatabase, serverStatus, startServer, stopServer } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { openWorkspace } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

/** `c360 db start|stop|url`: the warehouse's server outside a run, for psql and BI tools. */
export async function run(input: CommandInput): Promise<number> {
  const workspace = await openWorkspace(input);
  const [action = ""] = input.args;
  if (workspace.env.DATABASE_URL !== undefined && action !== "url") {
    throw new C360Error("USAGE", {
      problem: "DATABASE_URL is set: that server is started and stopped by its owner.",
      command: "db",
    });
  }
  switch (action) {
    case "start":
      return start(workspace, input);
    case "stop":
      return stop(workspace, input);
    case "url":
      return url(workspace, input);
    default:
      throw new C360Error("USAGE", { problem: "db takes start, stop or url.", command: "db" });
  }
}

async function start(workspace: Workspace, input: CommandInput): Promise<number> {
  if (input.options["dryRun"] === true) {
    workspace.out.line("Would start the warehouse's server on loopback.");
    return 0;
  }
  const server = await startServer(serverOptions(workspace));
  const db = await openDatabase(server.url, { applicationName: "c360 db" });
  try {
    await migrate(db, { clock: workspace.clock, log: workspace.log, stateDir: workspace.paths.state });
  } finally {
    await db.close();
  }
  workspace.out.line(server.startedByUs ? "Started. It goes on until `c360 db stop`." : "It runs already.");
  workspace.out.line(server.url);
  workspace.out.result({ running: true, port: server.port, database_url: server.url });
  return 0;
}

async function stop(workspace: Workspace, input: CommandInput): Promise<number> {
  if (input.options["dryRun"] === true) {
    workspace.out.line("Would stop the warehouse's server.");
    return 0;
  }
  const stopped = await stopServer(serverOptions(workspace));
  workspace.out.line(stopped ? "Stopped." : "It was not running.");
  workspace.out.result({ running: false, stopped });
  return 0;
}

async function url(workspace: Workspace, input: CommandInput): Promise<number> {
  const owner = workspace.env.DATABASE_URL ?? (await serverStatus(serverOptions(workspace))).url;
  if (owner === null)
    throw new C360Error("USAGE", { problem: "The warehouse's server has never run here.", command: "db" });
  const found = input.options["role"] === "analyst" ? await analystUrl(owner, workspace.paths.state) : owner;
  // Written as it is: printing the address with its password is what this command is for.
  process.stdout.write(workspace.out.json ? `${JSON.stringify({ database_url: found })}\n` : `${found}\n`);
  return 0;
}

function serverOptions(workspace: Workspace): Parameters<typeof startServer>[0] {
  return {
    dataDir: join(workspace.paths.data, "postgres"),
    stateDir: workspace.paths.state,
    ...(workspace.config.database.port === undefined ? {} : { port: workspace.config.database.port }),
    clock: workspace.clock,
    log: workspace.log,
  };
}
