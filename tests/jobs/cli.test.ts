import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMANDS, COMMAND_GROUPS, createProgramForTests } from "../support/cli.ts";

const C360 = join(import.meta.dirname, "../../bin/c360.mjs");

describe("the command line", () => {
  it("lists every command with a summary", () => {
    const { status, stdout } = spawnSync(process.execPath, [C360, "--help"], { encoding: "utf8" });
    expect(status).toBe(0);
    for (const command of COMMANDS.filter(({ name }) => !name.includes(" ")))
      expect(stdout).toContain(command.summary.slice(0, 30));
    for (const [group, summary] of Object.entries(COMMAND_GROUPS))
      if (COMMANDS.some(({ name }) => name.startsWith(`${group} `))) expect(stdout).toContain(summary.slice(0, 30));
  });

  it("tells its version", () => {
    const { status, stdout } = spawnSync(process.execPath, [C360, "--version"], { encoding: "utf8" });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(COMMANDS.map((command) => [command.name, command] as const))(
    "explains %s with an example",
    (_name, command) => {
      const help = createProgramForTests(command.name);
      expect(help).toContain("Examples:");
      for (const example of command.examples) expect(help).toContain(example);
      expect(help).toContain("--workspace");
      expect(help).toContain("--json");
    },
  );

  it("gives every command that writes a dry run", () => {
    const writing = ["init", "add", "sync", "nightly", "resume", "quarantine", "leads", "db", "dictionary"];
    for (const name of writing) {
      expect(
        COMMANDS.find((command) => command.name === name)?.options?.map((one) => one.flags),
        name,
      ).toContain("--dry-run");
    }
  });

  it("ends with 2 and a word on what to type for a wrong command, option or workspace", () => {
    for (const words of [["nightlyy"], ["nightly", "--what"], ["status", "--workspace", "/nonexistent/c360"]]) {
      const { status, stderr } = spawnSync(process.execPath, [C360, ...words], { encoding: "utf8" });
      expect(status, words.join(" ")).toBe(2);
      expect(stderr).toContain("c360");
    }
  });

  it("answers programs with one JSON error", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [C360, "status", "--json", "--workspace", "/nonexistent/c360"],
      {
        encoding: "utf8",
      },
    );
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CONFIG_MISSING", class: "config" } });
  });
});
