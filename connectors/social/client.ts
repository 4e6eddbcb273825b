import { z } from "zod";
import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import { endpoint, hostsOf } from "../define.ts";
import { createHttp } from "../http.ts";
import type { HttpClient, Verdict } from "../http.ts";
import { TransportError } from "../http-transport.ts";
import type { HttpResponse } from "../http-transport.ts";
import { jsonOf } from "../json.ts";
import type { SocialSettings } from "./settings.ts";

const VENDOR = "Instagram";
const PROFILE_FIELDS = "id,username,name,biography,website,followers_count,follows_count,media_count";
const MEDIA_FIELDS = "id,caption,media_type,permalink,timestamp,like_count,comments_count";

const discoveryAnswer = z.looseObject({
  business_discovery: z.looseObject({
    id: z.string().optional(),
    username: z.string().optional(),
    media: z
      .looseObject({
        data: z.array(z.record(z.string(), z.unknown())).default([]),
        paging: z.looseObject({ cursors: z.looseObject({ after: z.string().optional() }).optional() }).optional(),
      })
      .optional(),
  }),
});

/** One page of a profile's answer. */
export interface Discovery {
  /** The profile without its media. */
  readonly profile: Readonly<Record<string, unknown>>;
  readonly media: readonly Readonly<Record<string, unknown>>[];
  readonly after: string | null;
}

/** Looks up professional accounts. */
export interface SocialClient {
  /** Profile with a page of posts. Null where no professional account of that name can be seen. */
  discover(username: string, after?: string): Promise<Discovery | null>;
  me(): Promise<Readonly<Record<string, unknown>>>;
  readonly http: HttpClient;
}

/** Makes the client of one own account. */
export function createClient(settings: SocialSettings, context: ConnectorContext): SocialClient {
  const http = createHttp(context, {
    vendor: VENDOR,
    source: "social",
    hosts: hostsOf(settings.base_url),
    pace: () => ({ key: `social/${settings.user_id}`, pace: { perMinute: 300, burst: 100 } }),
    inspect,
    // Application limits run by the hour.
    rateWaitMs: (_now, attempt) => Math.min(600_000, 60_000 * 2 ** attempt),
  });
  http.redactor.add(settings.access_token);
  const get = async (fields: string): Promise<unknown> => {
    const url = endpoint(settings.base_url, `/${settings.api_version}/${settings.user_id}`);
    const query = new URLSearchParams({ fields, access_token: settings.access_token });
    return jsonOf(await http.request({ url: `${url}?${query.toString()}` }), VENDOR);
  };
  return {
    discover: async (username, after) => {
      const page = after === undefined ? "media.limit(50)" : `media.limit(50).after(${after})`;
      const fields = `business_discovery.username(${username}){${PROFILE_FIELDS},${page}{${MEDIA_FIELDS}}}`;
      try {
        const parsed = discoveryAnswer.safeParse(await get(fields));
        if (!parsed.success)
          throw new C360Error("VENDOR_SCHEMA", { vendor: VENDOR, reason: "the answer holds no profile" });
        const { media, ...profile } = parsed.data.business_discovery;
        return { profile, media: media?.data ?? [], after: media?.paging?.cursors?.after ?? null };
      } catch (error) {
        // An unknown or private name is that name's matter and stops nobody else.
        if (error instanceof C360Error && error.code === "VENDOR_NOT_FOUND") return null;
        throw error;
      }
    },
    me: async () => (await get("id,username")) as Readonly<Record<string, unknown>>,
    http,
  };
}

const faultSchema = z.looseObject({
  error: z.looseObject({ code: z.number(), error_subcode: z.number().optional() }),
});

/** Errors by code: research table of the Graph API. */
function inspect(response: HttpResponse): Verdict | null {
  try {
    const parsed = faultSchema.safeParse(jsonOf(response, VENDOR));
    if (!parsed.success) return response.status < 300 ? { use: true } : null;
    const { code, error_subcode: subcode } = parsed.data.error;
    return verdictOf(code, subcode);
  } catch (error) {
    if (response.status >= 300) return null;
    return error instanceof TransportError
      ? { retry: "transient", reason: error.message }
      : { fail: error as C360Error };
  }
}

function verdictOf(code: number, subcode: number | undefined): Verdict {
  const reason = `error ${code}${subcode === undefined ? "" : ` (${subcode})`}`;
  if ([4, 17, 32, 613].includes(code) || (code >= 80_000 && code <= 80_014)) return { retry: "rate", reason };
  if (code === 190 || code === 102) {
    return { fail: new C360Error("VENDOR_AUTH", { vendor: VENDOR, source: "social", reason }) };
  }
  if (code === 1 || code === 2) return { retry: "transient", reason };
  if (code === 10 || (code >= 200 && code <= 299)) {
    const fix = "The token needs instagram_basic, instagram_manage_insights and pages_read_engagement.";
    return { fail: new C360Error("VENDOR_PERMISSION", { vendor: VENDOR, subject: "profiles", reason, fix }) };
  }
  // 33: our own account cannot be seen. Anything else under 100 is about the name that was looked up.
  if (code === 100 && subcode !== 33)
    return { fail: new C360Error("VENDOR_NOT_FOUND", { vendor: VENDOR, subject: "such profile" }) };
  return { fail: new C360Error("VENDOR_REQUEST", { vendor: VENDOR, reason }) };
}
