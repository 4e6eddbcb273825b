import { C360Error } from "#core";
import type { CheckResult } from "#core";
import type { CommandInput } from "../command.ts";
import { readConfigFile, readingContext } from "../reading/config.ts";
import { textOption } from "../reading/run-read.ts";
import { configuredSources, openSource, requireConnector } from "../sources.ts";
import { commandOutput, openWorkspace } from "../workspace.ts";

interface Finding {
  readonly source: string;
  readonly account: string;
  readonly result: CheckResult;
}

/** `c360 check`: one cheap real question to each source: who it is, and what to mend where it cannot be read. */
export async function run(input: CommandInput): Promise<number> {
  const file = textOption(input, "config");
  const [name] = input.args;
  const findings = file === null ? await checkWorkspace(input, name) : await checkConfig(input, file, name);
  const out = commandOutput(input);
  for (const { source, account, result } of findings) {
    if (result.status === "ok") {
      out.line(`ok    ${source} (${account}): ${result.accountName}`);
      for (const [what, value] of Object.entries(result.detected)) out.line(`        ${what}: ${value}`);
    } else {
      out.line(`FAIL  ${source} (${account}): ${result.message} [${result.code}]`);
      out.line(`        ${result.hint}`);
    }
  }
  if (findings.length === 0) out.line("There are no sources yet; c360 add connects one.");
  out.result({ ok: findings.every(({ result }) => result.status === "ok"), sources: findings });
  return findings.every(({ result }) => result.status === "ok") ? 0 : 1;
}

async function checkWorkspace(input: CommandInput, name: string | undefined): Promise<readonly Finding[]> {
  const workspace = await openWorkspace(input);
  const findings: Finding[] = [];
  const stop = new AbortController();
  for (const source of configuredSources(workspace, name === undefined ? [] : [name])) {
    const sessions = await openSource(workspace, source, { signal: stop.signal, known: () => Promise.resolve([]) });
    try {
      for (const session of sessions) {
        findings.push({ source: source.name, account: session.account, result: await session.check() });
      }
    } finally {
      await Promise.all(sessions.map((session) => session.close()));
    }
  }
  return findings;
}

async function checkConfig(input: CommandInput, file: string, name: string | undefined): Promise<readonly Finding[]> {
  if (name === undefined) throw new C360Error("USAGE", { problem: "Name the connector.", command: "check" });
  const connector = requireConnector(name);
  const config = await readConfigFile(file, connector);
  const stop = new AbortController();
  const session = await connector.open(
    config.settings,
    readingContext(input, config, { signal: stop.signal, known: [] }),
  );
  try {
    return [{ source: name, account: session.account, result: await session.check() }];
  } finally {
    await session.close();
  }
}
