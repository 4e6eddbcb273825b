import { millisOf } from "../world/calendar.ts";
import { COLUMNS_MOVED_DAY, SPREADSHEET_ID, tabsOn, type Tab } from "../world/grid.ts";
import { exchange, type ServiceAccount } from "./google-auth.ts";
import { json, quota, startVendor, type Answer, type Asked, type Vendor } from "./http.ts";
import { CLOSING_MINUTE, today, type Sample } from "./sample.ts";
import { cellData, parseRange, ragged, type Range } from "./sheets-cells.ts";

const TITLE = "Blue Mountain Traders - customers";

function fault(code: number, status: string, message: string): Answer {
  return json(code, {
    error: {
      code,
      message,
      status,
      ...(code === 404 ? {} : { errors: [{ message, domain: "global", reason: status.toLowerCase() }] }),
    },
  });
}

function exhausted(waitMs: number, fast: boolean): Answer {
  const message =
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service 'sheets.googleapis.com' for consumer 'project_number:1089364807498'.";
  const metadata = {
    quota_metric: "sheets.googleapis.com/read_requests",
    quota_limit_value: "60",
    quota_unit: "1/min/{project}/{user}",
    quota_location: "global",
  };
  const details = [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "RATE_LIMIT_EXCEEDED",
      domain: "googleapis.com",
      metadata,
    },
  ];
  const errors = [{ message, domain: "global", reason: "rateLimitExceeded" }];
  const wait = fast ? 0 : Math.max(1, Math.min(2, Math.ceil(waitMs / 1000)));
  return json(
    429,
    { error: { code: 429, message, errors, status: "RESOURCE_EXHAUSTED", details } },
    { "retry-after": String(wait) },
  );
}

function select(tabs: readonly Tab[], text: string): { tab: Tab; range: Range } | null {
  const range = parseRange(text);
  const tab =
    tabs.find((t) => t.title === range?.title) ??
    (range !== null && /^[A-Z]*\d*$/.test(range.title) ? tabs[0] : undefined);
  return range === null || tab === undefined ? null : { tab, range };
}

const cut = (tab: Tab, range: Range): Tab["grid"] =>
  tab.grid.slice(range.top, range.bottom).map((cells) => cells.slice(range.left, range.right));

const letter = (n: number): string => String.fromCharCode(65 + Math.min(25, Math.max(0, n)));

function valueRange(tabs: readonly Tab[], text: string, query: URLSearchParams): object | null {
  const found = select(tabs, text);
  if (found === null) return null;
  const { tab, range } = found;
  const values = ragged(
    cut(tab, range),
    query.get("valueRenderOption") ?? "FORMATTED_VALUE",
    query.get("dateTimeRenderOption") ?? "SERIAL_NUMBER",
  );
  const right = Math.min(range.right, Math.max(26, tab.header.length)) - 1;
  const bottom = Math.min(range.bottom, rowCount(tab));
  const name = `'${tab.title}'!${letter(range.left)}${range.top + 1}:${letter(right)}${bottom}`;
  return { range: name, majorDimension: "ROWS", ...(values.length === 0 ? {} : { values }) };
}

const rowCount = (tab: Tab): number => Math.max(1000, Math.ceil((tab.rows.length + 50) / 500) * 500);

function properties(tab: Tab, index: number): object {
  const gridProperties = { rowCount: rowCount(tab), columnCount: 26, frozenRowCount: 1 };
  return { sheetId: tab.sheetId, title: tab.title, index, sheetType: "GRID", gridProperties };
}

function gridData(tab: Tab, range: Range): object {
  const rowData = cut(tab, range).map((cells) => ({ values: cells.map(cellData) }));
  return {
    ...(range.top > 0 ? { startRow: range.top } : {}),
    ...(range.left > 0 ? { startColumn: range.left } : {}),
    ...(rowData.length === 0 ? {} : { rowData }),
  };
}

function spreadsheet(tabs: readonly Tab[], query: URLSearchParams): Answer {
  const ranges = query.getAll("ranges");
  // A field mask that names cell data asks for grid data, as the flag does.
  const withGrid = query.get("includeGridData") === "true" || /\bdata\b|rowData/.test(query.get("fields") ?? "");
  const chosen = ranges.map((text) => select(tabs, text));
  const bad = chosen.indexOf(null);
  if (bad >= 0) return fault(400, "INVALID_ARGUMENT", `Unable to parse range: ${ranges[bad]}`);
  const sheets = tabs.flatMap((tab, index) => {
    const mine = chosen.filter((c) => c?.tab === tab);
    if (ranges.length > 0 && mine.length === 0) return [];
    const whole: Range = { title: tab.title, top: 0, bottom: Infinity, left: 0, right: Infinity };
    const data = mine.length > 0 ? mine.map((c) => gridData(tab, c?.range ?? whole)) : [gridData(tab, whole)];
    return [{ properties: properties(tab, index), ...(withGrid ? { data } : {}) }];
  });
  const own = { title: TITLE, locale: "en_GB", autoRecalc: "ON_CHANGE", timeZone: "America/Jamaica" };
  return json(200, {
    spreadsheetId: SPREADSHEET_ID,
    properties: own,
    sheets,
    spreadsheetUrl: `https://docs.google.com/spreadsheets/d/${SPREADSHEET_ID}/edit`,
  });
}

function sheetsAnswer(tabs: readonly Tab[], asked: Asked): Answer {
  const path = /^\/v4\/spreadsheets\/([^/]+)(?:\/values(?:\/(.+)|(:batchGet)))?$/.exec(asked.path);
  if (path === null) return fault(404, "NOT_FOUND", "Requested entity was not found.");
  if (path[1] !== SPREADSHEET_ID) return fault(404, "NOT_FOUND", "Requested entity was not found.");
  if (path[3] !== undefined) {
    const ranges = asked.query.getAll("ranges");
    const valueRanges = ranges.map((text) => valueRange(tabs, text, asked.query));
    const bad = valueRanges.indexOf(null);
    if (bad >= 0) return fault(400, "INVALID_ARGUMENT", `Unable to parse range: ${ranges[bad]}`);
    return json(200, { spreadsheetId: SPREADSHEET_ID, valueRanges });
  }
  if (path[2] === undefined) return spreadsheet(tabs, asked.query);
  const found = valueRange(tabs, path[2], asked.query);
  return found === null ? fault(400, "INVALID_ARGUMENT", `Unable to parse range: ${path[2]}`) : json(200, found);
}

function driveAnswer(sample: Sample, asked: Asked): Answer {
  if (asked.path !== `/drive/v3/files/${SPREADSHEET_ID}`) return fault(404, "notFound", "File not found.");
  const day = today(sample);
  const all: Record<string, unknown> = {
    kind: "drive#file",
    id: SPREADSHEET_ID,
    name: TITLE,
    mimeType: "application/vnd.google-apps.spreadsheet",
    modifiedTime: new Date(millisOf(day, CLOSING_MINUTE - 95)).toISOString(),
    version: String(8120 + sample.day * 17 + (day >= COLUMNS_MOVED_DAY ? 3 : 0)),
    trashed: false,
  };
  const fields = asked.query.get("fields")?.split(",") ?? ["kind", "id", "name", "mimeType"];
  return json(200, Object.fromEntries(fields.map((f) => [f.trim(), all[f.trim()]])));
}

/** Google Sheets v4, Drive v3 and the token endpoint (`/token`) on one port. 60 reads a minute; the sixth read is throttled. */
export async function startSheets(
  sample: Sample,
  port: number,
  account: (url: string) => ServiceAccount,
): Promise<Vendor> {
  const granted = new Map<string, number>();
  const perMinute = quota(60, sample.fast ? 1000 : 60_000);
  let own: ServiceAccount | null = null;
  let tokenUri = "";
  let made = -1;
  let tabs: readonly Tab[] = [];
  let reads = 0;
  const vendor = await startVendor("google-sheets", port, (asked) => {
    if (asked.path === "/token" && own !== null) return exchange(asked, own, tokenUri, granted);
    const access = (asked.headers.authorization ?? "").replace(/^Bearer /, "");
    if ((granted.get(access) ?? 0) < Date.now()) {
      return fault(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
      );
    }
    if (asked.path.startsWith("/drive/")) return driveAnswer(sample, asked);
    reads += 1;
    const wait = perMinute();
    if (wait > 0 || reads % 30 === 6) return exhausted(Math.max(wait, 1000), sample.fast);
    if (made !== sample.day) {
      tabs = tabsOn(sample.world, today(sample));
      made = sample.day;
    }
    return sheetsAnswer(tabs, asked);
  });
  tokenUri = `${vendor.url}/token`;
  own = account(tokenUri);
  return vendor;
}
