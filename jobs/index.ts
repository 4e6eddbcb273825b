export { main } from "./cli.ts";
export { COMMANDS } from "./command-list.ts";
