import { C360Error } from "#core";
import type { ConnectorContext } from "#core";
import { hostsOf } from "../define.ts";
import { createHttp } from "../http.ts";
import type { HttpClient, HttpRequest } from "../http.ts";
import { hostAndPort } from "../http-hosts.ts";
import { everyMs } from "../http-pace.ts";
import type { HttpResponse } from "../http-transport.ts";
import { parseRobots, robotsAllowAll, robotsForbidAll } from "../robots.ts";
import type { Robots, RobotsVerdict } from "../robots.ts";
import { isChallenge } from "./parse.ts";
import { createRenderer } from "./render.ts";
import type { DirectorySettings } from "./settings.ts";

/** A page is at most this large. */
const PAGE_BYTES = 5 * 1024 * 1024;

/** Fetches pages of one site by its rules. */
export interface SiteClient {
  /** Rules of the URL's host, fetched once per run. Throws VENDOR_DOWN when the host cannot be asked at all. */
  robots(url: string): Promise<Robots>;
  verdict(url: string): Promise<RobotsVerdict>;
  /** Asks for a page; 304, 404 and 410 are answers. Throws SITE_BLOCKED for a challenge page. */
  get(url: string, headers?: HttpRequest["headers"]): Promise<HttpResponse>;
  allowed(url: string): boolean;
  /** The markup of a page after its scripts have run; each of their requests keeps the same rules. */
  render(url: string): Promise<Buffer>;
  close(): Promise<void>;
  readonly http: HttpClient;
}

/** Makes the client of one site. */
export function createSiteClient(settings: DirectorySettings, context: ConnectorContext): SiteClient {
  const hosts = settings.allow_hosts ?? hostsOf(...settings.start_urls);
  const delays = new Map<string, number>();
  const agent = productToken(context.userAgent);
  const http = createHttp(
    { ...context, limits: { ...context.limits, maxBodyBytes: Math.min(PAGE_BYTES, context.limits.maxBodyBytes) } },
    {
      vendor: new URL(settings.start_urls[0] ?? "").host,
      source: "directory",
      hosts,
      pace: (url) => ({
        key: hostAndPort(url),
        pace: everyMs(delays.get(hostAndPort(url)) ?? context.limits.hostDelayMs),
      }),
      inspect: (response) => {
        if (!isChallenge(response)) return null;
        return { fail: new C360Error("SITE_BLOCKED", { host: new URL(response.url).host }) };
      },
      tries: 4,
    },
  );
  const rules = new Map<string, Promise<Robots>>();
  const robots = (url: string): Promise<Robots> => {
    const { origin } = new URL(url);
    const found = rules.get(origin) ?? fetchRobots(http, origin);
    rules.set(origin, found);
    return found.then((parsed) => {
      const delay = (parsed.crawlDelay(agent) ?? 0) * 1000;
      delays.set(hostAndPort(new URL(url)), Math.max(delay, context.limits.hostDelayMs));
      return parsed;
    });
  };
  const verdict = async (url: string): Promise<RobotsVerdict> => (await robots(url)).verdict(agent, url);
  const get: SiteClient["get"] = (url, headers) =>
    http.request({ url, accept: [304, 404, 410], ...(headers === undefined ? {} : { headers }) });
  const allowed = (url: string): boolean => URL.canParse(url) && hosts.some((host) => matchesHost(new URL(url), host));
  const renderer = createRenderer(context, async (url) =>
    allowed(url) && (await verdict(url)).allowed ? get(url) : null,
  );
  return {
    robots,
    verdict,
    get,
    allowed,
    render: (url) => renderer.render(url),
    close: async () => {
      await renderer.close();
      await http.close();
    },
    http,
  };
}

function matchesHost(url: URL, host: string): boolean {
  const wanted = host.toLowerCase();
  return hostAndPort(url) === wanted || (url.port === "" && url.hostname.toLowerCase() === wanted);
}

/** The name by which robots.txt speaks of us: the first word of the user agent. */
function productToken(userAgent: string): string {
  return /^[A-Za-z_-]+/.exec(userAgent)?.[0] ?? "Customer360";
}

/**
 * No robots.txt (4xx) allows everything, but 401 and 403 are taken as a wish to be left alone. A server that fails or
 * throttles forbids everything for this run.
 */
async function fetchRobots(http: HttpClient, origin: string): Promise<Robots> {
  try {
    const response = await http.request({
      url: `${origin}/robots.txt`,
      accept: [400, 401, 403, 404, 405, 406, 410, 451],
    });
    if (response.status < 300) return parseRobots(response.body.toString("utf8"));
    return response.status === 401 || response.status === 403 ? robotsForbidAll : robotsAllowAll;
  } catch (error) {
    // The whole site is out of reach: that is a failure, not a verdict about pages.
    if (error instanceof C360Error && error.class === "limit") return robotsForbidAll;
    throw error;
  }
}
