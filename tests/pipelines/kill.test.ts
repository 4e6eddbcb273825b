import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom, silentLogger, systemClock } from "#core";
import type { EventLog, RawRecord } from "#core";
import { createEmbeddedLog, createKafkaLog } from "#pipelines";
import { TESTED_KAFKAS, withKafka } from "../support/kafka.ts";
import { withDatabase } from "../support/postgres.ts";
import type { TestDatabase } from "../support/postgres.ts";
import { append, customer, flow, outcomes, rawRecord, sale } from "./flow.ts";

const POINTS = ["land", "cleanse", "store"].flatMap((stage) =>
  ["before", "inside", "after"].map((at) => `${stage}.batch.${at}`),
);
const random = seededRandom(Number(process.env["C360_TEST_SEED"] ?? 1));
/** How many kills each Kafka gets of those that the embedded log gets in full; all of them under C360_FULL. */
const SHARE = process.env["C360_FULL"] === undefined ? 1 : POINTS.length;

/** Good, bad, filtered, repeated, changed and deleted records. */
function records(): readonly RawRecord[] {
  return Array.from({ length: 400 }, (_item, i) => {
    const id = String(i % 320);
    if (i % 23 === 0) return rawRecord(id, sale("oops"), { stream: "sales" });
    if (i % 29 === 0) return rawRecord(id, { filtered: "total_row" });
    if (i >= 320 && i % 3 === 0) return rawRecord(id, null, { op: "delete", version: "2" });
    return i % 2 === 0
      ? rawRecord(id, customer(`Person Number${i}`), { version: String(i) })
      : rawRecord(id, sale(`${i}.50`), { stream: "sales", version: String(i) });
  });
}

/** Everything that the three stages leave behind, in an order of its own. */
async function content(db: TestDatabase): Promise<Record<string, unknown>> {
  const rows = async (text: string): Promise<unknown> => (await db.query<{ row: string }>(text)).rows;
  return {
    raw: await rows("select row(key, version, hash, op)::text as row from raw.records order by key, id"),
    states: await rows("select t::text as row from stage.record_state t order by key"),
    customers: await rows("select t::text as row from stage.customers t order by key"),
    transactions: await rows("select t::text as row from stage.transactions t order by key"),
    quarantine: await rows("select row(key, reason, raw_hash, status)::text as row from ops.quarantine order by 1"),
    filtered: await rows("select t::text as row from ops.filtered t order by key"),
    dead: await rows("select t::text as row from ops.dead_letters t order by 1"),
    outcomes: await outcomes(db),
  };
}

function runChild(env: Readonly<Record<string, string>>): Promise<{ code: number | null; signal: string | null }> {
  const script = fileURLToPath(new URL("flow-child.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", script], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", "inherit"],
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

let undisturbed: Record<string, unknown>;
beforeAll(async () => {
  const db = await withDatabase();
  const log = createEmbeddedLog(db, { clock: systemClock });
  await append(log, records());
  await flow(db, log);
  undisturbed = await content(db);
  await db.drop();
});

/** Kills the flow at each point in turn, then lets it end in peace. */
async function killAndResume(db: TestDatabase, log: EventLog, points: readonly string[], env: Record<string, string>) {
  await append(log, records());
  for (const point of points) {
    expect(await runChild({ ...env, DATABASE_URL: db.url, C360_FAULT: `${point}:2` }), point).toEqual({
      code: null,
      signal: "SIGKILL",
    });
  }
  expect(await runChild({ ...env, DATABASE_URL: db.url })).toEqual({ code: 0, signal: null });
  expect(await content(db)).toEqual(undisturbed);
}

describe("a flow that is killed", () => {
  let db: TestDatabase;
  let stop: () => Promise<void> = () => Promise.resolve();
  afterAll(() => stop());

  it("loses and doubles nothing on the embedded log, wherever it is killed", async () => {
    db = await withDatabase();
    stop = () => db.drop();
    await killAndResume(db, createEmbeddedLog(db, { clock: systemClock }), POINTS, {});
    await db.drop();
    stop = () => Promise.resolve();
  });

  it.each(TESTED_KAFKAS)("loses and doubles nothing on Kafka %s", async (version) => {
    const [broker, database] = await Promise.all([withKafka(version), withDatabase()]);
    stop = async () => {
      await broker.stop();
      await database.drop();
    };
    const log = await createKafkaLog({
      brokers: [broker.address],
      clientId: "kill",
      clock: systemClock,
      log: silentLogger,
    });
    const points = POINTS.map((point) => ({ point, lot: random() }))
      .sort((a, b) => a.lot - b.lot)
      .slice(0, SHARE)
      .map(({ point }) => point)
      .sort((a, b) => POINTS.indexOf(a) - POINTS.indexOf(b));
    await killAndResume(database, log, points, { KAFKA_BROKERS: broker.address });
    await log.close();
    await stop();
    stop = () => Promise.resolve();
  });
});
