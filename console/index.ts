export type { ConsoleOptions, RunningConsole, StartConsoleOptions } from "./options.ts";
export { buildServer, startConsole } from "./server.ts";
export type { BuiltServer } from "./server.ts";
