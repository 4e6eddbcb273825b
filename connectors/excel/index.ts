import { basename, resolve } from "node:path";
import { contentHash } from "#core";
import type { C360Error, Connector, ConnectorContext, ConnectorSession, StreamInfo, StreamPlan } from "#core";
import { checked, defineConnector, errorFields, oneByOne, readBlocks } from "../define.ts";
import type { Messages } from "../define.ts";
import { mapTable } from "../table/map.ts";
import { splitAccounts } from "./files.ts";
import { readTable } from "./read.ts";
import { scanFolder } from "./scan.ts";
import type { ScannedFile } from "./scan.ts";
import { excelSettings } from "./settings.ts";
import type { ExcelSettings } from "./settings.ts";

/** Excel and text files in a drop folder: one folder is one account, one header row is one stream. */
export const excel: Connector<ExcelSettings> = defineConnector({
  name: "excel",
  title: "Excel and CSV files",
  version: 1,
  mappingVersion: 1,
  tabular: true,
  settings: excelSettings,
  secretSettings: [],
  accounts: (settings, context) => splitAccounts(settings, context.baseDir),
  open: (settings, context) => Promise.resolve(session(settings, context)),
  map: mapTable,
});

function session(settings: ExcelSettings, context: ConnectorContext): ConnectorSession {
  const account = settings.account ?? basename(resolve(context.baseDir, settings.paths[0] ?? "."));
  let scan: Promise<readonly ScannedFile[]> | null = null;
  const scanned = (): Promise<readonly ScannedFile[]> =>
    (scan ??= context.known(account).then((known) => scanFolder(settings, context, known)));
  return {
    account,
    check: () =>
      checked(undefined, context.signal, async () => {
        const files = await scanned();
        const bad = files.flatMap(({ error }) => (error === null ? [] : [errorFields(error, undefined).message]));
        const counts = { files: String(files.length), readable: String(files.length - bad.length) };
        return {
          status: "ok",
          accountName: account,
          detected: bad.length === 0 ? counts : { ...counts, "not readable": bad.slice(0, 10).join(" ") },
        };
      }),
    discover: async () => describe(await scanned()),
    read: (plans) => oneByOne(readAll(scanned, account, context, plans), context.signal),
    close: () => Promise.resolve(),
  };
}

/** The planned streams, then one failed stream for each file that cannot be read and was not planned. */
async function* readAll(
  scanned: () => Promise<readonly ScannedFile[]>,
  account: string,
  context: ConnectorContext,
  plans: readonly StreamPlan[],
): AsyncGenerator<Messages, void, void> {
  yield* readBlocks(plans, { context }, async function* (plan) {
    return yield* readTable(await scanned(), account, context, plan);
  });
  const planned = new Set(plans.map((plan) => plan.stream));
  const files = await scanned().catch(() => []);
  for (const file of files) {
    if (file.error === null || planned.has(file.ownStream)) continue;
    const counts = { records: 0, deletes: 0, requests: 0 };
    yield {
      type: "streamEnd",
      stream: file.ownStream,
      outcome: "failed",
      counts,
      snapshot: false,
      error: errorFields(file.error, undefined),
    };
  }
}

function describe(files: readonly ScannedFile[]): readonly StreamInfo[] {
  const streams = new Map<string, StreamInfo>();
  // The newest file describes the stream: later ones overwrite earlier ones.
  for (const file of [...files].sort((a, b) => a.mtime - b.mtime || (a.name < b.name ? -1 : 1))) {
    for (const table of file.tables) {
      streams.set(table.stream, {
        name: table.stream,
        title: table.sheet === null ? file.name : `${file.name}: ${table.sheet}`,
        mode: "snapshot",
        deletes: "sweep",
        cursorField: null,
        schemaHash: contentHash(table.headers).slice(0, 16),
        columns: table.headers,
        sample: table.sample,
      });
    }
    if (file.error !== null) streams.set(file.ownStream, unreadable(file, file.error));
  }
  return [...streams.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function unreadable(file: ScannedFile, error: C360Error): StreamInfo {
  return {
    name: file.ownStream,
    title: file.name,
    mode: "snapshot",
    deletes: "none",
    cursorField: null,
    schemaHash: "",
    columns: [],
    sample: [],
    unreadable: errorFields(error, undefined).message,
  };
}
