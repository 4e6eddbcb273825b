/**
 * `npm run new KIND NAME`: writes the file, its registry line and its test for a new connector, stream, mart, model,
 * comparison or command, so that the first day starts from something that passes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SCAFFOLD_KINDS, scaffold } from "./new/scaffolds.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [kind = "", name = ""] = process.argv.slice(2);
const named = (kind === "stream" ? /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/ : /^[a-z][a-z0-9-]*$/).test(name);
const made = named ? scaffold(kind, name) : null;

if (made === null) {
  process.stderr.write(
    `Type: npm run new ${SCAFFOLD_KINDS.join("|")} NAME   (kebab-case; a stream is CONNECTOR/STREAM)\n`,
  );
  process.exit(2);
}
const taken = made.files.find((file) => existsSync(join(root, file.path)));
if (taken !== undefined) {
  process.stderr.write(`${taken.path} exists already; nothing was written.\n`);
  process.exit(1);
}
for (const file of made.files) {
  mkdirSync(dirname(join(root, file.path)), { recursive: true });
  writeFileSync(join(root, file.path), file.text);
  process.stdout.write(`wrote ${file.path}\n`);
}
for (const line of made.registrations) {
  const path = join(root, line.path);
  const text = readFileSync(path, "utf8");
  if (!text.includes(line.before)) {
    process.stderr.write(`${line.path} has no ${JSON.stringify(line.before)}; add by hand:\n${line.text}\n`);
    process.exitCode = 1;
    continue;
  }
  writeFileSync(path, text.replace(line.before, `${line.text}${line.before}`));
  process.stdout.write(`registered in ${line.path}\n`);
}
process.stdout.write("then: npm run format:write && npm run check\n");
