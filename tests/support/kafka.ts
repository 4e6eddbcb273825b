import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startBroker } from "../../scripts/kafka/broker.ts";

/** The brokers that every test of Kafka runs on. */
export const TESTED_KAFKAS = ["3.9.1", "4.1.1"] as const;

/** A real broker of one test file, with data of its own. */
export interface TestKafka {
  /** `host:port`, as KAFKA_BROKERS takes it. */
  readonly address: string;
  /** Ends the broker by its own id and removes its data. */
  stop(): Promise<void>;
}

/** Starts a broker of the given version on loopback (about 4 s). */
export async function withKafka(version: string): Promise<TestKafka> {
  const dir = mkdtempSync(join(tmpdir(), "c360-test-kafka-"));
  // A run that is stopped from outside must leave no broker behind.
  const broker = await startBroker({ version, dir });
  const atExit = (): void => {
    try {
      process.kill(broker.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
    rmSync(dir, { recursive: true, force: true });
  };
  process.once("exit", atExit);
  return {
    address: broker.address,
    stop: async () => {
      process.off("exit", atExit);
      await broker.stop({ now: true });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
