// Loaded into a process with --import: notes every file that the process opens, with the script that it runs.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const out = process.env.RECORD_OPENS;
const append = fs.appendFileSync;
const note = (path) => {
  if (typeof path === "string" || path instanceof URL || Buffer.isBuffer(path)) {
    const write = fs.appendFileSync;
    fs.appendFileSync = append;
    append(out, `${process.argv[1] ?? ""}\t${String(path)}\n`);
    fs.appendFileSync = write;
  }
};
for (const [owner, names] of [
  [fs, ["open", "openSync", "readFile", "readFileSync", "createReadStream", "readdir", "readdirSync", "opendir"]],
  [fs.promises, ["open", "readFile", "readdir", "opendir"]],
]) {
  for (const name of names) {
    const original = owner[name];
    owner[name] = function recorded(path, ...rest) {
      if (String(path) !== out) note(path);
      return original.call(this, path, ...rest);
    };
  }
}
syncBuiltinESMExports();
