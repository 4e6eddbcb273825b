import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { toC360Error } from "#core";
import { abandonedData } from "#warehouse";
import type { CommandInput } from "../command.ts";
import { openLog, openStores } from "../runtime.ts";
import { configuredSources, openSource } from "../sources.ts";
import type { Source } from "../sources.ts";
import { openWorkspace, workspaceDir, workspacePaths, commandOutput } from "../workspace.ts";
import type { Workspace } from "../workspace.ts";

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to type when it is not well. */
  readonly hint: string;
}

const MIN_FREE_BYTES = 1024 ** 3;

/** `c360 doctor`: looks at everything that a nightly run needs, and changes nothing but starting the server for a moment. */
export async function run(input: CommandInput): Promise<number> {
  const paths = workspacePaths(workspaceDir(input));
  const findings: Finding[] = [checkNode()];
  if (existsSync(paths.config)) {
    await attempt(findings, "c360.yaml", async () => {
      const workspace = await openWorkspace(input);
      findings.push({
        what: "c360.yaml",
        ok: true,
        detail: `country ${workspace.config.country}, home currency ${workspace.homeCurrency}`,
        hint: "",
      });
      await examine(workspace, findings);
    });
  } else {
    findings.push({ what: "c360.yaml", ok: false, detail: `none in ${paths.dir}`, hint: "c360 init" });
  }
  const out = commandOutput(input);
  for (const one of findings) {
    out.line(`${one.ok ? "ok  " : "MISS"}  ${one.what}: ${one.detail}`);
    if (!one.ok) out.line(`        ${one.hint}`);
  }
  const ok = findings.every((one) => one.ok);
  out.line(ok ? "All is well." : "Mend what is marked MISS, then type c360 doctor again.");
  out.result({ ok, findings });
  return ok ? 0 : 1;
}

async function examine(workspace: Workspace, findings: Finding[]): Promise<void> {
  await attempt(findings, "folder", async () => {
    await access(workspace.paths.dir, constants.R_OK | constants.W_OK);
    findings.push({ what: "folder", ok: true, detail: `${workspace.paths.dir} may be written`, hint: "" });
  });
  await attempt(findings, "disk", async () => findings.push(await checkDisk(workspace)));
  await attempt(findings, "data left behind", async () => {
    for (const { dir, stateDir } of await abandonedData())
      findings.push({
        what: "data left behind",
        ok: true,
        detail: `${dirname(stateDir)} is gone or was moved. If you removed it: rm -r ${dir}`,
        hint: "",
      });
  });
  await attempt(findings, "warehouse", async () => {
    const stores = await openStores(workspace);
    try {
      const { rows } = await stores.db.query<{ version: string }>(
        "select current_setting('server_version') as version",
      );
      findings.push({
        what: "warehouse",
        ok: true,
        detail: `${stores.embedded ? "embedded " : ""}Postgres ${rows[0]?.version ?? "?"}`,
        hint: "",
      });
      const log = await openLog(workspace, stores.db);
      await log.topics("raw.*");
      await log.close();
      findings.push({ what: "event log", ok: true, detail: workspace.env.KAFKA_BROKERS ?? "embedded", hint: "" });
    } finally {
      await stores.close();
    }
  });
  const sources = configuredSources(workspace);
  if (sources.length === 0)
    findings.push({ what: "sources", ok: false, detail: "none", hint: "c360 add excel customers.xlsx" });
  for (const source of sources)
    await attempt(findings, `source ${source.name}`, () => checkSource(workspace, source, findings));
}

function checkNode(): Finding {
  return { what: "Node", ok: true, detail: process.versions.node, hint: "" };
}

async function checkDisk(workspace: Workspace): Promise<Finding> {
  const disk = await statfs(workspace.paths.dir);
  const free = disk.bavail * disk.bsize;
  const gigabytes = (free / 1024 ** 3).toFixed(1);
  return {
    what: "disk",
    ok: free >= MIN_FREE_BYTES,
    detail: `${gigabytes} GB free`,
    hint: "Free some space: a run needs about 1 GB.",
  };
}

async function checkSource(workspace: Workspace, source: Source, findings: Finding[]): Promise<void> {
  const stop = new AbortController();
  const sessions = await openSource(workspace, source, { signal: stop.signal, known: () => Promise.resolve([]) });
  try {
    if (sessions.length === 0) {
      findings.push({ what: `source ${source.name}`, ok: true, detail: "nothing there yet", hint: "" });
    }
    for (const session of sessions) {
      const answer = await session.check();
      findings.push(
        answer.status === "ok"
          ? { what: `source ${source.name}`, ok: true, detail: answer.accountName, hint: "" }
          : {
              what: `source ${source.name}`,
              ok: false,
              detail: `${answer.message} [${answer.code}]`,
              hint: answer.hint,
            },
      );
    }
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

async function attempt(findings: Finding[], what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (thrown) {
    const error = toC360Error(thrown);
    findings.push({ what, ok: false, detail: `${error.message} [${error.code}]`, hint: error.hint });
  }
}
