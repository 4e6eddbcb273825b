import { json, startDouble } from "./server.ts";
import type { Answer, Asked, Double } from "./server.ts";

/** A page of the fake directory. */
export interface FakePage {
  body: string;
  status?: number;
  headers?: Record<string, string>;
  etag?: string;
}

/** A directory site. */
export interface FakeSite extends Double {
  readonly pages: Map<string, FakePage>;
  robots: Answer;
  sitemap: string | null;
  readonly settings: Record<string, unknown>;
}

/** A page with listings as JSON-LD. */
export function listingPage(listings: readonly Record<string, unknown>[], rest = ""): string {
  const graph = listings.map((listing) => ({ "@type": "LocalBusiness", ...listing }));
  return `<!doctype html><html><head>${rest}<script type="application/ld+json">${JSON.stringify({ "@context": "https://schema.org", "@graph": graph })}</script></head><body></body></html>`;
}

/** Starts the fake directory. */
export async function startFakeSite(now?: () => number): Promise<FakeSite> {
  const pages = new Map<string, FakePage>();
  const state = {
    robots: { status: 200, body: "User-agent: *\nDisallow: /private/\n" } as Answer,
    sitemap: null as string | null,
  };
  const double = await startDouble((asked: Asked): Answer => {
    if (asked.url.pathname === "/robots.txt") return state.robots;
    if (asked.url.pathname === "/sitemap.xml" && state.sitemap !== null) return { status: 200, body: state.sitemap };
    const page = pages.get(asked.url.pathname);
    if (page === undefined) return { status: 404, body: "gone" };
    if (page.etag !== undefined && asked.headers["if-none-match"] === page.etag) return { status: 304 };
    const headers = {
      "content-type": "text/html",
      ...(page.etag === undefined ? {} : { etag: page.etag }),
      ...page.headers,
    };
    return { status: page.status ?? 200, headers, body: page.body };
  }, now);
  const site = {
    ...double,
    pages,
    settings: { start_urls: [`${double.url}/list/`], terms_policy: "test-terms", lawful_basis: "consent" },
  };
  return Object.defineProperties(site, {
    robots: {
      get: () => state.robots,
      set: (value: Answer) => {
        state.robots = value;
      },
    },
    sitemap: {
      get: () => state.sitemap,
      set: (value: string | null) => {
        state.sitemap = value;
      },
    },
  }) as unknown as FakeSite;
}

/** A profile of the fake network. */
export interface FakeProfile {
  readonly id: string;
  fields: Record<string, unknown>;
  media: Record<string, unknown>[];
}

/** The Graph API's business discovery. */
export interface FakeSocial extends Double {
  readonly profiles: Map<string, FakeProfile>;
  readonly settings: Record<string, unknown>;
}

/** Starts the fake network. */
export async function startFakeSocial(usernames: readonly string[], now?: () => number): Promise<FakeSocial> {
  const profiles = new Map<string, FakeProfile>();
  const token = "EAAGcanaryToken";
  const double = await startDouble((asked: Asked): Answer => {
    if (asked.url.searchParams.get("access_token") !== token)
      return json({ error: { message: "expired", type: "OAuthException", code: 190, error_subcode: 463 } }, 400);
    const fields = asked.url.searchParams.get("fields") ?? "";
    const name = /username\(([^)]+)\)\{/.exec(fields)?.[1];
    if (name === undefined) return json({ id: "178", username: "own" });
    const profile = profiles.get(name);
    if (profile === undefined)
      return json({ error: { message: "Invalid user id", type: "OAuthException", code: 100 } }, 400);
    const after = Number(/\.after\((\d+)\)/.exec(fields)?.[1] ?? 0);
    const page = profile.media.slice(after, after + 50);
    const more = after + 50 < profile.media.length;
    const media = { data: page, ...(more ? { paging: { cursors: { after: String(after + 50) } } } : {}) };
    return json({ business_discovery: { ...profile.fields, username: name, id: profile.id, media }, id: "178" });
  }, now);
  return { ...double, profiles, settings: { access_token: token, user_id: "178", base_url: double.url, usernames } };
}

/** A mailing account. */
export interface FakeMailings extends Double {
  readonly campaigns: { id: string; fields: Record<string, unknown>; emails: Record<string, unknown>[] }[];
  readonly settings: Record<string, unknown>;
}

/** Starts the fake mailing account. */
export async function startFakeMailings(now?: () => number): Promise<FakeMailings> {
  const campaigns: FakeMailings["campaigns"] = [];
  const key = "canarykey0123456789-us21";
  const paged = (asked: Asked, name: string, all: readonly unknown[]): Answer => {
    const offset = Number(asked.url.searchParams.get("offset") ?? 0);
    const count = Number(asked.url.searchParams.get("count") ?? 10);
    return json({ [name]: all.slice(offset, offset + count), total_items: all.length });
  };
  const double = await startDouble((asked: Asked): Answer => {
    const given = Buffer.from((asked.headers.authorization ?? "").replace("Basic ", ""), "base64").toString("utf8");
    if (!given.endsWith(`:${key}`)) return json({ title: "API Key Invalid", status: 401 }, 401);
    const { pathname } = asked.url;
    if (pathname === "/3.0/") return json({ account_name: "Fake Mailings" });
    if (pathname === "/3.0/campaigns")
      return paged(
        asked,
        "campaigns",
        campaigns.map(({ id, fields }) => ({ id, type: "regular", ...fields })),
      );
    if (pathname === "/3.0/reports")
      return paged(
        asked,
        "reports",
        campaigns.map(({ id, emails }) => ({
          id,
          emails_sent: emails.length,
          opens: { opens_total: JSON.stringify(emails).length },
        })),
      );
    const campaign = campaigns.find(({ id }) => pathname === `/3.0/reports/${id}/email-activity`);
    return campaign === undefined
      ? json({ title: "Resource Not Found" }, 404)
      : paged(asked, "emails", campaign.emails);
  }, now);
  return { ...double, campaigns, settings: { api_key: key, base_url: double.url } };
}
