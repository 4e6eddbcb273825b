// `npm run kafka [-- --version 4.1.1 --port 9092 --dir DIR]`: one Kafka broker on loopback, until Ctrl-C.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startBroker } from "./kafka/broker.ts";
import { cacheDir, installKafka } from "./kafka/install.ts";

const HELP = `Starts a Kafka broker (one process, loopback, no password) until Ctrl-C.

  --version V      Kafka to run (default 4.1.1; 3.9.1 is tested as well)
  --port N         port on 127.0.0.1 (default 9092)
  --dir DIR        where its data are kept (default: in the cache folder, by version)
  --install-only   only fetch it

Example: npm run kafka -- --port 9093, and in another terminal
         KAFKA_BROKERS=127.0.0.1:9093 npx c360 nightly
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      version: { type: "string", default: "4.1.1" },
      port: { type: "string", default: "9092" },
      dir: { type: "string" },
      "install-only": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values["install-only"]) {
    installKafka(values.version);
    return;
  }
  const dir = values.dir ?? join(cacheDir(), `kafka-data-${values.version}`);
  const broker = await startBroker({ version: values.version, dir, port: Number(values.port) });
  process.stdout.write(`Kafka ${broker.version} answers at ${broker.address}; its data are in ${dir}.\n`);
  process.stdout.write(
    `Type in another terminal:\n  KAFKA_BROKERS=${broker.address} npx c360 nightly\nCtrl-C ends it.\n`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void broker.stop());
  process.exitCode = (await broker.exited) === null ? 1 : 0;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
