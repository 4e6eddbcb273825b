#!/usr/bin/env node
// Starts the command line: what `npm run build` made of the sources where it is there and no older than any of them, else
// the sources themselves, which tsx turns into JavaScript as they are loaded.
import { isBuilt } from "./built.mjs";

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
const { main } = await import(isBuilt() ? "../dist/c360.js" : await source());
process.exitCode = await main(process.argv.slice(2));

async function source() {
  const { register } = await import("tsx/esm/api");
  register();
  return "../jobs/index.ts";
}
