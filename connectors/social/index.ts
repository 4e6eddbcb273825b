import { contentHash } from "#core";
import type { Connector, ConnectorContext, ConnectorSession } from "#core";
import { checked, defineConnector, readStreams } from "../define.ts";
import { createClient } from "./client.ts";
import { mapSocial } from "./map.ts";
import { readSocial } from "./read.ts";
import type { FirstPages } from "./read.ts";
import { socialSettings } from "./settings.ts";
import type { SocialSettings } from "./settings.ts";

/** Public professional profiles and their posts through the official API; pages are never scraped. */
export const social: Connector<SocialSettings> = defineConnector({
  name: "social",
  title: "Social profiles",
  version: 1,
  mappingVersion: 1,
  settings: socialSettings,
  secretSettings: ["access_token"],
  open: (settings, context) => Promise.resolve(session(settings, context)),
  map: mapSocial,
});

function session(settings: SocialSettings, context: ConnectorContext): ConnectorSession {
  const client = createClient(settings, context);
  const pages: FirstPages = new Map();
  return {
    account: settings.user_id,
    check: () =>
      checked(client.http, context.signal, async () => {
        const me = await client.me();
        const name = typeof me["username"] === "string" ? me["username"] : settings.user_id;
        return { status: "ok", accountName: name, detected: { profiles: String(settings.usernames.length) } };
      }),
    discover: () =>
      Promise.resolve(
        (["profiles", "posts"] as const).map((name) => ({
          name,
          title: name === "profiles" ? "Social profiles" : "Posts",
          mode: "incremental" as const,
          deletes: "none" as const,
          cursorField: name === "posts" ? "timestamp" : null,
          schemaHash: contentHash(name).slice(0, 16),
          columns: [],
          sample: [],
        })),
      ),
    read: (plans) =>
      readStreams(plans, { context, http: client.http }, (plan) => readSocial(client, settings, context, pages, plan)),
    close: () => client.http.close(),
  };
}
