import type { CheckResult, Connector, ConnectorContext, ConnectorSession } from "#core";
import { contentHash } from "#core";
import { checked, defineConnector, readStreams } from "../define.ts";
import { createSiteClient } from "./client.ts";
import type { SiteClient } from "./client.ts";
import { crawlSite } from "./crawl.ts";
import { mapListing } from "./map.ts";
import { directorySettings } from "./settings.ts";
import type { DirectorySettings } from "./settings.ts";
import { parseState } from "./state.ts";

/** Business directories and web pages: one site is one account. robots.txt, pace and terms are obeyed. */
export const directory: Connector<DirectorySettings> = defineConnector({
  name: "directory",
  title: "Directory site",
  version: 1,
  mappingVersion: 1,
  settings: directorySettings,
  secretSettings: [],
  open: (settings, context) => Promise.resolve(session(settings, context)),
  map: mapListing,
});

function session(settings: DirectorySettings, context: ConnectorContext): ConnectorSession {
  const client = createSiteClient(settings, context);
  return {
    account: settings.account ?? new URL(settings.start_urls[0] ?? "").host,
    check: () => checked(client.http, context.signal, () => check(client, settings)),
    discover: () =>
      Promise.resolve([
        {
          name: "listings",
          title: `Listings of ${new URL(settings.start_urls[0] ?? "").host}`,
          mode: "incremental" as const,
          deletes: "stub" as const,
          cursorField: null,
          schemaHash: contentHash("listings").slice(0, 16),
          columns: [],
          sample: [],
        },
      ]),
    read: (plans) =>
      readStreams(plans, { context, http: client.http }, (plan) =>
        crawlSite(client, settings, context, parseState(plan.state)),
      ),
    close: () => client.close(),
  };
}

async function check(client: SiteClient, settings: DirectorySettings): Promise<CheckResult> {
  const url = settings.start_urls[0] ?? "";
  const verdict = await client.verdict(url);
  const detected = { robots: verdict.allowed ? "allowed" : "disallowed", rule: verdict.rule?.text ?? "no rule" };
  return { status: "ok", accountName: new URL(url).host, detected };
}
