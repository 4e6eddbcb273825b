import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where downloaded brokers are kept: `$C360_CACHE`, or a folder of the user's cache. */
export function cacheDir(): string {
  return process.env["C360_CACHE"] ?? join(homedir(), ".cache", "customer-360");
}

/**
 * Folder with the jars of a Kafka broker, fetched once by Maven (46 MB, about 6 s). Throws an Error whose message ends
 * with the line to type when Java or Maven is missing or the download fails.
 */
export function installKafka(version: string): string {
  needJava(version.startsWith("3.") ? 11 : 17);
  const home = join(cacheDir(), `kafka-${version}`);
  const jars = join(home, "lib");
  if (existsSync(jars)) return jars;
  needMaven();
  mkdirSync(dirname(home), { recursive: true });
  // Two processes may fetch at once: each in a folder of its own, and the first rename wins.
  const draft = mkdtempSync(`${home}-`);
  try {
    writeFileSync(join(draft, "pom.xml"), pom(version));
    const command = ["-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=lib"];
    const done = spawnSync("mvn", command, { cwd: draft, encoding: "utf8" });
    if (done.status !== 0) {
      throw new Error(
        `Maven could not fetch Kafka ${version}: ${lastLine(done.stdout + done.stderr)}\n` +
          `Check the network, then type:\n  npm run kafka -- --version ${version} --install-only`,
      );
    }
    mkdirSync(home, { recursive: true });
    if (!existsSync(jars)) renameSync(join(draft, "lib"), jars);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return jars;
}

function pom(version: string): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>customer-360</groupId><artifactId>kafka-broker</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;
}

function needJava(least: number): void {
  const found = spawnSync("java", ["-version"], { encoding: "utf8" });
  const major = /version "(?:1\.)?(\d+)/.exec(`${found.stderr ?? ""}${found.stdout ?? ""}`)?.[1];
  if (found.error !== undefined || major === undefined) {
    throw new Error(`Kafka needs Java ${least} or newer, and there is no java here. Type:\n  ${installLine("java")}`);
  }
  if (Number(major) < least) {
    throw new Error(`This Kafka needs Java ${least} or newer; java is ${major}. Type:\n  ${installLine("java")}`);
  }
}

function needMaven(): void {
  if (spawnSync("mvn", ["-v"]).error === undefined) return;
  throw new Error(`Kafka is fetched by Maven, and there is no mvn here. Type:\n  ${installLine("maven")}`);
}

function installLine(what: "java" | "maven"): string {
  if (process.platform === "darwin") return what === "java" ? "brew install openjdk@17" : "brew install maven";
  if (process.platform === "win32") {
    return what === "java" ? "winget install EclipseAdoptium.Temurin.17.JRE" : "winget install Apache.Maven";
  }
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return `${sudo}apt-get install -y ${what === "java" ? "openjdk-17-jre-headless" : "maven"}`;
}

function lastLine(text: string): string {
  return (
    text
      .trim()
      .split("\n")
      .findLast((line) => line.includes("ERROR")) ?? "no reason given"
  );
}
