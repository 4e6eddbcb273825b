import { contentHash } from "#core";
import type { Connector, ConnectorContext, ConnectorSession } from "#core";
import { checked, defineConnector, readStreams } from "../define.ts";
import { createClient } from "./client.ts";
import type { CampaignsClient } from "./client.ts";
import { mapCampaigns } from "./map.ts";
import { readCampaigns } from "./read.ts";
import { accountOf, campaignsSettings } from "./settings.ts";
import type { CampaignsSettings } from "./settings.ts";

/** Mailing campaigns and the responses to them (Mailchimp's Marketing API). */
export const campaigns: Connector<CampaignsSettings> = defineConnector({
  name: "campaigns",
  title: "Mailing campaigns",
  version: 1,
  mappingVersion: 1,
  settings: campaignsSettings,
  secretSettings: ["api_key"],
  open: async (settings, context) => {
    const client = createClient(settings, context);
    const id = (await client.root())["account_id"];
    return session(client, context, typeof id === "string" ? id : accountOf(settings));
  },
  map: mapCampaigns,
});

/** The account is the vendor's own id of it: a data centre serves many, and a key may be replaced. */
function session(client: CampaignsClient, context: ConnectorContext, account: string): ConnectorSession {
  return {
    account,
    check: () =>
      checked(client.http, context.signal, async () => {
        const name = (await client.root())["account_name"];
        return { status: "ok", accountName: typeof name === "string" ? name : account, detected: {} };
      }),
    discover: () =>
      Promise.resolve(
        (["campaigns", "responses"] as const).map((name) => ({
          name,
          title: name === "campaigns" ? "Campaigns" : "Responses to campaigns",
          mode: name === "campaigns" ? ("snapshot" as const) : ("incremental" as const),
          deletes: name === "campaigns" ? ("sweep" as const) : ("none" as const),
          cursorField: name === "campaigns" ? "send_time" : "timestamp",
          schemaHash: contentHash(name).slice(0, 16),
          columns: [],
          sample: [],
        })),
      ),
    read: (plans) => readStreams(plans, { context, http: client.http }, (plan) => readCampaigns(client, context, plan)),
    close: () => client.http.close(),
  };
}
