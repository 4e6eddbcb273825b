import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import { endpoint, hostsOf } from "../define.ts";
import { createHttp } from "../http.ts";
import type { HttpClient } from "../http.ts";
import { answerAs, jsonOf } from "../json.ts";
import { createAuth } from "./auth.ts";
import type { Auth } from "./auth.ts";
import { inspectQuickBooks } from "./faults.ts";
import type { QuickBooksSettings } from "./settings.ts";

/** Objects in one answer to a query. */
export const PAGE = 1000;
/** Objects in one change-data-capture answer, all entities together; there is no next page. */
export const CDC_CAP = 1000;

const looseObject = z.record(z.string(), z.unknown());
const queryAnswer = z.object({ QueryResponse: looseObject, time: z.string().optional() });
const cdcAnswer = z.object({
  CDCResponse: z.array(z.object({ QueryResponse: z.array(looseObject).optional() })),
  time: z.string().optional(),
});

/** One page and the vendor's clock at that moment. */
export interface Page {
  readonly rows: readonly unknown[];
}

/** Asks one company's API. Only GET is ever sent to it: the scope could write, this client cannot. */
export interface QuickBooksClient {
  query(entity: string, statement: string): Promise<Page>;
  /** Changed objects and deleted stubs of one entity; `truncated` when the cap was reached. */
  changes(entity: string, since: string): Promise<{ readonly rows: readonly unknown[]; readonly truncated: boolean }>;
  /** The vendor's clock by its last answer, milliseconds; null before the first answer. */
  vendorNow(): number | null;
  readonly http: HttpClient;
}

/** Makes the client of one company. */
export function createClient(settings: QuickBooksSettings, context: ConnectorContext): QuickBooksClient {
  const http = createHttp(context, {
    vendor: "QuickBooks",
    source: "quickbooks",
    hosts: hostsOf(settings.base_url, settings.token_url),
    // 500 a minute and 10 at once per company are allowed; stay below both.
    pace: () => ({ key: `quickbooks/${settings.realm_id}`, pace: { perMinute: 450, burst: 8 } }),
    inspect: (response) => (response.url.startsWith(settings.token_url) ? null : inspectQuickBooks(response)),
    // A short wait often does; the window of the limit is a minute, which all waits together outlast.
    rateWaitMs: (_now, attempt) => [2000, 13_000][attempt] ?? 35_000,
    tries: 5,
  });
  const auth = createAuth(settings, context, http);
  let vendorTime: number | null = null;
  const note = (time: string | undefined, header: string | undefined): void => {
    for (const text of [time, header]) {
      const at = Date.parse(text ?? "");
      if (Number.isNaN(at)) continue;
      vendorTime = at;
      return;
    }
  };
  const get = (path: string, parameters: Readonly<Record<string, string>>): Promise<Told> =>
    getJson(
      http,
      auth,
      `${endpoint(settings.base_url, `/v3/company/${settings.realm_id}${path}`)}?${new URLSearchParams({ ...parameters, minorversion: "75" }).toString()}`,
    );
  return {
    query: async (entity, statement) => {
      const told = await get("/query", { query: statement });
      const answer = answerAs(queryAnswer, told.value, "QuickBooks");
      note(answer.time, told.date);
      // No entity key means an empty page.
      return { rows: rowsOf(answer.QueryResponse[entity]) };
    },
    changes: async (entity, since) => {
      const told = await get("/cdc", { entities: entity, changedSince: since });
      const answer = answerAs(cdcAnswer, told.value, "QuickBooks");
      note(answer.time, told.date);
      const rows = answer.CDCResponse.flatMap((part) => part.QueryResponse ?? []).flatMap((part) =>
        rowsOf(part[entity]),
      );
      return { rows, truncated: rows.length >= CDC_CAP };
    },
    vendorNow: () => vendorTime,
    http,
  };
}

/** An answer, and the vendor's clock by its header. */
interface Told {
  readonly value: unknown;
  readonly date: string | undefined;
}

async function getJson(http: HttpClient, auth: Auth, url: string): Promise<Told> {
  const token = await auth.token();
  const ask = async (bearer: string): Promise<Told> => {
    const headers = { authorization: `Bearer ${bearer}`, accept: "application/json" };
    const response = await http.request({ url, headers });
    return { value: jsonOf(response, "QuickBooks"), date: response.headers["date"] };
  };
  try {
    return await ask(token);
  } catch (error) {
    if (!(error instanceof C360Error) || error.code !== "VENDOR_AUTH") throw error;
    // The token may have been revoked before its time: refresh once, then it is an error.
    return ask(await auth.token(token));
  }
}

function rowsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new C360Error("VENDOR_SCHEMA", { vendor: "QuickBooks", reason: "a page holds something else than a list" });
}
