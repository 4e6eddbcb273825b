import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { installKafka } from "./install.ts";

/** A broker at work on loopback. */
export interface RunningBroker {
  /** `127.0.0.1:<port>`, for KAFKA_BROKERS. */
  readonly address: string;
  readonly version: string;
  readonly pid: number;
  /** Resolves with the exit code when the process ends by itself. */
  readonly exited: Promise<number | null>;
  /** Ends this process, by its own id. `now`: without writing anything any more, as a power cut would. */
  stop(options?: { readonly now?: boolean }): Promise<void>;
}

/** Which broker to start, and where. */
export interface BrokerOptions {
  readonly version: string;
  /** Folder of its data, settings and log; kept between starts. */
  readonly dir: string;
  /** Default: any free port. */
  readonly port?: number;
}

const READY_MS = 60_000;

/**
 * Starts one Kafka process that is broker and controller at once (KRaft), on loopback, without authentication, and
 * waits until it answers (about 3 s, 300 MB). Throws an Error with the end of its log when it does not.
 */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { version, dir } = options;
  const jars = installKafka(version);
  mkdirSync(dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const controller = await freePort();
  const properties = join(dir, "server.properties");
  writeFileSync(properties, serverProperties({ version, dir, port, controller }));
  writeLogSettings(dir);
  if (!existsSync(join(dir, "data", "meta.properties"))) format({ jars, properties, version });
  const output = openSync(join(dir, "kafka.log"), "a");
  const child = spawn("java", [...javaOptions(dir), "-cp", join(jars, "*"), "kafka.Kafka", properties], {
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const broker: RunningBroker = {
    address: `127.0.0.1:${port}`,
    version,
    pid: child.pid ?? -1,
    exited,
    stop: (how) => stop(child, exited, how?.now === true),
  };
  try {
    await untilReady(broker.address, child);
  } catch (error) {
    await broker.stop({ now: true });
    throw new Error(`Kafka ${version} did not start on port ${port}.\n${logEnd(dir)}`, { cause: error });
  }
  return broker;
}

function serverProperties(at: { version: string; dir: string; port: number; controller: number }): string {
  const quorum = at.version.startsWith("3.")
    ? `controller.quorum.voters=1@127.0.0.1:${at.controller}`
    : `controller.quorum.bootstrap.servers=127.0.0.1:${at.controller}`;
  return `${[
    "process.roles=broker,controller",
    "node.id=1",
    quorum,
    "controller.listener.names=CONTROLLER",
    "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    `listeners=PLAINTEXT://127.0.0.1:${at.port},CONTROLLER://127.0.0.1:${at.controller}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${at.port}`,
    `log.dirs=${join(at.dir, "data").replaceAll("\\", "/")}`,
    "auto.create.topics.enable=false",
    "offsets.topic.replication.factor=1",
    "offsets.topic.num.partitions=1",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "transaction.state.log.num.partitions=1",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    "log.cleaner.dedupe.buffer.size=16777216",
  ].join("\n")}\n`;
}

/** Kafka 3 logs through log4j 1, Kafka 4 through log4j 2; each gets warnings on its standard output. */
function writeLogSettings(dir: string): void {
  writeFileSync(
    join(dir, "log4j.properties"),
    "log4j.rootLogger=WARN, out\nlog4j.appender.out=org.apache.log4j.ConsoleAppender\n" +
      "log4j.appender.out.layout=org.apache.log4j.PatternLayout\nlog4j.appender.out.layout.ConversionPattern=%d %p %m%n\n",
  );
  writeFileSync(
    join(dir, "log4j2.properties"),
    "rootLogger.level=warn\nrootLogger.appenderRef.out.ref=out\nappender.out.type=Console\nappender.out.name=out\n" +
      "appender.out.layout.type=PatternLayout\nappender.out.layout.pattern=%d %p %m%n\n",
  );
}

function javaOptions(dir: string): readonly string[] {
  return [
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    `-Dlog4j.configuration=file:${join(dir, "log4j.properties")}`,
    `-Dlog4j2.configurationFile=${join(dir, "log4j2.properties")}`,
  ];
}

function format(job: { readonly jars: string; readonly properties: string; readonly version: string }): void {
  const tool = ["-cp", join(job.jars, "*"), "kafka.tools.StorageTool"];
  const id = spawnSync("java", [...tool, "random-uuid"], { encoding: "utf8" }).stdout.trim();
  const standalone = job.version.startsWith("3.") ? [] : ["--standalone"];
  const done = spawnSync("java", [...tool, "format", "-t", id, "-c", job.properties, ...standalone], {
    encoding: "utf8",
  });
  if (done.status !== 0)
    throw new Error(`Kafka's storage could not be made: ${done.stderr.trim() || done.stdout.trim()}`);
}

async function untilReady(address: string, child: ChildProcess): Promise<void> {
  const kafka = new Kafka({
    clientId: "c360-start",
    brokers: [address],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  });
  for (let waited = 0; waited < READY_MS; waited += 150) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("the process ended");
    const admin = kafka.admin();
    try {
      await admin.connect();
      const cluster = await admin.describeCluster();
      if (cluster.brokers.length > 0) return;
    } catch {
      // Not yet.
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
    await pause(150);
  }
  throw new Error("it does not answer");
}

async function stop(child: ChildProcess, exited: Promise<number | null>, now: boolean): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(now ? "SIGKILL" : "SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await exited;
  clearTimeout(late);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function logEnd(dir: string): string {
  const file = join(dir, "kafka.log");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").slice(-12).join("\n") : "It left no log.";
}
