import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom, silentLogger, sourceKey, systemClock } from "#core";
import type { Database, EventLog } from "#core";
import { createEmbeddedLog, createKafkaLog } from "#pipelines";
import { openDatabase } from "#warehouse";
import { nameOf, startLargeBooks } from "./killed-books.ts";
import type { LargeBooks } from "./killed-books.ts";
import { answer, measure, withFolder } from "./process.ts";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");
const TOPIC = "raw.quickbooks.customers";
const CLEANSED = "customer.cleansed";
const POLL_MS = 100;
/** Share of the kills that fall while the process starts, whatever it has done. */
const EARLY = 0.1;
const EARLY_MS = 4000;

/** How large a killed sync is. */
export interface KilledSyncOptions {
  readonly records: number;
  readonly kills: number;
  /** Address of a broker; null for the embedded log. */
  readonly brokers: string | null;
  readonly seed: number;
}

/** What is left after a sync that was killed many times and then ended in peace. */
export interface KilledSyncResult {
  readonly kills: number;
  /** Syncs that were needed to spend all kills: after the first, a tenth of the records changes for each. */
  readonly rounds: number;
  /** Customers of the vendor that are missing, or not in their newest version. */
  readonly lost: number;
  /** Versions landed twice, and customers that the vendor does not have. */
  readonly doubled: number;
  /** Reads whose sums do not hold. */
  readonly unbalanced: number;
  /** Kills by the step that was at work. */
  readonly steps: Readonly<Record<string, number>>;
}

interface Bench {
  readonly options: KilledSyncOptions;
  readonly dir: string;
  readonly db: Database;
  readonly log: EventLog;
  readonly books: LargeBooks;
  readonly random: () => number;
  readonly steps: Record<string, number>;
  kills: number;
}

/** Kills a sync again and again at random points of its work, lets it end, and compares with what the vendor has. */
export function killedSync(options: KilledSyncOptions): Promise<KilledSyncResult> {
  return withFolder(async (dir) => {
    const books = await startLargeBooks(options.records);
    try {
      await writeWorkspace(dir, books);
      const url = String(answer(await measure(["db", "start", "--workspace", dir, "--json"]))["database_url"]);
      const db = await openDatabase(url, { applicationName: "bench", max: 2 });
      const log = await openLog(db, options.brokers);
      try {
        const bench: Bench = { options, dir, db, log, books, random: seededRandom(options.seed), steps: {}, kills: 0 };
        const rounds = await killUntilSpent(bench);
        return { kills: bench.kills, rounds, steps: bench.steps, ...(await compare(bench)) };
      } finally {
        await log.close();
        await db.close();
      }
    } finally {
      await books.close();
    }
  });
}

function openLog(db: Database, brokers: string | null): Promise<EventLog> {
  if (brokers === null) return Promise.resolve(createEmbeddedLog(db, { clock: systemClock }));
  return createKafkaLog({ brokers: [brokers], clientId: "bench", clock: systemClock, log: silentLogger });
}

async function writeWorkspace(dir: string, books: LargeBooks): Promise<void> {
  await mkdir(dir, { recursive: true });
  const source = {
    connector: "quickbooks",
    settings: books.settings,
    allow_private_hosts: [books.host],
    streams: ["customers"],
  };
  // JSON is YAML.
  await writeFile(join(dir, "c360.yaml"), JSON.stringify({ version: 1, name: "Bench", sources: { books: source } }));
}

async function killUntilSpent(bench: Bench): Promise<number> {
  const { options, random } = bench;
  let work = options.records;
  for (let round = 1; ; round += 1) {
    const before = await progress(bench);
    const left = options.kills - bench.kills;
    // Everything is appended, landed and cleansed: three units of work for each record.
    const points = Array.from({ length: left }, () => before + random() * work * 3).sort((a, b) => a - b);
    while (!(await runAndKill(bench, points)));
    if (bench.kills >= options.kills) return round;
    const changes = Math.ceil(options.records * 0.1);
    const removals = Math.ceil(options.records * 0.005);
    bench.books.change(random, { changes, removals });
    work = changes + 2 * removals;
  }
}

/** Runs a sync until the next point of its work; true where it ended by itself. Throws where it failed. */
async function runAndKill(bench: Bench, points: number[]): Promise<boolean> {
  const { dir, options, random } = bench;
  const child = spawn(process.execPath, [C360, "sync", "--workspace", dir, "--json"], {
    env: { ...process.env, ...(options.brokers === null ? {} : { KAFKA_BROKERS: options.brokers }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-4000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise<number | null>((resolve) => child.once("close", (status) => resolve(status)));
  const stop = new AbortController();
  const killed = killAtPoint(bench, points, stop.signal, () => child.kill("SIGKILL"));
  const status = await ended;
  stop.abort();
  await killed;
  if (child.signalCode === "SIGKILL") return false;
  if (status !== 0) throw new Error(`the sync failed (exit ${status}): ${output}`);
  return true;

  async function killAtPoint(at: Bench, left: number[], signal: AbortSignal, kill: () => void): Promise<void> {
    if (left.length === 0) return;
    if (random() < EARLY) await pause(random() * EARLY_MS);
    else {
      while (!signal.aborted && (await progress(at)) < (left[0] ?? Infinity)) await pause(POLL_MS);
      // Not at the end of a batch, where progress shows.
      await pause(random() * 500);
    }
    if (signal.aborted) return;
    const step = await stepAtWork(at);
    kill();
    await ended;
    if (child.signalCode !== "SIGKILL") return;
    at.kills += 1;
    at.steps[step] = (at.steps[step] ?? 0) + 1;
    const now = await progress(at);
    left.shift();
    while ((left[0] ?? Infinity) <= now) left.shift();
  }
}

/** Messages appended, records landed and records cleansed. */
async function progress({ db, log }: Bench): Promise<number> {
  const landed = await db.query<{ n: number }>("select count(*)::int as n from raw.records");
  const [raw, cleansed] = await Promise.all([highOf(log, TOPIC), highOf(log, CLEANSED)]);
  return raw + cleansed + (landed.rows[0]?.n ?? 0);
}

/** Messages of a topic; none while a broker still makes it. */
async function highOf(log: EventLog, topic: string): Promise<number> {
  const partitions = await log.offsets(topic).catch(() => []);
  return partitions.reduce((total, { high }) => total + high, 0);
}

async function stepAtWork({ db }: Bench): Promise<string> {
  const found = await db.query<{ step: string }>(
    "select step from ops.run_steps where finished_at is null order by started_at desc limit 1",
  );
  return found.rows[0]?.step ?? "start";
}

async function compare({ db, books }: Bench): Promise<Pick<KilledSyncResult, "lost" | "doubled" | "unbalanced">> {
  const account = books.settings["realm_id"] ?? "";
  const staged = await db.query<{ key: string; name: string }>(
    "select key, display_name as name from stage.customers order by key",
  );
  const landed = await db.query<{ key: string; version: string; times: number }>(
    "select key, split_part(version, ' ', 1) as version, count(*)::int as times from raw.records where op = 'upsert' group by 1, 2",
  );
  const names = new Map(staged.rows.map(({ key, name }) => [key, name]));
  const versions = new Set(landed.rows.map(({ key, version }) => `${key} ${version}`));
  const truth = books.truth();
  let lost = 0;
  for (const [id, version] of truth) {
    const key = sourceKey({ source: "quickbooks", account, stream: "customers", id });
    if (names.get(key) !== nameOf(id, version) || !versions.has(`${key} ${version}`)) lost += 1;
  }
  const twice = landed.rows.filter(({ times }) => times > 1).length;
  const sums = await db.query<{ n: number }>(
    `select count(*)::int as n from ops.stream_reads r where outcome is not null and read <> (
       select coalesce(sum(records), 0) from ops.stream_outcomes o
        where (o.run_id, o.source, o.account, o.stream, o.attempt) = (r.run_id, r.source, r.account, r.stream, r.attempt))`,
  );
  return {
    lost,
    doubled: twice + Math.max(0, staged.rows.length - (truth.size - lost)),
    unbalanced: sums.rows[0]?.n ?? 0,
  };
}
