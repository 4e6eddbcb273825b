import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { contentHash, isoNow, sha256 } from "#core";
import { inputHash, latestPublishedRun, leadOutcomesHash, pinnedVersions, readSetting, writeSetting } from "#warehouse";
import type { StepContext } from "./step-context.ts";
import { releaseVersion } from "./package.ts";
import type { Workspace } from "./workspace.ts";

const SETTING = "published.fingerprint";

/** Whether everything that the published content is made from equals what the last published run was made from. */
export async function fingerprintUnchanged(context: StepContext): Promise<boolean> {
  if (context.options.rebuild) return false;
  if ((await latestPublishedRun(context.stores.db)) === null) return false;
  return (await readSetting(context.stores.db, SETTING)) === (await fingerprint(context));
}

/** Keeps the fingerprint of what was just published. */
export async function rememberFingerprint(context: StepContext): Promise<void> {
  await writeSetting(context.stores.db, SETTING, await fingerprint(context), isoNow(context.workspace.clock));
}

async function fingerprint(context: StepContext): Promise<string> {
  const { workspace, stores } = context;
  const { country, mode, leads } = workspace.config;
  return contentHash({
    inputs: await inputHash(stores.db),
    outcomes: await leadOutcomesHash(stores.db),
    pinned: await pinnedVersions(stores.db),
    settings: { country, mode, leads, home: workspace.homeCurrency },
    pack: contentHash(workspace.pack),
    rates: ratesHash(workspace),
    release: releaseVersion(),
  });
}

function ratesHash(workspace: Workspace): string {
  const file = workspace.config.rates_file;
  if (file === undefined) return "";
  const path = resolve(workspace.paths.dir, file);
  return existsSync(path) ? sha256(readFileSync(path)) : "missing";
}
