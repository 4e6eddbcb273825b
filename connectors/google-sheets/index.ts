import { contentHash } from "#core";
import type { CheckResult, Connector, ConnectorContext, ConnectorSession, StreamInfo } from "#core";
import { checked, defineConnector, readStreams } from "../define.ts";
import { mapTable } from "../table/map.ts";
import { createClient } from "./client.ts";
import type { Tab } from "./answers.ts";
import type { SheetsClient } from "./client.ts";
import { tabRows } from "./grid.ts";
import { sampleOf, tabTable } from "./headless.ts";
import { readTab, tabStream } from "./read.ts";
import type { Book } from "./read.ts";
import { googleGrant, googleSheetsSettings } from "./settings.ts";
import type { GoogleSheetsSettings } from "./settings.ts";

const SAMPLE_ROWS = 200;

/** Google Sheets: one spreadsheet is one account, one tab one stream. */
export const googleSheets: Connector<GoogleSheetsSettings> = defineConnector({
  name: "google-sheets",
  title: "Google Sheets",
  version: 1,
  mappingVersion: 1,
  tabular: true,
  settings: googleSheetsSettings,
  secretSettings: ["access_token", "client_secret", "refresh_token"],
  oauth: googleGrant,
  open: (settings, context) => Promise.resolve(session(settings, context)),
  map: mapTable,
});

function session(settings: GoogleSheetsSettings, context: ConnectorContext): ConnectorSession {
  const client = createClient(settings, context);
  const account = settings.spreadsheet_id;
  const book = rememberBook(client);
  return {
    account,
    check: () => checked(client.http, context.signal, () => check(client)),
    discover: () => discover(client, book, account, context),
    read: (plans) =>
      readStreams(plans, { context, http: client.http }, (plan) => readTab(client, book, account, context, plan)),
    close: () => client.http.close(),
  };
}

/** Asks once per session and remembers answers, not failures. */
function rememberBook(client: SheetsClient): Book {
  let file: ReturnType<SheetsClient["file"]> | null = null;
  let tabs: Promise<readonly Tab[]> | null = null;
  return {
    file: () => {
      file ??= client.file();
      file.catch(() => {
        file = null;
      });
      return file;
    },
    tabs: () => {
      tabs ??= client.book().then((found) => found.tabs.filter((tab) => (tab.sheetType ?? "GRID") === "GRID"));
      tabs.catch(() => {
        tabs = null;
      });
      return tabs;
    },
  };
}

async function check(client: SheetsClient): Promise<CheckResult> {
  const found = await client.book();
  return {
    status: "ok",
    accountName: found.title,
    detected: { time_zone: found.timeZone, tabs: String(found.tabs.length), shared_with: (await client.email()) ?? "" },
  };
}

/** Visible tabs, and tabs that were read before, whatever is in them now. */
async function discover(
  client: SheetsClient,
  book: Book,
  account: string,
  context: ConnectorContext,
): Promise<readonly StreamInfo[]> {
  const known = await context.known(account);
  const streams: StreamInfo[] = [];
  for (const tab of await book.tabs()) {
    const name = tabStream(tab);
    const before = known.find((stream) => stream.name === name);
    if (tab.hidden === true && before === undefined) continue;
    const found = await tabTable(() => tabRows(client, tab));
    const table = found === null || found.headless ? null : found.table;
    const sample = table === null ? [] : await sampleOf(table, SAMPLE_ROWS);
    const columns = table?.columns.map(({ header }) => header) ?? before?.columns ?? [];
    streams.push({
      name,
      title: tab.title,
      mode: "snapshot",
      deletes: "sweep",
      cursorField: null,
      schemaHash: contentHash(columns).slice(0, 16),
      columns,
      sample,
    });
  }
  return streams;
}
