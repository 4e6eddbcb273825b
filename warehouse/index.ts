export { openDatabase } from "./database.ts";
export { migrate } from "./migrate.ts";
export { serverStatus, startServer, stopServer } from "./postgres-server.ts";
export type { RunningServer, ServerOptions, ServerStatus } from "./postgres-server.ts";
