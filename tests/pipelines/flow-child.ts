// Runs land, cleanse and store over the log that the environment names: a process of its own, so that it can be killed.
import { silentLogger, systemClock } from "#core";
import { cleanseStage, createEmbeddedLog, createKafkaLog, landStage, runStage, storeStage } from "#pipelines";
import { openDatabase } from "#warehouse";
import { cleanseOptions } from "./flow.ts";

const db = await openDatabase(process.env["DATABASE_URL"] ?? "", { max: 8 });
const brokers = process.env["KAFKA_BROKERS"];
const log =
  brokers === undefined
    ? createEmbeddedLog(db, { clock: systemClock })
    : await createKafkaLog({
        brokers: [brokers],
        clientId: "kill",
        clock: systemClock,
        log: silentLogger,
        sessionTimeoutMs: 1_500,
      });
for (const stage of [landStage(), cleanseStage(cleanseOptions()), storeStage()]) {
  await runStage(stage, { db, log, clock: systemClock, logger: silentLogger, maxBatch: 20 });
}
await log.close();
await db.close();
