import type { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import { endpoint, hostsOf } from "../define.ts";
import { createHttp } from "../http.ts";
import type { HttpClient } from "../http.ts";
import { answerAs, jsonOf } from "../json.ts";
import { columnLetters } from "../table/cells.ts";
import { bookAnswer, driveAnswer, gridAnswer, valuesAnswer } from "./answers.ts";
import type { DriveFile, GridCell, GridRows, Tab } from "./answers.ts";
import { createAuth } from "./auth.ts";
import type { Auth } from "./auth.ts";
import { inspectSheets, isWithoutApi } from "./faults.ts";
import type { GoogleSheetsSettings } from "./settings.ts";

const VENDOR = "Google Sheets";

/** Reads one spreadsheet. */
export interface SheetsClient {
  /** When the file changed last; null where Drive cannot be asked although the sheet can (its API is switched off). */
  file(): Promise<DriveFile | null>;
  book(): Promise<{ readonly title: string; readonly timeZone: string; readonly tabs: readonly Tab[] }>;
  /** Rows `from` to `to` (1-based, inclusive) of a tab; rows and cells at the end may be missing. */
  grid(tab: Tab, from: number, to: number): Promise<GridRows>;
  email(): Promise<string | null>;
  readonly http: HttpClient;
}

/** Makes the client of one spreadsheet. */
export function createClient(settings: GoogleSheetsSettings, context: ConnectorContext): SheetsClient {
  // A service account is one user for the whole installation: 60 reads a minute, of which 50 are used.
  const bucket = settings.service_account_file ?? settings.spreadsheet_id;
  const http = createHttp(context, {
    vendor: VENDOR,
    source: "google-sheets",
    hosts: hostsOf(settings.base_url, settings.drive_base_url, settings.token_url),
    pace: () => ({ key: `google-sheets/${bucket}`, pace: { perMinute: 50, burst: 8 } }),
    inspect: (response) => (response.url.startsWith(settings.token_url) ? null : inspectSheets(response)),
    // The quota is refilled at the full minute, or a minute after it was used; a short wait often does.
    rateWaitMs: (now, attempt) => [2000, 60_000 - (now % 60_000)][attempt] ?? 30_000,
    tries: 5,
  });
  const auth = createAuth(settings, context, http);
  const get = <T>(url: string, schema: z.ZodType<T>): Promise<T> => getJson(http, auth, url, schema);
  // `discover` looks at each tab's first rows and `read` begins with them: asked once.
  const heads = new Map<string, Promise<GridRows>>();
  const remember = (key: string, ask: () => Promise<GridRows>): Promise<GridRows> => {
    const found = heads.get(key) ?? ask();
    heads.set(key, found);
    found.catch(() => heads.delete(key));
    return found;
  };
  const sheetUrl = endpoint(settings.base_url, `/v4/spreadsheets/${settings.spreadsheet_id}`);
  const plainRows = async (range: string, from: number): Promise<GridRows> => {
    const options = query({ valueRenderOption: "UNFORMATTED_VALUE", dateTimeRenderOption: "FORMATTED_STRING" });
    const answer = await get(`${sheetUrl}/values/${encodeURIComponent(range)}?${options}`, valuesAnswer);
    // An empty range is named too: an answer that says nothing is no empty tab.
    if (answer.range === undefined && answer.values.length === 0)
      throw new C360Error("VENDOR_SCHEMA", { vendor: VENDOR, reason: "the answer holds neither a range nor values" });
    return answer.values.map((cells, at) => ({ row: from + at, cells: cells.map(plainCell) }));
  };
  const grid = async (tab: Tab, from: number, to: number): Promise<GridRows> => {
    const last = columnLetters(Math.max(0, (tab.gridProperties?.columnCount ?? 26) - 1));
    const ranges = `'${tab.title.replaceAll("'", "''")}'!A${from}:${last}${to}`;
    const fields =
      "sheets(properties(sheetId,title),data(startRow,rowData(values(effectiveValue,formattedValue,effectiveFormat.numberFormat))))";
    const answer = await get(`${sheetUrl}?${query({ ranges, includeGridData: "true", fields })}`, gridAnswer);
    // Without any grid in the answer the plain values have to do: they have no types, but they are all there.
    if (answer.sheets.every((sheet) => sheet.data.length === 0)) return plainRows(ranges, from);
    return gridRows(answer, from);
  };
  return {
    file: () => {
      const url = endpoint(settings.drive_base_url, `/drive/v3/files/${settings.spreadsheet_id}`);
      return get(
        `${url}?${query({ fields: "id,name,modifiedTime,version,trashed", supportsAllDrives: "true" })}`,
        driveAnswer,
      ).catch((error: unknown) => {
        // The sheet can be read without Drive, only never skipped.
        if (isWithoutApi(error)) return null;
        throw error;
      });
    },
    book: async () => {
      const fields = "properties(title,locale,timeZone),sheets.properties";
      const answer = await get(`${sheetUrl}?${query({ fields })}`, bookAnswer);
      const { title, timeZone } = answer.properties;
      return { title: title ?? "", timeZone: timeZone ?? "", tabs: answer.sheets.map((sheet) => sheet.properties) };
    },
    grid: (tab, from, to) =>
      from === 1 ? remember(`${tab.sheetId} ${to}`, () => grid(tab, from, to)) : grid(tab, from, to),
    email: () => auth.email(),
    http,
  };
}

function gridRows(answer: z.infer<typeof gridAnswer>, from: number): GridRows {
  return answer.sheets
    .flatMap((sheet) => sheet.data)
    .flatMap((data) =>
      (data.rowData ?? []).map((row, at) => ({ row: (data.startRow ?? from - 1) + at + 1, cells: row.values ?? [] })),
    );
}

function plainCell(value: string | number | boolean | null): GridCell {
  if (value === null || value === "") return {};
  if (typeof value === "number") return { effectiveValue: { numberValue: value } };
  return { effectiveValue: typeof value === "boolean" ? { boolValue: value } : { stringValue: value } };
}

async function getJson<T>(http: HttpClient, auth: Auth, url: string, schema: z.ZodType<T>): Promise<T> {
  const ask = async (token: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    return jsonOf(await http.request({ url, headers }), VENDOR);
  };
  const token = await auth.token();
  const body = await ask(token).catch(async (error: unknown) => {
    if (!(error instanceof C360Error)) throw error;
    if (error.code === "VENDOR_AUTH") return ask(await auth.token(token));
    throw error.code === "VENDOR_PERMISSION" && !isWithoutApi(error) ? await notShared(auth.email(), error) : error;
  });
  return answerAs(schema, body, VENDOR);
}

function query(parameters: Readonly<Record<string, string>>): string {
  return new URLSearchParams(parameters).toString();
}

async function notShared(email: Promise<string | null>, error: C360Error): Promise<C360Error> {
  const address = await email.catch(() => null);
  const fix = address === null ? "Ask its owner to share the sheet with you." : `Share the sheet with ${address}.`;
  const reason = String(error.details["reason"] ?? "");
  return new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: "the spreadsheet", reason, fix });
}
