import { silentLogger, systemClock } from "#core";
import { createEmbeddedLog, createKafkaLog } from "#pipelines";
import { TESTED_KAFKAS, withKafka } from "../support/kafka.ts";
import { eventLogSuite } from "./event-log-suite.ts";

eventLogSuite("the embedded log", () =>
  Promise.resolve({
    connect: (db) => Promise.resolve(createEmbeddedLog(db, { clock: systemClock })),
    stop: () => Promise.resolve(),
  }),
);

for (const [at, version] of TESTED_KAFKAS.entries()) {
  eventLogSuite(`Kafka ${version}`, async () => {
    const broker = await withKafka(version);
    return {
      connect: () =>
        createKafkaLog({
          brokers: [broker.address],
          clientId: "contract",
          topicPrefix: at === 0 ? "" : "shop.",
          clock: systemClock,
          log: silentLogger,
        }),
      stop: () => broker.stop(),
    };
  });
}
