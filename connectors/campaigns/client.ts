import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import { endpoint, hostsOf } from "../define.ts";
import { createHttp } from "../http.ts";
import type { HttpClient } from "../http.ts";
import { TransportError } from "../http-transport.ts";
import { jsonOf } from "../json.ts";
import { accountOf, baseUrl } from "./settings.ts";
import type { CampaignsSettings } from "./settings.ts";

const VENDOR = "Mailchimp";
const row = z.record(z.string(), z.unknown());

/** Objects in one page of a collection. */
const PAGE = 1000;

/** Reads collections of one mailing account. */
export interface CampaignsClient {
  /** All objects of a collection, page by page, each id once. */
  collection(path: string, key: string, idOf: (row: Row) => string): AsyncGenerator<Row, void, void>;
  root(): Promise<Row>;
  readonly http: HttpClient;
}

/** An object as the vendor sent it. */
export type Row = Readonly<Record<string, unknown>>;

/** Makes the client of one account. */
export function createClient(settings: CampaignsSettings, context: ConnectorContext): CampaignsClient {
  const base = baseUrl(settings);
  const http = createHttp(context, {
    vendor: VENDOR,
    source: "campaigns",
    hosts: hostsOf(base),
    // Ten connections at once are allowed; one at a time is used.
    pace: () => ({ key: `campaigns/${accountOf(settings)}`, pace: { perMinute: 240, burst: 20 } }),
    inspect: (response) => {
      if (response.status >= 300) return null;
      try {
        jsonOf(response, VENDOR);
        return { use: true };
      } catch (error) {
        return error instanceof TransportError
          ? { retry: "transient", reason: error.message }
          : { fail: error as C360Error };
      }
    },
  });
  const basic = Buffer.from(`c360:${settings.api_key}`).toString("base64");
  http.redactor.add(settings.api_key);
  http.redactor.add(basic);
  const get = async (path: string, query: Readonly<Record<string, string>>): Promise<Row> => {
    const url = `${endpoint(base, path)}?${new URLSearchParams(query).toString()}`;
    const body = jsonOf(await http.request({ url, headers: { authorization: `Basic ${basic}` } }), VENDOR);
    const parsed = row.safeParse(body);
    if (!parsed.success) throw new C360Error("VENDOR_SCHEMA", { vendor: VENDOR, reason: "the answer is no object" });
    return parsed.data;
  };
  return {
    root: () => get("/3.0/", {}),
    collection: async function* collection(path, key, idOf) {
      const seen = new Set<string>();
      for (let offset = 0; ;) {
        const answer = await get(path, { count: String(PAGE), offset: String(offset), ...SORTED[path] });
        const rows = z.array(row).safeParse(answer[key]);
        if (!rows.success)
          throw new C360Error("VENDOR_SCHEMA", { vendor: VENDOR, reason: `the answer has no list ${key}` });
        for (const found of rows.data) {
          const id = idOf(found);
          if (!seen.has(id)) yield found;
          seen.add(id);
        }
        offset += rows.data.length;
        const total = typeof answer["total_items"] === "number" ? answer["total_items"] : offset;
        if (rows.data.length === 0 || offset >= total) return;
      }
    },
    http,
  };
}

/** A fixed order keeps offsets stable while campaigns are added. */
const SORTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/3.0/campaigns": { sort_field: "create_time", sort_dir: "ASC" },
};
