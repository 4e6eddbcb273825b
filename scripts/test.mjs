// `npm test`: brings what only tests need, then runs every check. The last line is `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const KAFKA_VERSIONS = ["3.9.1", "4.1.1"];
const checks = [
  ["lint", ["npx", "oxlint", "--type-aware", "--deny-warnings"]],
  ["types", ["npx", "tsc", "--noEmit"]],
  ["format", ["npx", "prettier", "--check", "--log-level", "warn", "."]],
  ["dead code", ["npx", "knip"]],
];

installSystemPackages();
for (const version of KAFKA_VERSIONS) installKafka(version);

let passed = 0;
let failed = 0;
for (const [name, command] of checks) {
  const ok = run(command).status === 0;
  process.stdout.write(`${ok ? "passed" : "FAILED"}: ${String(name)}\n`);
  if (ok) passed += 1;
  else failed += 1;
}
const folder = mkdtempSync(join(tmpdir(), "c360-test-"));
const report = join(folder, "vitest.json");
const tests = run([
  "npx",
  "vitest",
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
]);
if (existsSync(report)) {
  const result = JSON.parse(readFileSync(report, "utf8"));
  passed += result.numPassedTests;
  // A file that cannot be loaded has no failed test of its own; it is a failure all the same.
  failed += Math.max(result.numFailedTests, result.numFailedTestSuites > 0 ? 1 : 0);
  // Tests of what this machine cannot be (root, or a plain user) say so; tests/architecture forbids any other skip.
  const skipped = result.numPendingTests;
  if (skipped > 0) process.stdout.write(`${skipped} tests do not apply to this machine or user\n`);
}
rmSync(folder, { recursive: true, force: true });
if (tests.status !== 0 && failed === 0) failed += 1;
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function run(command, options = {}) {
  return spawnSync(command[0], command.slice(1), { stdio: "inherit", ...options });
}

function has(program) {
  return spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
}

function installSystemPackages() {
  const missing = [];
  if (!existsSync(process.env.CHROMIUM_PATH ?? "/usr/bin/chromium")) missing.push("chromium");
  if (!has("java")) missing.push("default-jre-headless");
  if (!has("mvn")) missing.push("maven");
  if (missing.length === 0) return;
  const root = process.getuid?.() === 0;
  const line = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (!root || !has("apt-get")) {
    process.stderr.write(`The tests need ${missing.join(", ")}. Type:\n  ${root ? "" : "sudo "}sh -c '${line}'\n`);
    process.exit(2);
  }
  process.stdout.write(`Installing what only tests need: ${missing.join(", ")}\n`);
  const done = run(["sh", "-c", `${line} >/dev/null`], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  if (done.status !== 0) {
    process.stderr.write(`That did not work. Type:\n  ${line}\n`);
    process.exit(2);
  }
}

function installKafka(version) {
  const done = run(["npx", "tsx", "scripts/kafka.ts", "--version", version, "--install-only"]);
  if (done.status !== 0) process.exit(2);
}
