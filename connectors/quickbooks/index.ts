import type { Connector, ConnectorContext, ConnectorSession, StreamInfo } from "#core";
import { contentHash } from "#core";
import { checked, defineConnector, readStreams } from "../define.ts";
import { createClient } from "./client.ts";
import type { QuickBooksClient } from "./client.ts";
import { mapQuickBooks } from "./map.ts";
import { readQuickBooks } from "./read.ts";
import { quickBooksGrant, quickBooksSettings } from "./settings.ts";
import type { QuickBooksSettings } from "./settings.ts";
import { STREAMS } from "./streams.ts";
import { readWebhook } from "./webhook.ts";

/** QuickBooks Online: one company is one account. Reads only; see https://developer.intuit.com/app/developer/qbo/docs. */
export const quickbooks: Connector<QuickBooksSettings> = defineConnector({
  name: "quickbooks",
  title: "QuickBooks Online",
  version: 1,
  mappingVersion: 1,
  settings: quickBooksSettings,
  secretSettings: ["client_secret", "refresh_token", "webhook_verifier_token"],
  open: (settings, context) => Promise.resolve(session(settings, context)),
  oauth: quickBooksGrant,
  webhook: readWebhook,
  map: mapQuickBooks,
});

function session(settings: QuickBooksSettings, context: ConnectorContext): ConnectorSession {
  const client = createClient(settings, context);
  return {
    account: settings.realm_id,
    check: () => checked(client.http, context.signal, () => check(client)),
    discover: () => Promise.resolve(STREAMS.map(describe)),
    read: (plans) =>
      readStreams(plans, { context, http: client.http }, (plan) => readQuickBooks(client, context, plan)),
    close: () => client.http.close(),
  };
}

async function check(client: QuickBooksClient): Promise<Awaited<ReturnType<ConnectorSession["check"]>>> {
  const company = (await client.query("CompanyInfo", "SELECT * FROM CompanyInfo")).rows[0] as
    Record<string, unknown> | undefined;
  const preferences = (await client.query("Preferences", "SELECT * FROM Preferences")).rows[0] as
    { CurrencyPrefs?: { HomeCurrency?: { value?: unknown } } } | undefined;
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  return {
    status: "ok",
    accountName: text(company?.["CompanyName"]),
    detected: {
      country: text(company?.["Country"]),
      currency: text(preferences?.CurrencyPrefs?.HomeCurrency?.value),
      vendor_time: new Date(client.vendorNow() ?? 0).toISOString(),
    },
  };
}

function describe(stream: (typeof STREAMS)[number]): StreamInfo {
  return {
    name: stream.name,
    title: stream.title,
    mode: "incremental",
    deletes: stream.name === "company_info" ? "none" : "stub",
    cursorField: "MetaData.LastUpdatedTime",
    schemaHash: contentHash(stream.entity).slice(0, 16),
    columns: [],
    sample: [],
  };
}
