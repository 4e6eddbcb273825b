import { json, startDouble } from "./server.ts";
import type { Answer, Asked, Double } from "./server.ts";

/** A cell: text, number, boolean, date serial or error. */
export type FakeCell =
  | string
  | number
  | boolean
  | null
  | { readonly serial: number; readonly type?: string; readonly pattern?: string }
  | { readonly error: string };

/** A tab. */
export interface FakeTab {
  readonly sheetId: number;
  title: string;
  hidden?: boolean;
  rows: FakeCell[][];
}

/** Google Sheets and Drive on one port. */
export interface FakeSheets extends Double {
  readonly tabs: FakeTab[];
  readonly settings: Record<string, string>;
  /** Changes Drive's modified time. */
  touch(): void;
}

const TOKEN = "ya29.canary-access-token";

/** Starts the fake. */
export async function startFakeSheets(now?: () => number): Promise<FakeSheets> {
  const tabs: FakeTab[] = [];
  const state = { version: 1 };
  const properties = (tab: FakeTab): object => ({
    sheetId: tab.sheetId,
    title: tab.title,
    sheetType: "GRID",
    ...(tab.hidden === true ? { hidden: true } : {}),
    gridProperties: { rowCount: Math.max(10, tab.rows.length), columnCount: 26 },
  });
  const handle = (asked: Asked): Answer => {
    if (asked.headers.authorization !== `Bearer ${TOKEN}`)
      return json({ error: { code: 401, status: "UNAUTHENTICATED" } }, 401);
    if (asked.url.pathname.startsWith("/drive/v3/files/")) {
      const modifiedTime = new Date(Date.parse("2026-01-01T00:00:00Z") + state.version * 1000).toISOString();
      return json({ name: "Fake", modifiedTime, version: String(state.version), trashed: false });
    }
    const ranges = asked.url.searchParams.get("ranges");
    if (ranges === null)
      return json({
        properties: { title: "Fake", timeZone: "America/Jamaica" },
        sheets: tabs.map((tab) => ({ properties: properties(tab) })),
      });
    const found = /^'(.*)'!A(\d+):[A-Z]+(\d+)$/.exec(ranges);
    const tab = tabs.find((one) => one.title === found?.[1]?.replaceAll("''", "'"));
    if (tab === undefined || found === null)
      return json(
        { error: { code: 400, message: `Unable to parse range: ${ranges}`, status: "INVALID_ARGUMENT" } },
        400,
      );
    const from = Number(found[2]);
    const rowData = tab.rows.slice(from - 1, Number(found[3])).map((row) => {
      // Empty cells at the end of a row are not sent.
      const last = row.findLastIndex((cell) => cell !== null);
      return last < 0 ? {} : { values: row.slice(0, last + 1).map(cellData) };
    });
    const end = rowData.findLastIndex((row) => "values" in row);
    return json({
      sheets: [
        {
          properties: properties(tab),
          data: [
            { ...(from > 1 ? { startRow: from - 1 } : {}), ...(end < 0 ? {} : { rowData: rowData.slice(0, end + 1) }) },
          ],
        },
      ],
    });
  };
  const double = await startDouble(handle, now);
  return {
    ...double,
    tabs,
    settings: {
      spreadsheet_id: "fake-sheet-id",
      access_token: TOKEN,
      base_url: double.url,
      drive_base_url: double.url,
      token_url: `${double.url}/token`,
    },
    touch: () => {
      state.version += 1;
    },
  };
}

function cellData(cell: FakeCell): object {
  if (cell === null) return {};
  if (typeof cell === "string") return { effectiveValue: { stringValue: cell } };
  if (typeof cell === "number") return { effectiveValue: { numberValue: cell } };
  if (typeof cell === "boolean") return { effectiveValue: { boolValue: cell } };
  if ("error" in cell) return { effectiveValue: { errorValue: { type: cell.error } } };
  return {
    effectiveValue: { numberValue: cell.serial },
    effectiveFormat: {
      numberFormat: { type: cell.type ?? "DATE", ...(cell.pattern === undefined ? {} : { pattern: cell.pattern }) },
    },
  };
}
