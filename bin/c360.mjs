#!/usr/bin/env node
// Starts the command line from source: tsx turns TypeScript into JavaScript as it is loaded, so there is no build step.
import { register } from "tsx/esm/api";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`c360 needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(2);
}
// `c360 status | head` closes the pipe early: that is the reader's right, and no failure.
process.stdout.on("error", (error) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
register();
const { main } = await import("../jobs/index.ts");
process.exitCode = await main(process.argv.slice(2));
