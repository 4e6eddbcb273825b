import { join } from "node:path";
import { C360Error, toC360Error } from "#core";
import type { Database, EventLog } from "#core";
import { createEmbeddedLog, createKafkaLog } from "#pipelines";
import { migrate, openDatabase, startServer } from "#warehouse";
import { liveRedactor } from "./redaction.ts";
import type { Workspace } from "./workspace.ts";

/** The stores of a workspace, opened. */
export interface Stores {
  readonly db: Database;
  /** Connection address of the warehouse, with its password. */
  readonly url: string;
  readonly embedded: boolean;
  close(): Promise<void>;
}

/** Opens the warehouse: DATABASE_URL where it is set, else the workspace's embedded server, started if need be. */
export async function openStores(workspace: Workspace): Promise<Stores> {
  const { url, stop, embedded } = await warehouseServer(workspace);
  if (URL.canParse(url)) liveRedactor.add(decodeURIComponent(new URL(url).password));
  try {
    const db = await openDatabase(url, { applicationName: "c360" });
    await migrate(db, { clock: workspace.clock, log: workspace.log, stateDir: workspace.paths.state });
    return {
      db,
      url,
      embedded,
      close: async () => {
        await db.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw toC360Error(error);
  }
}

async function warehouseServer(
  workspace: Workspace,
): Promise<{ url: string; embedded: boolean; stop: () => Promise<void> }> {
  const given = workspace.env.DATABASE_URL;
  if (given !== undefined && given !== "") return { url: given, embedded: false, stop: () => Promise.resolve() };
  const server = await startServer({
    dataDir: join(workspace.paths.data, "postgres"),
    stateDir: workspace.paths.state,
    ...(workspace.config.database.port === undefined ? {} : { port: workspace.config.database.port }),
    clock: workspace.clock,
    log: workspace.log,
  });
  // A server that somebody else started (`c360 db start`) is left running.
  return { url: server.url, embedded: true, stop: () => (server.startedByUs ? server.stop() : Promise.resolve()) };
}

/** Whether the event log is on Kafka. */
export function usesKafka(workspace: Workspace): boolean {
  return (workspace.env.KAFKA_BROKERS ?? "") !== "";
}

/** Opens the event log: Kafka where KAFKA_BROKERS is set, else the embedded one in the warehouse. */
export async function openLog(workspace: Workspace, db: Database): Promise<EventLog> {
  const brokers = workspace.env.KAFKA_BROKERS;
  if (brokers === undefined || !usesKafka(workspace)) return createEmbeddedLog(db, { clock: workspace.clock });
  const { topic_prefix: prefix = "", partitions, replication_factor: replicationFactor } = workspace.config.kafka;
  return createKafkaLog({
    brokers: brokers.split(",").map((one) => one.trim()),
    clientId: `${prefix}c360`,
    topicPrefix: prefix,
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicationFactor === undefined ? {} : { replicationFactor }),
    clock: workspace.clock,
    log: workspace.log,
  });
}

/** Ends a command that lacks what it needs with one clear error. */
export function requirePublished(runId: string | null): string {
  if (runId === null) throw new C360Error("LEADS_NOTHING");
  return runId;
}
