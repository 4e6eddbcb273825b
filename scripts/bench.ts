/** `npm run bench -- NAME`: measures, and prints one JSON line for each figure. Without a name it lists what there is. */
import { BENCHES } from "./bench/registry.ts";

const [name = "", ...rest] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  process.stderr.write(`Type: npm run bench -- ${Object.keys(BENCHES).join("|")}\n`);
  process.exit(2);
}
for await (const figure of bench(rest)) process.stdout.write(`${JSON.stringify({ bench: name, ...figure })}\n`);
