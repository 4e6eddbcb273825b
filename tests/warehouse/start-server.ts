import { silentLogger, systemClock } from "#core";
import { startServer } from "#warehouse";

// A process of its own that starts the server, says where, and waits to be ended: `tsx start-server.ts DATA STATE`.
const [dataDir = "", stateDir = ""] = process.argv.slice(2);
try {
  const server = await startServer({ dataDir, stateDir, clock: systemClock, log: silentLogger });
  const { url, port, startedByUs } = server;
  process.stdout.write(
    `${JSON.stringify({ url, port, dataDir: server.dataDir, startedByUs, uid: process.getuid?.() })}\n`,
  );
  process.stdin.once("data", () => {
    void server.stop().then(() => process.exit(0));
  });
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  process.exit(1);
}
